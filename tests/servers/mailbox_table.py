"""A mailbox that plays a table: at each stage of the dialogue it says something else, late, in drops or not at all, and may hang up.

A stage that the table does not name is played as a good server plays it. `{tag}` stands for the client's tag, `{good}` for the good answer.
"""

import asyncio
import re
from collections.abc import Mapping

from tests.servers.relay_table import Says
from tests.servers.scripted import Conversation, Script

Table = Mapping[str, Says | str]


class _Mailbox:
    def __init__(self, letters: Mapping[int, bytes], able: tuple[str, ...]) -> None:
        self.letters = dict(letters)
        self.able = able

    def answer(self, stage: str, rest: str) -> bytes:
        """Answer as a good server, without the tagged line."""
        match stage:
            case "CAPABILITY":
                return _lines(" ".join(("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2", *self.able)))
            case "SELECT":
                return _lines(f"* {len(self.letters)} EXISTS", "* OK [UIDVALIDITY 7] ok")
            case "LIST":
                return _lines('* LIST () "/" INBOX')
            case "SEARCH":
                return _lines(" ".join(("* SEARCH", *map(str, self._named(rest)))))
            case "SIZES":
                sizes = ((uid, len(self.letters[uid])) for uid in self._named(rest))
                return _lines(*(f'* {uid} FETCH (UID {uid} RFC822.SIZE {n} INTERNALDATE "17-Jul-2026 02:44:25 +0100")' for uid, n in sizes))
            case "BODY":
                return b"".join(self._body(uid, rest) for uid in self._named(rest))
            case "MOVE" | "EXPUNGE":
                for uid in self._named(rest):
                    del self.letters[uid]
        return b""

    def _named(self, rest: str) -> list[int]:
        found = re.search(r"\b(?:FETCH|UID|MOVE|EXPUNGE) ([\d,]+)", rest)
        return [uid for uid in self.letters if found is None or str(uid) in found.group(1).split(",")]

    def _body(self, uid: int, rest: str) -> bytes:
        section, limit = re.findall(r"BODY\.PEEK\[(\w*)\]<0\.(\d+)>", rest)[0]
        raw = self.letters[uid] if not section else self.letters[uid].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        raw = raw[: int(limit)]
        return b"* %d FETCH (UID %d BODY[%s]<0> {%d}\r\n%s)\r\n" % (uid, uid, section.encode(), len(raw), raw)


def play(table: Table, *able: str, letters: Mapping[int, bytes], times: int = 1) -> Script:
    """Make the script of a server that departs from the good dialogue on its first *times* connections and is good from then on."""
    mailbox = _Mailbox(letters, able)

    async def script(line: Conversation) -> None:
        here = table if line.number < times else {}
        if not await _say(line, here.get("greeting"), "*", b"* OK table\r\n"):
            return
        while True:
            tag, rest = await line.imap_tag()
            if not rest:
                continue  # DONE, after a silence in IDLE
            stage = _stage(rest)
            if stage == "IDLE" and "IDLE" not in here:
                await line.say("+ idling")
                await line.hear()
            if stage == "AUTHENTICATE" and "AUTHENTICATE" in here:
                await line.say("+ eyJzdGF0dXMiOiI0MDAifQ==")
                await line.hear()
            good = mailbox.answer(stage, rest) if stage not in here or b"{good}" in _bytes(here[stage]) else b""
            if not await _say(line, here.get(stage), tag, good + f"{tag} OK done\r\n".encode()):
                return

    return script


def _stage(rest: str) -> str:
    words = rest.split()
    word = words[1] if words[0] == "UID" else words[0]
    if word == "FETCH":
        return "SIZES" if "RFC822.SIZE" in rest else "BODY"
    return word


def _lines(*lines: str) -> bytes:
    return b"".join(line.encode() + b"\r\n" for line in lines)


def _bytes(step: Says | str) -> bytes:
    return _lines(step) if isinstance(step, str) else step.says


async def _say(line: Conversation, step: Says | str | None, tag: str, good: bytes) -> bool:
    """Say what the table has for this stage, or what is good; False when the server left."""
    if step is None:
        await line.raw(good)
        return True
    said = _bytes(step).replace(b"{tag}", tag.encode()).replace(b"{good}", good)
    if isinstance(step, str):
        await line.raw(said)
        return True
    await asyncio.sleep(step.wait)
    for piece in [bytes([byte]) for byte in said] if step.drip else [said]:
        await line.raw(piece)
        await asyncio.sleep(step.drip)
    if step.leaves:
        line.hang_up()
    return not step.leaves
