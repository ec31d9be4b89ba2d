"""The second factor at the door: proving it after the link, and setting one up. Without scripts the codes of an app do it all."""

import segno
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.flow import passkeys, second_factor
from service.web.errors import after_cookie, way_back
from service.web.proof import require_fresh_proof
from service.web.rates import CODES, rates_of
from service.web.render import page
from service.web.session import AtTheDoor, Site, TheSite, Visitor, keep_session, read_form

router = APIRouter(prefix="/second-factor")
Fault = tuple[str, str]
_NO_PASSKEY = "The passkey did not work. Try it again"


@router.get("")
async def ask(request: Request, visitor: AtTheDoor, site: TheSite) -> Response:
    """Ask for the second factor; who has none yet sets one up."""
    if visitor.seat.complete:
        return RedirectResponse("/", status_code=303)
    return await _ask(request, visitor, site)


@router.post("/code")
async def code(request: Request, visitor: AtTheDoor, site: TheSite) -> Response:
    """Prove it by a code."""
    form = await read_form(request, visitor)
    await rates_of(request).spend(CODES, visitor.person.id)
    secret = await second_factor.prove_by_code(site.house, visitor.secret, visitor.person.id, form.get("code", ""), site.clock())
    return _in(request, site, secret) if secret else await _ask(request, visitor, site, ("code", second_factor.WRONG_CODE))


@router.post("/passkey")
async def passkey(request: Request, visitor: AtTheDoor, site: TheSite) -> Response:
    """Prove it by a passkey."""
    form = await read_form(request, visitor)
    secret = await passkeys.prove(site.house, visitor.secret, visitor.person.id, form.get("answer", ""), site.clock())
    return _in(request, site, secret) if secret else await _ask(request, visitor, site, ("passkey", _NO_PASSKEY))


@router.get("/new")
async def choose(request: Request, visitor: AtTheDoor, site: TheSite) -> Response:
    """Offer what can be set up; who has a second factor already proves it first."""
    kinds = await second_factor.kinds_of(site.house, visitor.person.id)
    if kinds and not visitor.seat.complete:
        return RedirectResponse("/second-factor", status_code=303)
    if visitor.seat.complete:
        require_fresh_proof(request, visitor, "Add a second factor")
    return await _choose(request, visitor, site)


@router.post("/new/app")
async def app(request: Request, visitor: AtTheDoor, site: TheSite) -> Response:
    """Make the secret for an authenticator app."""
    await read_form(request, visitor)
    await second_factor.offer_app(site.house, visitor.seat, site.clock())
    return RedirectResponse("/second-factor/new/app", status_code=303)


@router.get("/new/app")
async def app_shown(request: Request, visitor: AtTheDoor, site: TheSite) -> Response:
    """Show the secret as a QR code and in letters, until its first code is given."""
    return await _app(request, visitor, site)


@router.post("/new/app/code")
async def app_code(request: Request, visitor: AtTheDoor, site: TheSite) -> Response:
    """Set the app up by its first code."""
    form = await read_form(request, visitor)
    await rates_of(request).spend(CODES, visitor.person.id)
    secret = await second_factor.confirm_app(site.house, visitor.secret, visitor.seat, form.get("code", ""), site.clock())
    return _in(request, site, secret) if secret else await _app(request, visitor, site, ("code", second_factor.WRONG_CODE))


@router.post("/new/passkey")
async def new_passkey(request: Request, visitor: AtTheDoor, site: TheSite) -> Response:
    """Keep the passkey that the browser made."""
    form = await read_form(request, visitor)
    secret = await passkeys.keep(site.house, visitor.secret, visitor.seat, form.get("answer", ""), site.clock())
    if secret:
        return _in(request, site, secret)
    return await _choose(request, visitor, site, ("passkey", "The passkey could not be set up. Try again, or use an app"))


def _in(request: Request, site: Site, secret: str) -> Response:
    after = after_cookie(secure=site.secure)
    answer = RedirectResponse(way_back(request.cookies.get(after, "")) or "/", status_code=303)
    keep_session(answer, site, secret)
    answer.delete_cookie(after, secure=site.secure, httponly=True, samesite="lax")
    return answer


async def _ask(request: Request, visitor: Visitor, site: Site, fault: Fault | None = None) -> Response:
    kinds = await second_factor.kinds_of(site.house, visitor.person.id)
    if not kinds:
        return RedirectResponse("/second-factor/new", status_code=303)
    options = await passkeys.to_use(site.house, visitor.secret, visitor.person.id, site.clock())
    return page(
        request.state.nonce, "second_factor.html", status=400 if fault else 200, door=visitor, kinds=kinds, passkey=options, fault=fault
    )


async def _choose(request: Request, visitor: Visitor, site: Site, fault: Fault | None = None) -> Response:
    makes = passkeys.offered_here(site.house)
    options = await passkeys.to_make(site.house, visitor.secret, visitor.seat, site.clock()) if makes else None
    return page(request.state.nonce, "second_factor_new.html", status=400 if fault else 200, door=visitor, passkey=options, fault=fault)


async def _app(request: Request, visitor: Visitor, site: Site, fault: Fault | None = None) -> Response:
    secret = await second_factor.offered(site.house, visitor.person.id, site.clock())
    if secret is None:
        return RedirectResponse("/second-factor/new", status_code=303)
    qr = segno.make(second_factor.provisioning_uri(secret, visitor.person), error="m", micro=False)
    drawn = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(qr.matrix) for x, dark in enumerate(row) if dark)
    parts = [secret[start : start + 4] for start in range(0, len(secret), 4)]
    return page(
        request.state.nonce,
        "second_factor_app.html",
        status=400 if fault else 200,
        door=visitor,
        drawn=drawn,
        size=len(qr.matrix),
        secret=" ".join(parts),
        fault=fault,
    )
