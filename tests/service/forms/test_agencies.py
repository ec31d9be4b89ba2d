"""Agencies contacted, as people list them."""

from datetime import date

import pytest

from service.forms.agencies import read_agencies

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("written", "agencies"),
    [
        ("GP - 27/10/2026 - no contact since August", [("GP", "2026-10-27", "no contact since August")]),
        ("GP (27/10/26): no contact", [("GP", "2026-10-27", "no contact")]),
        ("27/10/2026 – GP – no contact", [("GP", "2026-10-27", "no contact")]),
        ("GP contacted on 27/10/2026, no contact since August.", [("GP", "2026-10-27", "no contact since August")]),
        ("Police on 1 October 2026: no sightings, case open", [("Police", "2026-10-01", "no sightings, case open")]),
        ("GP 27/10/2026 no contact; School 28/10/2026 none", [("GP", "2026-10-27", "no contact"), ("School", "2026-10-28", "none")]),
        ("- GP\n- Health visitor", [("GP", None, None), ("Health visitor", None, None)]),
        (
            "GP, school, health visitor and DWP",
            [("GP", None, None), ("school", None, None), ("health visitor", None, None), ("DWP", None, None)],
        ),
        ("GP, no contact", [("GP", None, "no contact")]),
        ("GP", [("GP", None, None)]),
        (" - \n", []),
    ],
)
def test_agencies_written_freely_are_told_apart(written: str, agencies: list[tuple[str, str | None, str | None]]) -> None:
    read = [agency for _, agency in read_agencies(written, today=TODAY)]
    assert [(one["agency"], one["date"], one["outcome"]) for one in read] == agencies
