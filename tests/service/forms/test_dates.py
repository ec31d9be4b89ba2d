"""Dates: what is read day first, what stays partial, and what is never guessed."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.forms.dates import age_in, date_spans, dates_in, first_day, last_day, read_date, spoken, weekday_slip

TODAY = date(2026, 11, 24)
WELSH = ("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr")
MUTATED = ("Ionawr", "Chwefror", "Fawrth", "Ebrill", "Fai", "Fehefin", "Orffennaf", "Awst", "Fedi", "Hydref", "Dachwedd", "Ragfyr")
DAYS = st.dates(min_value=date(1927, 1, 1), max_value=date(2026, 11, 24))


def ordinal(day: int) -> str:
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def styles(day: date) -> tuple[str, ...]:
    return (
        f"{day:%d/%m/%Y}", f"{day:%d.%m.%Y}", f"{day.day}-{day.month}-{day.year}", f"{day:%Y-%m-%d}", f"{day:%d\u2011%m\u2011%Y}",
        f"{ordinal(day.day)} {day:%B %Y}", f"{day:%B} {day.day}, {day.year}", f"{day:%a} {day.day} {day:%b} {day.year} at 14:30",
        f"14.30hrs on {day:%d/%m/%Y}", f"{day.day} {WELSH[day.month - 1]} {day.year}", f"{day.day} o {MUTATED[day.month - 1]} {day.year}",
        f"{day:%Y/%m/%d}", f"{day.day}{day:%b%Y}", f"the {ordinal(day.day)} of {day:%B}, {day.year}", f"approx. {day:%d %m %Y}",
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(DAYS)
def test_a_day_written_in_any_style_reads_back(day: date) -> None:
    assert {style: read_date(style, today=TODAY) for style in styles(day)} == dict.fromkeys(styles(day), day.isoformat())


@settings(max_examples=100, deadline=None)
@given(st.dates(min_value=date(1927, 11, 25), max_value=TODAY))
def test_a_birth_with_two_digits_for_the_year_lies_in_the_nearest_past(day: date) -> None:
    assert read_date(f"{day:%d/%m/%y}", today=TODAY, birth=True) == day.isoformat()


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=("Nd",)), max_size=60))
def test_no_date_comes_out_of_text_without_digits(text: str) -> None:
    assert read_date(text, today=TODAY) is None
    assert dates_in(text, today=TODAY) == ()


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), st.from_regex(r"[0-9 /.:a-zA-Z-]{0,40}", fullmatch=True)))
def test_any_text_is_read_without_an_error_and_every_date_exists(text: str) -> None:
    when = read_date(text, today=TODAY)
    if when is not None:
        assert 1900 <= first_day(when).year <= 2100
        assert first_day(when) <= last_day(when)
    age_in(text)
    weekday_slip(text, today=TODAY)
    assert all(0 <= span.start < span.end <= len(text) for span in date_spans(text, today=TODAY))


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 31), st.integers(13, 31), st.integers(1950, 2026))
def test_a_month_above_twelve_is_never_turned_round(day: int, month: int, year: int) -> None:
    assert read_date(f"{day}/{month}/{year}", today=TODAY) is None


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2018-03", "2018-03"), ("2018", "2018"), ("March 2018", "2018-03"), ("03/2018", "2018-03"), ("c. 2018", "2018"),
        ("c2018", "2018"), ("approx March 2018", "2018-03"), ("Mawrth 2018", "2018-03"), ("about 20 October 2026", "2026-10-20"),
        ("20/10/2026 at 14:30", "2026-10-20"), ("14.30hrs on 20.10.26", "2026-10-20"), ("20/10/2026 2015hrs", "2026-10-20"),
        ("20.10.26.", "2026-10-20"), ("2026-10-20T00:00:00Z", "2026-10-20"), ("21st May 2024", "2024-05-21"),
        ("20 of the 10 2026", "2026-10-20"), ("2026 Oct 20", "2026-10-20"), ("20,10,2026", "2026-10-20"),
        ("Seen between 2pm and 3pm on 20/10/2026", "2026-10-20"), ("20 October 2026: at school", "2026-10-20"),
    ],
)  # fmt: skip
def test_partial_dates_and_times_are_read(written: str, iso: str | None) -> None:
    assert read_date(written, today=TODAY) == iso


@pytest.mark.parametrize(
    "written",
    ["03/04", "20 October", "last Tuesday", "yesterday", "two weeks ago", "12th", "9 years", "10/20/2026", "31/02/2026", "29/02/2025",
     "between 19 and 20 October 2026", "19/20 October 2026", "19-20 October 2026", "19 to 20 October 2026", "19/10/2026 to 20/10/2026",
     "19/10/2026 or 20/10/2026", "before 20/10/2026", "after 20 October 2026", "by 20 October 2026", "w/c 19/10/2026",
     "week commencing 19 October 2026", "20 October at 2015", "20102026", "2026/20/10", "00/00/0000", "March", "2018/19", "ddoe",
     "20 October, at 3pm, in 2026", "1.2.3.2026"],
)  # fmt: skip
def test_what_is_not_one_certain_day_is_no_date(written: str) -> None:
    assert read_date(written, today=TODAY) is None


@pytest.mark.parametrize(
    ("written", "slip"),
    [
        ("Monday 20 October 2026", ("2026-10-20", "Tuesday", "Monday")),
        ("20/10/2026 (Monday)", ("2026-10-20", "Tuesday", "Monday")),
        ("Dydd Llun 20 Hydref 2026", ("2026-10-20", "Tuesday", "Monday")),
        ("Tuesday 20 October 2026", None),
        ("Tues 20/10/26", None),
        ("Dydd Mawrth 20 Hydref 2026", None),
        ("20 October 2026, seen again on Monday", None),
        ("Monday in October 2026", None),
    ],
)
def test_a_day_of_the_week_is_held_against_its_date(written: str, slip: tuple[str, str, str] | None) -> None:
    assert weekday_slip(written, today=TODAY) == slip


@pytest.mark.parametrize(
    ("written", "years", "words"),
    [
        ("9 years", 9, "9"), ("aged 9", 9, "9"), ("Age: 9", 9, "9"), ("04/03/2018 (9)", 9, "9"), ("9 yrs 3 mths", 9, "9"), ("9yo", 9, "9"),
        ("6/52 old", 0, "6/52"), ("3 months", 0, "3 months"), ("18 months", 1, "18 months"), ("3/12 old", 0, "3/12 old"),
        ("aged 3 weeks", 0, "3 weeks"), ("10 days old", 0, "10 days"),
    ],
)  # fmt: skip
def test_ages_are_told_from_dates(written: str, years: int, words: str) -> None:
    age = age_in(written)
    assert age is not None
    assert (age.years, age.words) == (years, words)


def test_a_plain_date_is_no_age() -> None:
    assert [age_in(text) for text in ("04/03/2018", "4 March 2018", "3/12/2018", "2018")] == [None] * 4


def test_a_date_is_said_as_precisely_as_it_is_known() -> None:
    assert [spoken(when) for when in ("2018-03-04", "2018-03", "2018")] == ["4 March 2018", "March 2018", "2018"]
    assert [last_day(when).isoformat() for when in ("2018-02", "2018-12", "2018")] == ["2018-02-28", "2018-12-31", "2018-12-31"]
