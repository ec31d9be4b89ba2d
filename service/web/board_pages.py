"""The board of a case while somebody looks at it: fresh numbers without a reload, and the files for a spreadsheet."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from service.database import pages
from service.domain.errors import NotFound
from service.flow import sign_in
from service.web.board import board_of
from service.web.board_files import as_csv, as_xlsx
from service.web.session import SignedIn, Site, TheSite, Visitor, sees_cases

STREAMS_EACH = 6  # a browser opens no more at once to one place
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES = {"csv": (as_csv, "text/csv; charset=utf-8"), "xlsx": (as_xlsx, _EXCEL)}
router = APIRouter(prefix="/cases/{case_id}")


@router.get("/live")
async def live(request: Request, case_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Send the numbers of the case's boards when they change (server-sent events), until the session ends."""
    if await _boards(site, visitor, case_id) is None:
        raise NotFound
    streams: dict[str, int] = request.app.state.streams
    if streams.get(visitor.person.id, 0) >= STREAMS_EACH:
        return Response(status_code=204)  # which tells a browser not to come back
    events = _events(site, visitor, case_id, streams)
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _events(site: Site, visitor: Visitor, case_id: str, streams: dict[str, int]) -> AsyncIterator[str]:
    """Between two looks no connection of the database is held; each look asks first whether the person may still see this."""
    who, last = visitor.person.id, ""
    streams[who] = streams.get(who, 0) + 1
    try:
        for _ in range(site.looks_at_board):
            boards = await _boards(site, visitor, case_id)
            if boards is None:
                break
            now = json.dumps(boards)
            yield f"data: {now}\n\n" if now != last else ": still here\n\n"
            last = now
            await asyncio.sleep(site.board_every)
        yield "event: over\ndata:\n\n"
    finally:
        streams[who] -= 1


async def _boards(site: Site, visitor: Visitor, case_id: str) -> dict[str, Any] | None:
    """Return the numbers of every board of a case by notice; None when the session is over or sees no cases any more."""
    async with site.house.read() as work:
        person = await sign_in.still_here(work, visitor.secret, site.clock())
        if person is None or not sees_cases(person):
            return None
        case = await pages.case_of(work, case_id, person.issuing_authority_id)
        boards = {one.id: await board_of(work, case.id, one.id, site.clock()) for one in await work.notices.of_case(case.id)}
    return {
        notice_id: {"counts": board.counts, "looks": board.looks, "left": board.left} for notice_id, board in boards.items() if board.lines
    }


@router.get("/board/{notice_id}.{kind}")
async def saved(case_id: str, notice_id: str, kind: str, visitor: SignedIn, site: TheSite) -> Response:
    """Hand out the board of one notice as CSV or XLSX."""
    if kind not in _FILES or not visitor.sees_cases:
        raise NotFound
    async with site.house.read() as work:
        case = await pages.case_of(work, case_id, visitor.person.issuing_authority_id)
        notice = await pages.notice_of(work, case.id, notice_id)
        board = await board_of(work, case.id, notice.id, site.clock())
    write, media_type = _FILES[kind]
    headers = {"Content-Disposition": f'attachment; filename="{case.reference}-{notice.number}.{kind}"'}
    return Response(write(board), media_type=media_type, headers=headers)
