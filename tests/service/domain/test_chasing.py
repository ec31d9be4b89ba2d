"""Whom to ask again, when and where: only the silent, by working days, one address after another."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from service.domain.calendar import WorkingCalendar
from service.domain.chasing import Asked, Step, ladder, silent, step
from service.domain.delivery import Answer, DeliveryState
from service.domain.notice import NoticeKind
from service.domain.policy import Chasing

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)
PLAIN = WorkingCalendar(nation="ENG", holidays=frozenset())
RULE = Chasing()


def asked(**changed: object) -> Asked:
    return Asked(
        **{
            "id": "d1", "case_id": "c1", "reference": "KEN-2026-0001-7", "policy": "national", "policy_version": "1", "notice_id": "n1",
            "kind": NoticeKind.ALERT, "number": 1, "gss_code": "E1", "name": "Leeds", "address": "duty@leeds.test",
            "state": DeliveryState.ACCEPTED, "answer": Answer.NONE, "confirmed": True, "rank": 0, "at": NOON, **changed,
        }  # type: ignore[arg-type]
    )  # fmt: skip


UPDATE = {"id": "d2", "notice_id": "n2", "kind": NoticeKind.UPDATE, "number": 2}
RENEWAL = {"id": "d2", "notice_id": "n2", "kind": NoticeKind.RENEWAL, "number": 2}


@pytest.mark.parametrize(
    ("letters", "owed"),
    [
        ([asked()], ["d1"]),
        ([asked(answer=Answer.ACKNOWLEDGED)], []),
        ([asked(answer=Answer.NOT_FOR_US)], []),  # a person there wrote; a person here looks
        ([asked(answer=Answer.NOT_KNOWN, confirmed=False)], ["d1"]),
        ([asked(state=DeliveryState.BOUNCED)], []),
        ([asked(state=DeliveryState.QUEUED)], []),
        ([asked(state=DeliveryState.BOUNCED), asked(id="d3", rank=1)], ["d3"]),
        ([asked(state=DeliveryState.BOUNCED, answer=Answer.NOT_KNOWN), asked(id="d3", rank=1)], []),
        ([asked(), asked(**UPDATE)], ["d2"]),
        ([asked(answer=Answer.NOT_KNOWN), asked(**UPDATE)], []),
        ([asked(answer=Answer.NOT_KNOWN), asked(**RENEWAL)], ["d2"]),
        ([asked(), asked(**{**UPDATE, "answer": Answer.NOT_KNOWN})], []),
        ([asked(), asked(id="d9", case_id="c2")], ["d1", "d9"]),
    ],
)  # fmt: skip
def test_only_the_silent_owe_an_answer(letters: list[Asked], owed: list[str]) -> None:
    assert [one.id for one in silent(letters)] == owed


def test_the_letters_and_the_call_come_on_their_working_days() -> None:
    chased: list[date] = []
    happened: dict[date, Step] = {}
    for days in range(30):
        today = TUESDAY + timedelta(days=days)
        found = step(RULE, PLAIN, TUESDAY, chased, today)
        if found is Step.WRITE:
            chased.append(today)
        if found is not Step.WAIT:
            happened.setdefault(today, found)
    days_of = sorted(happened)
    assert [one.isoformat() for one in days_of[:4]] == ["2026-11-25", "2026-11-27", "2026-12-01", "2026-12-02"]
    assert [happened[one] for one in days_of[:4]] == [Step.WRITE, Step.WRITE, Step.WRITE, Step.CALL]
    assert all(PLAIN.is_working_day(one) for one in days_of)


def test_a_bank_holiday_where_they_are_is_no_working_day() -> None:
    closed = WorkingCalendar(nation="SCT", holidays=frozenset({date(2026, 11, 25)}))
    assert step(RULE, closed, TUESDAY, [], date(2026, 11, 25)) is Step.WAIT
    assert step(RULE, closed, TUESDAY, [], date(2026, 11, 26)) is Step.WRITE


def test_after_a_standstill_the_letters_still_come_one_at_a_time() -> None:
    later = TUESDAY + timedelta(weeks=8)
    assert step(RULE, PLAIN, TUESDAY, [], later) is Step.WRITE
    assert step(RULE, PLAIN, TUESDAY, [later], later) is Step.WAIT
    assert step(RULE, PLAIN, TUESDAY, [later], later + timedelta(days=1)) is Step.WAIT
    assert step(RULE, PLAIN, TUESDAY, [later], later + timedelta(days=2)) is Step.WRITE


def test_a_policy_without_letters_goes_straight_to_the_telephone() -> None:
    rule = Chasing(letters_after=(), call_after=2)
    found = [step(rule, PLAIN, TUESDAY, [], TUESDAY + timedelta(days=days)) for days in range(4)]
    assert found == [Step.WAIT, Step.WAIT, Step.CALL, Step.CALL]


def test_the_ladder_goes_from_the_proved_address_over_the_desks_to_the_person_and_names_each_once() -> None:
    contacts = [("a@x.test", "Duty desk"), ("b@x.test", "Custodian"), ("c@x.test", "Front door")]
    assert ladder("c@x.test", contacts) == ("c@x.test", "a@x.test", "b@x.test")
    assert ladder("A@x.test", contacts) == ("A@x.test", "c@x.test", "b@x.test")
    assert ladder("a@x.test", contacts, dead=["A@X.test"]) == ("c@x.test", "b@x.test")
    assert ladder("old@x.test", []) == ("old@x.test",)
    assert all(one != other for one, other in pairwise(ladder("c@x.test", contacts)))
