"""A relay that plays a table: at each stage of the dialogue it says something, late, in drops or not at all, and goes on or hangs up.

A stage that the table does not name is played as a good relay plays it, whether the commands come one by one or together.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tests.servers.scripted import Conversation, Script

Stage = Literal["banner", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "body", "dot", "idle", "RSET", "QUIT"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """What the relay does at one stage: it waits, *says* the bytes, with *drip* seconds between them, and hangs up if it *leaves*."""

    says: bytes = b""
    wait: float = 0.0
    drip: float = 0.0
    leaves: bool = False


Table = Mapping[Stage, Says | str]
GOOD: dict[str, str] = {
    "banner": "220 table.test ESMTP",
    "STARTTLS": "220 go",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "dot": "250 2.0.0 Ok: queued as 4XyZ",
    "RSET": "250 2.0.0 ok",
    "QUIT": "221 2.0.0 bye",
}


def play(table: Table, *offers: str) -> Script:
    """Make the script of a relay that offers *offers* and departs from the good dialogue where *table* says so."""

    async def script(line: Conversation) -> None:
        if not await _do(line, table, "banner"):
            return
        taken = False
        while True:
            word = (await line.hear()).partition(" ")[0].partition(":")[0]
            if word == "EHLO" and "EHLO" not in table:
                await line.offer(*offers)
            elif word == "DATA" and "DATA" not in table:
                await line.say("354 go ahead" if taken else "554 5.5.1 no valid recipients")
                if taken and not await _letter(line, table):
                    return
            else:
                if not await _do(line, table, word):
                    return
                if word == "RCPT":
                    taken = _code(table, "RCPT").startswith("25") and _code(table, "MAIL").startswith("250")
                elif word == "DATA" and _code(table, "DATA") == "354" and not await _letter(line, table):
                    return

    return script


async def _letter(line: Conversation, table: Table) -> bool:
    if "body" in table:
        await line.reader.read(1000)
        return await _do(line, table, "body")
    await line.letter()
    return await _do(line, table, "dot") and ("idle" not in table or await _do(line, table, "idle"))


def _code(table: Table, stage: str) -> str:
    said = table.get(stage, GOOD.get(stage, ""))  # type: ignore[call-overload]
    return said[:3] if isinstance(said, str) else said.says[:3].decode("ascii", "replace")


async def _do(line: Conversation, table: Table, stage: str) -> bool:
    """Play one stage; False when the relay left."""
    step = table.get(stage, GOOD.get(stage, "502 5.5.2 what?"))  # type: ignore[call-overload]
    if isinstance(step, str):
        await line.say(step)
        return True
    await asyncio.sleep(step.wait)
    for piece in [bytes([byte]) for byte in step.says] if step.drip else [step.says]:
        await line.raw(piece)
        await asyncio.sleep(step.drip)
    if step.leaves:
        line.hang_up()
    return not step.leaves
