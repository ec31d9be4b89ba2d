"""One person is enough for what the authority had before; what could redirect an alert waits for a second one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from directory.authority import by_gss
from directory.changes import ChangedMeanwhile, Letter, NotAllowed, Proposal
from directory.contact import Contact
from directory.history import By
from directory.importing import ContactRow
from directory.likeness import looks_like
from directory.proposals import Proposals
from directory.proposing import (
    agree,
    agree_to_batch,
    change_contact,
    propose_authority,
    propose_merge,
    propose_plan,
    propose_retirement,
    refuse,
    refuse_batch,
    remove_contact,
)
from directory.register import NOTHING, Register
from directory.succession import edit_authority
from tests.directory import decided
from tests.directory.decided import retire, set_contact

KENT, MEDWAY = "E10000016", "E06000035"
AT = datetime(2026, 10, 28, 9, 30, tzinfo=UTC)
FIRST, SECOND = By(who="first", why="letter", at=AT), By(who="second", why="", at=AT + timedelta(hours=1))


async def change(register: Register, address: str, by: By = FIRST, *, order: int = 0, base: int | None = None) -> Contact | Proposal:
    return await change_contact(register, gss_code=KENT, address=address, role="custodian", by=by, order=order, base=base)


async def proposed(register: Register, address: str) -> Proposal:
    found = await change(register, address)
    assert isinstance(found, Proposal)
    return found


async def test_a_first_address_at_a_public_domain_and_a_new_one_at_the_same_domain_need_one_person(register: Register) -> None:
    assert isinstance(await change(register, "alerts@kent.gov.uk"), Contact)
    assert isinstance(await change(register, "duty@kent.gov.uk"), Contact)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("alerts@medway.gov.uk", "The domain is new for this authority."),
        ("alerts@kent-gov.uk", "The domain looks like kent.gov.uk, and is another."),
        ("alerts@kent.gov.uk.example.com", "The domain looks like kent.gov.uk, and is another."),
        ("kent.alerts@gmail.com", "Anybody can have an address at this provider."),
    ],
)
async def test_what_could_redirect_an_alert_waits_and_changes_nothing(register: Register, address: str, reason: str) -> None:
    kept = await change(register, "alerts@kent.gov.uk")
    found = await proposed(register, address)
    assert (found.reason, found.who) == (reason, "first")
    assert await register.contacts(KENT) == (kept,)
    assert await Proposals(register.connection).waiting(gss_code=KENT) == (found,)
    assert address not in repr(found)


async def test_to_take_an_address_out_first_is_no_way_round_the_second_person(register: Register) -> None:
    await change(register, "alerts@kent.gov.uk")
    await decided.remove_contact(register, gss_code=KENT, order=0, who="first", why="gone", at=AT)
    assert isinstance(await change(register, "alerts@other.gov.uk"), Proposal)


async def test_an_allowed_domain_is_like_a_public_one(register: Register) -> None:
    found = await change_contact(
        register, gss_code=KENT, address="a@kent-trust.org.uk", role="custodian", by=FIRST, allowed_domains=("kent-trust.org.uk",)
    )
    assert isinstance(found, Contact)


async def test_another_person_agrees_and_the_change_is_made_with_both_in_the_history(register: Register) -> None:
    await change(register, "alerts@kent.gov.uk")
    waiting = await proposed(register, "alerts@trust.gov.uk")
    with pytest.raises(NotAllowed, match="another directory administrator"):
        await agree(register, waiting.id, FIRST)
    await agree(register, waiting.id, SECOND)
    (contact,) = await register.contacts(KENT)
    assert (contact.address, contact.changed_at) == ("alerts@trust.gov.uk", SECOND.at)
    last = (await register.history(KENT))[-1]
    assert (last.who, last.why) == ("first", "letter (agreed by second)")
    with pytest.raises(ChangedMeanwhile):
        await agree(register, waiting.id, SECOND)


async def test_a_refused_change_is_not_made(register: Register) -> None:
    kept = await change(register, "alerts@kent.gov.uk")
    await refuse(register, (await proposed(register, "alerts@trust.gov.uk")).id, SECOND)
    assert await register.contacts(KENT) == (kept,)
    assert await Proposals(register.connection).waiting() == ()


async def test_a_contact_that_changed_after_the_proposal_is_looked_at_again(register: Register) -> None:
    await change(register, "alerts@kent.gov.uk")
    waiting = await proposed(register, "alerts@trust.gov.uk")
    await change(register, "duty@kent.gov.uk")
    with pytest.raises(ChangedMeanwhile):
        await agree(register, waiting.id, SECOND)


async def test_of_two_edits_of_one_version_the_second_is_told(register: Register) -> None:
    first = await change(register, "alerts@kent.gov.uk", base=NOTHING)
    assert isinstance(first, Contact)
    await change(register, "duty@kent.gov.uk", base=first.version)
    with pytest.raises(ChangedMeanwhile):
        await change(register, "desk@kent.gov.uk", base=first.version)
    with pytest.raises(ChangedMeanwhile):
        await change(register, "desk@kent.gov.uk", base=NOTHING)


async def test_many_changes_of_one_person_in_a_day_need_a_second(register: Register) -> None:
    for number in range(20):
        assert isinstance(await change(register, f"alerts{number}@kent.gov.uk"), Contact)
    assert (await proposed(register, "more@kent.gov.uk")).reason == "The same person has changed 20 addresses within a day."
    assert isinstance(await change(register, "more@kent.gov.uk", SECOND), Contact)


async def test_an_import_waits_as_one_batch_and_is_made_or_refused_whole(register: Register) -> None:
    rows = [ContactRow(row=2, gss_code=code, role="custodian", address=f"a@{code.lower()}.gov.uk") for code in (KENT, MEDWAY)]
    plan = await register.plan_import(rows)
    batch = await propose_plan(register, plan, reason="It is much.", by=FIRST)
    assert await register.all_contacts() == ()
    assert await agree_to_batch(register, batch, SECOND) == 2
    assert len(await register.all_contacts()) == 2
    assert {entry.batch for entry in await register.history(KENT)} == {batch}
    assert await refuse_batch(register, batch, SECOND) == 0


async def test_a_change_of_address_owes_a_notice_to_both_and_a_verification_to_the_new_one(register: Register) -> None:
    await change(register, "alerts@kent.gov.uk")
    assert [one.kind for one in await register.letters_due.waiting()] == [Letter.VERIFY]
    await change(register, "duty@kent.gov.uk")
    due = await register.letters_due.waiting()
    assert [(one.kind, one.address) for one in due] == [
        (Letter.TO_OLD, "alerts@kent.gov.uk"),
        (Letter.TO_NEW, "duty@kent.gov.uk"),
        (Letter.VERIFY, "duty@kent.gov.uk"),
    ]
    assert await register.letters_due.written(due[0].id, at=AT)
    assert not await register.letters_due.written(due[0].id, at=AT)
    assert len(await register.letters_due.waiting()) == 2


async def test_a_partner_agency_is_never_primary(register: Register) -> None:
    with pytest.raises(NotAllowed):
        await change_contact(register, gss_code=KENT, address="a@kent.police.uk", role="police", by=FIRST)


async def test_a_partners_domain_vouches_for_no_mailbox_of_the_authority(register: Register) -> None:
    await change(register, "alerts@kent.gov.uk")
    await set_contact(register, gss_code=KENT, order=1, address="a@kent.police.uk", role="police", who="w", why="w", at=AT)
    assert (await proposed(register, "b@kent.police.uk")).reason == "The domain is new for this authority."


async def test_t7_the_primary_contact_is_not_taken_out_by_one_person_and_a_fallback_is(register: Register) -> None:
    kept = await change(register, "alerts@kent.gov.uk")
    await change(register, "duty@kent.gov.uk", order=1)
    assert await remove_contact(register, gss_code=KENT, order=1, by=FIRST) is None
    waiting = await remove_contact(register, gss_code=KENT, order=0, by=FIRST)
    assert waiting is not None and await register.contacts(KENT) == (kept,)
    with pytest.raises(NotAllowed):
        await agree(register, waiting.id, FIRST)
    await agree(register, waiting.id, SECOND)
    assert await register.contacts(KENT) == ()


async def test_t7_a_new_authority_is_in_the_list_once_another_person_agrees(register: Register) -> None:
    new = replace(by_gss()[KENT], gss_code="X1", code="XNE", name="New Council", short_name="New")
    waiting = await propose_authority(register, new, FIRST)
    assert await propose_authority(register, new, FIRST) == waiting
    twice = await propose_authority(register, replace(new, region="Elsewhere"), FIRST)
    assert await register.authority("X1") is None
    await agree(register, waiting.id, SECOND)
    assert await register.authority("X1") == new
    assert (await register.history("X1"))[-1].why == "letter (agreed by second)"
    with pytest.raises(ChangedMeanwhile):
        await agree(register, twice.id, SECOND)


async def test_t7_an_authority_ends_once_another_person_agrees_and_not_when_it_was_changed_meanwhile(register: Register) -> None:
    day = date(2028, 3, 31)
    late = await propose_retirement(register, KENT, day, FIRST, reason="It ends.", successors=[MEDWAY])
    await edit_authority(register, replace(by_gss()[KENT], name="Kent"), FIRST)
    with pytest.raises(ChangedMeanwhile):
        await agree(register, late.id, SECOND)
    batch = await propose_merge(register, [KENT], MEDWAY, day + timedelta(days=1), FIRST, reason="They merge.")
    assert (await register.successors(date(2028, 4, 1))).get(KENT) is None
    assert await agree_to_batch(register, batch, SECOND) == 1
    assert (await register.successors(date(2028, 4, 1)))[KENT] == (MEDWAY,)


async def test_t7_a_merge_is_not_made_when_the_one_that_follows_has_ended_meanwhile(register: Register) -> None:
    batch = await propose_merge(register, [KENT], MEDWAY, date(2028, 4, 1), FIRST, reason="They merge.")
    await retire(register, MEDWAY, date(2027, 12, 31), FIRST, successors=["E06000036"])
    with pytest.raises(NotAllowed, match="Medway Council does not answer for its area on 1 April 2028"):
        await agree_to_batch(register, batch, SECOND)


@pytest.mark.parametrize(
    ("domain", "like"),
    [
        ("kent-gov.uk", "kent.gov.uk"),
        ("kent.gov.uk.evil.test", "kent.gov.uk"),
        ("rnedway.gov.uk", "medway.gov.uk"),
        ("medvvay.gov.uk", "medway.gov.uk"),
        ("leeds-gov.uk", "gov.uk"),
        ("kents.org", None),
        ("kent.gov.uk", None),
        ("cent.gov.uk", None),
        ("nhs.net", None),
    ],
)
def test_a_domain_that_could_be_taken_for_another_is_seen(domain: str, like: str | None) -> None:
    assert looks_like(domain, ("kent.gov.uk", "medway.gov.uk")) == like


@pytest.mark.parametrize("domain", ["kent.police.uk", "kentcht.nhs.uk", "nhs.net", "se.hscni.net", "angus.gov.scot", "ynysmon.llyw.cymru"])
async def test_public_bodies_are_known_and_what_only_looks_like_one_is_not(register: Register, domain: str) -> None:
    contact = await change_contact(register, gss_code=KENT, address=f"desk@{domain}", role="custodian", by=FIRST)
    assert isinstance(contact, Contact)
    assert looks_like(f"{domain}.example.com", [domain]) == domain
    assert looks_like(domain, []) is None
