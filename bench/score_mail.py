"""Scores the reading of mail: our own replies of approvers, and folders of labelled letters, where some are at hand.

A folder has a `labels.csv` as the samples of letters have it: path, category, expected_recipient (addresses apart by `;`, other spellings
by `|`) and expected_reply_text (a file with what was newly written).
"""

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.score import classify
from service.mail.decision import Verdict, read_decision
from service.mail.message import parse
from tests.service.mail.replies import CLIENTS
from tests.service.mail.test_decision_replies import HONEST, UNCLEAR

# What a category may be called without harm: a letter of a list may be taken for spam, a sealed one for a damaged one.
ALIKE = {
    "bounce": {"bounce_hard", "bounce_soft", "bounce_delayed"},
    "feedback": {"feedback_arf"},
    "auto_reply": {"auto_reply", "challenge_response"},
    "challenge": {"challenge_response"},
    "new": {"ordinary", "forward", "signed", "spam", "malformed"},
    "reply": {"reply", "forward", "signed", "spam", "malformed"},
    "forward": {"forward", "signed", "malformed"},
    "list": {"list", "spam", "signed", "malformed"},
    "spam": {"spam", "list", "malformed"},
    "malformed": {"malformed", "ordinary", "encrypted", "spam"},
    "encrypted": {"encrypted", "malformed"},
}
MACHINES = {"bounce", "dsn_success", "auto_reply", "mdn", "feedback", "challenge"}
PEOPLE = {"reply", "ordinary", "forward", "signed", "malformed"}
KINDS_WANTED, ADDRESSES_WANTED, FIRST_LINES_WANTED, HONEST_WANTED = 0.99, 0.98, 0.97, 0.99


def score_replies(out: Console) -> bool:
    """Read every line that an approver may type in every mail program; true when none is approved that must not be."""
    count = Counter[str]()
    for client in CLIENTS.values():
        for typed, verdict, number, _ in HONEST:
            read = read_decision(parse(client(typed)))
            count.update(honest=1, accepted=(read.verdict, read.number) == (verdict, number))
        for typed in UNCLEAR:
            read = read_decision(parse(client(typed)))
            count.update(doubtful=1, approved=read.verdict is Verdict.APPROVE)
    accepted = count["accepted"] / count["honest"]
    out.print(
        f"replies: {100 * accepted:.1f} % of {count['honest']} honest decisions accepted · "
        f"{count['approved']} of {count['doubtful']} doubtful ones approved",
        highlight=False,
    )
    return count["approved"] == 0 and accepted >= HONEST_WANTED


def score_folder(out: Console, folder: Path) -> bool:
    """Classify every labelled letter of a folder; true when enough was understood, and no person was taken for a machine."""
    by_category: dict[str, Counter[str]] = {}
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            by_category.setdefault(row["category"], Counter()).update(_one(folder, row))
    table = Table("Category", "Letters", "Kind right", "Addresses found", "First line right", "Lost", title=folder.name)
    for category, one in sorted(by_category.items()):
        table.add_row(category, *_cells(one))
    count = sum(by_category.values(), Counter[str]())
    table.add_row("all", *_cells(count), style="bold")
    out.print(table)
    out.print(f"people taken for machines {count['person_lost']} · bounces taken for people {count['bounce_lost']}", highlight=False)
    return (
        count["kind"] >= KINDS_WANTED * count["letters"]
        and count["found"] >= ADDRESSES_WANTED * count["addresses"]
        and count["first"] >= FIRST_LINES_WANTED * count["texts"]
        and not count["person_lost"]
        and not count["empty"]
    )


def _one(folder: Path, row: dict[str, str]) -> Counter[str]:
    told, category = classify((folder / row["path"]).read_bytes()), row["category"]
    kind, bounced = told["kind"], category.startswith("bounce")
    right = category in ALIKE.get(kind, {kind}) or (kind == "bounce" and "acts_as_bounce" in row.get("tags", ""))
    count = Counter(letters=1, kind=right, person_lost=category in PEOPLE and kind in MACHINES)
    count["bounce_lost"] += bounced and kind in {"new", "reply", "forward"}
    if bounced:
        got = {_address(one) for one in told.get("recipients", ())}
        wanted = [{_address(one) for one in names.split("|")} for names in row["expected_recipient"].split(";") if names]
        count.update(addresses=len(wanted), found=sum(bool(names & got) for names in wanted))
    if row.get("expected_reply_text"):
        expected, read = ((folder / row["expected_reply_text"]).read_text(encoding="utf-8"), told["reply_text"] or "")
        count.update(texts=1, first=_first_line(expected) == _first_line(read), empty=bool(expected.strip()) and not read.strip())
    return count


def _cells(one: Counter[str]) -> tuple[str, ...]:
    shares = [(one["kind"], one["letters"]), (one["found"], one["addresses"]), (one["first"], one["texts"])]
    return str(one["letters"]), *(_share(part, whole) for part, whole in shares), str(int(one["empty"]))


def _share(part: int, whole: int) -> str:
    return f"{int(part)}/{whole} {100 * part / whole:.1f} %" if whole else "–"


def _address(text: str) -> str:
    return text.strip().strip("<>").replace('"', "").lower()


def _first_line(text: str) -> str:
    return next((" ".join(line.split()) for line in text.splitlines() if line.strip()), "")


def main() -> int:
    """Print the scores; exit 1 when one falls short."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="a folder of labelled letters")
    out = Console()
    good = [score_replies(out), *(score_folder(out, one) for one in parser.parse_args().folders)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
