"""Over TLS every cookie is bound to this host, closed to scripts, and not sent along from other sites."""

from http.cookies import SimpleCookie

import httpx2
import pytest

from service.mail.tokens import digest
from service.web.site import make_site
from tests.service.web.conftest import BASE, Town, ViewsHere
from tests.service.web.matrix import own, table
from tests.service.web.seeds import TOKENS

SECURE_BASE = BASE.replace("http:", "https:")


def over_tls(town: Town) -> httpx2.AsyncClient:
    """Return a client that reaches the pages over TLS."""
    app = make_site(town.house, viewer=ViewsHere(), clock=town.clock, secure=True)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=SECURE_BASE, headers={"Origin": BASE})  # type: ignore[arg-type]


async def test_every_cookie_is_bound_to_the_host_and_closed_to_scripts(town: Town) -> None:
    token = TOKENS.issue("s", "a link over TLS")
    async with town.database.begin() as work:
        at = town.clock.now
        await work.sessions.give(digest(token), purpose="sign_in", subject_id=town.seeds.people["quality"], not_after=at)
    given: list[str] = []
    async with over_tls(town) as client:
        for page, row in (await table(town)).items():
            if page.startswith("GET"):
                given += (await client.get(own(page, row))).headers.get_list("set-cookie")
        given += (await client.post(f"/sign-in/{token}", data={"pressed": ""})).headers.get_list("set-cookie")
    names = set()
    for line in given:
        ((name, cookie),) = SimpleCookie(line).items()
        names.add(name)
        assert name.startswith("__Host-"), line
        assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", ""), line
        assert cookie["samesite"].lower() in ("lax", "strict"), line
    assert {"__Host-session", "__Host-after-sign-in"} <= names


@pytest.mark.parametrize("headers", [{"X-Forwarded-Host": "evil.test"}, {"X-Host": "evil.test"}, {"Forwarded": "host=evil.test"}])
async def test_no_header_bends_the_links_of_letters(town: Town, headers: dict[str, str]) -> None:
    async with town.visitor(Host="localhost", **headers) as client:
        asked = await client.post("/sign-in", data={"address": "quality@kent.test"})
        assert asked.status_code == 200
        shown = await client.get(f"/answer/{town.seeds.answer_token}")
    assert "evil.test" not in asked.text + shown.text
    async with town.database.read() as work:
        (path,) = (await work.connection.exec_driver_sql("SELECT link_path FROM deliveries WHERE kind = 'sign_in_link'")).one()
    assert path == "/sign-in/{token}"  # the worker puts the configured address before it


async def test_fields_nobody_asked_for_give_nobody_anything(town: Town) -> None:
    staff = await town.as_("quality")
    forged = {
        "role": "approver",
        "roles": "approver,system",
        "approver_id": town.seeds.people["quality"],
        "state": "cascaded",
        "is_admin": "1",
    }
    page = f"/cases/{town.seeds.check}/notices/{town.seeds.check_notice}/pass"
    await staff.post(page, version="2", passed_by=town.seeds.people["second approver"], **forged)
    async with town.database.read() as work:
        notice = await work.notices.get(town.seeds.check_notice)
        person = await work.people.person(town.seeds.people["quality"])
    assert notice.passed_by in (None, town.seeds.people["quality"])
    assert notice.state.value != "cascaded"
    assert {role.value for role in person.roles} == {"quality"}
