"""What is due and when it is said: leap days, month ends, bank holidays of each nation, the clocks going forward and back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from service.domain.due import (
    ChildFacts,
    Facts,
    FoundReport,
    Prompt,
    PromptKind,
    Sent,
    add_months,
    due_prompts,
    eighteenth_birthday,
    hours_from_day,
)
from service.domain.notice import NoticeKind
from service.domain.policy import Clocks, Policy, RepeatMissing
from service.policies import policy_named
from service.policies.holidays_of import calendar_of

YEARS = (2023, 2024, 2025, 2026, 2027, 2028, 2029)
ENGLAND = calendar_of("ENG", YEARS)
NATIONAL = policy_named("national")


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def policy(**clocks: int) -> Policy:
    sentences = {rule: f"The sentence of {rule}." for rule in RULES}
    return replace(NATIONAL, clocks=Clocks(**clocks), sentences=sentences, documents={}, source="The book", repeat_missing=None)


RULES = ("update_first", "update_every", "renewal", "found_deadline", "return_interview", "strategy", "repeat_missing")


def facts(**changed: Any) -> Facts:
    return Facts(**{"live": True, "closed": False, "opened_at": noon("2026-01-05"), **changed})


def alerted(day: str, *later: tuple[NoticeKind, str]) -> tuple[Sent, ...]:
    return (Sent(kind=NoticeKind.ALERT, at=noon(day)), *(Sent(kind=kind, at=noon(when)) for kind, when in later))


def prompts(rules: Policy, about: Facts, day: str) -> tuple[Prompt, ...]:
    return due_prompts(rules, about, ENGLAND, noon(day))


def said(rules: Policy, about: Facts, day: str) -> list[tuple[str, str, str]]:
    return [(one.kind.value, one.due.isoformat(), one.stage) for one in prompts(rules, about, day)]


FIRST = policy(update_first_days=28, update_every_months=3, lapse_months=12)


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        ("2026-02-01", None),
        ("2026-02-22", "7"),
        ("2026-02-28", "7"),
        ("2026-03-01", "0"),
        ("2026-03-02", "late0"),
        ("2026-03-08", "late0"),
        ("2026-03-09", "late1"),
        ("2026-06-01", "late13"),
    ],
)
def test_the_first_update_is_due_after_28_days_and_asked_for_until_it_goes_out(today: str, stage: str | None) -> None:
    about = facts(sent=alerted("2026-02-01"))
    assert said(FIRST, about, today) == ([("update_due", "2026-03-01", stage)] if stage else [])


def test_the_prompt_carries_the_sentence_its_document_and_the_day_the_alert_lapses_elsewhere() -> None:
    (prompt,) = prompts(FIRST, facts(sent=alerted("2026-02-01")), "2026-03-01")
    assert prompt.source == "The sentence of update_first. (The book)"
    assert prompt.lapses_on == date(2027, 2, 1)
    assert prompt.key == "update_due 20260301 0"


def test_once_an_update_went_out_the_next_is_due_in_three_months() -> None:
    about = facts(sent=alerted("2026-02-01", (NoticeKind.UPDATE, "2026-02-20")))
    assert said(FIRST, about, "2026-03-05") == []
    assert said(FIRST, about, "2026-05-20") == [("update_due", "2026-05-20", "0")]
    assert prompts(FIRST, about, "2026-05-20")[0].lapses_on == date(2027, 2, 20)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-08-31", 6, "2027-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-31", 3, "2026-04-30"),
    ],
)
def test_months_are_calendar_months_and_end_with_the_month(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


RENEWAL = policy(renewal_months=6, lapse_months=12)


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        ("2027-01-28", None),
        ("2027-01-29", "30"),
        ("2027-02-13", "30"),
        ("2027-02-14", "14"),
        ("2027-02-21", "7"),
        ("2027-02-28", "0"),
        ("2027-03-01", "late0"),
        ("2027-03-08", "late1"),
    ],
)
def test_a_renewal_is_asked_for_30_14_and_7_days_before_on_the_day_and_every_week_after(today: str, stage: str | None) -> None:
    about = facts(sent=alerted("2026-08-31"))
    assert said(RENEWAL, about, today) == ([("renewal_due", "2027-02-28", stage)] if stage else [])


def test_an_update_puts_off_the_lapse_elsewhere_but_not_the_renewal() -> None:
    about = facts(sent=alerted("2026-08-31", (NoticeKind.UPDATE, "2026-12-01")))
    (prompt,) = prompts(RENEWAL, about, "2027-02-28")
    assert (prompt.due, prompt.lapses_on) == (date(2027, 2, 28), date(2027, 12, 1))


def test_a_renewal_starts_the_six_months_anew() -> None:
    about = facts(sent=alerted("2026-08-31", (NoticeKind.RENEWAL, "2027-02-20")))
    assert said(RENEWAL, about, "2027-03-10") == []
    assert said(RENEWAL, about, "2027-08-20") == [("renewal_due", "2027-08-20", "0")]


def test_two_clocks_of_one_authority_both_run_and_each_names_its_source() -> None:
    both = policy(update_first_days=28, update_every_months=3, renewal_months=6)
    about = facts(sent=alerted("2026-01-05", (NoticeKind.UPDATE, "2026-04-06")))
    found = prompts(both, about, "2026-07-06")
    assert [(one.kind.value, one.source.partition(".")[0]) for one in found] == [
        ("update_due", "The sentence of update_every"),
        ("renewal_due", "The sentence of renewal"),
    ]


def test_a_closed_case_and_a_case_that_never_went_out_ask_for_no_update() -> None:
    assert said(FIRST, facts(sent=alerted("2026-02-01"), live=False, closed=True), "2026-06-01") == []
    assert said(FIRST, facts(live=False), "2026-06-01") == []


FOUND = policy(found_working_days=3)


@pytest.mark.parametrize(
    ("nation", "received", "due"),
    [
        ("ENG", "2026-11-24T10:00", "2026-11-27"),  # Tuesday to Friday
        ("ENG", "2026-11-27T23:30", "2026-12-02"),  # over a weekend
        ("ENG", "2026-04-01T10:00", "2026-04-08"),  # Good Friday and Easter Monday
        ("SCT", "2026-04-01T10:00", "2026-04-07"),  # no Easter Monday in Scotland
        ("SCT", "2026-01-01T10:00", "2026-01-07"),  # the 2nd of January
        ("ENG", "2026-01-01T10:00", "2026-01-06"),
        ("NIR", "2026-03-13T10:00", "2026-03-19"),  # St Patrick's Day
        ("ENG", "2026-03-13T10:00", "2026-03-18"),
        ("ENG", "2026-12-24T10:00", "2026-12-31"),  # Boxing Day is a Saturday: Monday is given instead
        ("ENG", "2026-07-01T23:30", "2026-07-07"),  # half past midnight on the 2nd in British summer time
    ],
)
def test_the_found_notice_is_due_three_working_days_of_the_nation_after_the_report(nation: str, received: str, due: str) -> None:
    at = datetime.fromisoformat(received).replace(tzinfo=UTC)
    report = FoundReport(received_at=at, found_on=None, waiting=True, interview=False)
    wanted = date.fromisoformat(due)
    (prompt,) = due_prompts(FOUND, facts(found=(report,)), calendar_of(nation, YEARS), noon(due))
    assert (prompt.kind, prompt.due, prompt.stage) == (PromptKind.FOUND, wanted, "0")


def test_an_overdue_found_notice_is_asked_for_every_day_until_it_goes_out() -> None:
    report = FoundReport(received_at=noon("2026-11-24"), found_on=None, waiting=True, interview=False)
    stages = [said(FOUND, facts(found=(report,)), f"2026-11-{day}") for day in (24, 26, 27, 28, 29)]
    assert [one[0][2] if one else None for one in stages] == [None, "1", "0", "late0", "late1"]
    assert said(FOUND, facts(found=(replace(report, waiting=False),)), "2026-11-29") == []


INTERVIEW = policy(return_interview_hours=72)


@pytest.mark.parametrize(
    ("found", "end"),
    [
        ("2026-11-23", "2026-11-26T00:00+00:00"),
        ("2026-03-27", "2026-03-30T00:00+00:00"),  # the clocks go forward: 72 hours end at one in the morning, not at midnight
        ("2026-10-24", "2026-10-26T23:00+00:00"),  # the clocks go back: they end at eleven in the evening
        ("2026-07-01", "2026-07-03T23:00+00:00"),  # midnight in British summer time
        ("2028-02-28", "2028-03-02T00:00+00:00"),  # over a leap day
    ],
)
def test_72_hours_are_hours_counted_from_the_first_moment_of_the_day(found: str, end: str) -> None:
    assert hours_from_day(date.fromisoformat(found), 72) == datetime.fromisoformat(end)


def test_a_return_interview_is_asked_for_at_once_again_on_the_last_day_and_once_when_it_is_late() -> None:
    report = FoundReport(received_at=noon("2026-11-23"), found_on=date(2026, 11, 23), waiting=False, interview=True)
    about = facts(found=(report,), live=False, closed=True)
    stages = [said(INTERVIEW, about, f"2026-11-{day}") for day in (23, 25, 26, 29)]
    assert stages == [[("interview_due", "2026-11-25", stage)] for stage in ("start", "24h", "late0", "late0")]


def test_without_a_date_the_72_hours_run_from_the_report() -> None:
    report = FoundReport(received_at=noon("2026-11-23"), found_on=None, waiting=False, interview=True)
    (prompt,) = prompts(INTERVIEW, facts(found=(report,)), "2026-11-23")
    assert prompt.by == noon("2026-11-26")


def test_no_interview_is_asked_for_with_a_child_who_died_or_was_not_born() -> None:
    report = FoundReport(received_at=noon("2026-11-23"), found_on=None, waiting=False, interview=False)
    assert said(INTERVIEW, facts(found=(report,)), "2026-11-23") == []


def test_an_interview_that_a_person_ticked_off_is_not_asked_for_again() -> None:
    report = FoundReport(received_at=noon("2026-11-23"), found_on=date(2026, 11, 23), waiting=False, interview=True)
    assert said(INTERVIEW, facts(found=(report,), done=frozenset({"interview_due 20261125 start"})), "2026-11-26") == []


def test_a_strategy_discussion_is_due_in_five_working_days_unless_there_is_a_date() -> None:
    medway = policy(strategy_working_days=5)
    about = facts(live=False, opened_at=noon("2026-11-24"))
    assert said(medway, about, "2026-11-27") == []
    assert said(medway, about, "2026-11-29") == [("strategy_due", "2026-12-01", "2")]
    assert said(medway, about, "2026-12-02") == [("strategy_due", "2026-12-01", "late0")]
    assert said(medway, replace(about, strategy_discussed=True), "2026-12-02") == []
    assert said(medway, replace(about, done=frozenset({"strategy_due 20261201 2"})), "2026-12-02") == []


NOTHING = policy()


@pytest.mark.parametrize(
    ("today", "stage"), [("2026-11-01", None), ("2026-11-10", "14"), ("2026-11-24", "0"), ("2026-12-07", "0"), ("2026-12-08", "late0")]
)
def test_an_expected_date_of_delivery_is_spoken_of_before_on_and_after_it(today: str, stage: str | None) -> None:
    about = facts(children=(ChildFacts(unborn=True, expected=date(2026, 11, 24)),))
    assert said(NOTHING, about, today) == ([("birth_due", "2026-11-24", stage)] if stage else [])


def test_a_birth_ticked_off_too_early_is_asked_about_again_on_its_day() -> None:
    about = facts(children=(ChildFacts(unborn=True, expected=date(2026, 11, 24)),), done=frozenset({"birth_due 20261124 14"}))
    assert said(NOTHING, about, "2026-11-24") == [("birth_due", "2026-11-24", "0")]
    assert said(NOTHING, replace(about, done=frozenset({"birth_due 20261124 0"})), "2026-12-24") == []


@pytest.mark.parametrize(
    ("born", "turns"),
    [("2008-11-24", "2026-11-24"), ("2008-02-29", "2026-03-01"), ("2010-12-31", "2028-12-31"), ("2010-02-28", "2028-02-28")],
)
def test_a_child_born_on_a_leap_day_turns_18_on_the_first_of_march(born: str, turns: str) -> None:
    assert eighteenth_birthday(date.fromisoformat(born)) == date.fromisoformat(turns)


def test_an_18th_birthday_is_spoken_of_for_children_who_are_still_missing() -> None:
    child = ChildFacts(born=date(2008, 11, 24))
    assert said(NOTHING, facts(children=(child,)), "2026-11-01") == [("adult_due", "2026-11-24", "30")]
    assert said(NOTHING, facts(children=(child,)), "2027-03-01") == [("adult_due", "2026-11-24", "late0")]
    assert said(NOTHING, facts(children=(replace(child, status="found"),)), "2026-11-24") == []
    assert said(NOTHING, facts(children=(child,), live=False, closed=True), "2026-11-24") == []


def test_a_plan_is_asked_for_from_the_episode_the_policy_names() -> None:
    bradford = replace(NOTHING, repeat_missing=RepeatMissing(episodes=2, says="Plan.", source="Repeatedly missing."))
    assert said(bradford, facts(episodes=1), "2026-01-06") == []
    assert said(bradford, facts(episodes=2), "2026-01-06") == [("plan_due", "2026-01-05", "start")]
    assert said(bradford, facts(episodes=2, closed=True), "2026-01-06") == []


def test_after_a_standstill_only_the_latest_reminder_is_given() -> None:
    about = facts(sent=alerted("2026-08-31"))
    assert len(prompts(RENEWAL, about, "2027-03-20")) == 1


def test_a_prompt_is_named_within_what_a_task_can_hold() -> None:
    far = facts(sent=alerted("2026-02-01"))
    assert all(len(f"{'0' * 32} {one.key}") <= 64 for one in due_prompts(FIRST, far, ENGLAND, noon("2026-02-01") + timedelta(days=9999)))
