"""Who works here and as what: every change audited and at once in force, and never the last one of those without whom nothing works."""

import asyncio
import json
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service.database.tables import audit_events
from service.domain.case import CaseState
from service.domain.errors import ChangedMeanwhile, NotAllowed, NotFound
from service.domain.people import Person, Role
from service.flow import sign_in
from service.flow.break_glass import break_glass, give_back, look_at_broken_glass
from service.flow.people import (
    OPERATOR,
    Entry,
    Wrong,
    add_deputy,
    add_domain,
    add_person,
    change_person,
    end_deputy,
    end_person,
    remove_domain,
    titles_of,
)  # fmt: skip
from service.policies import policy_named
from tests.service.flow.home import Home
from tests.service.flow.walk import (
    ADA,
    COMPLETE,
    HELEN,
    PRIYA,
    SAM,
    alerts_sent,
    ask_approvers,
    cases,
    last_notice,
    person,
    verdicts,
)  # fmt: skip

ROOT, RUTH, VERA = "root@kent.test", "ruth@kent.test", "vera@kent.test"


async def add(home: Home, address: str, *roles: Role, **more: str) -> Person:
    name = address.partition("@")[0].title()
    async with home.database.begin() as work:
        (authority,) = await work.people.authorities()
        entry = Entry(name=name, address=address, roles=frozenset(roles), **more)
        return await work.people.person(await add_person(work, home.house, authority, entry, OPERATOR, home.now))


async def change(home: Home, one: Person, by: str = OPERATOR, **changed: Any) -> Person:
    entry = {"name": one.name, "address": one.address, "roles": one.roles, "title": one.title, "phone": one.phone} | changed
    async with home.database.begin() as work:
        return await change_person(work, home.house, one, Entry(**entry), by, home.now, read_at=one.changed_at)


async def end(home: Home, address: str) -> None:
    one = await person(home, address)
    async with home.database.begin() as work:
        await end_person(work, one, OPERATOR, home.now)


async def events(home: Home) -> list[tuple[str, dict[str, Any]]]:
    async with home.database.read() as work:
        rows = await work.connection.execute(sa.select(audit_events.c.action, audit_events.c.detail).order_by(audit_events.c.number))
        return [(row.action, json.loads(row.detail)) for row in rows]


async def session_of(home: Home, one: Person) -> str:
    secret = sign_in.new_secret()
    async with home.database.begin() as work:
        await work.sessions.start(sign_in.hash_of(secret), person_id=one.id, at=home.now, way="app", proved_at=home.now)
    return secret


async def test_every_change_is_audited_and_looked_at_twice_for_a_while_and_names_nobody(home: Home) -> None:
    vera = await add(home, VERA, Role.QUALITY, phone="01632 960003")
    home.now += timedelta(days=1)
    vera = await change(home, vera, roles=frozenset({Role.APPROVER}))
    assert vera.changed_at == home.now
    await end(home, VERA)
    made = [one for one in await events(home) if one[0].startswith("person_")]
    assert [name for name, _ in made] == ["person_added", "person_changed", "person_ended"]
    assert made[1][1] == {"what": ["roles"], "before": ["quality"], "roles": ["approver"]}
    assert not any(word in json.dumps(made) for word in ("Vera", VERA, "960003"))


@pytest.mark.parametrize("how", ["roles", "address", "end"])
async def test_a_change_of_role_or_address_and_an_end_hold_from_the_next_request_on(home: Home, how: str) -> None:
    vera = await add(home, VERA, Role.QUALITY)
    secret = await session_of(home, vera)
    assert await sign_in.who(home.house, secret, home.now) is not None
    if how == "end":
        await end(home, VERA)
    else:
        await change(home, vera, **({"roles": frozenset({Role.AUDITOR})} if how == "roles" else {"address": "vera.new@kent.test"}))
    assert await sign_in.who(home.house, secret, home.now) is None


async def test_a_new_telephone_number_ends_no_session(home: Home) -> None:
    vera = await add(home, VERA, Role.QUALITY)
    secret = await session_of(home, vera)
    await change(home, vera, phone="01632 960004")
    assert await sign_in.who(home.house, secret, home.now) is not None


async def test_an_ended_person_does_not_come_back_but_by_being_added_again(home: Home) -> None:
    await end(home, SAM)
    home.post(SAM, COMPLETE, subject="Missing child form")
    await home.settle()
    assert await cases(home) == ()
    again = await add(home, SAM, Role.REPORTER)
    assert again.active and again.name == "Sam"


async def test_the_last_system_administrator_and_the_last_approver_stay(home: Home) -> None:
    root = await add(home, ROOT, Role.SYSTEM, Role.AUDITOR)
    with pytest.raises(NotAllowed, match="Nobody else here is a system administrator"):
        await end(home, ROOT)
    with pytest.raises(NotAllowed, match="Nobody else here is a system administrator"):
        await change(home, root, roles=frozenset({Role.AUDITOR}))
    await end(home, ADA)
    with pytest.raises(NotAllowed, match="Nobody else here is an approver"):
        await end(home, HELEN)
    await change(home, root, roles=frozenset({Role.SYSTEM}))
    await add(home, RUTH, Role.SYSTEM)
    await end(home, ROOT)


@pytest.mark.parametrize("turn", range(3))
@pytest.mark.parametrize("role", [Role.SYSTEM, Role.APPROVER])
async def test_of_two_who_take_the_last_two_away_at_once_one_is_refused(home_on_each: Home, role: Role, turn: int) -> None:
    home = home_on_each
    pair = [await person(home, HELEN), await person(home, ADA)]
    if role is Role.SYSTEM:
        pair = [await add(home, ROOT, role), await add(home, RUTH, role)]

    async def take_away(one: Person, by_end: bool) -> None:
        async with home.database.begin() as work:
            if by_end:
                await end_person(work, one, OPERATOR, home.now)
            else:
                entry = Entry(name=one.name, address=one.address, roles=frozenset({Role.AUDITOR}))
                await change_person(work, home.house, one, entry, OPERATOR, home.now, read_at=one.changed_at)

    results = await asyncio.gather(*(take_away(one, bool((turn + place) % 2)) for place, one in enumerate(pair)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["NoneType", "NotAllowed"]
    async with home.database.read() as work:
        assert len(await work.people.with_role(pair[0].issuing_authority_id, role)) == 1


async def test_of_two_who_change_one_person_the_second_is_told(home: Home) -> None:
    vera = await add(home, VERA, Role.QUALITY)
    home.now += timedelta(minutes=1)
    await change(home, vera, phone="01632 960004")
    with pytest.raises(ChangedMeanwhile):
        await change(home, vera, roles=frozenset({Role.AUDITOR}))


async def test_nobody_gives_themselves_a_role(home: Home) -> None:
    root = await add(home, ROOT, Role.SYSTEM)
    with pytest.raises(NotAllowed, match="You cannot give yourself a role"):
        await change(home, root, root.id, roles=frozenset({Role.SYSTEM, Role.APPROVER}))


@pytest.mark.parametrize(
    ("place", "changed"),
    [
        ("name", {"name": " "}), ("name", {"name": "A\u202eB"}), ("address", {"address": "vera"}),
        ("address", {"address": "a@b@kent.test"}),
        ("address", {"address": "a@kent.test, b@kent.test"}), ("address", {"address": PRIYA}), ("roles", {"roles": frozenset()}),
        ("phone", {"phone": "ring me"}), ("title", {"title": "Head of Everything"}),
    ],
)  # fmt: skip
async def test_what_cannot_be_taken_is_said_beside_its_field(home: Home, place: str, changed: dict[str, Any]) -> None:
    vera = await add(home, VERA, Role.QUALITY)
    with pytest.raises(Wrong) as refused:
        await change(home, vera, **changed)
    assert refused.value.place == place


def test_the_posts_are_those_that_the_policy_names() -> None:
    assert titles_of(policy_named("kent"))[:3] == (
        "Service Manager", "Practice Development Officer", "Service Manager, Safeguarding and Quality Assurance",
    )  # fmt: skip


async def test_a_new_approver_is_asked_about_what_waits_already(home: Home) -> None:
    await ask_approvers(home)
    await add(home, VERA, Role.APPROVER)
    await home.settle()
    assert [str(one["Subject"]).startswith("Decision needed") for one in home.letters_to(VERA)] == [True]
    assert "cannot be taken by reply" in " ".join(home.text_to(VERA).split())


async def test_deputies_are_named_with_days_and_hand_nothing_on(home: Home) -> None:
    helen, priya, sam, day = await person(home, HELEN), await person(home, PRIYA), await person(home, SAM), date(2026, 11, 24)

    async def name(one: Person, deputy: Person, first: date, last: date) -> str:
        async with home.database.begin() as work:
            return await add_deputy(work, one, deputy, first, last, OPERATOR, home.now)

    entry = await name(helen, priya, day, day + timedelta(days=7))
    for one, deputy, first, last in (
        (helen, helen, day, day), (priya, sam, day, day), (helen, sam, day, day - timedelta(days=1)),
        (helen, sam, day - timedelta(days=9), day - timedelta(days=1)), (helen, sam, day, day + timedelta(days=400)),
    ):  # fmt: skip
        with pytest.raises(Wrong):
            await name(one, deputy, first, last)
    assert (await person(home, PRIYA)).changed_at == (await person(home, HELEN)).changed_at == home.now
    async with home.database.begin() as work:
        await end_deputy(work, helen.issuing_authority_id, entry, OPERATOR, home.now)
    async with home.database.begin() as work:
        with pytest.raises(NotFound):
            await end_deputy(work, helen.issuing_authority_id, entry, OPERATOR, home.now)
    assert [name for name, _ in await events(home) if name.startswith("deputy")] == ["deputy_added", "deputy_ended"]


async def know(home: Home, domain: str) -> str:
    async with home.database.begin() as work:
        (authority,) = await work.people.authorities()
        await add_domain(work, authority.id, domain, OPERATOR, home.now)
        return authority.id


async def test_anybody_at_a_known_domain_may_send_a_form_and_answer_about_it_and_nobody_else(home: Home) -> None:
    for forged, sender in ((False, "new@school.test"), (False, "new@sub.trust.test"), (True, "new@trust.test")):
        await know(home, "trust.test") if sender == "new@sub.trust.test" else None
        home.post(sender, COMPLETE, subject="Missing child form", forged=forged)
        await home.settle()
        assert await cases(home) == ()
    home.post("New.Worker@trust.test", COMPLETE, subject="Missing child form")
    await home.settle()
    (case,) = await cases(home)
    assert case.reporter_address == "new.worker@trust.test"
    home.reply(home.last_to("new.worker@trust.test"), "new.worker@trust.test", COMPLETE.replace("High", "Medium"))
    await home.settle()
    assert (await last_notice(home)).fields["risk_level"] == "medium"
    home.post("other@trust.test", COMPLETE.replace("High", "Low"), subject=f"Form [{case.reference}]")
    await home.settle()
    assert (await last_notice(home)).fields["risk_level"] == "medium"


async def test_a_known_domain_never_decides_and_an_ended_person_is_not_let_in_by_it(home: Home) -> None:
    authority_id = await know(home, "kent.test")
    await end(home, SAM)
    home.post(SAM, COMPLETE, subject="Missing child form")
    await home.settle()
    assert await cases(home) == ()
    home.post("new@kent.test", COMPLETE, subject="Missing child form")
    await home.settle()
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n")
    await home.settle()
    home.reply(home.last_to(HELEN), "new@kent.test", "APPROVE\n")
    await home.settle()
    assert await verdicts(home) == [] and alerts_sent(home) == []
    assert (await cases(home))[0].state is CaseState.DRAFT
    async with home.database.begin() as work:
        await remove_domain(work, authority_id, "kent.test", OPERATOR, home.now)
        assert await work.known_domains.of(authority_id) == ()


@pytest.mark.parametrize("domain", ["gmail.com", "msn.com", "test", "a@b.test", "kent test", "", "x" * 64 + ".test"])
async def test_a_domain_where_anybody_gets_an_address_or_that_is_none_is_refused(home: Home, domain: str) -> None:
    with pytest.raises(Wrong):
        await know(home, domain)


async def test_breaking_the_glass_reports_itself_at_once_and_ends_by_itself(home: Home) -> None:
    root = await add(home, ROOT, Role.SYSTEM)
    await add(home, RUTH, Role.AUDITOR)
    await ask_approvers(home)
    secret = await session_of(home, root)
    await break_glass(home.house, root, Role.APPROVER, "Both approvers are ill tonight.", home.now)
    await home.settle()
    for address in (ROOT, RUTH, HELEN, ADA):
        told = [one for one in home.letters_to(address) if str(one["Subject"]) == "Somebody took a role in an emergency"]
        assert len(told) == 1 and "Both approvers are ill tonight." in str(told[0].get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert home.letters_to(SAM)[-1]["Subject"] != "Somebody took a role in an emergency"
    home.now += timedelta(minutes=20)
    seat = await sign_in.who(home.house, secret, home.now)
    assert seat is not None and seat.person.has(Role.APPROVER) and not (await person(home, ROOT)).has(Role.APPROVER)
    request = [one for one in home.letters_to(ROOT) if "+d." in str(one["Reply-To"])][-1]
    home.reply(request, ROOT, "APPROVE\n")
    await home.settle()
    assert await verdicts(home) == []
    home.now += timedelta(minutes=20)
    assert await sign_in.who(home.house, secret, home.now) is not None
    home.now += timedelta(minutes=20)
    seat = await sign_in.who(home.house, secret, home.now)
    assert seat is not None and not seat.person.has(Role.APPROVER)
    assert await look_at_broken_glass(home.house, now=home.now) == 1
    assert await look_at_broken_glass(home.house, now=home.now) == 0
    made = [(name, detail.get("by_itself")) for name, detail in await events(home) if name.startswith("glass")]
    assert made == [("glass_broken", None), ("glass_closed", True)]
    assert "ill tonight" not in json.dumps(await events(home))


async def test_the_glass_is_broken_by_administrators_alone_for_one_role_at_a_time_with_a_reason(home_on_each: Home) -> None:
    home = home_on_each
    root = await add(home, ROOT, Role.SYSTEM)
    with pytest.raises(NotAllowed):
        await break_glass(home.house, await person(home, PRIYA), Role.APPROVER, "I would like to see it.", home.now)
    for role, reason in ((Role.SYSTEM, "I would like to see it."), (Role.REPORTER, "I would like to see it."), (Role.QUALITY, "why not")):
        with pytest.raises(Wrong):
            await break_glass(home.house, root, role, reason, home.now)
    results = await asyncio.gather(
        *(break_glass(home.house, root, role, "Nobody answers the telephone.", home.now) for role in (Role.QUALITY, Role.APPROVER)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in results) == ["NoneType", "NotAllowed"]
    await give_back(home.house, root, home.now)
    with pytest.raises(NotAllowed):
        await give_back(home.house, root, home.now)
    await break_glass(home.house, root, Role.AUDITOR, "Nobody answers the telephone.", home.now)


async def test_a_session_from_before_an_end_is_not_open_again_when_the_person_comes_back(home: Home) -> None:
    vera = await add(home, VERA, Role.QUALITY)
    await end(home, VERA)
    secret = await session_of(home, vera)  # begun by a link that was still in the post
    await add(home, VERA, Role.QUALITY)
    assert await sign_in.who(home.house, secret, home.now) is None
