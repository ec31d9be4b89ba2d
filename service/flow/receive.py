"""Room 1: keep the raw bytes of every letter in every watched folder before anything reads them, and file them away afterwards.

The ledger of what we have is (mailbox, folder, UIDVALIDITY, UID): people read, flag and move letters in this mailbox too.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from service.crashpoints import crashpoint
from service.database.received import NewLetter, ReceivedEmail, ReceivedState
from service.domain.people import Role
from service.flow.house import House
from service.ports import FetchedLetter, FolderView, Mailbox, MailboxUnavailable

log = structlog.get_logger()
SIZE_LIMIT = 40 * 2**20
BATCH, WEIGHT = 100, 8 * 2**20  # as many letters, or about as many bytes, are in memory at once
PASS = 1_000  # after so many letters of a backlog the folder is listed again, because what is urgent goes first
LONGEST_GAP = 100_000  # a longer one is the server's way of numbering
FILE_BATCH = 50
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>\r\n]{1,900}>)", re.IGNORECASE | re.MULTILINE)
_FOUND = re.compile(rb"^subject:[^\r\n]*\bfound\b", re.IGNORECASE | re.MULTILINE)
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """One shared mailbox we watch. *move* says whether handled letters are moved out of the folder they came in.

    *sent* is where the server files what it takes from us, if it does.
    """

    address: str
    folders: tuple[str, ...] = ("INBOX", "Junk")
    move: bool = True
    processed: str = "Processed"
    needs_attention: str = "Needs attention"
    sent: str = ""

    @property
    def urgent(self) -> tuple[tuple[str, str], ...]:
        """What a header field of the letters that go first holds: found children, decisions and STOP. A hint, never a judgement."""
        local = self.address.rpartition("@")[0]
        return ("SUBJECT", "found"), ("TO", f"{local}+d."), ("TO", f"{local}+h.")


async def receive_new(house: House, mailbox: Mailbox, inbox: Inbox, *, now: datetime) -> int:
    """Keep every letter that is not yet kept and return how many wait for triage because of it."""
    kept = 0
    for folder in inbox.folders:
        more = True
        while more:
            got, more = await _receive_some(house, mailbox, inbox, folder, now)
            kept += got
    async with house.begin() as work:
        await work.signals.beat(f"inbox {inbox.address}", at=now)
    return kept


async def _receive_some(house: House, mailbox: Mailbox, inbox: Inbox, folder: str, now: datetime) -> tuple[int, bool]:
    """Keep at most *PASS* letters; return how many wait for triage because of it, and whether there may be more."""
    view = await mailbox.look(folder)
    if view is None:
        await _tell_of_missing_folder(house, inbox, folder, now)
        return 0, False
    async with house.read() as work:
        known = await work.received.known_uids(inbox.address, folder, view.uidvalidity)
        generation = await work.received.generation(inbox.address, folder)
        listed = await work.received.listed_up_to(inbox.address, folder, view.uidvalidity)
    if generation is not None and generation != view.uidvalidity:
        await _tell_of_new_generation(house, folder, view.uidvalidity, now)
    missing = [uid for uid in view.uids if uid not in known]
    crashpoint("I0")
    if len(missing) <= BATCH:
        kept, fetched = await _keep(house, mailbox, inbox, view, missing, now)
    else:
        # some are kept before the server is asked to search, so that a search which breaks the line cannot stop us for ever
        kept, fetched = await _keep(house, mailbox, inbox, view, missing[:BATCH], now)
        rest = missing[BATCH:]
        first = frozenset(await mailbox.naming(folder, rest, inbox.urgent))
        rest = [uid for uid in reversed(rest) if uid in first] + [uid for uid in rest if uid not in first]
        more, others = await _keep(house, mailbox, inbox, view, rest[: PASS - BATCH], now)
        kept, fetched = kept + more, fetched | others
        if len(missing) > PASS and fetched:
            return kept, True
    await _look_for_gaps(house, mailbox, inbox, view, known | fetched, listed, now)
    return kept, False


async def _keep(
    house: House, mailbox: Mailbox, inbox: Inbox, view: FolderView, uids: Sequence[int], now: datetime
) -> tuple[int, frozenset[int]]:
    """Fetch and keep; return how many wait for triage and which were there. What came whole before the line broke is kept too."""
    waiting, fetched, letters, weight = 0, set[int](), list[NewLetter](), 0

    async def commit() -> int:
        if not letters:
            return 0
        async with house.begin() as work:
            new = await work.received.keep(letters, mailbox=inbox.address, folder=view.folder, uidvalidity=view.uidvalidity, at=now)
        crashpoint("I4")
        log.info("letters_kept", count=len(letters))
        fetched.update(one.uid for one in letters)
        letters.clear()
        return new

    try:
        async for one in mailbox.fetch(view.folder, uids, size_limit=SIZE_LIMIT):
            letters.append(_new_letter(inbox, one))
            crashpoint("I1")
            weight += len(one.raw)
            if len(letters) == BATCH or weight >= WEIGHT:
                waiting, weight = waiting + await commit(), 0
    except MailboxUnavailable:
        await commit()
        raise
    waiting += await commit()
    return waiting, frozenset(fetched)


def _new_letter(inbox: Inbox, one: FetchedLetter) -> NewLetter:
    """Look into the first bytes for the Message-ID and for what is urgent; nothing is parsed before it is stored."""
    head = _head(one.raw)
    words = head.lower()
    return NewLetter(
        uid=one.uid,
        size=one.size,
        complete=one.complete,
        raw=one.raw,
        message_id=message_id(one.raw),
        urgent=any(word.encode() in words for field, word in inbox.urgent if field == "TO") or _FOUND.search(head) is not None,
    )


def message_id(raw: bytes) -> str | None:
    """Pick the Message-ID out of the first bytes."""
    found = _MESSAGE_ID.search(_head(raw))
    return found.group(1).decode("ascii", "replace") if found else None


def _head(raw: bytes) -> bytes:
    return raw[:_HEAD].partition(b"\r\n\r\n")[0]


async def _look_for_gaps(
    house: House, mailbox: Mailbox, inbox: Inbox, view: FolderView, known: frozenset[int], listed: int | None, now: datetime
) -> None:
    """Tell a person of letters that were in the folder and were gone before we had them.

    Nothing of such a letter is known, so only a person can find it again. Numbers from before the first look are not ours to explain.
    """
    newest = max(view.uids, default=0)
    gone = set(view.uids) - known
    if gone and (again := await mailbox.look(view.folder)) is not None:
        gone -= set(again.uids)  # still there after all: the next look fetches them
    if listed is not None and newest - listed < LONGEST_GAP:
        gone |= set(range(listed + 1, newest)) - known - set(view.uids)
    if not gone and newest <= (listed or 0):
        return
    async with house.begin() as work:
        await work.received.note_listed(inbox.address, view.folder, view.uidvalidity, newest)
        if gone:
            await work.tasks.add(
                kind="letter_vanished",
                role=Role.SYSTEM,
                at=now,
                subject_id=str(view.uidvalidity),
                says=f"New letters that were moved or deleted in {view.folder} before they were read: {len(gone)}."
                " Look for them in the other folders and in the deleted items, and move them back.",
            )
            work.audit.add("letters_vanished", at=now, uidvalidity=view.uidvalidity, first=min(gone), last=max(gone), count=len(gone))


async def _tell_of_missing_folder(house: House, inbox: Inbox, folder: str, now: datetime) -> None:
    """A folder that was renamed or deleted is somebody's task; one that was never there, such as Junk, may be missing."""
    async with house.read() as work:
        known = await work.received.generation(inbox.address, folder) is not None
    if not known and folder != inbox.folders[0]:
        return
    async with house.begin() as work:
        await work.tasks.add(
            kind="folder_missing",
            role=Role.SYSTEM,
            at=now,
            subject_id=hashlib.sha256(f"{inbox.address} {folder}".encode()).hexdigest()[:32],
            says=f"The mail folder {folder} is no longer there, so no letter in it is read. Rename it back, or correct the settings.",
        )


async def _tell_of_new_generation(house: House, folder: str, uidvalidity: int, now: datetime) -> None:
    """The server numbered the folder anew: everything is read again, and letters we have are known by their bytes."""
    async with house.begin() as work:
        await work.tasks.add(
            kind="mailbox_renumbered",
            role=Role.SYSTEM,
            at=now,
            subject_id=str(uidvalidity),
            says=f"The mail server numbered the folder {folder} anew. Every letter is being read again; none is acted on twice.",
        )
        work.audit.add("mailbox_renumbered", at=now, uidvalidity=uidvalidity)


async def file_away(house: House, mailbox: Mailbox, inbox: Inbox) -> int:
    """Move letters whose effect is committed to *Processed* or *Needs attention*; a letter somebody moved first is left alone."""
    async with house.read() as work:
        letters = await work.received.to_file(inbox.address, FILE_BATCH)
    moved, generations = [], dict[str, int | None]()
    for letter in letters:
        if inbox.move and letter.folder not in generations:
            view = await mailbox.look(letter.folder)
            generations[letter.folder] = view.uidvalidity if view else None
        # After the server numbered a folder anew, the same number may be another letter, which must not be touched.
        if inbox.move and generations[letter.folder] == letter.uidvalidity:
            await mailbox.move(letter.folder, letter.uid, _target(inbox, letter))
            crashpoint("I9")
        moved.append(letter.id)
    if moved:
        async with house.begin() as work:
            await work.received.mark_filed(moved)
        crashpoint("I10")
    return len(moved)


def _target(inbox: Inbox, letter: ReceivedEmail) -> str:
    return inbox.needs_attention if letter.state is ReceivedState.QUARANTINED else inbox.processed
