"""The pages about people: what is typed wrong is said beside its field, what changes asks for a fresh proof, and deputies get in."""

from datetime import timedelta

import pytest

from service.domain.people import Role
from service.flow.cover import PHONE, look_at_waiting_decisions
from tests.service.web.conftest import Town

VERA = {"name": "Vera Sample", "address": "vera@kent.test", "phone": "01632 960003", "role_quality": "yes"}


async def vera(town: Town) -> str | None:
    async with town.database.read() as work:
        found = await work.people.at_address("vera@kent.test")
        return " ".join(sorted(found.roles)) if found else None


async def test_a_person_is_added_changed_and_ended_and_is_out_at_once(town: Town) -> None:
    staff = await town.as_("system")
    assert (await staff.post("/people", **VERA)).status_code == 303
    assert await vera(town) == "quality"
    async with town.database.read() as work:
        person = await work.people.at_address("vera@kent.test")
    assert person is not None and person.changed_at is not None
    town.seeds.people["vera"] = person.id
    hers = await town.as_("vera")
    assert (await hers.get("/")).status_code == 200
    changed = {"changed": person.changed_at.isoformat()}
    form = VERA | changed | {"role_auditor": "yes"}
    town.clock.turn(timedelta(seconds=30))
    assert (await staff.post(f"/people/{person.id}", **form)).status_code == 303
    assert await vera(town) == "auditor quality"
    assert (await hers.get("/")).status_code == 303
    assert (await staff.post(f"/people/{person.id}", **form)).status_code == 409  # the page was open in another tab
    assert (await staff.post(f"/people/{person.id}/end")).status_code == 303
    assert await vera(town) is None


@pytest.mark.parametrize(
    ("wrong", "place", "says"),
    [
        ({"address": "vera"}, "address", "Write one plain email address"),
        ({"address": "quality@kent.test"}, "address", "Somebody with this address is here already"),
        ({"role_quality": "no"}, "roles", "Choose at least one role"),
        ({"title": "Head of Everything"}, "title", "The policy names no such post"),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(town: Town, wrong: dict[str, str], place: str, says: str) -> None:
    answer = await (await town.as_("system")).post("/people", **(VERA | wrong))
    assert answer.status_code == 400
    assert says in answer.text and f'href="#{place}"' in answer.text and f'id="{place}"' in answer.text
    assert 'value="Vera Sample"' in answer.text
    assert await vera(town) is None


async def test_the_form_offers_the_posts_of_the_policy(town: Town) -> None:
    text = (await (await town.as_("system")).get("/people/new")).text
    assert '<option value="Custodian or Designated Officer">' in text


async def test_a_change_asks_again_who_it_is(town: Town) -> None:
    staff = await town.as_("system")
    town.clock.turn(timedelta(minutes=6))
    assert "Prove that it is you" in (await staff.post("/people", **VERA)).text
    assert await vera(town) is None


async def test_the_last_administrator_stays_and_gives_themselves_nothing(town: Town) -> None:
    staff, me = await town.as_("system"), town.seeds.people["system"]
    refused = await staff.post(f"/people/{me}/end")
    assert (refused.status_code, "Nobody else here is a system administrator" in refused.text) == (403, True)
    grab = {"name": "System Person", "address": "system@kent.test", "role_system": "yes", "role_approver": "yes"}
    refused = await staff.post(f"/people/{me}", **grab)
    assert (refused.status_code, "You cannot give yourself a role" in refused.text) == (403, True)


async def test_a_deputy_is_named_on_the_page_asked_when_it_is_late_and_decides_there(town: Town) -> None:
    staff, people = await town.as_("system"), town.seeds.people
    deputy = people["reporter"]
    days = {f"{one}_day_{part}": value for one in ("first", "last") for part, value in (("day", "24"), ("month", "11"), ("year", "2026"))}
    form = days | {"deputy": deputy}
    wrong = await staff.post(f"/people/{people['approver']}/deputies", **(form | {"last_day_month": "13"}))
    assert (wrong.status_code, "Write a day, a month and a year" in wrong.text, 'href="#last_day"' in wrong.text) == (400, True, True)
    case, notice = town.seeds.decide, town.seeds.decide_notice
    decision = {"version": "2", "understood": "yes", "reason": "The police ask for it."}
    assert (await (await town.as_("reporter")).post(f"/cases/{case}/notices/{notice}/approve", **decision)).status_code == 404
    assert (await staff.post(f"/people/{people['approver']}/deputies", **form)).status_code == 303
    assert "Reporter Person stands in for Approver Person" in (await staff.get("/people")).text
    town.clock.turn(timedelta(hours=2))
    await look_at_waiting_decisions(town.house, now=town.clock.now)
    standing_in = await town.as_("reporter")
    assert (await standing_in.post(f"/cases/{case}/notices/{notice}/approve", **decision)).status_code == 303
    async with town.database.read() as work:
        (given,) = [one for one in await work.approvals.of_notice(notice) if one.used_at]
    assert given.as_deputy and given.approver_id == deputy
    town.clock.turn(timedelta(days=1))
    assert (await (await town.as_("reporter")).get(f"/cases/{case}")).status_code == 404


async def test_whom_to_phone_stands_on_the_first_page_of_those_who_see_cases(town: Town) -> None:
    async with town.database.begin() as work:
        approver = await work.people.person(town.seeds.people["approver"])
        await work.people.add(
            authority_id=approver.issuing_authority_id,
            name="Ann Sample",
            address="ann@kent.test",
            roles=frozenset({Role.APPROVER}),
            phone="01632 960009",
        )
    assert "01632 960009" not in (await (await town.as_("quality")).get("/")).text
    town.clock.turn(timedelta(hours=2))
    await look_at_waiting_decisions(town.house, now=town.clock.now)
    text = (await (await town.as_("quality")).get("/")).text
    assert "Phone for a decision now" in text and "Ann Sample" in text and "01632 960009" in text
    assert "01632 960009" not in (await (await town.as_("system")).get("/")).text
    async with town.database.read() as work:
        assert [one.kind for one in await work.tasks.open(10_000)].count(PHONE) == 1


async def test_the_broken_glass_opens_one_door_for_an_hour_and_everybody_sees_it(town: Town) -> None:
    staff, case = await town.as_("system"), town.seeds.decide
    assert (await staff.get(f"/cases/{case}")).status_code == 404
    short = await staff.post("/break-glass", role="quality", reason="why")
    assert (short.status_code, 'href="#reason"' in short.text) == (400, True)
    assert 'href="#role"' in (await staff.post("/break-glass", reason="Nobody answers the telephone.")).text
    assert (await staff.post("/break-glass", role="quality", reason="Nobody answers the telephone.")).status_code == 303
    assert (await staff.get(f"/cases/{case}")).status_code == 200
    check = {"version": "2", "note": ""}
    assert (await staff.post(f"/cases/{town.seeds.check}/notices/{town.seeds.check_notice}/pass", **check)).status_code == 303
    assert "Nobody answers the telephone." in (await (await town.as_("auditor")).get("/break-glass")).text
    assert "You hold the role quality until 24 November 2026 at 15:02." in (await staff.get("/break-glass")).text
    assert (await staff.post("/break-glass/end")).status_code == 303
    assert (await staff.get(f"/cases/{case}")).status_code == 404


async def test_a_domain_is_listed_and_taken_off(town: Town) -> None:
    staff = await town.as_("system")
    assert "Anybody can have an address there" in (await staff.post("/people/domains", domain="gmail.com")).text
    assert (await staff.post("/people/domains", domain="trust.test")).status_code == 303
    assert "trust.test" in (await staff.get("/people")).text
    assert (await staff.post("/people/domains/end", domain="trust.test")).status_code == 303
    assert "trust.test" not in (await staff.get("/people")).text
