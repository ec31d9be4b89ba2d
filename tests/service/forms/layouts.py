"""What the tests of tables share: headings, and what was read of children and of labels."""

from typing import Any

from service.forms.reading import Reading

from .documents import paragraph

NAMES = ("given_names", "family_name")


def heading(text: str) -> str:
    return paragraph(text, style="Heading1")


def children(reading: Reading, *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(child[key] for key in keys) for child in reading.fields["children"]]


def unknown(reading: Reading) -> list[str | None]:
    return [finding.label for finding in reading.findings if finding.problem == "unrecognised"]


def unclear(reading: Reading) -> list[str | None]:
    return [finding.label for finding in reading.findings if finding.problem == "unreadable"]
