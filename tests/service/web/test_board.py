"""The board: whoever is on it counts once, live while the session lives, and harmless in a spreadsheet."""

import csv
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from directory.authority import hex_positions
from service.database.leaving import Move
from service.domain.board import LOOKS
from service.domain.delivery import Answer, Delivery, DeliveryEvent, DeliveryState
from service.domain.people import Role
from service.web import board_pages
from service.web.board import Board, board
from service.web.board_files import as_csv, as_xlsx
from service.web.hexmap import draw
from service.web.session import Visitor, form_token
from tests.service.web.conftest import Town
from tests.service.web.seeds import NOW


async def of_town(town: Town) -> tuple[Delivery, ...]:
    async with town.database.read() as work:
        return await work.deliveries.of_notice(town.seeds.live_notice)


def boarded(*deliveries: Delivery) -> Board:
    return board(deliveries, {}, {}, NOW)


def test_the_map_can_draw_every_look() -> None:
    drawn = draw(dict(zip(hex_positions(), LOOKS, strict=False)), {})
    assert set(LOOKS) <= {one.look for one in drawn.hexes}


def test_no_two_authorities_share_a_place_on_the_map() -> None:
    drawn = draw(dict.fromkeys(hex_positions(), "none"), {})
    assert len({(one.x, one.y) for one in drawn.hexes}) == len(drawn.hexes) == len(hex_positions())
    assert all(0 < one.x < drawn.width and 0 < one.y < drawn.height for one in drawn.hexes)


async def test_the_numbers_add_up_whatever_became_of_the_letters(town: Town) -> None:
    deliveries = await of_town(town)
    every = [replace(deliveries[0], id=f"{state}{answer}{known}", state=state, answer=answer, confirmed=known)
             for state in DeliveryState for answer in Answer for known in (True, False)]  # fmt: skip
    assert sum(boarded(*every).counts.values()) == len(every)
    assert boarded(*every).groups[0].look == "match"


async def test_a_line_says_who_is_on_it_for_how_long_and_until_when(town: Town) -> None:
    known = next(one for one in await of_town(town) if one.answer.matters)
    checks = replace(known, id="c", answer=Answer.CHECKS_UNDER_WAY)
    late = board([known, checks], {"c": date(2026, 11, 24)}, {known.id: ("Priya Sample", NOW)}, NOW + timedelta(days=3))
    assert [(line.owner, line.days, line.until) for line in late.lines] == [
        ("Priya Sample", 3, None),
        ("Quality assurance", 3, date(2026, 11, 24)),
    ]


async def test_w17_what_looks_like_a_formula_is_text_in_both_files(town: Town) -> None:
    one = (await of_town(town))[0]
    names = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", 'a "quoted" name, with a comma', "https://evil.test"]
    made = boarded(*(replace(one, id=name, recipient_name=name) for name in names))
    rows = list(csv.reader(StringIO(as_csv(made).decode("utf-8-sig"), newline="")))
    assert {row[0] for row in rows[1:]} == {f"'{name}" for name in names[:6]} | set(names[6:])
    cells = [row[0] for row in load_workbook(BytesIO(as_xlsx(made))).active.iter_rows(min_row=2)]
    assert {cell.value for cell in cells} == set(names)
    assert {(cell.data_type, cell.hyperlink) for cell in cells} == {("s", None)}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_the_files_hold_every_recipient(town: Town, kind: str) -> None:
    staff = await town.as_("approver")
    answer = await staff.get(f"/cases/{town.seeds.live}/board/{town.seeds.live_notice}.{kind}")
    assert answer.headers["content-disposition"].endswith(f'.{kind}"')
    assert len(answer.content) > 3000
    assert (await staff.get(f"/cases/{town.seeds.live}/board/{town.seeds.live_notice}.exe")).status_code == 404
    if kind == "csv":
        assert len(answer.text.splitlines()) == 1 + len(await of_town(town))


async def events(town: Town, who: str, **more: object) -> tuple[AsyncIterator[str], str]:
    """Open the stream of the live case as a person of the town."""
    staff = await town.as_(who)
    secret = str(staff.client.cookies["session"])
    seat = await board_pages.sign_in.who(town.house, secret, town.clock())
    assert seat is not None
    site = replace(town.app.state.site, looks_at_board=50, board_every=0.0, **more)
    return board_pages._events(site, Visitor(seat=seat, secret=secret, csrf=form_token(secret)), town.seeds.live, {}), secret


async def test_a_look_in_between_brings_only_what_changed(town: Town) -> None:
    stream, _ = await events(town, "quality")
    assert (await anext(stream)).startswith("data: ")
    assert (await anext(stream)) == ": still here\n\n"
    queued = next(one for one in await of_town(town) if one.state is DeliveryState.QUEUED)
    async with town.database.begin() as work:
        await work.deliveries.move([Move(delivery_id=queued.id, event=DeliveryEvent.WITHDRAWN)], at=NOW)
    assert (await anext(stream)).startswith("data: ")


@pytest.mark.parametrize("end", ["signed out", "idle", "role taken away", "off duty"])
async def test_the_stream_ends_with_the_session(town: Town, end: str) -> None:
    stream, secret = await events(town, "quality")
    await anext(stream)
    async with town.database.begin() as work:
        person = await work.people.person(town.seeds.people["quality"])
        if end == "signed out":
            await work.sessions.end_all(person.id)
        elif end == "role taken away":
            await work.people.change(replace(person, roles=frozenset({Role.DIRECTORY})), before=person, kept=())
        elif end == "off duty":
            await work.people.change(replace(person, active=False), before=person, kept=())
    if end == "idle":
        town.clock.turn(timedelta(minutes=31))  # the stream itself has kept nothing awake
    assert [event async for event in stream] == ["event: over\ndata:\n\n"]
    assert secret


async def test_between_two_looks_no_connection_is_held(town: Town) -> None:
    stream, _ = await events(town, "quality")
    await anext(stream)
    assert town.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_nobody_opens_more_streams_than_a_browser_would(town: Town, tmp_path: Path) -> None:
    staff = await town.as_("quality")
    town.app.state.streams[town.seeds.people["quality"]] = board_pages.STREAMS_EACH
    assert (await staff.get(f"/cases/{town.seeds.live}/live")).status_code == 204
