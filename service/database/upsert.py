"""Insertions that may meet what another worker has inserted meanwhile: each database spells them in its own way."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def insert_into(connection: AsyncConnection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """Begin an insertion that can say what happens `on_conflict`."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
