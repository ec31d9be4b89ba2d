"""The migrations: they agree with the tables, and go up, down and up again with rows in the tables."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from directory.authority import by_gss
from directory.history import By
from directory.proposing import propose_authority
from service.database import schema
from service.database.unit_of_work import Database
from tests.databases import MASTER, settle_kent
from tests.factories import NOW


async def test_the_migrations_and_the_tables_agree(database_url: str) -> None:
    await schema.upgrade(database_url)
    await schema.check(database_url)


async def test_the_database_goes_up_down_and_up_with_rows_in_the_tables(database_url: str) -> None:
    await schema.upgrade(database_url)
    opened = Database(database_url, MASTER)
    async with opened.begin() as work:
        await settle_kent(work)
        # A proposal of an authority that is not there, which the table of an older version cannot hold.
        new = replace(by_gss()["E10000016"], gss_code="X1", code="XNE")
        await propose_authority(work.register, new, By(who="first", why="new", at=NOW))
        work.audit.add("something", at=NOW)
    assert await schema.is_current(opened.engine)
    await opened.close()
    await schema.downgrade(database_url, "base")
    await schema.upgrade(database_url)


@pytest.mark.parametrize("statement", ["UPDATE audit_events SET actor = 'me'", "DELETE FROM audit_events"])
async def test_the_database_itself_refuses_to_change_the_audit_trail(database: Database, statement: str) -> None:
    async with database.begin() as work:
        work.audit.add("something", at=NOW)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        async with database.begin() as work:
            await work.connection.execute(sa.text(statement))
