"""The journal: one commit for all who wait, in order, and an outcome is not given up at the first trouble."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest

from service.database.leaving import Move
from service.domain.delivery import DeliveryEvent
from service.flow import journal as module
from service.flow.journal import Journal
from tests.factories import NOW


class Book:
    """Takes what is committed, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.commits: list[list[str]] = []
        self.failures = failures
        self.written = asyncio.Event()

    async def commit(self, moves: Sequence[Move], at: datetime) -> frozenset[str]:
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise OSError("no space left")
        self.commits.append([f"{move.delivery_id} {move.event}" for move in moves])
        self.written.set()
        return frozenset(move.delivery_id for move in moves if move.delivery_id != "stopped")


def move(delivery_id: str, event: DeliveryEvent = DeliveryEvent.JOURNALLED) -> Move:
    return Move(delivery_id=delivery_id, event=event)


def opened(book: Book, writers: int = 1) -> Journal:
    return Journal(book.commit, lambda: NOW, lambda: writers)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WAITS", (0.0,) * 5)


async def test_all_who_wait_share_one_commit() -> None:
    book = Book()
    journal = opened(book, writers=20)
    assert await asyncio.gather(*(journal.write(move(str(n))) for n in range(20))) == [True] * 20
    assert len(book.commits) == 1


async def test_a_connection_whose_neighbours_have_nothing_to_write_does_not_wait_for_them_for_ever() -> None:
    journal = opened(Book(), writers=20)
    async with asyncio.timeout(5):
        assert await journal.write(move("a"))


async def test_a_letter_that_was_stopped_is_refused_and_the_others_go() -> None:
    journal = opened(Book())
    assert await asyncio.gather(journal.write(move("a")), journal.write(move("stopped"))) == [True, False]


async def test_an_outcome_is_committed_no_later_than_the_next_doubt() -> None:
    book = Book()
    journal = opened(book)
    await journal.write(move("a"))
    journal.note(move("a", DeliveryEvent.ACCEPTED))
    await journal.write(move("b"))
    assert book.commits == [["a journalled"], ["a accepted", "b journalled"]]


async def test_an_outcome_that_no_doubt_follows_is_committed_soon() -> None:
    book = Book()
    journal = opened(book)
    journal.note(move("a", DeliveryEvent.ACCEPTED))
    async with asyncio.timeout(5):
        await book.written.wait()
    assert book.commits == [["a accepted"]]


async def test_a_full_disk_stops_the_letter_that_was_to_leave_and_keeps_the_outcome_of_the_one_that_left() -> None:
    book = Book(failures=3)
    journal = opened(book)
    journal.note(move("a", DeliveryEvent.ACCEPTED))
    with pytest.raises(OSError, match="no space"):
        await journal.write(move("b"))
    await journal.close()
    assert book.commits == [["a accepted"]]


async def test_a_disk_that_stays_full_is_said_aloud() -> None:
    journal = opened(Book(failures=100))
    journal.note(move("a", DeliveryEvent.ACCEPTED))
    with pytest.raises(OSError, match="no space"):
        await journal.close()
