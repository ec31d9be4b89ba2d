"""The bank holidays of each nation of the United Kingdom, from a library that is kept up to date."""

from functools import cache

from holidays import country_holidays

from service.domain.calendar import WorkingCalendar

NATIONS = ("ENG", "WLS", "SCT", "NIR")


@cache
def calendar_of(nation: str, years: tuple[int, ...]) -> WorkingCalendar:
    """Return the working calendar of *nation* with its bank holidays in *years*; raises LookupError for a nation we do not know."""
    if nation not in NATIONS:
        raise LookupError(f"There is no nation {nation}: write one of {', '.join(NATIONS)}.")
    return WorkingCalendar(nation=nation, holidays=frozenset(country_holidays("GB", subdiv=nation, years=years)))
