"""Shows a reading to a person: one row for each answer, in the form's own words."""

from typing import Any

from service.forms.labels import label_of
from service.forms.reading import Reading


def as_table(reading: Reading) -> list[tuple[str, str]]:
    """List what was read as (label, value) rows, in the order of the canonical fields."""
    rows: list[tuple[str, str]] = []
    for name, value in reading.fields.items():
        _add(rows, name, value, reading)
    return rows


def _add(rows: list[tuple[str, str]], path: str, value: Any, reading: Reading) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _add(rows, f"{path}.{key}", inner, reading)
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        for index, inner in enumerate(value):
            _add(rows, f"{path}[{index}]", inner, reading)
    elif path in reading.provenance or value not in (None, [], False, ""):
        rows.append((_label(path, reading), _words(value, path, reading)))


def _label(path: str, reading: Reading) -> str:
    source = reading.provenance.get(path) or reading.provenance.get(path.rpartition(".")[0])
    label = source.label if source is not None and source.label else label_of(path)
    group, bracket, rest = path.partition("[")
    people = {"children": "Child", "adults": "Adult"}
    return f"{people[group]} {int(rest.partition(']')[0]) + 1}: {label}" if bracket and group in people else label


def _words(value: Any, path: str, reading: Reading) -> str:
    if value is None or value == []:
        return reading.provenance[path].text if path in reading.provenance else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(str(one).replace("_", " ") for one in value) if isinstance(value, list) else str(value)
