"""Signing in and out."""

from datetime import timedelta

from tests.service.web.conftest import Town
from tests.service.web.seeds import TOKENS
from tests.signing_in import a_link

PRESSED = {"pressed": ""}


async def link(town: Town, who: str = "quality") -> str:
    """Give out a sign-in link."""
    return await a_link(town.database, TOKENS, town.seeds.people[who], town.clock.now)


async def test_the_answer_is_the_same_whoever_asks(town: Town) -> None:
    async with town.visitor() as client:
        known = await client.post("/sign-in", data={"address": "quality@kent.test"})
        unknown = await client.post("/sign-in", data={"address": "nobody@kent.test"})
        empty = await client.post("/sign-in", data={"address": ""})
    assert known.status_code == unknown.status_code == empty.status_code == 200

    def without_nonce(text: str) -> str:
        return "".join(line for line in text.splitlines() if "nonce" not in line)

    assert without_nonce(known.text) == without_nonce(unknown.text) == without_nonce(empty.text)
    async with town.database.read() as work:
        counted = await work.connection.exec_driver_sql("SELECT count(*) FROM deliveries WHERE kind = 'sign_in_link'")
        assert counted.scalar() == 1


async def test_a_link_signs_in_once_only_and_only_by_the_button(town: Town) -> None:
    token = await link(town, "reporter")
    async with town.visitor() as client:
        for _ in range(3):
            assert (await client.get(f"/sign-in/{token}")).status_code == 200
        first = await client.post(f"/sign-in/{token}", data=PRESSED)
        assert first.status_code == 303
        cookie = first.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert (await client.get("/")).status_code == 200
    async with town.visitor() as other:
        again = await other.post(f"/sign-in/{token}", data=PRESSED)
        assert again.status_code == 404
        assert "used before" in again.text
        assert (await other.get("/")).headers["location"] == "/sign-in"


async def test_a_link_that_has_run_out_signs_nobody_in(town: Town) -> None:
    token = await link(town)
    town.clock.turn(timedelta(minutes=16))
    async with town.visitor() as client:
        assert (await client.post(f"/sign-in/{token}", data=PRESSED)).status_code == 404


async def test_half_an_hour_without_a_look_ends_the_session(town: Town) -> None:
    staff = await town.as_("quality")
    town.clock.turn(timedelta(minutes=29))
    assert (await staff.get("/")).status_code == 200
    town.clock.turn(timedelta(minutes=31))
    assert (await staff.get("/")).status_code == 303


async def test_twelve_hours_end_the_session_however_busy_it_was(town: Town) -> None:
    staff = await town.as_("quality")
    for _ in range(36):
        town.clock.turn(timedelta(minutes=20))
        assert (await staff.get("/")).status_code == 200
    town.clock.turn(timedelta(minutes=1))
    assert (await staff.get("/")).status_code == 303


async def test_signing_out_ends_the_session_and_clears_the_browser(town: Town) -> None:
    staff = await town.as_("quality")
    secret = staff.client.cookies["session"]
    left = await staff.post("/sign-out")
    assert left.status_code == 303
    assert "cookies" in left.headers["clear-site-data"]
    staff.client.cookies.clear()
    staff.client.cookies.set("session", secret)
    assert (await staff.get("/")).status_code == 303


async def test_a_person_who_is_put_off_duty_is_out_at_once(town: Town) -> None:
    staff = await town.as_("quality")
    async with town.database.begin() as work:
        await work.connection.exec_driver_sql("UPDATE persons SET active = 0 WHERE address = 'quality@kent.test'")
    assert (await staff.get("/")).status_code == 303


async def test_after_signing_in_one_comes_back_to_the_page_one_wanted(town: Town) -> None:
    token = await link(town, "reporter")
    async with town.visitor() as client:
        assert (await client.get(f"/decide/{town.seeds.decide_token}")).headers["location"] == "/sign-in"
        assert (await client.post(f"/sign-in/{token}", data=PRESSED)).headers["location"] == f"/cases/{town.seeds.decide}"


async def test_a_foreign_way_back_is_ignored(town: Town) -> None:
    token = await link(town, "reporter")
    async with town.visitor() as client:
        client.cookies.set("after-sign-in", "//evil.test")
        assert (await client.post(f"/sign-in/{token}", data=PRESSED)).headers["location"] == "/"


async def test_a_decision_link_leads_to_the_case_and_decides_nothing(town: Town) -> None:
    staff = await town.as_("approver")
    assert (await staff.get(f"/decide/{town.seeds.decide_token}")).headers["location"] == f"/cases/{town.seeds.decide}"
    assert (await staff.get(f"/decide/{'b' * 32}")).status_code == 404
