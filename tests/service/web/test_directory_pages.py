"""The pages of the directory: found, read, changed by one, agreed to by another, put back, and never lost to somebody else's change."""

import re
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from directory.contact import Contact, How
from directory.history import By
from directory.proposing import propose_retirement
from service.domain.people import Role
from tests.directory.decided import set_contact
from tests.service.web.conftest import Staff, Town
from tests.service.web.seeds import NOW

KENT, MEDWAY, FIRST = "E10000016", "E06000035", "E06000043"
WHY = {"why": "They wrote to us."}
DUTY = {"base": "-1", "address": "duty@council.test", "role": "duty desk", "phone": "01632 960005", **WHY}


async def second(town: Town) -> Staff:
    """Sign another directory administrator in."""
    async with town.database.begin() as work:
        authority = (await work.people.person(town.seeds.people["directory"])).issuing_authority_id
        town.seeds.people["other administrator"] = await work.people.add(
            authority_id=authority, name="Robin Sample", address="robin@kent.test", roles=frozenset({Role.DIRECTORY})
        )
    return await town.as_("other administrator")


async def contact(town: Town, gss_code: str = KENT, order: int = 0) -> Contact | None:
    async with town.database.read() as work:
        return await work.register.contact(gss_code, order)


async def with_address(town: Town, gss_code: str = KENT, address: str = "alerts@kent.test") -> Contact:
    async with town.database.begin() as work:
        return await set_contact(work.register, gss_code=gss_code, address=address, role="custodian", who="w", why="w", at=NOW)


def done(location: str) -> str:
    return parse_qs(urlsplit(location).query)["done"][0]


async def test_the_list_is_searched_without_a_script_and_holds_those_of_today(town: Town) -> None:
    staff = await town.as_("directory")
    found = (await staff.get("/directory?q=medway")).text
    assert re.search(r">1</span> of \d+ authorities", found) and "Medway" in found
    assert "West Surrey" not in (await staff.get("/directory")).text
    assert "West Surrey" in (await staff.get("/directory?every=yes")).text


async def test_a_contact_is_added_changed_with_history_and_put_back(town: Town) -> None:
    staff = await town.as_("directory")
    await with_address(town)
    saved = await staff.post(f"/directory/{KENT}/contacts/1", **DUTY | {"address": "duty@kent.test"})
    assert (saved.status_code, done(saved.headers["location"])) == (303, "saved")
    kept = await contact(town, order=1)
    assert kept is not None and (kept.address, kept.phone) == ("duty@kent.test", "01632 960005")
    change = {**DUTY, "base": str(kept.version), "address": "duty@kent.test", "phone": "01632 960006"}
    assert (await staff.post(f"/directory/{KENT}/contacts/1", **change)).status_code == 303
    shown = (await staff.get(f"/directory/{KENT}")).text
    assert "<del>01632 960005</del> → <ins>01632 960006</ins>" in shown and "Directory Person" in shown
    number = re.findall(r'name="change" value="(\d+)"', shown)[0]
    assert done((await staff.post(f"/directory/{KENT}/undo", change=number)).headers["location"]) == "undone"
    again = await contact(town, order=1)
    assert again is not None and again.phone == "01632 960005"
    out = await staff.post(f"/directory/{KENT}/contacts/1/remove", base=str(again.version), **WHY)
    assert out.status_code == 303 and await contact(town, order=1) is None


@pytest.mark.parametrize(
    ("wrong", "place", "says"),
    [
        ({"address": "two@kent.test,x@kent.test"}, "address", "comma"),
        ({"address": "=cmd@kent.test"}, "address", "formula"),
        ({"role": ""}, "role", "The role is missing"),
        ({"phone": "ring us"}, "phone", "not written as a telephone number"),
        ({"why": ""}, "why", "Say why"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    town: Town, wrong: dict[str, str], place: str, says: str
) -> None:
    staff = await town.as_("directory")
    answer = await staff.post(f"/directory/{KENT}/contacts/1", **DUTY | {"out_of_hours": "01632 960007"} | wrong)
    assert answer.status_code == 400
    assert says in answer.text and f'href="#{place}"' in answer.text and f'id="{place}"' in answer.text
    assert 'value="01632 960007"' in answer.text
    assert await contact(town, order=1) is None


async def test_w12_of_two_tabs_the_second_is_told_and_keeps_what_it_typed(town: Town) -> None:
    staff, other = await town.as_("directory"), await second(town)
    before = await with_address(town)
    form = {**DUTY, "base": str(before.version), "address": before.address, "role": "custodian"}
    assert (await other.post(f"/directory/{KENT}/contacts/0", **form)).status_code == 303
    answer = await staff.post(f"/directory/{KENT}/contacts/0", **form | {"phone": "01632 960008"})
    assert answer.status_code == 409
    assert 'value="01632 960008"' in answer.text and "01632 960005" in answer.text and "Robin Sample" in answer.text
    now = await contact(town)
    assert now is not None and now.phone == "01632 960005"
    base = re.findall(r'name="base" value="(\d+)"', answer.text)[0]
    assert (await staff.post(f"/directory/{KENT}/contacts/0", **form | {"phone": "01632 960008", "base": base})).status_code == 303
    async with town.database.read() as work:
        authority = await work.register.authority(KENT)
    assert authority is not None
    edit = {"name": "Kent", "short_name": "Kent", "code": authority.code, "nation": "England", "region": "R", "kind": "county", **WHY}
    assert (await other.post(f"/directory/{KENT}/edit", base="0", **edit)).status_code == 303
    late = await staff.post(f"/directory/{KENT}/edit", base="0", **edit | {"region": "Typed here"})
    assert (late.status_code, 'value="Typed here"' in late.text, "Robin Sample" in late.text) == (409, True, True)
    last = {"last_day_day": "31", "last_day_month": "3", "last_day_year": "2028", "successor_1": MEDWAY}
    late = await staff.post(f"/directory/{KENT}/retire", base="0", **last, why="Typed here")
    assert (late.status_code, 'value="Typed here"' in late.text) == (409, True)


async def test_an_address_elsewhere_waits_for_another_administrator(town: Town) -> None:
    staff, other = await town.as_("directory"), await second(town)
    before = await with_address(town)
    form = {**DUTY, "base": str(before.version), "address": "alerts@kent-council.test"}
    assert done((await staff.post(f"/directory/{KENT}/contacts/0", **form)).headers["location"]) == "waits"
    assert (await contact(town)) == before
    mine = (await staff.get("/directory/waiting")).text
    assert "Take it back" in mine and ">Agree" not in mine.replace("\n", "").replace("  ", "")
    proposal = re.findall(r'name="proposal" value="(\d+)"', mine)[0]
    refused = await staff.post("/directory/waiting", proposal=proposal, verdict="agree")
    assert (refused.status_code, "another directory administrator has to agree" in refused.text) == (400, True)
    async with town.database.read() as work:
        assert [one.subject_id for one in await work.tasks.open() if one.kind == "change_proposed"] == [f"proposal {proposal}"]
    theirs = (await other.get("/directory/waiting")).text
    assert "<del>alerts@kent.test</del> → <ins>alerts@kent-council.test</ins>" in theirs
    assert (await other.post("/directory/waiting", proposal=proposal, verdict="agree")).status_code == 303
    now = await contact(town)
    assert now is not None and now.address == "alerts@kent-council.test"
    async with town.database.read() as work:
        assert not [one for one in await work.tasks.open() if one.kind == "change_proposed"]
        assert (await work.audit.verify()).holds
    assert "agreed by Robin Sample" in (await staff.get(f"/directory/{KENT}")).text
    assert (await other.post("/directory/waiting", proposal=proposal, verdict="refuse")).status_code == 409


async def agree_to_all(other: Staff) -> None:
    """Let another administrator agree to whatever waits."""
    shown = (await other.get("/directory/waiting")).text
    for name, value in re.findall(r'name="(proposal|batch)" value="(\w+)"', shown):
        assert (await other.post("/directory/waiting", **{name: value}, verdict="agree")).status_code == 303


async def test_letters_do_not_go_back_to_a_former_domain_on_one_persons_word(town: Town) -> None:
    staff, other = await town.as_("directory"), await second(town)
    await with_address(town)
    await with_address(town, address="alerts@kent-council.test")
    change = re.findall(r'name="change" value="(\d+)"', (await staff.get(f"/directory/{KENT}")).text)[0]
    assert done((await staff.post(f"/directory/{KENT}/undo", change=change)).headers["location"]) == "waits"
    now = await contact(town)
    assert now is not None and now.address == "alerts@kent-council.test"
    await agree_to_all(other)
    now = await contact(town)
    assert now is not None and now.address == "alerts@kent.test"


async def test_changes_ask_again_who_it_is(town: Town) -> None:
    staff = await town.as_("directory")
    town.clock.turn(timedelta(minutes=6))
    assert "Prove that it is you" in (await staff.post(f"/directory/{KENT}/contacts/1", **DUTY)).text
    assert await contact(town, order=1) is None


async def test_authorities_are_added_edited_and_merged_by_date(town: Town) -> None:
    staff, other = await town.as_("directory"), await second(town)
    new = {"gss_code": "x99", "name": "New Council", "short_name": "New", "code": "xnc", "nation": "England", "kind": "unitary", **WHY}
    wrong = await staff.post("/directory/new", **new, first_day_day="40", first_day_month="1", first_day_year="2028")
    assert (wrong.status_code, 'href="#first_day"' in wrong.text) == (400, True)
    wrong = await staff.post("/directory/new", **new)
    assert (wrong.status_code, 'href="#region"' in wrong.text, 'value="New Council"' in wrong.text) == (400, True, True)
    assert done((await staff.post("/directory/new", **new, region="South East", in_uk="yes")).headers["location"]) == "waits"
    assert "New Council" in (await staff.get("/directory/waiting")).text
    assert (await staff.get("/directory/X99")).status_code == 404
    await agree_to_all(other)
    day = {"first_day_day": "1", "first_day_month": "4", "first_day_year": "2028"}
    assert 'href="#into"' in (await staff.post("/directory/merge", ended_1=KENT, **day, **WHY)).text
    assert 'href="#ended_1"' in (await staff.post("/directory/merge", into="X99", **day, **WHY)).text
    merged = await staff.post("/directory/merge", ended_1=KENT, ended_2=MEDWAY, into="X99", **day, **WHY)
    assert done(merged.headers["location"]) == "waits"
    waits = (await staff.get("/directory/waiting")).text
    assert "Medway Council and Kent County Council last answer on 31 March 2028." in waits and "now) go to New Council." in waits
    await agree_to_all(other)
    again = await staff.post("/directory/merge", ended_1=KENT, into=MEDWAY, **day, **WHY)
    assert (again.status_code, "has a last day already" in again.text) == (400, True)
    shown = (await staff.get(f"/directory/{KENT}")).text
    assert "31 March 2028" in shown and "New Council" in shown
    batch = re.findall(r'name="batch" value="([0-9a-f]+)"', shown)[0]
    assert done((await staff.post(f"/directory/{KENT}/undo", batch=batch)).headers["location"]) == "waits"
    await agree_to_all(other)
    async with town.database.read() as work:
        ended = [await work.register.authority(code) for code in (KENT, MEDWAY)]
    assert [one.valid_to for one in ended if one] == [None, None]


async def test_w19_an_authority_with_open_alerts_does_not_end_without_a_successor(town: Town) -> None:
    async with town.database.read() as work:
        told = (await work.deliveries.get(town.seeds.delivery)).gss_code  # type: ignore[union-attr]
    staff, other = await town.as_("directory"), await second(town)
    last = {"base": "0", "last_day_day": "31", "last_day_month": "3", "last_day_year": "2028", **WHY}
    for code in (str(told), KENT):
        refused = await staff.post(f"/directory/{code}/retire", **last)
        assert (refused.status_code, 'href="#successors"' in refused.text, 'id="successors"' in refused.text) == (400, True, True)
        ends = await staff.post(f"/directory/{code}/retire", **last, successor_1=MEDWAY)
        assert done(ends.headers["location"]) == "waits"
    shown = (await staff.get("/directory/waiting")).text
    assert "From the next day new alerts and the open ones (1 now) go to Medway Council." in shown
    await agree_to_all(other)
    async with town.database.read() as work:
        assert [one.successors for one in [await work.register.authority(code) for code in (str(told), KENT)] if one] == [(MEDWAY,)] * 2


async def test_an_end_that_was_proposed_without_a_successor_is_not_agreed_to_when_alerts_are_open_by_then(town: Town) -> None:
    async with town.database.begin() as work:
        told = str((await work.deliveries.get(town.seeds.delivery)).gss_code)  # type: ignore[union-attr]
        by = By(who="w", why="w", at=NOW)
        await propose_retirement(work.register, told, date(2028, 3, 31), by, reason="Before there was an alert.")
    other = await second(town)
    proposal = re.findall(r'name="proposal" value="(\d+)"', (await other.get("/directory/waiting")).text)[0]
    refused = await other.post("/directory/waiting", proposal=proposal, verdict="agree")
    assert (refused.status_code, "Alerts are open that this authority was told of" in refused.text) == (400, True)


async def test_the_map_and_the_gaps_say_how_fresh_the_addresses_are(town: Town) -> None:
    staff = await town.as_("directory")
    await with_address(town)
    async with town.database.begin() as work:
        await work.register.prove_contact(gss_code=KENT, order=0, who="w", why="w", at=NOW, how=How.CONFIRMED)
    assert "Kent County Council: proved on 24 November 2026" in (await staff.get("/directory/map")).text
    town.clock.turn(timedelta(days=91))
    staff = await town.as_("directory")
    gaps = (await staff.get("/directory/gaps")).text
    assert re.search(r"These 5\d have no proved address", gaps)
    assert "This one has an address that was last proved more than 90 days ago" in gaps
    assert "There is no primary address" in (await staff.get("/directory/checks")).text


async def test_who_has_no_part_in_a_case_sees_that_letters_went_and_not_what_about(town: Town) -> None:
    async with town.database.read() as work:
        sent = next(one for one in await work.deliveries.of_notice(town.seeds.live_notice) if one.answer == "possible_match")
    plain = (await (await town.as_("directory")).get(f"/directory/{sent.gss_code}")).text
    assert sent.id in plain and "A letter about a case" in plain
    assert town.seeds.live not in plain and "Possible match" not in plain
    ours = (await (await town.as_("quality")).get(f"/directory/{sent.gss_code}")).text
    assert f"/cases/{town.seeds.live}" in ours and "Possible match" in ours
    theirs = (await (await town.as_("stranger")).get(f"/directory/{sent.gss_code}")).text
    assert town.seeds.live not in theirs and "Possible match" not in theirs
