"""A migrated database for a test: SQLite always, PostgreSQL wherever it is installed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.database import schema
from service.database.keys import MasterKey
from service.database.unit_of_work import Database, Work
from service.domain.people import Role
from service.flow.origin import FIVE
from service.mail.authenticity import parse_profile

LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)
MASTER = MasterKey(b"a master key for the tests only!")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return f"sqlite+aiosqlite:///{tmp_path / 'alerts.db'}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database."""
    await schema.upgrade(database_url)
    opened = Database(database_url, MASTER)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated SQLite database, for tests that are not about the database."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'alerts.db'}"
    await schema.upgrade(url)
    opened = Database(url, MASTER)
    yield opened
    await opened.close()


async def prove_origin(work: Work, profile: str, mailbox: str, at: datetime = LONG_AGO) -> None:
    """Let an origin profile count, as if its five letters had been judged; for tests that are about something else."""
    key = parse_profile(profile).key
    for letter in await work.origin_tests.begin(mailbox=mailbox, profile=key, letters=[one.name for one in FIVE], at=at):
        await work.origin_tests.judged(letter.id, passed=True, result="pass", at=at)


async def settle_kent(work: Work) -> str:
    """Add Kent with a mailbox and four people, and return its id."""
    authority_id = await work.people.add_authority(
        gss_code="E10000016", name="Kent County Council", code="KEN", policy="national", mailbox="alerts@kent.test", phone="01632 960100"
    )
    for name, role in (("sam", Role.REPORTER), ("priya", Role.QUALITY), ("helen", Role.APPROVER), ("ada", Role.APPROVER)):
        person_id = await work.people.add(
            authority_id=authority_id, name=name.title(), address=f"{name}@kent.test", roles=frozenset({role})
        )
        if role is Role.APPROVER:  # not their first decision, which is never taken by reply
            work.audit.add("notice_approved", at=LONG_AGO, actor=person_id)
    return authority_id
