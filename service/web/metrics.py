"""Numbers for Prometheus, read from the rows at each look, so that every process tells the same. Strangers find no page here (W18)."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from service.database import watching
from service.database.signals import Heartbeat
from service.database.unit_of_work import Work
from service.domain.delivery import Lane
from service.domain.errors import NotFound
from service.domain.people import Role
from service.flow.watch import NAMES
from service.web.session import Site, TheSite

router = APIRouter()
_FORWARDED = ("x-forwarded-for", "x-real-ip", "forwarded")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the rows said."""

    beats: tuple[Heartbeat, ...]
    waiting: Mapping[int, int]
    oldest: datetime | None
    accepted: int
    received: Mapping[str, int]
    tasks: Mapping[str, int]
    alarms: frozenset[str]


@router.get("/metrics")
async def metrics(request: Request, site: TheSite) -> Response:
    """Show the numbers to whoever has the token; without one set, to this machine alone."""
    if not _may_look(request, site):
        raise NotFound
    now = site.clock()
    try:
        async with site.house.read() as work:
            seen = await _look(work, now)
    except Exception:  # whatever the driver raises, a database that is away is a number too
        seen = None
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Rows(seen, now))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _may_look(request: Request, site: Site) -> bool:
    if site.metrics_token:
        return hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {site.metrics_token}".encode())
    # Behind a proxy on this machine, everybody comes from this machine.
    if any(name in request.headers for name in _FORWARDED) or request.client is None:
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def _look(work: Work, now: datetime) -> _Seen:
    return _Seen(
        beats=await work.signals.all(),
        waiting=await watching.waiting_letters(work),
        oldest=await watching.waiting_since(work),
        accepted=await watching.accepted_since(work, now - timedelta(days=1)),
        received=await watching.letters_in(work),
        tasks=await watching.open_tasks(work),
        alarms=frozenset(one.name for one in await work.alarms.open()),
    )


class _Rows(Collector):
    def __init__(self, seen: _Seen | None, now: datetime) -> None:
        self._seen = seen
        self._now = now

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Yield every number; of a database that is away, only that."""
        yield _gauge("database_up", "Whether the database answers.", {"": float(self._seen is not None)})
        if (seen := self._seen) is None:
            return
        ages = {one.name: self._since(one.at) for one in seen.beats}
        yield _gauge("part_idle_seconds", "How long ago a part last worked.", ages, "part")
        yield _gauge(
            "part_in_trouble", "Whether a part tried and could not.", {one.name: float(bool(one.trouble)) for one in seen.beats}, "part"
        )
        lanes = {one.name.lower(): float(seen.waiting.get(one, 0)) for one in Lane}
        yield _gauge("letters_waiting", "Letters that have not left.", lanes, "lane")
        yield _gauge("oldest_letter_seconds", "How long the oldest of them has waited.", {"": self._since(seen.oldest)})
        yield _gauge("letters_accepted_in_a_day", "Letters that the relay took within 24 hours.", {"": float(seen.accepted)})
        yield _gauge("received_waiting", "Received letters that wait: new for us, quarantined for a person.", seen.received, "state")
        tasks = {role.value: float(seen.tasks.get(role, 0)) for role in Role}
        yield _gauge("tasks_open", "What people have to do.", tasks, "role")
        yield _gauge("alarm", "Whether an alarm is on.", {name: float(name in seen.alarms) for name in NAMES}, "alarm")

    def _since(self, moment: datetime | None) -> float:
        return max(0.0, (self._now - moment).total_seconds()) if moment else 0.0


def _gauge(name: str, says: str, values: Mapping[str, float], label: str | None = None) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(f"national_alerts_{name}", says, labels=[label] if label else None)
    for of, value in values.items():
        gauge.add_metric([of] if label else [], value)
    return gauge
