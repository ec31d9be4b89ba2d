"""Documents as nasty as real life, from strange.toml, and the strange letters."""

import re
import tomllib
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.documents.form import AnyOf, Example, put
from tests.documents.strange_letters import strange_letters
from tests.documents.word import Xml, cell, heading, package, para, row, run, table

MARKS = {"~~": "strike", "!!": "hidden"}


def every_strange_example() -> list[Example]:
    """Return all strange documents, in a fixed order."""
    told = tomllib.loads(Path(__file__).with_name("strange.toml").read_text("utf-8"))["document"]
    return [*(_example(one) for one in told), *strange_letters()]


def _example(told: dict[str, Any]) -> Example:
    fields: dict[str, Any] = {}
    for path, value in told.get("fields", {}).items():
        put(fields, path, _any(value))
    return Example(
        name=f"strange: {told['name']}",
        file="form.docx",
        format="docx",
        layout="strange",
        kind=_any(told.get("kind", "alert")),
        fields=fields,
        says=re.sub(r"(~~|!!).*?\1", "", told["body"]),
        build=lambda: package(*_blocks(told["body"])),
        exits=tuple(told.get("ends", (0,))),
        tolerates=tuple(told.get("left_open", ())),
        finding=told.get("finding"),
    )


def _any(value: Any) -> Any:
    return AnyOf(tuple(one or None for one in value["any_of"])) if isinstance(value, dict) else value


def _blocks(body: str) -> list[Xml]:
    made = []
    for filled, group in groupby(body.splitlines(), key=lambda line: bool(line.strip())):
        lines = list(group)
        if filled and any("|" in line for line in lines):
            width = max(line.count("|") for line in lines) + 1
            made += [table(*(_row(line, width) for line in lines)), para("")]
        elif filled:
            made += [heading(line[2:]) if line.startswith("# ") else para(_runs(line)) for line in lines]
    return made


def _row(line: str, width: int) -> Xml:
    if "|" not in line:
        return row(cell(line, span=width))
    return row(*(cell(Xml("".join(para(_runs(text)) for text in part.strip().split(" // ")))) for part in line.split("|")))


def _runs(text: str) -> Xml:
    """Return the runs of one paragraph, with what is struck out or hidden marked so."""
    made, mark = [], ""
    for part in re.split(r"(~~|!!)", text):
        if part in MARKS:
            mark = "" if mark else MARKS[part]
        elif part:
            made.append(run(part, *([mark] if mark else [])))
    return Xml("".join(made))
