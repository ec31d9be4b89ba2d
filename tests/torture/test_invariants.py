"""The invariants hold after a story that was not disturbed, and each is seen when it is broken."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from service.ports import Envelope
from tests.service.flow.home import Home
from tests.service.flow.walk import go_live
from tests.torture.invariants import Seen, broken
from tests.torture.town import Taken


def seen_at(home: Home) -> Seen:
    """What the outside of a small house saw."""

    def copy(envelope: Envelope, wire: bytes) -> Taken:
        return Taken(envelope.recipient, wire)

    return Seen(
        in_mailbox=[raw for folder in home.mailbox.folders.values() for raw in folder.values()],
        taken=[copy(*one) for one in home.mailer.sent],
        most_recipients=1,
        crashes=0,
        connections=1,
    )


async def faults_of(home: Home, seen: Seen) -> set[str]:
    async with home.database.read() as work:
        return {fault.partition(":")[0] for fault in await broken(work, home.house, seen)}


async def test_they_hold_when_nothing_was_disturbed(home: Home) -> None:
    await go_live(home)
    assert await faults_of(home, seen_at(home)) == set()


OUTSIDE: dict[str, Callable[[Seen], Seen]] = {
    "INV1": lambda seen: replace(seen, in_mailbox=[*seen.in_mailbox, b"Subject: never read\r\n\r\n"]),
    "INV3": lambda seen: replace(seen, taken=[*seen.taken[:-1], Taken(seen.taken[-1].recipient, seen.taken[-1].raw + b"more\r\n")]),
    "INV4": lambda seen: replace(seen, taken=[*seen.taken, seen.taken[-1]]),
    "INV7": lambda seen: replace(seen, most_recipients=2),
    "INV11": lambda seen: replace(seen, output="a name", canaries=["name"]),
}
INSIDE = {
    "INV2": "UPDATE cascades SET recipients = '[]'",
    "INV6": "UPDATE deliveries SET created_at = '2099-01-01 00:00:00.000000' WHERE kind = 'alert'",
    "INV8": "UPDATE audit_head SET number = number - 1",
    "INV9": "UPDATE approvals SET verdict = 'approve'",
    "INV10": "UPDATE notices SET passed_by = (SELECT approver_id FROM approvals WHERE verdict = 'approve')",
    "INV10 ": "UPDATE notices SET submitted_by = (SELECT address FROM persons WHERE id = passed_by)",
    "INV12": "UPDATE deliveries SET state = 'queued' WHERE kind = 'alert'",
}


@pytest.mark.parametrize("name", OUTSIDE)
async def test_each_is_seen_when_it_is_broken_outside(home: Home, name: str) -> None:
    await go_live(home)
    assert name in await faults_of(home, OUTSIDE[name](seen_at(home)))


@pytest.mark.parametrize("name", INSIDE)
async def test_each_is_seen_when_it_is_broken_in_the_database(home: Home, name: str) -> None:
    await go_live(home)
    async with home.database.begin() as work:
        if name == "INV6":  # what was cascaded is read as the end of the case
            await work.connection.exec_driver_sql("UPDATE notices SET kind = 'found'")
        await work.connection.exec_driver_sql(INSIDE[name])
    assert name.strip() in await faults_of(home, seen_at(home))


async def test_an_older_notice_after_a_newer_one_is_seen(home: Home) -> None:
    await go_live(home)
    async with home.database.begin() as work:  # two letters of one case to one authority
        await work.connection.exec_driver_sql(
            "UPDATE deliveries SET rank = rowid, gss_code = (SELECT min(gss_code) FROM deliveries) WHERE gss_code IS NOT NULL"
        )
    seen = seen_at(home)
    assert "INV5" not in await faults_of(home, seen)
    assert "INV5" in await faults_of(home, replace(seen, taken=seen.taken[::-1]))
