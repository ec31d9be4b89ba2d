"""Authorities begin, end and follow one another by date, and every step can be seen and undone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from directory.authority import Authority, by_gss
from directory.changes import ChangedMeanwhile, NotAllowed, UnknownAuthority, What
from directory.contact import How
from directory.history import By
from directory.proposing import agree_to_batch
from directory.register import Register
from directory.succession import add_authority, edit_authority
from directory.undoing import undo, undo_batch
from tests.directory.decided import merge, remove_contact, retire, set_contact

KENT, MEDWAY, SURREY, EAST, WEST = "E10000016", "E06000035", "E10000030", "NEW-EAST-SURREY", "NEW-WEST-SURREY"
LAST_DAY, FIRST_DAY = date(2027, 3, 31), date(2027, 4, 1)
AT = datetime(2026, 10, 28, 9, 30, tzinfo=UTC)
BY = By(who="administrator", why="order in council", at=AT)
ANOTHER = By(who="another", why="", at=AT)
NEW = replace(by_gss()[KENT], gss_code="X1", code="XNE", name="New Council", short_name="New", valid_from=FIRST_DAY)


async def give(register: Register, gss_code: str, address: str) -> None:
    await set_contact(register, gss_code=gss_code, address=address, role="custodian", who="w", why="w", at=AT)


async def test_alerts_go_to_surrey_until_its_last_day_and_to_its_successors_from_the_next(register: Register) -> None:
    for code in (SURREY, EAST, WEST):
        await give(register, code, f"alerts@{code.lower()}.test")
    assert [one.gss_code for one in await register.recipients(on=LAST_DAY)] == [SURREY]
    assert [one.gss_code for one in await register.recipients(on=FIRST_DAY)] == [EAST, WEST]
    assert (len(await register.authorities(LAST_DAY)), len(await register.authorities(FIRST_DAY))) == (215, 216)
    assert await register.successors(LAST_DAY) == await former(register, LAST_DAY)
    assert (await register.successors(FIRST_DAY))[SURREY] == (EAST, WEST)


async def former(register: Register, on: date) -> dict[str, tuple[str, ...]]:
    return {code: (one.gss_code,) for one in await register.authorities(on) for code in one.former_codes}


async def test_a_merge_takes_effect_by_date_and_successors_of_successors_count(register: Register) -> None:
    await add_authority(register, NEW, BY)
    batch = await merge(register, [KENT, MEDWAY], "X1", FIRST_DAY, BY)
    assert (await register.successors(FIRST_DAY))[KENT] == ("X1",)
    assert KENT not in await register.successors(LAST_DAY)
    await add_authority(register, replace(NEW, gss_code="X2", code="XNF", valid_from=date(2028, 4, 1)), BY)
    await retire(register, "X1", date(2028, 3, 31), BY, successors=["X2"])
    assert (await register.successors(date(2028, 4, 1)))[MEDWAY] == ("X2",)
    waits = await undo_batch(register, batch, BY)
    assert (waits.count, waits.waits) == (2, "It changes who is told of missing children, and from which day.")
    assert await undo_batch(register, batch, BY) == waits
    assert await register.authority(KENT) != by_gss()[KENT]
    assert await agree_to_batch(register, str(waits.batch), ANOTHER) == 2
    assert await register.authority(KENT) == by_gss()[KENT]


async def test_an_edited_authority_is_left_alone_by_the_shipped_list(register: Register) -> None:
    edited = await edit_authority(register, replace(by_gss()[KENT], name="Kent Council"), BY)
    assert await register.load_shipped() == 0
    assert await register.authority(KENT) == edited
    (entry,) = await register.history(KENT)
    assert (entry.what, entry.id) == (What.AUTHORITY_CHANGED, edited.version)


async def test_of_two_edits_of_one_version_the_second_is_told(register: Register) -> None:
    kent = by_gss()[KENT]
    await edit_authority(register, replace(kent, name="One"), BY, base=0)
    with pytest.raises(ChangedMeanwhile):
        await edit_authority(register, replace(kent, name="Two"), BY, base=0)


async def test_the_edit_that_changes_nothing_writes_nothing(register: Register) -> None:
    await edit_authority(register, by_gss()[KENT], BY)
    assert await register.history(KENT) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        replace(NEW, gss_code="no spaces"),
        replace(NEW, code="abc"),
        replace(NEW, code="KEN"),
        replace(NEW, name=" "),
        replace(NEW, valid_to=date(2027, 1, 1)),
        replace(NEW, successors=(KENT,)),
        replace(NEW, valid_to=date(2028, 1, 1), successors=("X1",)),
        replace(NEW, gss_code=KENT),
    ],
)
async def test_what_makes_no_sense_is_refused(register: Register, wrong: Authority) -> None:
    with pytest.raises((NotAllowed, UnknownAuthority)):
        await add_authority(register, wrong, BY)


async def test_authorities_cannot_follow_one_another_in_a_circle_nor_an_unknown_one(register: Register) -> None:
    await retire(register, KENT, LAST_DAY, BY, successors=[MEDWAY])
    with pytest.raises(NotAllowed):
        await retire(register, MEDWAY, LAST_DAY, BY, successors=[KENT])
    with pytest.raises(UnknownAuthority):
        await retire(register, MEDWAY, LAST_DAY, BY, successors=["nowhere"])
    with pytest.raises(NotAllowed):
        await merge(register, [MEDWAY], MEDWAY, FIRST_DAY, BY)
    with pytest.raises(NotAllowed, match="Kent County Council does not answer"):
        await merge(register, ["E06000036"], KENT, FIRST_DAY, BY)


async def test_each_kind_of_change_to_a_contact_is_undone(register: Register) -> None:
    await give(register, KENT, "alerts@kent.test")
    await give(register, KENT, "duty@kent.test")
    await register.prove_address(gss_code=KENT, address="DUTY@kent.test", how=How.ACKNOWLEDGED, by="d1", at=AT)
    added, changed, _ = await register.history(KENT)
    with pytest.raises(ChangedMeanwhile):
        await undo(register, added.id, BY)
    await undo(register, changed.id, BY)
    (contact,) = await register.contacts(KENT)
    assert (contact.address, contact.proved_at) == ("alerts@kent.test", None)
    waits = await undo(register, added.id, BY)
    assert waits.waits is not None
    assert await register.contacts(KENT) != ()
    await agree_to_batch(register, str(waits.batch), ANOTHER)
    assert await register.contacts(KENT) == ()
    removed = (await register.history(KENT))[-1]
    waits = await undo(register, removed.id, BY)
    await agree_to_batch(register, str(waits.batch), ANOTHER)
    assert [one.address for one in await register.contacts(KENT)] == ["alerts@kent.test"]


async def test_evidence_and_added_authorities_are_not_undone(register: Register) -> None:
    await give(register, KENT, "alerts@kent.test")
    await register.prove_contact(gss_code=KENT, order=0, who="w", why="w", at=AT)
    await add_authority(register, NEW, BY)
    for code in (KENT, "X1"):
        with pytest.raises(NotAllowed):
            await undo(register, (await register.history(code))[-1].id, BY)


async def test_a_mail_servers_word_does_not_hide_a_persons_answer_until_that_is_old(register: Register) -> None:
    await give(register, KENT, "alerts@kent.test")

    async def shown(how: How, days: int) -> tuple[How | None, str | None]:
        by, at = f"after {days}", AT + timedelta(days=days)
        assert await register.prove_address(gss_code=KENT, address="alerts@kent.test", how=how, by=by, at=at)
        (contact,) = await register.contacts(KENT)
        return contact.proved_how, contact.proved_by

    assert await shown(How.ACCEPTED, 1) == (How.ACCEPTED, "after 1")
    assert await shown(How.ACKNOWLEDGED, 2) == (How.ACKNOWLEDGED, "after 2")
    assert await shown(How.DSN, 50) == (How.ACKNOWLEDGED, "after 2")
    assert await shown(How.DSN, 100) == (How.DSN, "after 100")
    assert await shown(How.CONFIRMED, 90) == (How.DSN, "after 100")
    assert [entry.what for entry in await register.history(KENT)] == [What.ADDED, What.PROVED]
    assert not await register.prove_address(gss_code=KENT, address="old@kent.test", how=How.DSN, by="x", at=AT)


async def test_the_unproved_are_listed_and_partner_agencies_get_no_alert(register: Register) -> None:
    await give(register, KENT, "alerts@kent.test")
    await register.prove_contact(gss_code=KENT, order=0, who="w", why="w", at=AT)
    await set_contact(register, gss_code=KENT, order=1, address="a@kent.police.test", role="Police", who="w", why="w", at=AT)
    assert len(await register.unproved(AT, LAST_DAY)) == 211
    assert len(await register.unproved(AT + timedelta(days=1), LAST_DAY)) == 212
    assert [one.order for one in await register.all_contacts()] == [0]
    assert [one.order for one in await register.all_contacts(partners=True)] == [0, 1]


async def test_a_changed_address_is_known_for_a_while_and_a_first_one_is_not_a_change(register: Register) -> None:
    await give(register, KENT, "alerts@kent.test")
    await give(register, MEDWAY, "alerts@medway.test")
    assert await register.changed_since(AT - timedelta(days=1)) == frozenset()
    await give(register, KENT, "duty@kent.test")
    await remove_contact(register, gss_code=MEDWAY, order=0, who="w", why="w", at=AT)
    await give(register, MEDWAY, "duty@medway.test")
    assert await register.changed_since(AT) == {KENT, MEDWAY}
    assert await register.changed_since(AT + timedelta(seconds=1)) == frozenset()
