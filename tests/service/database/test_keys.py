"""Sealed values open only where they belong and only with the right keys."""

import pytest
import sqlalchemy as sa

from service.database.keys import MasterKey, SealBroken
from service.database.tables import data_keys
from service.database.unit_of_work import Database


async def test_a_sealed_value_opens_again(database: Database) -> None:
    async with database.begin() as work:
        seal = await work.keys.new()
        sealed = seal.close("notices.values", "1", "Amy Ŵyn 😀".encode())
    assert b"Amy" not in sealed
    async with database.read() as work:
        assert (await work.keys.open(seal.key_id)).open("notices.values", "1", sealed).decode() == "Amy Ŵyn 😀"


@pytest.mark.parametrize(("place", "row"), [("notices.values", "2"), ("letters.wire", "1")])
async def test_a_value_copied_to_another_row_or_column_does_not_open(sqlite: Database, place: str, row: str) -> None:
    async with sqlite.begin() as work:
        seal = await work.keys.new()
        with pytest.raises(SealBroken):
            seal.open(place, row, seal.close("notices.values", "1", b"secret"))


async def test_another_master_key_opens_nothing(sqlite: Database) -> None:
    async with sqlite.begin() as work:
        key_id = (await work.keys.new()).key_id
    other = Database(str(sqlite.engine.url), MasterKey(b"another master key, 32 bytes long"[:32]))
    async with other.read() as work:
        with pytest.raises(SealBroken):
            await work.keys.open(key_id)
    await other.close()


async def test_a_destroyed_data_key_makes_its_values_unreadable(sqlite: Database) -> None:
    async with sqlite.begin() as work:
        key_id = (await work.keys.new()).key_id
        await work.connection.execute(sa.delete(data_keys))
    async with sqlite.read() as work:
        with pytest.raises(SealBroken):
            await work.keys.open(key_id)


def test_a_short_master_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        MasterKey(b"short")
