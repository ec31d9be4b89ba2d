"""Throws grown and broken replies at the reading of decisions: python -m bench.fuzz_replies --minutes 10 [--seed N].

It must never crash, never take two seconds, and never approve unless the first new line that can be seen is one of the listed words.
What may approve is worked out here without the reader's own patterns, from what was put into the letter.
"""

import argparse
import base64
import html
import sys
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from service.mail.decision import Verdict, read_check, read_decision
from service.mail.message import IncomingEmail, parse

LONGEST_S = 2.0
_WORDS = {("approve",), ("approved",), ("i", "approve"), ("cymeradwyo",), ("cymeradwywyd",)}
_QUOTES = "\"'`´“”„‟‘’‚‛«»‹›"
_FIRST = (
    "APPROVE", "approve 4821", "Approved", "I approve 4821", "Cymeradwyo #4821", "*CYMERADWYWYD*", "**APPROVE** 4821",
    "“Approve 4821”", "REJECT 4821 why", "GWRTHOD", "RETURN who?", "HOLD until four", "DAL", "Not approved", "Approved?",
    "I do not approve", "APPROVE REJECT", "yes", "👍", "",
)  # fmt: skip
_PIECES = (
    "not", "ddim", "n't", "?", ",", "if", "os", "unless", "REJECT", "HOLD", "4821", "#", "*", "**", "_", "~~", "-", "–", ".", "!",
    "\u200b", "\u00a0", "\u00ad", "\u202e", "\u2028", "\u0301", "а", "ı", "ſ", "ａ", "İ", "approve", "dis", "un", "I", "👍", "[", "]",
    ">", "<b>", "&amp;", "\t", "\x0b", "\x85", "\x00",
)  # fmt: skip
_ABOVE = (
    "", "", "\n\n", "\u200b\n", "OFFICIAL-SENSITIVE\n\n", "SWYDDOGOL\n", "[EXTERNAL] Only approve\nwhat you know.\n\n",
    "RHYBUDD: APPROVE 1\n\n", "CAUTION: x\n\n",
)  # fmt: skip
_HARMLESS = (
    "", "Thanks,\nAnn", "The aunt has not been told yet.", "Please ring me once it has gone.", "Diolch yn fawr\nAnn Approver",
    "-- \nApproved\nAdoption agency",
)  # fmt: skip
_CONTRADICTING = (
    "HOLD 4821", "REJECT wrong date", "Gwrthod: dyddiad", "Once legal have agreed.", "unless the mother objects",
    "Subject to legal agreeing.", "provided the date is right", "But only if the police agree", "Please hold off until noon",
    "oni bai bod y fam yn gwrthwynebu", "yn amodol ar gyngor", "ar yr amod bod y dyddiad yn gywir", "Sorry, I meant REJECT 4821",
)  # fmt: skip
_QUOTED = (
    "Please reply above this line / Atebwch uwchben y llinell hon\n\nAPPROVE 4821\n\nREJECT 4821 why\n\nRETURN 4821 question\n\n"
    "HOLD 4821\n\nWhat will be sent"
)
_MARKED = "\n".join("> " + line for line in _QUOTED.split("\n"))
_BELOW = (
    "",
    "\n________________________________\nFrom: Alerts <alerts@kent.test>\nSent: 24 November 2026 10:00\nTo: Ann\nSubject: x\n\n" + _QUOTED,
    "\nOddi wrth: Alerts <alerts@kent.test>\nAnfonwyd: 24 Tachwedd 2026\nAt: Ann\nPwnc: x\n\n" + _QUOTED,
    "\nOn Tue, 24 Nov 2026 at 10:00, Alerts <alerts@kent.test>\nwrote:\n\n" + _MARKED,
    "\nAr Maw, 24 Tach 2026, Alerts <alerts@kent.test> ysgrifennodd:\n" + _MARKED,
    "\n-----Original Message-----\nFrom: Alerts <alerts@kent.test>\n\n" + _QUOTED,
)
_SWELLING = (
    "On ", "On x wrote:\n", ">", "> ", "_", "-", "* ", "*a", "**", "\n", " ", "\u200b", "approve ", "APPROVE 4821\n", "REJECT ", "hold ",
    "From: ", "From: a@b.test\n", "ring once ", "subject to ", "is subject to a ", "not ", "this email ", "confidential ",
    "[EXTERNAL]\n", "OFFICIAL ", "OFFICIAL-SENSITIVE\n", "'", "#", "4", "www.", "<div>", "</div>", "<p>CAUTION: x<br>",
    "<table><tr><td>", "<s>", "<!--", "&", "<style>.a .b{display:none}", "=\n", "os ", "send if ", "a:b\n", "- x -",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """One reply that was made up, and whether any rule lets it approve."""

    raw: bytes = field(repr=False)
    may_approve: bool


def is_approval(line: str) -> bool:
    """Say whether *line* is, as a whole and for an eye, one of the listed words with or without a number."""
    if "\u202d" in line or "\u202e" in line:
        return False
    line = line.replace("\x00", "")  # HTML readers drop it
    unseen = ("Zs", "Zl", "Zp", "Cf")
    kept = "".join(" " if c in "\t\x0b\x0c\x85\u034f" or unicodedata.category(c) in unseen else c for c in line)
    kept = kept.replace("*", " ").strip(_QUOTES + " ")
    kept = kept[:-1].strip(_QUOTES + " ") if kept[-1:] in (".", "!") else kept
    words = kept.replace("#", " ", 1).split(" ")
    words = [word.strip(_QUOTES) for word in words if word.strip(_QUOTES)]
    if words and words[-1].isascii() and words[-1].isdigit():
        words.pop()
    return all(word.isascii() for word in words) and tuple(word.lower() for word in words) in _WORDS


def _first_line(random: Random) -> str:
    line = random.choice(_FIRST)
    for _ in range(random.choice((0, 0, 1, 1, 2, 4))):
        at = random.choice((0, len(line), random.randint(0, len(line))))
        gap = random.choice(("", " ", " "))
        line = line[:at] + gap + random.choice(_PIECES) + gap + line[at:]
    return line


def _wrapped(random: Random, text: str, page: str) -> bytes:
    head = "From: Ann Approver <ann@kent.test>\nSubject: Re: x\nIn-Reply-To: <a@kent.test>\nMIME-Version: 1.0\n"
    plain = f'Content-Type: text/plain; charset="utf-8"{random.choice(("", "; format=flowed", "; format=flowed; delsp=yes"))}\n'
    marked = 'Content-Type: text/html; charset="utf-8"\n'
    coded = "Content-Transfer-Encoding: base64\n\n"

    def part(kind: str, content: str) -> str:
        octets = content.encode("utf-8", "surrogatepass")
        return kind + coded + base64.encodebytes(octets).decode() if random.random() < 0.5 else f"{kind}\n{content}\n"

    choice = random.random()
    if choice < 0.45:
        return (head + part(plain, text)).encode("utf-8", "surrogatepass")
    if choice < 0.6:
        return (head + part(marked, page)).encode("utf-8", "surrogatepass")
    parts = f"--b\n{part(plain, random.choice((text, text, ' ')))}--b\n{part(marked, page)}--b--\n"
    both = f'Content-Type: multipart/alternative; boundary="b"\n\n{parts}'
    return (head + both).encode("utf-8", "surrogatepass")


def grow(random: Random) -> Grown:
    """Make a reply up, as people and mail programs might write it."""
    above, first, below = random.choice(_ABOVE), _first_line(random), random.choice(_BELOW)
    against = random.random() < 0.3
    comment = random.choice(_CONTRADICTING if against else _HARMLESS)
    typed = f"{above}{first}\n\n{comment}\n"
    page = "".join(f"<div>{html.escape(line) or '<br>'}</div>" for line in typed.split("\n"))
    page += f"<blockquote>{html.escape(_QUOTED)}</blockquote>" if below else ""
    # what splits the line for some readers, or is empty and lets a later line come first, is judged by every line
    pieces = [piece for piece in (above + first).replace("\r", "\n").split("\n") if piece]
    return Grown(raw=_wrapped(random, typed + below, page), may_approve=not against and any(map(is_approval, pieces)))


def broken(random: Random) -> bytes:
    """Take a made-up reply and break it: swollen, cut, with bytes changed."""
    raw = bytearray(grow(random).raw)
    for _ in range(random.randint(1, 6)):
        at = random.randint(0, len(raw))
        what = random.random()
        if what < 0.4:
            raw[at:at] = (random.choice(_SWELLING) * random.choice((3, 50, 3000))).encode()[:60_000]
        elif what < 0.6:
            raw[at:at] = (random.choice(_SWELLING) + random.choice(_SWELLING)).encode() * random.choice((5, 300, 4000))
        elif what < 0.8:
            del raw[at : at + random.choice((1, 3, 40))]
        else:
            raw[at:at] = bytes(random.randrange(256) for _ in range(random.choice((1, 2, 8))))
    return bytes(raw)


def _shown(email: IncomingEmail) -> list[str]:
    return [*email.plain_view.splitlines(), *email.html_view.splitlines(), *email.plain_view.split("\n"), *email.html_view.split("\n")]


def complaint(seed: int) -> str | None:
    """Read the reply that *seed* stands for and return what was wrong with the reading, or None."""
    random = Random(seed)  # noqa: S311
    whole = random.random() < 0.6
    grown = grow(random) if whole else Grown(raw=broken(random), may_approve=True)
    began = time.process_time()
    try:
        email = parse(grown.raw)
        verdict = read_decision(email).verdict
        took = time.process_time() - began
        read_check(email)
    except Exception as error:  # whatever it is, it is what is looked for
        return f"crashed: {type(error).__name__}"
    if took > LONGEST_S:
        return f"took {took:.1f} s"
    if verdict is Verdict.APPROVE and not (grown.may_approve if whole else any(map(is_approval, _shown(email)))):
        return "approved what is no approval"
    return None


def main(arguments: list[str]) -> int:
    """Run for the minutes that are asked for, or read one seed; the exit status is 1 when anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, help="read this one reply only")
    asked = parser.parse_args(arguments)
    if asked.seed is not None:
        print(found := complaint(asked.seed))
        return int(found is not None)
    seed = time.time_ns()
    ends, tried, found_kinds = time.monotonic() + asked.minutes * 60, 0, Counter[str]()
    while time.monotonic() < ends:
        seed, tried = seed + 1, tried + 1
        if found := complaint(seed):
            found_kinds[found] += 1
            print(f"seed {seed}: {found}", flush=True)
    print(f"{tried} replies read, {found_kinds.total()} complaints")
    return int(bool(found_kinds))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
