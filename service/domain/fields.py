"""Looks answers up in the canonical fields of a notice."""

from collections.abc import Mapping
from datetime import date
from typing import Any


def value_at(fields: Mapping[str, Any], path: str) -> Any:
    """Look up a canonical path such as `social_worker.name` or `children[0].date_of_birth`; None when it is not there."""
    value: Any = fields
    for part in path.replace("[", ".").replace("]", "").split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list | tuple) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def full_date(text: Any) -> date | None:
    """Read a complete ISO date; None for a partial one."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else None
    except ValueError:
        return None


def days_missing(fields: Mapping[str, Any], today: date) -> int | None:
    """Count the days since the child went missing, the first day not counted; None when the date is not fully known."""
    since = full_date(value_at(fields, "date_went_missing"))
    return (today - since).days if since else None
