"""Room 1: keep the raw bytes of every letter in every watched folder before anything reads them, and file them away afterwards.

The ledger of what we have is (mailbox, folder, UIDVALIDITY, UID): people read, flag and move letters in this mailbox too.
"""

import re
from dataclasses import dataclass
from datetime import datetime

import structlog

from service.database.received import NewLetter, ReceivedEmail, ReceivedState
from service.domain.people import Role
from service.flow.house import House
from service.ports import Mailbox

log = structlog.get_logger()
SIZE_LIMIT = 40 * 2**20
BATCH = 100
FILE_BATCH = 50
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>\r\n]{1,900}>)", re.IGNORECASE | re.MULTILINE)
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """One shared mailbox we watch. *move* says whether handled letters are moved out of the folder they came in."""

    address: str
    folders: tuple[str, ...] = ("INBOX", "Junk")
    move: bool = True
    processed: str = "Processed"
    needs_attention: str = "Needs attention"


async def receive_new(house: House, mailbox: Mailbox, inbox: Inbox, *, now: datetime) -> int:
    """Keep every letter that is not yet kept and return how many wait for triage because of it."""
    kept = 0
    for folder in inbox.folders:
        kept += await _receive_folder(house, mailbox, inbox, folder, now)
    async with house.begin() as work:
        await work.signals.beat(f"inbox {inbox.address}", at=now)
    return kept


async def _receive_folder(house: House, mailbox: Mailbox, inbox: Inbox, folder: str, now: datetime) -> int:
    view = await mailbox.look(folder)
    if view is None:
        return 0
    async with house.read() as work:
        known = await work.received.known_uids(inbox.address, folder, view.uidvalidity)
        generation = await work.received.generation(inbox.address, folder)
    if generation is not None and generation != view.uidvalidity:
        await _tell_of_new_generation(house, folder, view.uidvalidity, now)
    missing = [uid for uid in view.uids if uid not in known]
    kept = 0
    for start in range(0, len(missing), BATCH):
        letters = [
            NewLetter(uid=one.uid, size=one.size, complete=one.complete, raw=one.raw, message_id=_message_id(one.raw))
            async for one in mailbox.fetch(folder, missing[start : start + BATCH], size_limit=SIZE_LIMIT)
        ]
        async with house.begin() as work:
            kept += await work.received.keep(letters, mailbox=inbox.address, folder=folder, uidvalidity=view.uidvalidity, at=now)
        log.info("letters_kept", count=len(letters))
    return kept


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
        moved.append(letter.id)
    if moved:
        async with house.begin() as work:
            await work.received.mark_filed(moved)
    return len(moved)


def _target(inbox: Inbox, letter: ReceivedEmail) -> str:
    return inbox.needs_attention if letter.state is ReceivedState.QUARANTINED else inbox.processed


def _message_id(raw: bytes) -> str | None:
    """Pick the Message-ID out of the first bytes; nothing is parsed before it is stored."""
    found = _MESSAGE_ID.search(raw[:_HEAD])
    return found.group(1).decode("ascii", "replace") if found else None
