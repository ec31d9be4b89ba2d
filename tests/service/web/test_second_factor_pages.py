"""The second factor at the door, by the pages and without scripts."""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import httpx2
import pytest

from service.web.session import form_token
from tests.service.web.conftest import Staff, Town
from tests.service.web.test_sign_in_pages import PRESSED, link
from tests.signing_in import an_app, code_of


async def half_in(town: Town, who: str = "quality") -> Staff:
    """Use a link and return the client that has still to prove a second factor."""
    client = town.visitor()
    answer = await client.post(f"/sign-in/{await link(town, who)}", data=PRESSED)
    assert answer.headers["location"] == "/second-factor"
    return Staff(client=client, csrf=form_token(client.cookies["session"]))


async def with_app(town: Town, who: str) -> str:
    """Give a person an app and return its secret."""
    return await an_app(town.database, town.seeds.people[who], town.clock.now)


async def test_the_link_alone_opens_no_page_but_those_of_the_second_factor(town: Town) -> None:
    staff = await half_in(town)
    for path in ("/", "/cases", f"/cases/{town.seeds.live}", "/trays", "/quarantine", "/directory", "/policies", "/your-sign-in"):
        assert (await staff.get(path)).headers["location"] == "/second-factor", path
    for path in (f"/cases/{town.seeds.check}/notices/{town.seeds.check_notice}/pass", "/your-sign-in/end-all", "/proof", "/sign-out"):
        assert (await staff.post(path, version="2")).headers["location"] == "/second-factor", path


async def test_an_app_is_set_up_at_the_first_sign_in_and_asked_for_at_the_second(town: Town) -> None:
    staff = await half_in(town)
    assert (await staff.get("/second-factor")).headers["location"] == "/second-factor/new"
    assert "Set up an app" in (await staff.get("/second-factor/new")).text
    assert (await staff.post("/second-factor/new/app")).headers["location"] == "/second-factor/new/app"
    shown = (await staff.get("/second-factor/new/app")).text
    assert "<svg" in shown
    secret = re.search(r"data-secret>([A-Z2-7 ]+)<", shown)
    assert secret
    wrong = await staff.post("/second-factor/new/app/code", code="000000")
    assert wrong.status_code == 400
    assert "The code is not right" in wrong.text
    before = staff.client.cookies["session"]
    done = await staff.post("/second-factor/new/app/code", code=code_of(secret[1].replace(" ", ""), town.clock.now))
    assert done.headers["location"] == "/"
    assert staff.client.cookies["session"] != before
    assert (await staff.get("/")).status_code == 200
    town.clock.turn(timedelta(minutes=1))
    again = await half_in(town)
    assert "Code from your app" in (await again.get("/second-factor")).text
    assert (await again.get("/second-factor/new")).headers["location"] == "/second-factor"
    assert (await again.post("/second-factor/new/app")).status_code == 403
    assert (await again.post("/second-factor/code", code=code_of(secret[1].replace(" ", ""), town.clock.now))).headers["location"] == "/"


async def test_the_session_before_the_second_factor_is_over_after_it(town: Town) -> None:
    secret, staff = await with_app(town, "quality"), await half_in(town)
    before = staff.client.cookies["session"]
    await staff.post("/second-factor/code", code=code_of(secret, town.clock.now))
    async with town.visitor() as other:
        other.cookies.set("session", before)
        assert (await other.get("/")).headers["location"] == "/sign-in"


async def test_after_the_second_factor_one_comes_back_to_the_page_one_wanted(town: Town) -> None:
    secret, client = await with_app(town, "approver"), town.visitor()
    assert (await client.get(f"/decide/{town.seeds.decide_token}")).headers["location"] == "/sign-in"
    assert (await client.post(f"/sign-in/{await link(town, 'approver')}", data=PRESSED)).headers["location"] == "/second-factor"
    staff = Staff(client=client, csrf=form_token(client.cookies["session"]))
    done = await staff.post("/second-factor/code", code=code_of(secret, town.clock.now))
    assert done.headers["location"] == f"/cases/{town.seeds.decide}"


async def test_a_code_that_was_seen_over_the_shoulder_does_not_count_again(town: Town) -> None:
    secret = await with_app(town, "quality")
    code = code_of(secret, town.clock.now)
    assert (await (await half_in(town)).post("/second-factor/code", code=code)).status_code == 303
    again = await (await half_in(town)).post("/second-factor/code", code=code)
    assert again.status_code == 400
    assert "used already" in again.text


async def test_guessing_codes_is_stopped_after_a_few(town: Town) -> None:
    secret = await with_app(town, "quality")
    staff = await half_in(town)
    answers = [(await staff.post("/second-factor/code", code="000000")).status_code for _ in range(6)]
    assert answers == [400, 400, 400, 400, 400, 429]
    right = await (await half_in(town)).post("/second-factor/code", code=code_of(secret, town.clock.now))
    assert right.status_code == 429, "another session of the same person is no way round it"


async def test_a_made_up_passkey_is_refused(town: Town) -> None:
    await with_app(town, "quality")
    staff = await half_in(town)
    for answer in ("", "{}", "null", "[]", '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}'):
        assert (await staff.post("/second-factor/passkey", answer=answer)).status_code == 400
        assert (await staff.post("/second-factor/new/passkey", answer=answer)).status_code == 400


async def test_the_own_sessions_are_listed_and_end_together(town: Town) -> None:
    first, second = await town.as_("quality"), await half_in(town)
    listed = (await first.get("/your-sign-in")).text
    assert listed.count("(this one)") == 1
    assert "<td" in listed
    other = await town.as_("approver")
    ended = await first.post("/your-sign-in/end-all")
    assert ended.headers["location"] == "/sign-in"
    assert "cookies" in ended.headers["clear-site-data"]
    assert (await second.get("/second-factor")).headers["location"] == "/sign-in"
    assert (await other.get("/")).status_code == 200


async def test_a_system_administrator_helps_somebody_who_lost_theirs(town: Town) -> None:
    await with_app(town, "quality")
    theirs, by = await town.as_("quality"), await town.as_("system")
    page = (await by.get("/your-sign-in/of-others")).text
    assert "quality@kent.test" in page
    assert "medway" not in page
    path = f"/your-sign-in/of-others/{town.seeds.people['quality']}/take-away"
    assert (await by.post(path)).status_code == 303
    assert (await theirs.get("/")).headers["location"] == "/sign-in"
    assert (await (await half_in(town)).get("/second-factor")).headers["location"] == "/second-factor/new"


@dataclass
class Approving:
    """The approve form of the seeded notice."""

    town: Town
    staff: Staff

    @property
    def path(self) -> str:
        """Where it is sent."""
        return f"/cases/{self.town.seeds.decide}/notices/{self.town.seeds.decide_notice}/approve"

    async def send(self, **more: str) -> httpx2.Response:
        """Send it."""
        return await self.staff.post(self.path, version="2", understood="yes", reason='The police <b>"ask"</b> for it.', **more)

    async def verdicts(self) -> int:
        """Count the approvals."""
        async with self.town.database.read() as work:
            rows = await work.connection.exec_driver_sql("SELECT count(*) FROM approvals WHERE verdict = 'approve'")
            return int(rows.scalar_one())


@pytest.fixture
async def approving(town: Town) -> Approving:
    """Return an approver whose proof is six minutes old."""
    staff = await town.as_("approver")
    town.clock.turn(timedelta(minutes=6))
    return Approving(town, staff)


def hidden(text: str) -> dict[str, str]:
    """Return the hidden fields of the first form with any in the main part of a page."""
    main = text.partition("<main")[2]
    form = main.partition("<form")[2].partition("</form>")[0]
    return {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)}


async def test_approving_with_an_old_proof_asks_for_a_new_one_and_then_for_the_button(town: Town, approving: Approving) -> None:
    secret = await with_app(town, "approver")
    asked = await approving.send()
    assert asked.status_code == 200
    assert "Prove that it is you" in asked.text
    assert await approving.verdicts() == 0
    fields = hidden(asked.text)
    assert fields["again.reason"] == 'The police <b>"ask"</b> for it.'
    assert "again.csrf" not in fields
    wrong = await approving.staff.client.post("/proof", data=fields | {"code": "000000"})
    assert wrong.status_code == 400
    assert hidden(wrong.text) == fields
    proved = await approving.staff.client.post("/proof", data=fields | {"code": code_of(secret, town.clock.now)})
    assert "Nothing has happened yet" in proved.text
    assert await approving.verdicts() == 0, "a POST is never repeated without a press"
    assert f'action="{approving.path}"' in proved.text
    done = await approving.staff.client.post(approving.path, data=hidden(proved.text))
    assert done.status_code == 303
    assert await approving.verdicts() == 1


async def test_a_proof_in_one_tab_leaves_the_forms_of_the_other_good(town: Town, approving: Approving) -> None:
    secret = await with_app(town, "approver")
    fields = hidden((await approving.send()).text)
    await approving.staff.client.post("/proof", data=fields | {"code": code_of(secret, town.clock.now)})
    assert (await approving.send()).status_code == 303
    assert await approving.verdicts() == 1


async def test_a_page_that_was_asked_for_follows_the_proof(town: Town) -> None:
    secret, staff = await with_app(town, "approver"), await town.as_("approver")
    town.clock.turn(timedelta(minutes=6))
    asked = await staff.get("/second-factor/new")
    assert "Prove that it is you" in asked.text
    fields = hidden(asked.text)
    assert fields["method"] == "get"
    proved = await staff.client.post("/proof", data=fields | {"code": code_of(secret, town.clock.now)})
    assert proved.headers["location"] == "/second-factor/new"
    assert "Set up an app" in (await staff.get("/second-factor/new")).text


@pytest.mark.parametrize(
    "to", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "", "/a//b", "/x\r\nSet-Cookie: a"]
)
async def test_a_proof_leads_nowhere_else(town: Town, to: str) -> None:
    secret, staff = await with_app(town, "approver"), await town.as_("approver")
    sent = await staff.post("/proof", to=to, method="get", step="x", code=code_of(secret, town.clock.now))
    assert sent.status_code == 404


async def test_taking_factors_away_needs_a_fresh_proof(town: Town) -> None:
    await with_app(town, "quality")
    by = await town.as_("system")
    town.clock.turn(timedelta(minutes=6))
    asked = await by.post(f"/your-sign-in/of-others/{town.seeds.people['quality']}/take-away")
    assert "Prove that it is you" in asked.text
    async with town.database.read() as work:
        assert await work.credentials.of(town.seeds.people["quality"])
