"""What became of an authority or a contact, or would become of it, field by field and in the words of the forms."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from service.web.render import day, words

_LABELS = {
    "gss_code": "GSS code",
    "code": "Short code",
    "in_uk": "In the United Kingdom",
    "valid_from": "First day",
    "valid_to": "Last day",
    "successors": "Followed by",
    "role": "Who reads it",
    "phone": "Telephone",
    "out_of_hours": "Telephone at night",
    "secure_note": "Secure mail",
}


def differences(before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Return each field that differs, as it was and as it is, but for proof, which has its own line; *names* are those of authorities."""
    fields = [name for name in {**before, **after} if name != "order" and not name.startswith("proved_")]
    told = ((_LABELS.get(name, words(name)), _said(name, before.get(name), names), _said(name, after.get(name), names)) for name in fields)
    return tuple((label, old, new) for label, old, new in told if old != new)


def _said(name: str, value: Any, names: Mapping[str, str]) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list | tuple):
        return ", ".join(names.get(str(one), str(one)) for one in value)
    if name in ("valid_from", "valid_to"):
        return day(date.fromisoformat(str(value)))
    return str(value).replace("|", ", ")
