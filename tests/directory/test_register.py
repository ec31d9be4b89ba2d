"""The register keeps authorities, contacts and the history of every change, alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta, timezone
from typing import TypedDict

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from directory import proposing
from directory.authority import by_gss, shipped
from directory.changes import UnknownAuthority, UnknownContact, What
from directory.contact import Contact
from directory.history import By
from directory.importing import ContactRow
from directory.register import Register
from directory.tables import authorities, contacts
from tests.directory.decided import remove_contact, set_contact

KENT, MEDWAY, JERSEY = "E10000016", "E06000035", "CD-JE"
AT = datetime(2026, 10, 28, 9, 30, tzinfo=UTC)


class Told(TypedDict):
    who: str
    why: str
    at: datetime


TOLD = Told(who="administrator", why="letter of 27 October", at=AT)


async def give(register: Register, gss_code: str, address: str, order: int = 0) -> Contact:
    return await set_contact(register, gss_code=gss_code, address=address, role="custodian", order=order, **TOLD)


async def test_loading_the_shipped_list_twice_changes_nothing_the_second_time(connection: AsyncConnection) -> None:
    register = Register(connection)
    assert await register.load_shipped() == 217
    assert await register.load_shipped() == 0
    assert await register.authorities() == shipped()


async def test_loading_again_mends_a_changed_name_and_leaves_contacts_alone(register: Register, connection: AsyncConnection) -> None:
    kept = await give(register, KENT, "alerts@kent.test")
    await connection.execute(update(authorities).where(authorities.c.gss_code == KENT).values(name="Somewhere"))
    assert await register.load_shipped() == 1
    assert await register.authority(KENT) == by_gss()[KENT]
    assert await register.contacts(KENT) == (kept,)


async def test_an_unknown_authority_is_none_and_cannot_be_given_a_contact(register: Register) -> None:
    assert await register.authority("nowhere") is None
    with pytest.raises(UnknownAuthority):
        await give(register, "nowhere", "alerts@kent.test")


async def test_contacts_come_back_with_the_primary_one_first(register: Register) -> None:
    second = await give(register, KENT, "duty@kent.test", order=1)
    first = await give(register, KENT, "alerts@kent.test")
    assert await register.contacts(KENT) == (first, second)
    assert await register.primary_contacts() == {KENT: first}
    assert await register.all_contacts() == (first, second)


async def test_recipients_are_the_uk_authorities_with_a_primary_address_by_name_without_the_sender(register: Register) -> None:
    await give(register, MEDWAY, "alerts@medway.test")
    await give(register, KENT, "alerts@kent.test")
    await give(register, JERSEY, "alerts@jersey.test")
    await give(register, "E08000035", "only-fallback@leeds.test", order=1)
    assert [r.name for r in await register.recipients()] == ["Kent County Council", "Medway Council"]
    assert [(r.gss_code, r.address) for r in await register.recipients(exclude=KENT)] == [(MEDWAY, "alerts@medway.test")]


async def test_uk_authorities_without_a_primary_address_are_listed(register: Register) -> None:
    assert len(await register.without_address()) == 212
    await give(register, KENT, "alerts@kent.test")
    await give(register, JERSEY, "alerts@jersey.test")
    await give(register, MEDWAY, "duty@medway.test", order=1)
    missing = {authority.gss_code for authority in await register.without_address()}
    assert len(missing) == 211
    assert MEDWAY in missing
    assert not missing & {KENT, JERSEY}


async def test_every_change_is_in_the_history_with_who_when_why_and_both_states(register: Register) -> None:
    await give(register, KENT, "alerts@kent.test")
    await give(register, KENT, "missing@kent.test")
    await remove_contact(register, gss_code=KENT, order=0, **TOLD)
    history = await register.history(KENT)
    assert [entry.what for entry in history] == [What.ADDED, What.CHANGED, What.REMOVED]
    assert [(entry.before or {}).get("address") for entry in history] == [None, "alerts@kent.test", "missing@kent.test"]
    assert [(entry.after or {}).get("address") for entry in history] == ["alerts@kent.test", "missing@kent.test", None]
    assert all((entry.who, entry.why, entry.at) == ("administrator", "letter of 27 October", AT) for entry in history)
    assert "kent.test" not in repr(history)
    assert await register.history(MEDWAY) == ()


async def test_setting_a_contact_to_what_it_is_writes_no_history(register: Register) -> None:
    await give(register, KENT, "alerts@kent.test")
    await give(register, KENT, "alerts@kent.test")
    assert len(await register.history(KENT)) == 1


async def test_proof_is_kept_while_the_address_stays_and_lost_with_it(register: Register) -> None:
    await give(register, KENT, "alerts@kent.test")
    proved = await register.prove_contact(gss_code=KENT, order=0, **TOLD)
    assert proved.proved_at == AT
    same = await set_contact(register, gss_code=KENT, address="alerts@kent.test", role="duty team", **TOLD)
    assert same.proved_at == AT
    await give(register, KENT, "other@kent.test")
    (stored,) = await register.contacts(KENT)
    assert stored.proved_at is None


async def test_a_contact_that_is_not_there_cannot_be_proved_or_removed(register: Register) -> None:
    with pytest.raises(UnknownContact):
        await register.prove_contact(gss_code=KENT, order=0, **TOLD)
    with pytest.raises(UnknownContact):
        await proposing.remove_contact(register, gss_code=KENT, order=0, by=By(**TOLD))


async def test_a_mailbox_finds_its_authorities_whatever_its_capitals(register: Register) -> None:
    await give(register, KENT, "Alerts@joint.test")
    await give(register, MEDWAY, "alerts@joint.test", order=1)
    assert await register.authorities_at("ALERTS@joint.test") == (MEDWAY, KENT)
    assert await register.authorities_at("other@joint.test") == ()


async def test_an_import_stores_what_is_new_and_what_differs_and_a_second_time_nothing(register: Register) -> None:
    await give(register, KENT, "old@kent.test")
    absent = await give(register, "E08000035", "alerts@leeds.test")
    rows = (
        ContactRow(row=2, gss_code=KENT, role="custodian", address="alerts@kent.test"),
        ContactRow(row=3, gss_code=MEDWAY, role="custodian", address="alerts@medway.test", phone="01632 960001"),
    )
    planned = await register.plan_import(rows)
    assert len(await register.all_contacts()) == 2
    done = await register.import_contacts(rows, **TOLD)
    assert done == planned
    assert [contact.gss_code for contact in done.added] == [MEDWAY]
    assert [(change.old.address, change.new.address) for change in done.changed] == [("old@kent.test", "alerts@kent.test")]
    assert done.absent == (absent,)
    assert len(await register.all_contacts()) == 3
    again = await register.import_contacts(rows, **TOLD)
    assert again.empty
    assert len(await register.history(KENT)) == 2


async def test_an_import_that_dies_half_way_leaves_nothing(register: Register, connection: AsyncConnection) -> None:
    await connection.commit()
    rows = (
        ContactRow(row=2, gss_code=KENT, role="custodian", address="alerts@kent.test"),
        ContactRow(row=3, gss_code="nowhere", role="custodian", address="alerts@medway.test"),
    )
    with pytest.raises(UnknownAuthority):
        await register.import_contacts(rows, **TOLD)
    await connection.rollback()
    assert await register.all_contacts() == ()
    assert await register.history(KENT) == ()


async def test_a_time_goes_in_with_any_zone_and_comes_out_in_utc(register: Register) -> None:
    summer = AT.astimezone(timezone(timedelta(hours=1)))
    await give(register, KENT, "alerts@kent.test")
    await register.prove_contact(gss_code=KENT, order=0, who="a", why="b", at=summer)
    (stored,) = await register.contacts(KENT)
    assert stored.proved_at == AT
    assert stored.proved_at.tzinfo is UTC


async def test_a_time_without_a_zone_is_refused(register: Register) -> None:
    with pytest.raises(StatementError):
        await set_contact(register, gss_code=KENT, address="a@kent.test", role="custodian", who="a", why="b", at=AT.replace(tzinfo=None))


async def test_the_database_itself_refuses_an_order_below_zero(register: Register, connection: AsyncConnection) -> None:
    with pytest.raises(Exception, match="order_not_negative"):
        await give(register, KENT, "alerts@kent.test", order=-1)
    await connection.rollback()
    assert (await connection.execute(select(func.count()).select_from(contacts))).scalar_one() == 0
