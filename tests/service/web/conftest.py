"""The pages over a real SQLite database, and clients signed in as each role."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from fastapi import FastAPI

from directory.authority import Authority
from directory.importing import Import, read_contacts
from service.database import schema
from service.database.ids import new_id
from service.database.keys import MasterKey
from service.database.unit_of_work import Database
from service.flow.house import House
from service.flow.original import Original, SavedFile, file_of, take_original
from service.mail.authenticity import OriginProfile
from service.mail.templates import Templates
from service.web.session import form_token
from service.web.site import make_site
from service.web.trail import ACTIONS
from tests.service.flow.home import ReadsHere
from tests.service.web.seeds import NOW, TOKENS, Seeds, session_hash, sow

BASE = "http://alerts.test"


class ViewsHere:
    """Takes letters apart in this process; the sandbox has its own test."""

    async def original(self, raw: bytes) -> Original:
        return take_original(raw)

    async def file_of(self, raw: bytes, number: int) -> SavedFile | None:
        return file_of(raw, number)

    async def contacts(self, raw: bytes, known: Mapping[str, Authority], on: date, *, test_environment: bool) -> Import:
        return read_contacts(raw, known=known, on=on, test_environment=test_environment)


class Clock:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """Return the time it shows."""
        return self.now

    def turn(self, by: timedelta) -> None:
        """Turn it on."""
        self.now += by


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """The pages, what is in them, and how to look."""

    database: Database
    house: House
    app: FastAPI
    seeds: Seeds
    clock: Clock

    def visitor(self, *, at: str = "127.0.0.1", **headers: str) -> httpx2.AsyncClient:
        """Return a client that nobody has signed in with, at one network address; its forms come from our own pages."""
        transport = httpx2.ASGITransport(app=cast(Any, self.app), raise_app_exceptions=False, client=(at, 123))
        return httpx2.AsyncClient(transport=transport, base_url=BASE, headers={"Origin": BASE, **headers})

    async def as_(self, who: str) -> "Staff":
        """Return a client that is signed in as *who*."""
        secret = f"session of {who} {self.clock.now.timestamp()}".replace(" ", "-")
        async with self.database.begin() as work:
            now = self.clock.now
            await work.sessions.start(session_hash(secret), person_id=self.seeds.people[who], at=now, way="app", proved_at=now)
        client = self.visitor(at=f"192.0.2.{1 + list(self.seeds.people).index(who)}")
        client.cookies.set("session", secret)
        return Staff(client=client, csrf=form_token(secret))


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A signed-in client and the token its forms carry."""

    client: httpx2.AsyncClient
    csrf: str

    async def get(self, path: str) -> httpx2.Response:
        """Open a page."""
        return await self.client.get(path)

    async def post(self, path: str, **fields: str) -> httpx2.Response:
        """Send a form of ours."""
        return await self.client.post(path, data={"csrf": self.csrf, **fields})


_sown: list[tuple[bytes, Seeds]] = []  # seeding takes most of a second, so it is done once and copied


@asynccontextmanager
async def a_town(folder: Path, *, fresh: bool = False) -> AsyncIterator[Town]:
    """Open the pages over a seeded database of their own; *fresh* sows it anew instead of copying what was sown before."""
    file = folder / f"{new_id()}.db"
    url = f"sqlite+aiosqlite:///{file}"
    if fresh or not _sown:
        content, seeds = await _sow(file, url)
        _sown[:] = _sown or ([] if fresh else [(content, seeds)])
    else:
        content, seeds = _sown[0]
        file.write_bytes(content)
    database, clock = Database(url, MasterKey(bytes(range(32)))), Clock()
    house = House(
        begin=database.begin,
        read=database.read,
        journal=database.journal,
        templates=Templates(Path(__file__).parents[3] / "mail_templates"),
        tokens=TOKENS,
        sandbox=ReadsHere(),
        origin=OriginProfile(kind="none"),
        base_url=BASE,
    )
    app = make_site(house, viewer=ViewsHere(), clock=clock, secure=False, looks_at_board=1)
    try:
        yield Town(database=database, house=house, app=app, seeds=seeds, clock=clock)
    finally:
        await database.close()


async def _sow(file: Path, url: str) -> tuple[bytes, Seeds]:
    await schema.upgrade(url)
    database = Database(url, MasterKey(bytes(range(32))))
    seeds = await sow(database)
    await database.close()
    with closing(sqlite3.connect(file)) as made:
        return made.serialize(), seeds


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """Return the pages over a seeded database."""
    async with a_town(tmp_path) as town:
        yield town


@pytest.fixture
def everything(town: Town) -> Callable[[], Any]:
    """Return a function that reads every row but those a look may write: the last use of a session, and who looked."""

    async def read() -> dict[str, list[tuple[Any, ...]]]:
        rows = {}
        async with town.database.read() as work:
            names = await work.connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'sessions'")
            for (name,) in names.all():
                rows[name] = [tuple(row) for row in (await work.connection.exec_driver_sql(f'SELECT * FROM "{name}"')).all()]
        rows["audit_events"] = [row[1:-1] for row in rows["audit_events"] if row[2] not in ACTIONS]  # without what looking itself adds
        del rows["audit_head"], rows["heartbeats"]
        return rows

    return read
