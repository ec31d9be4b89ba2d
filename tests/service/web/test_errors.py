"""What a refusal looks like: its status, plain words, and nothing of the machinery or of what was typed."""

import pytest

from service.domain.errors import ServiceError
from service.web.errors import status_of, way_back
from tests.service.web.conftest import Staff, Town

TELLTALES = ("Traceback", "service/", ".py", "sqlalchemy", "starlette", "fastapi", "uvicorn", "SELECT", "Exception", "jinja")


def kinds(of: type[ServiceError] = ServiceError) -> list[type[ServiceError]]:
    """Return every kind of refusal there is."""
    return [of, *(kind for one in of.__subclasses__() if one.__module__ == of.__module__ for kind in kinds(one))]


@pytest.mark.parametrize("kind", kinds())
async def test_every_refusal_has_a_page_of_its_own_words(town: Town, kind: type[ServiceError]) -> None:
    @town.app.get("/refuse")
    async def refuse() -> None:
        raise kind

    async with town.visitor() as client:
        answer = await client.get("/refuse")
    assert answer.status_code == status_of(kind())
    assert 400 <= answer.status_code < 500
    assert "<h1" in answer.text


async def statuses(town: Town) -> dict[int, str]:
    """Return a page for each status that somebody can bring about."""

    @town.app.get("/crash")
    async def crash() -> None:
        raise RuntimeError("SELECT name FROM persons")

    staff = await town.as_("approver")
    notice = f"/cases/{town.seeds.decide}/notices/{town.seeds.decide_notice}"
    answers = [
        await staff.get("/crash"),
        await staff.get("/nothing"),
        await staff.get("/quarantine"),
        await staff.client.delete("/cases"),
        await staff.get("/cases?older=xss-typed"),
        await staff.post("/sign-in", address="x" * 70_000),
        await staff.post(f"{notice}/approve", version="1", understood="yes", reason="xss-typed"),
        await staff.client.post("/sign-out", data={}),
        await staff.get("/static/../../pyproject.toml"),
    ]
    return {answer.status_code: answer.text for answer in answers}


async def test_no_error_shows_the_machinery_or_what_was_typed(town: Town) -> None:
    found = await statuses(town)
    assert {403, 404, 405, 409, 413, 422, 500} <= set(found)
    for status, text in found.items():
        assert "<h1" in text, status
        assert "xss-typed" not in text, status
        for telltale in TELLTALES:
            assert telltale not in text, f"{status}: {telltale}"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../site.py",
        "/static/%2e%2e/site.py",
        "/static/%2e%2e%2fsite.py",
        "/static/..%5csite.py",
        "/static//etc/passwd",
        "/static/vendor/../../site.py",
        "/static/%00",
        "/static/",
        "/static/vendor",
        "/policies/..%2f..%2fpyproject",
        "/policies/%2e%2e",
        "/directory/..%2f..",
        "/cases/../../etc/passwd",
        "/.git/config",
        "/.env",
    ],
)
async def test_no_address_leads_out_of_the_pages(town: Town, path: str) -> None:
    staff = await town.as_("quality")
    for visitor in (staff, Staff(client=town.visitor(), csrf="")):
        answer = await visitor.get(path)
        assert answer.status_code in (303, 404, 405), path
        assert answer.headers.get("location", "/sign-in") == "/sign-in"
        assert "import" not in answer.text


ELSEWHERE = (
    "", "//evil.test", "/\\evil.test", "https://evil.test", "javascript:alert(1)", "/cases/../evil", "/cases//evil.test", "/cases?next=//e",
    "/cases/%2f%2fevil", "/cases\r\nSet-Cookie: a=b", "/cases\n", " /cases", "/sign-out",
)  # fmt: skip


@pytest.mark.parametrize("path", ELSEWHERE)
def test_nobody_is_led_elsewhere_after_signing_in(path: str) -> None:
    assert way_back(path) is None
