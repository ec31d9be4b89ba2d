"""What the letters say about a case: dates in words, nothing that is not known, no protected address."""

from datetime import UTC, datetime

import pytest

from service.mail import compose, compose_notices, wording
from tests.service.mail.letters import BEFORE, BEN, FAMILY, FULL, NOON, REFERENCE, SENDER


def said(context: compose.Context) -> str:
    return repr(context)


def whole(**changes: object) -> str:
    return said(compose_notices.alert({**FULL, **changes}, sender=SENDER, reference=REFERENCE, number=1, as_at=NOON))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-10-20", "20 October 2026"),
        ("2018-03", "March 2018"),
        ("2018", "2018"),
        (None, ""),
        ("", ""),
        ("about Easter", "about Easter"),
    ],
)
def test_a_date_is_written_as_far_as_it_is_known(value: str | None, words: str) -> None:
    assert wording.day(value) == words


def test_a_moment_is_written_in_british_time() -> None:
    assert wording.moment(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "00:30 on 2 July 2026"


@pytest.mark.parametrize(
    ("born", "words"),
    [
        ("2018-03-04", "8 years"),
        ("2026-10-25", "0 months"),
        ("2026-10-24", "1 month"),
        ("2025-01-01", "22 months"),
        ("2018-03", ""),
        ("2030-01-01", ""),
    ],
)
def test_an_age_is_only_given_when_the_date_is_whole(born: str, words: str) -> None:
    assert wording.age(born, NOON) == words


def test_an_alert_leaves_out_what_is_not_known() -> None:
    context = compose_notices.alert({"children": [{"family_name": "Example"}]}, sender=SENDER, reference=REFERENCE, number=1, as_at=NOON)
    assert context["children"] == [[("Name", "Example")]]
    assert "None" not in [value for row in wording.adult_rows(FULL["adults"][0]) for value in row]


def test_a_protected_address_is_left_out_and_said_so() -> None:
    context = compose_notices.alert(FULL, sender=SENDER, reference=REFERENCE, number=1, as_at=NOON)
    assert context["address_protected"] is True
    assert "Hidden Lane" not in said(context) and "ZZ98" not in said(context)
    assert "1 Example Road" in said(context)


def test_a_found_notice_never_says_where() -> None:
    context = said(compose_notices.found(FULL, sender=SENDER, reference=REFERENCE, number=3, as_at=NOON))
    assert "Leeds" not in context and "Example Road" not in context
    assert "20 November 2026" in context


def test_codes_and_yes_and_no_are_written_in_words() -> None:
    text = whole()
    assert "child protection plan" in text and "('Parental responsibility', 'yes')" in text and "('In custody', 'no')" in text
    assert "A media strategy has been considered. It is not necessary at present." in text
    assert "('NHS number', '999 000 0018')" in text


@pytest.mark.parametrize(
    ("children", "who"),
    [
        ([], "child missing"),
        ([{"unborn": True}], "unborn baby missing"),
        ([{"family_name": "A"}, {"family_name": "B"}], "2 children missing"),
    ],
)
def test_a_subject_says_who_without_a_name(children: list[dict[str, object]], who: str) -> None:
    assert wording.who_is_missing(children) == who


def test_the_five_answers_are_numbered_as_a_reply_numbers_them() -> None:
    assert [number for number, _ in compose.ANSWERS] == [1, 2, 3, 4, 5]


def test_an_update_tells_only_changes_that_the_letter_shows() -> None:
    hidden = {**FULL, "addresses": [{"kind": "refuge", "text": "7 Hidden Lane", "postcode": "ZZ98 8ZZ", "confidential": True}]}
    moved = {**hidden, "addresses": [{"kind": "refuge", "text": "8 Hidden Lane", "postcode": "ZZ98 8ZZ", "confidential": True}]}
    context = compose_notices.update(moved, sender=SENDER, reference=REFERENCE, number=2, as_at=NOON, before=hidden)
    assert context["changed"] == []
    context = compose_notices.update(FULL, sender=SENDER, reference=REFERENCE, number=2, as_at=NOON, before=BEFORE)
    assert [(one.label, one.kind, one.before, one.after) for one in context["changed"]] == [  # type: ignore[attr-defined]
        ("Risk level", "changed", "medium", "high"),
        ("Vehicles", "added", "", "Blue Ford Fiesta ZZ99 ZZZ"),
        ("Phones", "removed", "07700 900001", ""),
    ]


def test_of_the_circumstances_an_update_tells_what_is_new() -> None:
    after = {**FULL, "circumstances": f"Seen at a station.\n\nBefore: {FULL['circumstances']}"}
    context = compose_notices.update(after, sender=SENDER, reference=REFERENCE, number=2, as_at=NOON, before=FULL)
    assert [(one.label, one.after, one.before) for one in context["changed"]] == [("Circumstances", "Seen at a station.", "")]  # type: ignore[attr-defined]


def test_a_child_who_was_found_is_not_among_the_missing_any_more() -> None:
    context = compose_notices.alert(FAMILY, sender=SENDER, reference=REFERENCE, number=4, as_at=NOON)
    assert said({"missing": context["children"]}).count("Ben Example") == 1
    assert "Amy" not in said({"missing": context["children"]})
    assert "Amy Jane Example" in said({"no longer": context["no_longer"]})
    assert context["who"] == "child missing"


@pytest.mark.parametrize(
    ("statuses", "headline"),
    [
        (("found", None), "one child found, one still missing"),
        (("found", "found", None), "two children found, one still missing"),
        (("found", None, None), "one child found, two still missing"),
        (("deceased", None), "one child still missing"),
    ],
)
def test_the_headline_counts_who_is_found_and_who_is_still_missing_and_never_a_death(
    statuses: tuple[str | None, ...], headline: str
) -> None:
    fields = {**FULL, "children": [{**BEN, "status": one} if one else BEN for one in statuses]}
    before = {**FULL, "children": [BEN for _ in statuses]}
    context = compose_notices.found_in_part(fields, sender=SENDER, reference=REFERENCE, number=2, as_at=NOON, before=before)
    assert context["headline"] == headline
