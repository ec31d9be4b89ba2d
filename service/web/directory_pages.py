"""The address directory, for reading: every authority, its contacts and their history."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from directory.authority import neighbours_of
from service.domain.errors import NotFound
from service.web.rates import SEARCHES, rates_of
from service.web.render import page
from service.web.session import SignedIn, TheSite, need

router = APIRouter(prefix="/directory")


@router.get("")
async def listed(request: Request, visitor: SignedIn, site: TheSite, q: str = "") -> Response:
    """List the authorities whose name, code or region holds the words asked for."""
    need(visitor.sees_directory)
    if q:
        await rates_of(request).spend(SEARCHES, visitor.person.id)
    wanted = q.strip().casefold()[:100]
    async with site.house.read() as work:
        authorities = await work.register.authorities()
        primary = await work.register.primary_contacts()
    found = [
        one for one in authorities if wanted in " ".join((one.name, one.short_name, one.gss_code, one.region, *one.other_names)).casefold()
    ]
    return page(
        request.state.nonce, "directory.html", visitor=visitor, found=found, primary=primary, q=q.strip()[:100], all=len(authorities)
    )


@router.get("/{gss_code}")
async def show(request: Request, gss_code: str, visitor: SignedIn, site: TheSite) -> Response:
    """Show one authority."""
    need(visitor.sees_directory)
    async with site.house.read() as work:
        authority = await work.register.authority(gss_code)
        if authority is None:
            raise NotFound
        contacts = await work.register.contacts(gss_code)
        history = await work.register.history(gss_code)
        names = {one.gss_code: one.name for one in await work.register.authorities()}
    neighbours = [(gss, names.get(gss, gss)) for gss in neighbours_of(gss_code)]
    return page(
        request.state.nonce,
        "authority.html",
        visitor=visitor,
        authority=authority,
        contacts=contacts,
        history=history[-100:][::-1],
        neighbours=neighbours,
    )
