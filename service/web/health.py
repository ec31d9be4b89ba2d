"""Signs of life for the machinery that runs the service: plain words, no personal data.

Mail that is away makes no part of the service unwell: starting it again would help nobody. It is an alarm, and named here.
"""

from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from service.database import pages
from service.web.session import TheSite

YOUNG = timedelta(minutes=5)
router = APIRouter(prefix="/health")


@router.get("/live")
async def live() -> Response:
    """Say that the process answers."""
    return JSONResponse({"live": True})


@router.get("/ready")
async def ready(site: TheSite) -> Response:
    """Say whether the database has the right shape and the worker has worked lately."""
    current, young, troubled, alarms = False, False, 0, list[str]()
    try:
        async with site.house.read() as work:
            current = await pages.has_current_shape(work)
            beats = await work.signals.all() if current else ()
            alarms = [one.name for one in await work.alarms.open()] if current else []
        young = any(beat.at >= site.clock() - YOUNG for beat in beats if beat.name == "worker")
        troubled = sum(1 for beat in beats if beat.trouble)
        database = "up to date" if current else "not the shape this version expects: run the migrations"
    except Exception:  # whatever the driver raises, a probe gets an answer
        database = "cannot be reached"
    good = current and young
    says = {
        "ready": good,
        "database": database,
        "worker": "working" if young else "has not worked in the last 5 minutes",
        "parts_in_trouble": troubled,
        "alarms": alarms,
    }
    return JSONResponse(says, status_code=200 if good else 503)
