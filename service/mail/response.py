"""What a receiving authority answered: the filled-in answer block, or one exact word. Everything else a person reads."""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from service.domain.response import Searched, in_order
from service.mail.classify import Sort, is_reaction, sort_of
from service.mail.message import IncomingEmail
from service.mail.quoting import blank, divide


class Outcome(StrEnum):
    """The answers that an authority can give."""

    ACKNOWLEDGED = "acknowledged"
    NOT_KNOWN = "not_known"
    KNOWN_CONTACT_US = "known_contact_us"
    POSSIBLE_MATCH = "possible_match"
    CHECKS_UNDER_WAY = "checks_under_way"
    NOT_FOR_US = "not_for_us"
    PLEASE_READ = "please_read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer: its outcome, until when checks will take, what was searched and by whom, and what else was written."""

    outcome: Outcome
    until: date | None = None
    searched: tuple[Searched, ...] = ()
    by: str = field(default="", repr=False)
    note: str = field(default="", repr=False)


_NUMBERED = {
    "1": Outcome.NOT_KNOWN,
    "2": Outcome.KNOWN_CONTACT_US,
    "3": Outcome.POSSIBLE_MATCH,
    "4": Outcome.CHECKS_UNDER_WAY,
    "5": Outcome.NOT_FOR_US,
}
_WORDS = {
    "acknowledged": Outcome.ACKNOWLEDGED,
    "received": Outcome.ACKNOWLEDGED,
    "closed": Outcome.ACKNOWLEDGED,  # what the letters about an end ask for
    "we have closed it": Outcome.ACKNOWLEDGED,
    "derbyniwyd": Outcome.ACKNOWLEDGED,
    "cydnabuwyd": Outcome.ACKNOWLEDGED,
    "not known": Outcome.NOT_KNOWN,
    "not known to us": Outcome.NOT_KNOWN,
    "anhysbys": Outcome.NOT_KNOWN,
    "ddim yn hysbys": Outcome.NOT_KNOWN,
    "known": Outcome.KNOWN_CONTACT_US,
    "known, please contact us": Outcome.KNOWN_CONTACT_US,
    "known please contact us": Outcome.KNOWN_CONTACT_US,
    "hysbys, cysylltwch â ni": Outcome.KNOWN_CONTACT_US,
    "possible match": Outcome.POSSIBLE_MATCH,
    "cyfatebiad posibl": Outcome.POSSIBLE_MATCH,
    "checks under way": Outcome.CHECKS_UNDER_WAY,
    "checks underway": Outcome.CHECKS_UNDER_WAY,
    "gwiriadau ar y gweill": Outcome.CHECKS_UNDER_WAY,
    "not for us": Outcome.NOT_FOR_US,
    "nid i ni": Outcome.NOT_FOR_US,
}
_SEARCHES = {
    "names": Searched.NAMES,
    "name": Searched.NAMES,
    "aliases": Searched.ALIASES,
    "other names": Searched.ALIASES,
    "systems": Searched.SYSTEMS,
    "our systems": Searched.SYSTEMS,
    "records": Searched.SYSTEMS,
    "our records": Searched.SYSTEMS,
    "police": Searched.POLICE,
    "nhs": Searched.NHS,
    "health": Searched.NHS,
    "education": Searched.EDUCATION,
    "schools": Searched.EDUCATION,
}
_MATTERS = (Outcome.KNOWN_CONTACT_US, Outcome.POSSIBLE_MATCH)
_ANSWER = re.compile(r"^(?:answer|ateb)\s*:\s*(?P<said>.*)$", re.I)
_UNTIL = re.compile(r"^(?P<said>.*?)[\s,]*\b(?:until|by|tan|erbyn)\s*:?\s*(?P<date>[0-9][0-9A-Za-zŵŷ ./-]{4,30})$", re.I)
_UNTIL_LINE = re.compile(r"^(?:until|by|tan|erbyn)\s*:?\s*(?P<date>[0-9][0-9A-Za-z ./-]{4,30})$", re.I)
_FIELD = re.compile(r"^(?P<name>checks until|until|searched by|searched)\s*:\s*(?P<value>.*)$", re.I)
_EDGES = " \t\u00a0\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\"'“”‘’„«»"
_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "january jan ionawr",
            "february feb chwefror",
            "march mar mawrth",
            "april apr ebrill",
            "may mai",
            "june jun mehefin",
            "july jul gorffennaf",
            "august aug awst",
            "september sept sep medi",
            "october oct hydref",
            "november nov tachwedd",
            "december dec rhagfyr",
        ),
        1,
    )
    for name in names.split()
}
_PLEASE_READ = (Sort.NEW, Sort.REPLY, Sort.FORWARD, Sort.LIST)


def read_date(text: str) -> date | None:
    """Read a date as people in the United Kingdom write it, day first, with the year; None in doubt."""
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", text.strip(" .!")).lower()
    try:
        if m := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
            return date(int(m[1]), int(m[2]), int(m[3]))
        if m := re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", text):
            return date(int(m[3]), int(m[2]), int(m[1]))
        if (m := re.fullmatch(r"(\d{1,2}) ([a-zŵŷ]+) (\d{4})", text)) and m[2] in _MONTHS:
            return date(int(m[3]), _MONTHS[m[2]], int(m[1]))
    except ValueError:
        return None
    return None


def _tidy(line: str) -> str:
    return re.sub(r"[\s\u00a0]+", " ", line.strip(_EDGES)).casefold()


def _said(words: str) -> tuple[Outcome, date | None] | None:
    """Return the outcome that *words* are, as a whole; None when they are anything else."""
    words = _tidy(words)
    until = None
    if match := _UNTIL.match(words):
        until = read_date(match["date"])
        if until is None:
            return None
        words = match["said"]
    words = words.rstrip(",;").strip(_EDGES)
    words = re.sub(r"[.!]$", "", words)
    numbered = re.fullmatch(r"([1-5])(?:[.):\s-]+(.*))?", words)
    if numbered:
        outcome = _NUMBERED[numbered[1]]
        if numbered[2] and _WORDS.get(numbered[2].strip()) is not outcome:
            return None
    elif words in _WORDS:
        outcome = _WORDS[words]
    else:
        return None
    if until is not None and outcome is not Outcome.CHECKS_UNDER_WAY:
        return None
    return outcome, until


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """The lines of the answer block below the answer, and what stood around them; None where a line could not be read."""

    until: date | None
    searched: tuple[Searched, ...] | None
    by: str
    rest: tuple[str, ...]


def _block(lines: list[str]) -> _Block | None:
    """Take the filled-in lines out of *lines*; None when one is there twice or its date is none."""
    found = dict[str, str]()
    rest = []
    for line in lines:
        match = _FIELD.match(line.strip(_EDGES))
        if match is None:
            rest.append(line)
            continue
        name = match["name"].casefold().removeprefix("checks ")
        value = match["value"].strip(_EDGES)
        if value and found.setdefault(name, value) != value:
            return None
    until = read_date(_tidy(found["until"])) if "until" in found else None
    if "until" in found and until is None:
        return None
    return _Block(until=until, searched=_searches(found.get("searched", "")), by=found.get("searched by", "")[:200], rest=tuple(rest))


def _searches(words: str) -> tuple[Searched, ...] | None:
    """Read what was searched; None when a word is not one of those in the letter."""
    said = [one for one in re.split(r"\s*(?:[,;+&]|\band\b)\s*", _tidy(words).rstrip(".")) if one]
    return in_order(_SEARCHES[one] for one in said) if all(one in _SEARCHES for one in said) else None


def _read_view(text: str, from_html: bool) -> Response:
    divided = divide(text, from_html=from_html)
    lines = [line for line in divided.new if not blank(line)]
    unread = Response(outcome=Outcome.PLEASE_READ, note="\n".join(divided.new).strip())
    answers = [(i, m["said"]) for i, line in enumerate(lines) if (m := _ANSWER.match(line.strip(_EDGES)))]
    if not lines or len(answers) > 1:
        return unread
    place, words = answers[0] if answers else (0, lines[0])
    if not answers and re.fullmatch(r"\W*[1-5]\W*", words):
        return unread
    read, block = _said(words), _block([line for i, line in enumerate(lines) if i != place])
    if read is None or block is None:
        return unread
    outcome, until = read
    # a second, different answer on a line of its own is a contradiction, and a person settles those
    for line in block.rest:
        other = _said(line) if not re.fullmatch(r"\W*[1-5]\W*", line) else None
        if other is not None and other[0] is not outcome:
            return unread
        if outcome is Outcome.CHECKS_UNDER_WAY and until is None and (m := _UNTIL_LINE.match(_tidy(line))):
            until = read_date(m["date"])
    if block.until is not None and (outcome is not Outcome.CHECKS_UNDER_WAY or (until or block.until) != block.until):
        return unread
    if block.searched is None and outcome not in _MATTERS:  # whoever may know the child is heard at once, however the rest is written
        return unread
    return Response(
        outcome=outcome,
        until=until or block.until,
        searched=block.searched or (),
        by=block.by,
        note="\n".join(block.rest).strip() if block.searched is not None else unread.note,
    )


def read_response(email: IncomingEmail) -> Response:
    """Read the answer of a receiving authority; in doubt a person reads it."""
    if sort_of(email) not in _PLEASE_READ or is_reaction(email):
        return Response(outcome=Outcome.PLEASE_READ, note="")
    has_text = any(text is not None and text.strip() for text, _ in email.segments)
    read = _read_view(email.plain_view, not has_text)
    if any(markup is not None for _, markup in email.segments):
        other = _read_view(email.html_view, True)
        if (other.outcome, other.until, other.searched) != (read.outcome, read.until, read.searched):
            return Response(outcome=Outcome.PLEASE_READ, note=read.note)
    return read
