"""Reads every example document as the command `read` does and scores it: recall, misplaced values, invented values, kinds."""

import argparse
import json
import re
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from service.flow.reading_files import NothingToRead, read_paths
from service.forms.reading import Unreadable
from tests.documents.catalogue import every_example
from tests.documents.form import AnyOf, Example
from tests.documents.make import write
from tests.documents.strange import every_strange_example

TODAY = date(2026, 11, 24)
RECALL_WANTED = 0.97
# Flags that fields.md shows as false where the form is silent.
FALSE_IF_SILENT = re.compile(r"(unborn|confidential|deceased)$")
SETS = ("aliases", "legal_status", "plan_categories", "links_to_areas", "associates", "vehicles", "phones")
# A wrong one of these is a statement that the document does not make, and never a part of the right one.
ENUMS = ("sex", "risk_level", "exceptional_criterion")
Leaves = dict[str, Any]


@dataclass(slots=True)
class Score:
    """What came of one document; each error is a sentence."""

    name: str
    format: str
    wanted: int = 0
    right: int = 0
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    kind: str = ""

    @property
    def errors(self) -> list[str]:
        """Return every error, the worst first."""
        told = [("misplaced", self.misplaced), ("invented", self.invented), ("wrong", self.wrong), ("missing", self.missing)]
        return [f"{sort}: {one}" for sort, errors in told for one in errors] + ([f"kind: {self.kind}"] if self.kind else [])


def score(example: Example, file: Path) -> Score:
    """Read one document and compare it with what it shows."""
    made = Score(name=example.name, format=example.format)
    try:
        reading = read_paths([file], today=TODAY)
    except (Unreadable, NothingToRead) as refused:
        made.kind = "" if 2 in example.exits else f"refused: {refused.says}"
        made.wanted = 0 if 2 in example.exits else len(_wanted(example))
        return made
    except Exception as failure:  # a reader that breaks on one document must not hide the score of the others
        made.kind, made.wanted = f"broke: {failure!r}", len(_wanted(example))
        return made
    if reading is None:
        made.kind = "" if 3 in example.exits else "no submission seen"
        made.wanted = 0 if 3 in example.exits else len(_wanted(example))
        return made
    if 0 not in example.exits:
        made.kind = f"read as {reading.kind}, but it must end with {example.exits}"
        return made
    return compare(example, reading.as_json())


def compare(example: Example, told: dict[str, Any]) -> Score:
    """Compare what was read, as the canonical JSON, with what the document shows."""
    made = Score(name=example.name, format=example.format)
    if not _same("kind", told["kind"], example.kind):
        made.kind = f"{told['kind']} instead of {example.kind}"
    if example.finding and example.finding not in {finding["problem"] for finding in told["findings"]}:
        made.missing.append(f"finding {example.finding!r}")
        made.wanted += 1
    if example.title:
        made.wanted += 1
        if fold(example.title).lower() in fold(told["form_title"] or "").lower():
            made.right += 1
        else:
            made.wrong.append(f"form_title: read {told['form_title']!r}, expected {example.title!r}")
    _compare_fields(made, example, told["fields"])
    return made


def _wanted(example: Example) -> Leaves:
    return {path: value for path, value in leaves(example.fields) if not _tolerated(example, path)}


def _tolerated(example: Example, path: str) -> bool:
    return any(one == "" or path == one or path.startswith((f"{one}.", f"{one}[")) for one in example.tolerates)


def _compare_fields(made: Score, example: Example, fields: dict[str, Any]) -> None:
    expected, read = _wanted(example), {path: value for path, value in leaves(fields) if not _tolerated(example, path)}
    elsewhere = {fold(value) for value in expected.values() if isinstance(value, str)}
    said = fold(example.says)
    for path, value in expected.items():
        if isinstance(value, AnyOf) and None in value.values and path not in read:
            continue
        made.wanted += 1
        if path not in read:
            made.missing.append(f"{path} = {_show(value)}")
        elif _same(path, read[path], value):
            made.right += 1
        else:
            _sort(made, path, read[path], value, elsewhere, said)
    for path, value in read.items():
        if path not in expected:
            _sort(made, path, value, None, elsewhere, said)


def _sort(made: Score, path: str, value: Any, wanted: Any, elsewhere: set[str], said: str) -> None:
    says = f"{path}: read {_show(value)}, expected {_show(wanted)}"
    folded = fold(value) if isinstance(value, str) else ""
    mine = {fold(one) for one in (wanted.values if isinstance(wanted, AnyOf) else (wanted,)) if isinstance(one, str)}
    foreign = any(len(one) > 5 and one in folded for one in elsewhere - mine if not any(one in own for own in mine))
    if isinstance(value, bool) or path.rpartition(".")[2] in ENUMS:
        made.invented.append(says)
    elif folded and (folded in elsewhere - mine or foreign):
        made.misplaced.append(says)
    elif wanted is not None and (not folded or folded in said or any(folded in own or own in folded for own in mine)):
        made.wrong.append(says)
    elif folded and folded in said:
        made.misplaced.append(says)
    else:
        made.invented.append(says)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every answered value with its path; lists of words become one leaf a word."""
    if isinstance(value, dict):
        for key, one in value.items():
            inner = f"{path}.{key}" if path else str(key)
            if key in SETS and isinstance(one, list):
                yield from ((f"{inner}.{fold(str(word))}", word) for word in one)
            elif key == "identifiers":
                yield from ((f"{inner}.{re.sub(r'[^0-9a-z]', '', str(word).lower())}", word) for word in one.values())
            else:
                yield from leaves(one, inner)
    elif isinstance(value, list):
        for n, one in enumerate(value):
            yield from leaves(one, f"{path}[{n}]")
    elif value is not None and value != "" and not (value is False and FALSE_IF_SILENT.search(path)):
        yield path, value


def fold(text: str) -> str:
    """Return *text* without the differences that do not matter: white space, quotation marks, final stops, commas in addresses."""
    text = unicodedata.normalize("NFC", text).replace("\u2019", "'").replace("\u2018", "'")
    return " ".join(re.sub(r"[\s\u00a0]+|,\s*", " ", text).split()).rstrip(" .;:")


def _same(path: str, read: Any, expected: Any) -> bool:
    if isinstance(expected, AnyOf):
        return any(_same(path, read, one) for one in expected.values)
    if isinstance(read, bool) or isinstance(expected, bool) or not (isinstance(read, str) and isinstance(expected, str)):
        return bool(read is expected or (read == expected and type(read) is type(expected)))
    if path.endswith("phone"):
        return re.sub(r"\D", "", read.replace("+44", "0")) == re.sub(r"\D", "", expected.replace("+44", "0"))
    if path.endswith(("relationship", "email")):
        return fold(read).lower() == fold(expected).lower()
    return fold(read) == fold(expected)


def _show(value: Any) -> str:
    return " or ".join(map(repr, value.values)) if isinstance(value, AnyOf) else repr(value)


def score_all(examples: list[Example], folder: Path) -> list[Score]:
    """Score every document; the bar is for whoever waits."""
    return [score(example, write(example, folder)) for example in track(examples, "Reading", console=Console(stderr=True), transient=True)]


def recall(scores: list[Score]) -> float:
    """Return the share of what the documents show that was read right."""
    return sum(one.right for one in scores) / max(1, sum(one.wanted for one in scores))


def last_line(scores: list[Score]) -> str:
    """Return the sum of all, in one line."""
    kinds = sum(not one.kind for one in scores)
    misplaced, invented = (sum(len(getattr(one, sort)) for one in scores) for sort in ("misplaced", "invented"))
    return f"recall {100 * recall(scores):.1f} % · misplaced {misplaced} · invented {invented} · kinds {kinds}/{len(scores)}"


def _table(title: str, scores: list[Score]) -> Table:
    table = Table("Document", "Format", "Right", "Recall", "Wrong", "Missing", "Misplaced", "Invented", "Kind", title=title)
    for one in scores:
        share = f"{100 * one.right / one.wanted:.0f} %" if one.wanted else "–"
        counts = (str(len(errors) or "–") for errors in (one.wrong, one.missing, one.misplaced, one.invented))
        table.add_row(
            one.name,
            one.format,
            f"{one.right}/{one.wanted}",
            share,
            *counts,
            "no" if one.kind else "yes",
            style="red" if one.errors else "",
        )
    return table


def main() -> int:
    """Print the scores; exit 1 when a value is misplaced or invented, a kind is wrong, or too little was read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the errors of each document to this file")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="list the first N errors")
    parser.add_argument("--only", default="", help="only documents whose name contains this")
    args = parser.parse_args()
    out, good = Console(), True
    told = []
    with tempfile.TemporaryDirectory() as folder:
        for title, examples in (("Layouts and formats", every_example()), ("Strange documents", every_strange_example())):
            scores = score_all([one for one in examples if args.only in one.name], Path(folder))
            out.print(_table(title, scores))
            told += scores
    errors = [(one.name, error) for one in told for error in one.errors]
    for name, error in errors[: args.show]:
        out.print(f"{name}: {error}", markup=False, highlight=False, soft_wrap=True)
    if args.json:
        args.json.write_text(json.dumps({one.name: one.errors for one in told if one.errors}, indent=2, ensure_ascii=False))
    bad = any(one.misplaced or one.invented or one.kind for one in told)
    good = not bad and recall(told) >= RECALL_WANTED
    out.print(last_line(told), highlight=False)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
