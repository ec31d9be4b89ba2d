"""The directory for other systems: read-only JSON for whoever has a key, without a word of any case, and its description."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Path
from fastapi.openapi.utils import get_openapi
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from directory.api_keys import ApiKeys
from directory.authority import Authority
from directory.contact import Contact
from service.database.correspondence import Correspondence, Health
from service.flow.house import today
from service.web.directory_pages import LOOKED_AT, searched
from service.web.rates import API, TooMany, rates_of
from service.web.render import page
from service.web.session import TheSite, need, perhaps_signed_in, signed_in, site_of

NO_KEY = "Send a key that is good: Authorization: Bearer and the key."


class ApiRefusal(Exception):  # noqa: N818
    """A request that gets no answer, told in JSON."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers


class Refusal(BaseModel):
    """Why there is no answer."""

    detail: str


class HealthNumbers(BaseModel):
    """How well the first mailbox of an authority works; the letters are those of the last 90 days."""

    has_address: bool
    proved_at: datetime | None
    proved_how: str | None
    letters: int
    came_back: int
    answered: int


class AuthorityOut(BaseModel):
    """One authority; *valid_from* and *valid_to* are both included, and null is open."""

    code: str
    short_code: str
    name: str
    short_name: str
    nation: str
    region: str
    kind: str
    former_codes: list[str]
    delivered_by: str
    valid_from: date | None
    valid_to: date | None
    successors: list[str]
    health: HealthNumbers


class ContactOut(BaseModel):
    """One mailbox of an authority; order 0 is the first."""

    order: int
    role: str
    address: str
    phone: str
    out_of_hours: str
    proved_at: datetime | None
    proved_how: str | None


class AuthorityWithContacts(AuthorityOut):
    """One authority and its mailboxes."""

    contacts: list[ContactOut]


class Authorities(BaseModel):
    """The authorities that were asked for."""

    count: int
    authorities: list[AuthorityOut]


async def key_holder(request: Request) -> str:
    """Return the id of the key that came with the request; raises ApiRefusal."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    site = site_of(request)
    async with site.house.read() as work:
        key = await ApiKeys(work.connection).holder(secret.strip()) if scheme.lower() == "bearer" and secret.isascii() else None
    if key is None:
        raise ApiRefusal(401, NO_KEY, **{"WWW-Authenticate": "Bearer"})
    try:
        await rates_of(request).spend(API, key.id)
    except TooMany as often:
        raise ApiRefusal(429, "Too many requests. Wait as long as Retry-After says.", **{"Retry-After": str(often.seconds)}) from None
    return key.id


async def may_read_about_it(request: Request) -> None:
    """Let in whoever has a key, or is signed in and sees the directory."""
    if request.headers.get("authorization"):
        await key_holder(request)
    else:
        need((await signed_in(request)).sees_directory)


# The scheme is only described by HTTPBearer; who holds a good key is found out above, and told in our words.
_KEY = [Depends(HTTPBearer(auto_error=False, scheme_name="key")), Depends(key_holder)]
_REFUSALS: dict[int | str, dict[str, Any]] = {401: {"model": Refusal}, 429: {"model": Refusal}}
router = APIRouter(prefix="/api")
described = APIRouter(prefix="/api", dependencies=_KEY, responses=_REFUSALS)


@described.get("/authorities")
async def authorities(site: TheSite, q: str = "", every: str = "") -> Authorities:
    """List the authorities of today (with every=yes former and future ones too) whose name, code or region holds the words of *q*."""
    now, wanted = site.clock(), q.strip().casefold()[:100]
    async with site.house.read() as work:
        listed = await work.register.authorities(None if every else today(now))
        primary = await work.register.primary_contacts()
        health = await Correspondence(work.connection).health(now - LOOKED_AT)
    found = [
        AuthorityOut(**_facts(one), health=_numbers(primary.get(one.gss_code), health.get(one.gss_code, Health())))
        for one in listed
        if wanted in searched(one)
    ]
    return Authorities(count=len(found), authorities=found)


@described.get("/authorities/{code}", responses={404: {"model": Refusal}})
async def authority(site: TheSite, code: Annotated[str, Path(description="The GSS code")]) -> AuthorityWithContacts:
    """Give one authority with its mailboxes and how well the first one works."""
    async with site.house.read() as work:
        one = await work.register.authority(code) if code.isprintable() else None
        if one is None:
            raise ApiRefusal(404, "No authority has this code.")
        contacts = await work.register.contacts(code)
        health = await Correspondence(work.connection).health(site.clock() - LOOKED_AT, code)
    first = next((contact for contact in contacts if contact.order == 0), None)
    return AuthorityWithContacts(
        **_facts(one), health=_numbers(first, health.get(code, Health())), contacts=[_contact(contact) for contact in contacts]
    )


@router.get("")
async def read_about_it(request: Request) -> Response:
    """Tell people how the API is asked."""
    await may_read_about_it(request)
    described_by = _description()
    return page(
        request.state.nonce, "directory_api.html", visitor=await perhaps_signed_in(request), paths=described_by["paths"], rate=API.requests
    )


@router.get("/openapi.json")
async def description(request: Request) -> Response:
    """Describe the API for machines (OpenAPI)."""
    await may_read_about_it(request)
    return JSONResponse(_description())


def install(app: FastAPI) -> None:
    """Give *app* the part that needs a key, whose refusals are told in JSON."""

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, ApiRefusal)
        return JSONResponse({"detail": error.detail}, status_code=error.status, headers=error.headers)

    app.include_router(described)
    app.add_exception_handler(ApiRefusal, refuse)


def _description() -> dict[str, Any]:
    return get_openapi(title="National Alerts: the directory", version="1", description=__doc__, routes=described.routes)


def _facts(one: Authority) -> dict[str, Any]:
    same = ("name", "short_name", "nation", "region", "kind", "delivered_by", "valid_from", "valid_to")
    return {
        "code": one.gss_code,
        "short_code": one.code,
        "former_codes": list(one.former_codes),
        "successors": list(one.successors),
        **{name: getattr(one, name) for name in same},
    }


def _numbers(contact: Contact | None, health: Health) -> HealthNumbers:
    return HealthNumbers(
        has_address=contact is not None,
        proved_at=contact.proved_at if contact else None,
        proved_how=contact.proved_how if contact else None,
        letters=health.letters,
        came_back=health.bounced,
        answered=health.answered,
    )


def _contact(contact: Contact) -> ContactOut:
    same = ("order", "role", "address", "phone", "out_of_hours", "proved_at", "proved_how")
    return ContactOut(**{name: getattr(contact, name) for name in same})
