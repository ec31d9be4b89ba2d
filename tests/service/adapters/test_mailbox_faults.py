"""Every row I1–I23 of the fault matrix of receiving, from one table; after a fault the next session reads every letter whole.

A row that is played in another test, or that cannot be played here, says where or why.
"""

import asyncio
import importlib
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from service.adapters.imap import ImapSession
from service.ports import MailboxUnavailable
from tests.servers.mailbox_table import Table, play
from tests.servers.relay_table import Says
from tests.servers.scripted import scripted
from tests.service.adapters.mailbox_dialogue import all_of, local

TRICKY = b"Subject: t\r\n\r\n* 3 EXISTS\r\n) A1 OK FETCH completed\r\nAAAA1 OK done\r\n* BYE\r\n{99999}\r\n* 6 FETCH (UID 6 BODY[] {3}\r\n"
LETTERS = {5: b"Subject: five\r\n\r\nfive\r\n", 6: b"Subject: six\r\n\r\nsix\r\n"}
WHOLE = list(LETTERS.items())
AWAY = "away"
QUICK = {"timeout": 0.3, "letter_timeout": 0.3}
SLOW = {"timeout": 5.0, "letter_timeout": 5.0}
SILENT, GONE = Says(wait=20), Says(leaves=True)
THROTTLED = "{tag} BAD Request is throttled. Suggested Backoff Time: 299910 milliseconds"
LIMIT = 1_000_000


async def read(session: ImapSession) -> list[tuple[int, bytes]]:
    view = await session.look("INBOX")
    return [(one.uid, one.raw) for one in await all_of(session, view.uids, LIMIT)] if view else []


async def move(session: ImapSession) -> list[tuple[int, bytes]]:
    assert await session.move("INBOX", 5, "Done")
    return await read(session)


async def idle(session: ImapSession) -> list[tuple[int, bytes]]:
    await session.wait_for_news("INBOX", timedelta(seconds=0.1))
    return await read(session)


async def search(session: ImapSession) -> list[tuple[int, bytes]]:
    assert await session.naming("INBOX", [5, 6], [("SUBJECT", "found")]) == ()
    return await read(session)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that a server does while we *do* something, and what must come of it: the letters we have, or that it is away."""

    row: str
    table: Table
    ends: list[tuple[int, bytes]] | str = AWAY
    do: Callable[[ImapSession], Awaitable[list[tuple[int, bytes]]]] = read
    able: tuple[str, ...] = ("MOVE", "UIDPLUS", "IDLE")
    letters: Mapping[int, bytes] = field(default_factory=lambda: LETTERS)
    account: Mapping[str, Any] = field(default_factory=dict)
    comes_back_after: float | None = None
    login_refused: bool = False
    says: str = ""
    afterwards: list[tuple[int, bytes]] = field(default_factory=lambda: WHOLE)

    def __str__(self) -> str:
        said = [one if isinstance(one, str) else "…" for one in self.table.values()]
        return re.sub(r"[^\w .-]", "", f"{self.row} {self.do.__name__} {' '.join(self.table)} {' '.join(said)}")[:70]


def token() -> dict[str, Any]:
    async def issue() -> str:
        return "secret-word"

    return {"token": issue, "password": None}


def half(size: int, **more: Any) -> Says:
    return Says(says=b"* 1 FETCH (UID 5 BODY[]<0> {%d}\r\nSubject: half" % size, **more)


FLOOD = Says(says=b"".join(b"* %d EXPUNGE\r\n" % n for n in range(2000)) + b"{good}")
FLAGS = b"* 9 FETCH (FLAGS (\\Seen))\r\n* 3 EXPUNGE\r\n* 12 EXISTS\r\n"
FOREIGN = b"* 9 FETCH (UID 99 RFC822.SIZE 3 BODY[]<0> {7}\r\nforeign)\r\n" + FLAGS
ROWS = (
    *(Row(row="I1", table={stage: GONE}) for stage in ("greeting", "CAPABILITY", "LOGIN", "SELECT", "SEARCH", "SIZES", "BODY")),
    *(Row(row="I1", table={stage: Says(says=b"* BYE going down\r\n", leaves=True)}) for stage in ("greeting", "LOGIN", "SELECT", "BODY")),
    Row(row="I1", table={"BODY": half(100, leaves=True)}),
    Row(row="I1", table={"IDLE": Says(says=b"+ idling\r\n", leaves=True)}, do=idle),
    Row(row="I1", table={"MOVE": GONE}, do=move),
    Row(row="I2", table={"IDLE": SILENT}, do=idle, account=QUICK),
    Row(row="I2", table={"IDLE": "+ idling"}, do=idle, account=QUICK),
    *(
        Row(row="I3", table={stage: SILENT}, account=QUICK, says="in time")
        for stage in ("greeting", "LOGIN", "SELECT", "SEARCH", "SIZES", "BODY")
    ),
    Row(row="I4", table={"AUTHENTICATE": "{tag} NO AUTHENTICATE failed."}, account=token(), login_refused=True),
    Row(row="I4", table={"AUTHENTICATE": SILENT}, account=token() | QUICK, login_refused=True),
    *(Row(row="I5", table={stage: THROTTLED}, comes_back_after=299.91) for stage in ("LOGIN", "SELECT", "SEARCH", "SIZES", "BODY")),
    Row(row="I5", table={"SEARCH": THROTTLED}, do=search, comes_back_after=299.91),
    Row(row="I5", table={"MOVE": THROTTLED}, do=move, comes_back_after=299.91),
    Row(row="I6", table={"SELECT": "{tag} BAD User is authenticated but not connected."}, comes_back_after=60),
    Row(row="I7", table={"SELECT": Says(says=b"* BYE AccessTokenExpired\r\n", leaves=True)}, account=token()),
    Row(row="I7", table={"SEARCH": "{tag} NO AccessTokenExpired"}, account=token()),
    Row(row="I9", table={"SIZES": "* 5 FETCH (UID 5 RFC822.SIZE 22)\r\n{tag} OK some gone"}, ends=WHOLE[:1]),
    Row(row="I9", table={"BODY": "{tag} OK all gone"}, ends=[]),
    *(Row(row="I13", table={stage: FLOOD}, ends=WHOLE) for stage in ("SELECT", "SEARCH", "SIZES", "BODY")),
    Row(row="I14", table={"SIZES": "* 5 FETCH (UID 5 RFC822.SIZE 99999999999)\r\n{tag} OK"}, ends=[(5, b"Subject: five\r\n\r\n")]),
    Row(row="I14", table={"BODY": half(99999999999)}),
    Row(row="I14", table={"BODY": half(1000, drip=0.02)}, account={"letter_timeout": 0.4}, says="in time"),
    *(Row(row="I15", table={stage: Says(says=FLAGS + b"{good}")}, ends=WHOLE) for stage in ("SELECT", "SEARCH", "SIZES", "BODY")),
    *(Row(row="I15", table={stage: Says(says=FOREIGN + b"{good}")}, ends=WHOLE) for stage in ("SIZES", "BODY")),
    Row(
        row="I16",
        table={},
        letters={5: TRICKY, 6: TRICKY[:-2]},
        ends=[(5, TRICKY), (6, TRICKY[:-2])],
        afterwards=[(5, TRICKY), (6, TRICKY[:-2])],
    ),
    Row(row="I17", table={"MOVE": "{tag} NO [CANNOT] not now"}, do=move, says="would not move"),
    Row(row="I17", table={}, do=move, ends=WHOLE[1:], afterwards=WHOLE[1:]),
    Row(row="I17", table={}, do=move, able=("UIDPLUS",), ends=WHOLE[1:], afterwards=WHOLE[1:]),
    Row(row="I17", table={"COPY": "{tag} NO [OVERQUOTA] full"}, do=move, able=("UIDPLUS",), says="would not move"),
    Row(row="I17", table={"EXPUNGE": "{tag} NO not now"}, do=move, able=("UIDPLUS",)),
    Row(row="I18", table={"SELECT": "{tag} NO permission denied"}, says="would not open the folder"),
    Row(row="I18", table={"SELECT": "{tag} NO no such folder", "LIST": "{tag} OK nothing"}, ends=[]),
    Row(row="I18", table={"MOVE": "{tag} NO [OVERQUOTA] full"}, do=move, says="would not move"),
    *(
        Row(row="I20", table={"SIZES": f'* 5 FETCH (UID 5 RFC822.SIZE 22 INTERNALDATE "{date}")\r\n{{tag}} OK'}, ends=WHOLE[:1])
        for date in ("01-Jan-1970 00:00:00 +0000", "31-Feb-2099 25:00:00 +9999", "")
    ),
    Row(row="I23", table={"SEARCH": "{tag} NO [CANNOT] no search"}, do=search),
    Row(row="I23", table={"SEARCH": SILENT}, do=search, account={"letter_timeout": 0.3}, says="in time"),
)
RECEIVE = "tests.service.flow.test_receive"
ELSEWHERE = {
    "I8": (RECEIVE, "test_a_mailbox_that_numbers_its_letters_anew_is_read_again_and_nothing_is_done_twice"),
    "I10": ("tests.service.flow.test_filed", "test_a_letter_filed_by_somebody_before_it_was_read_is_reported_within_a_day"),
    "I11": (RECEIVE, "test_a_letter_moved_back_to_the_inbox_is_a_copy_and_acts_no_second_time"),
    "I12": (RECEIVE, "test_the_same_message_id_with_other_words_goes_to_a_person"),
    "I19": (RECEIVE, "test_a_form_in_the_junk_folder_waits_for_a_person"),
    "I21": ("tests.service.adapters.test_imap", "test_neither_token_nor_letter_reaches_the_log"),
    "I22": (RECEIVE, "test_two_workers_that_read_the_mailbox_at_once_keep_each_letter_once"),
}


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_what_a_server_does_ends_as_the_matrix_says_and_the_next_session_has_every_letter(row: Row) -> None:
    script = play(row.table, *row.able, letters=row.letters)
    started = time.monotonic()
    async with scripted(script) as server:
        away, ends = None, []
        try:
            async with local(server, **{**SLOW, **row.account}).open() as session:
                ends = await row.do(session)
        except MailboxUnavailable as trouble:
            away = trouble
            assert "secret-word" not in away.reason
            assert row.says in away.reason
            assert away.login_refused is row.login_refused
        assert time.monotonic() - started < 4
        assert (AWAY if away else ends) == row.ends
        if row.comes_back_after:
            assert away is not None
            assert away.retry_after == timedelta(seconds=row.comes_back_after)
        async with local(server, **{**row.account, **SLOW}).open() as session:
            assert await read(session) == row.afterwards


async def test_i3_after_a_command_that_timed_out_nothing_more_is_said_on_the_line() -> None:
    async with scripted(play({"SEARCH": SILENT}, letters=LETTERS)) as server, local(server, timeout=0.2).open() as session:
        with pytest.raises(MailboxUnavailable):
            await session.look("INBOX")
        heard = len(server.heard)
        with pytest.raises(MailboxUnavailable, match="closed"):
            await session.look("INBOX")
        await asyncio.sleep(0.05)
        assert len(server.heard) == heard


async def test_i13_small_letters_share_a_command_and_a_large_one_has_its_own() -> None:
    letters = {uid: b"Subject: x\r\n\r\n" + b"x" * (10 if uid % 40 else 1_500_000) for uid in range(1, 131)}
    async with scripted(play({}, letters=letters)) as server, local(server, letter_timeout=10).open() as session:
        assert [(one.uid, one.raw) for one in await all_of(session, letters, 2_000_000)] == list(letters.items())
        asked = [each.split(" ")[3].count(",") + 1 for each in server.heard if "BODY.PEEK" in each]
    assert sum(asked) == 130
    assert max(asked) <= 50
    assert len(asked) < 12


def test_every_row_is_played_or_says_where() -> None:
    assert {row.row for row in ROWS} | set(ELSEWHERE) == {f"I{n}" for n in range(1, 24)}
    for module, name in ELSEWHERE.values():
        assert callable(getattr(importlib.import_module(module), name))
