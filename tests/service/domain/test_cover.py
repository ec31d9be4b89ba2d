"""Who is asked when: each step at its time, each once, and silence decides nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.approval import LIFE_OF_A_REQUEST, Approval, Verdict
from service.domain.cover import decide_within, due, must_phone
from service.domain.policy import DECIDE_WITHIN_HOURS
from tests.factories import NOW

HOUR = timedelta(hours=1)


def asked(person: str = "helen", **changed: object) -> Approval:
    request = Approval(
        id=person, notice_id="n", approver_id=person, notice_version=2, content_sha256="c", number="4821", token_hash=person,
        asked_at=NOW, not_after=NOW + LIFE_OF_A_REQUEST, used_at=None, verdict=None, way=None,
    )  # fmt: skip
    return replace(request, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(("level", "hours"), [("high", 1), ("medium", 4), ("low", 8), (None, 8), ("otherwise", 8)])
def test_how_long_a_decision_may_take_hangs_on_the_risk(level: str | None, hours: int) -> None:
    assert decide_within(DECIDE_WITHIN_HOURS, level) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("hours", "remind", "hand_on", "phone"),
    [(0, 0, 0, False), (0.99, 0, 0, False), (1, 1, 0, False), (1.5, 1, 1, False), (1.99, 1, 1, False), (2, 1, 1, True), (71, 1, 1, True)],
)
def test_each_step_comes_at_its_time(hours: float, remind: int, hand_on: int, phone: bool) -> None:
    now = NOW + hours * HOUR
    steps = due([asked()], away=(), within=HOUR, now=now)
    assert (len(steps.remind), len(steps.hand_on), steps.ask_anew) == (remind, hand_on, False)
    assert must_phone([asked()], within=HOUR, now=now) is phone


def test_no_step_is_taken_twice() -> None:
    done = asked(reminded_at=NOW, handed_on_at=NOW)
    assert due([done], away=(), within=HOUR, now=NOW + 9 * HOUR) == due([asked()], away=(), within=HOUR, now=NOW)


def test_whoever_is_away_is_handed_on_at_once_and_not_reminded() -> None:
    steps = due([asked(), asked("ada")], away=["helen"], within=HOUR, now=NOW)
    assert [one.approver_id for one in steps.hand_on] == ["helen"]
    assert [one.approver_id for one in due([asked(), asked("ada")], away=["helen"], within=HOUR, now=NOW + HOUR).remind] == ["ada"]


def test_a_deputys_request_is_never_handed_on_again() -> None:
    requests = [asked(handed_on_at=NOW), asked("dee", as_deputy=True)]
    steps = due(requests, away=["dee"], within=HOUR, now=NOW + 9 * HOUR)
    assert [one.approver_id for one in steps.remind] == ["helen"] and steps.hand_on == ()


def test_with_nobody_to_take_it_somebody_phones_at_once() -> None:
    assert must_phone([asked(handed_on_at=NOW)], within=HOUR, now=NOW)
    assert not must_phone([asked(handed_on_at=NOW), asked("ada")], within=HOUR, now=NOW)
    assert not must_phone([asked(handed_on_at=NOW), asked("dee", as_deputy=True)], within=HOUR, now=NOW)


def test_a_request_that_ran_out_is_put_again_and_a_used_one_is_not_open() -> None:
    later = NOW + LIFE_OF_A_REQUEST + timedelta(seconds=1)
    assert due([asked(), asked("dee", as_deputy=True, not_after=later)], away=(), within=HOUR, now=later).ask_anew
    assert not due([asked(), asked("ada", asked_at=later, not_after=later + HOUR)], away=(), within=HOUR, now=later).ask_anew
    assert not due([], away=(), within=HOUR, now=later).ask_anew
    assert not must_phone([asked(used_at=NOW, verdict=Verdict.APPROVE)], within=HOUR, now=later)
