"""The bank holidays differ from nation to nation."""

from datetime import date

import pytest

from service.policies.holidays_of import NATIONS, calendar_of

YEARS = (2026, 2027)


@pytest.mark.parametrize(
    ("day", "closed_in"),
    [
        (date(2026, 12, 25), {"ENG", "WLS", "SCT", "NIR"}),
        (date(2026, 4, 6), {"ENG", "WLS", "NIR"}),  # Easter Monday
        (date(2026, 1, 2), {"SCT"}),
        (date(2026, 11, 30), {"SCT"}),  # Saint Andrew's Day
        (date(2026, 3, 17), {"NIR"}),  # Saint Patrick's Day
        (date(2026, 7, 13), {"NIR"}),  # the Twelfth, which is a Sunday
        (date(2026, 8, 3), {"SCT"}),  # summer bank holiday
        (date(2026, 8, 31), {"ENG", "WLS", "NIR"}),
        (date(2026, 12, 28), {"ENG", "WLS", "SCT", "NIR"}),  # for Boxing Day, which is a Saturday
        (date(2026, 11, 24), set()),
    ],
)
def test_each_nation_has_its_own(day: date, closed_in: set[str]) -> None:
    assert {nation for nation in NATIONS if not calendar_of(nation, YEARS).is_working_day(day)} == closed_in


def test_three_working_days_from_good_friday_eve() -> None:
    start = date(2026, 4, 2)
    assert calendar_of("ENG", YEARS).add_working_days(start, 3) == date(2026, 4, 9)
    assert calendar_of("SCT", YEARS).add_working_days(start, 3) == date(2026, 4, 8)


def test_a_nation_we_do_not_know_is_refused() -> None:
    with pytest.raises(LookupError, match="There is no nation FR"):
        calendar_of("FR", YEARS)
