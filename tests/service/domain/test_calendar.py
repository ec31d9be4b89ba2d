"""Working days, with bank holidays handed in as values."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.calendar import WorkingCalendar

DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
CALENDARS = st.builds(WorkingCalendar, nation=st.just("ENG"), holidays=st.frozensets(DAYS, max_size=40))


@given(calendar=CALENDARS, day=DAYS, days=st.integers(1, 60))
def test_a_time_limit_ends_on_a_working_day_after_it_starts(calendar: WorkingCalendar, day: date, days: int) -> None:
    end = calendar.add_working_days(day, days)
    assert calendar.is_working_day(end)
    assert end >= day + timedelta(days=days)


@given(calendar=CALENDARS, day=DAYS, days=st.integers(0, 60))
def test_what_was_added_is_counted_back(calendar: WorkingCalendar, day: date, days: int) -> None:
    assert calendar.working_days_between(day, calendar.add_working_days(day, days)) == days


@given(calendar=CALENDARS, day=DAYS, first=st.integers(0, 30), then=st.integers(0, 30))
def test_two_limits_after_each_other_are_one(calendar: WorkingCalendar, day: date, first: int, then: int) -> None:
    assert calendar.add_working_days(calendar.add_working_days(day, first), then) == calendar.add_working_days(day, first + then)


@given(calendar=CALENDARS, day=DAYS, extra=DAYS, days=st.integers(0, 60))
def test_one_more_holiday_never_shortens_a_limit(calendar: WorkingCalendar, day: date, extra: date, days: int) -> None:
    longer = WorkingCalendar(nation="ENG", holidays=calendar.holidays | {extra})
    assert longer.add_working_days(day, days) >= calendar.add_working_days(day, days)


@given(calendar=CALENDARS, day=DAYS, later=st.integers(0, 30), days=st.integers(0, 60))
def test_a_limit_that_starts_later_never_ends_earlier(calendar: WorkingCalendar, day: date, later: int, days: int) -> None:
    assert calendar.add_working_days(day + timedelta(days=later), days) >= calendar.add_working_days(day, days)


def test_no_days_end_where_they_start_even_on_a_sunday() -> None:
    sunday = date(2026, 11, 22)
    assert WorkingCalendar(nation="ENG", holidays=frozenset()).add_working_days(sunday, 0) == sunday


def test_an_earlier_day_lies_no_working_days_ahead() -> None:
    calendar = WorkingCalendar(nation="ENG", holidays=frozenset())
    assert calendar.working_days_between(date(2026, 11, 24), date(2026, 11, 20)) == 0


def test_a_limit_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        WorkingCalendar(nation="ENG", holidays=frozenset()).add_working_days(date(2026, 11, 24), -1)
