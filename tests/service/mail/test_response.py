"""The answers of authorities: an exact choice counts, everything else a person reads."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.response import Searched
from service.mail.message import parse
from service.mail.response import Outcome, Response, read_response

from .samples import QUOTED, letter


def outcome(body: str) -> Outcome:
    return read_response(parse(letter(body, to="alerts@kent.test"))).outcome


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Answer: 1", Outcome.NOT_KNOWN),
        ("answer: 2 known, please contact us", Outcome.KNOWN_CONTACT_US),
        ("Answer: 3", Outcome.POSSIBLE_MATCH),
        ("Ateb: 4", Outcome.CHECKS_UNDER_WAY),
        ("Answer: not for us", Outcome.NOT_FOR_US),
        ("ACKNOWLEDGED", Outcome.ACKNOWLEDGED),
        ("Received.", Outcome.ACKNOWLEDGED),
        ("NOT KNOWN", Outcome.NOT_KNOWN),
        ("Derbyniwyd", Outcome.ACKNOWLEDGED),
    ],
)
def test_an_exact_answer_is_taken(body: str, expected: Outcome) -> None:
    assert outcome(f"{body}\n\nDuty desk\n{QUOTED}") is expected


@pytest.mark.parametrize(
    "body",
    [
        "Not known to us but moved to Bradford",
        "We think we may know this family",
        "Answer: 1?",
        "Answer: 1 or 3",
        "Answer: 6",
        "Answer: 1 possible match",
        "Answer: 1\nAnswer: 3",
        "NOT KNOWN\n\nKNOWN",
        "1",
        "",
        "Thanks",
        "Hello,\nNOT KNOWN",
        "> Answer: 1",
    ],
)
def test_anything_else_is_for_a_person(body: str) -> None:
    assert outcome(body) is Outcome.PLEASE_READ


def test_checks_under_way_may_say_until_when() -> None:
    said = read_response(parse(letter("Answer: 4 until 30/11/2026\nStill asking health.")))
    assert (said.outcome, said.until, said.note) == (Outcome.CHECKS_UNDER_WAY, date(2026, 11, 30), "Still asking health.")
    assert read_response(parse(letter("CHECKS UNDER WAY\nUntil: 1 December 2026"))).until == date(2026, 12, 1)
    assert outcome("Answer: 4 until 31/02/2026") is Outcome.PLEASE_READ


def read(body: str) -> Response:
    return read_response(parse(letter(body, to="alerts@kent.test")))


def test_the_filled_in_block_is_read_whole() -> None:
    said = read(
        "Answer: 4\nChecks until: 30 November 2026\nSearched: names, aliases and our records; NHS\nSearched by: Pat Duty\n\nCall me."
    )
    assert (said.outcome, said.until, said.by, said.note) == (Outcome.CHECKS_UNDER_WAY, date(2026, 11, 30), "Pat Duty", "Call me.")
    assert said.searched == (Searched.NAMES, Searched.ALIASES, Searched.SYSTEMS, Searched.NHS)


def test_lines_of_the_block_that_stay_empty_say_nothing() -> None:
    assert read("Answer: 1\nChecks until:\nSearched:\nSearched by:\n") == Response(outcome=Outcome.NOT_KNOWN)


@pytest.mark.parametrize(
    "body",
    [
        "Answer: 1\nSearched: nothing yet",
        "Answer: 1\nSearched: names\nSearched: police",
        "Answer: 1\nChecks until: 30 November 2026",
        "Answer: 4\nChecks until: next week",
        "Answer: 4 until 29/11/2026\nChecks until: 30/11/2026",
        "Searched: names, police",
    ],
)
def test_a_block_that_does_not_add_up_is_for_a_person(body: str) -> None:
    assert outcome(body) is Outcome.PLEASE_READ


def test_who_may_know_the_child_is_heard_however_the_rest_is_written() -> None:
    said = read("Answer: 3\nSearched: the old card index")
    assert (said.outcome, said.searched) == (Outcome.POSSIBLE_MATCH, ())
    assert "card index" in said.note


def test_machines_never_acknowledge() -> None:
    raw = letter("ACKNOWLEDGED", headers="Auto-Submitted: auto-replied\n")
    assert read_response(parse(raw)).outcome is Outcome.PLEASE_READ


def test_parts_that_differ_are_for_a_person() -> None:
    assert read_response(parse(letter("Answer: 1", html="<p>Answer: 3</p>"))).outcome is Outcome.PLEASE_READ


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    assert outcome(text) in Outcome
