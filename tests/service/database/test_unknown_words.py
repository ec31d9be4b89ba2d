"""What the reader did not know: counted for each authority, and sealed, because a label may hold a name."""

from datetime import timedelta

from service.database.unit_of_work import Database, Work
from tests.databases import settle_kent
from tests.factories import NOW


async def note(work: Work, authority_id: str, words: str, days: int = 0) -> None:
    """Note one label."""
    await work.unknown.note(authority_id, kind="label", words=words, compared=words.casefold(), at=NOW + timedelta(days=days))


async def test_the_same_words_are_counted_and_the_first_spelling_is_kept(database: Database) -> None:
    async with database.begin() as work:
        kent = await settle_kent(work)
        await note(work, kent, "Favourite colour")
        await note(work, kent, "Pet")
        await note(work, kent, "FAVOURITE COLOUR", days=3)
    async with database.read() as work:
        first, second = await work.unknown.of_authority(kent)
    assert (first.words, first.seen, first.first_at, first.last_at) == ("Favourite colour", 2, NOW, NOW + timedelta(days=3))
    assert (second.words, second.seen) == ("Pet", 1)


async def test_each_authority_has_its_own_words_under_its_own_marks(sqlite: Database) -> None:
    async with sqlite.begin() as work:
        kent = await settle_kent(work)
        medway = await work.people.add_authority(
            gss_code="E06000035", name="Medway Council", code="MED", policy="medway", mailbox="alerts@medway.test"
        )
        await note(work, kent, "Pet")
        await note(work, medway, "Pet")
    async with sqlite.read() as work:
        assert [len(await work.unknown.of_authority(one)) for one in (kent, medway)] == [1, 1]
        marks = (await work.connection.exec_driver_sql("SELECT mark FROM unknown_words")).scalars().all()
    assert len(set(marks)) == 2


async def test_no_word_of_a_label_stands_in_the_database(sqlite: Database) -> None:
    async with sqlite.begin() as work:
        kent = await settle_kent(work)
        await note(work, kent, "Amy Example says")
    async with sqlite.read() as work:
        rows = (await work.connection.exec_driver_sql("SELECT * FROM unknown_words")).all()
    assert b"Amy" not in repr(rows).encode()
    assert "Example" not in repr(rows)
