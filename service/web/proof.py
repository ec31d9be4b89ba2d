"""Proving again who one is before what cannot be undone (ASVS 7.5.3), and then going on with exactly what was asked.

What was asked travels in hidden fields of the page itself, and is never done before a person has pressed its button once more.
"""

import re
from collections.abc import Mapping

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.domain.errors import NotFound
from service.flow import passkeys, second_factor
from service.web.rates import CODES, rates_of
from service.web.render import page
from service.web.session import SignedIn, Site, TheSite, Visitor, keep_session, read_form, site_of

_AGAIN = "again."
_OURS = re.compile(r"/(?:[A-Za-z0-9_.-]+/)*[A-Za-z0-9_.-]+(?:\?[A-Za-z0-9=&_.%-]{0,200})?")
_OWN_FIELDS = 6
router = APIRouter(prefix="/proof")


class ProofNeeded(Exception):  # noqa: N818
    """The second factor has to be proved again before *step*, which is a POST of *fields* or, without them, a look."""

    def __init__(self, visitor: Visitor, step: str, fields: Mapping[str, str] | None) -> None:
        super().__init__("proof needed")
        self.visitor = visitor
        self.step = step
        self.fields = fields


def require_fresh_proof(request: Request, visitor: Visitor, step: str, fields: Mapping[str, str] | None = None) -> None:
    """Go on only if the person proved within five minutes who they are; else the page asks, and then does *step* (a button's words).

    Call it after every other check and before the act. *fields* is the posted form; leave it out for a look, such as an export.
    """
    if not visitor.seat.is_fresh(site_of(request).clock()):
        raise ProofNeeded(visitor, step, fields)


def install(app: FastAPI) -> None:
    """Let *app* ask for the proof where a page needs it."""

    async def ask(request: Request, error: Exception) -> Response:
        assert isinstance(error, ProofNeeded)
        query = f"?{request.url.query}" if error.fields is None and request.url.query else ""
        asked = {"to": request.url.path + query, "method": "get" if error.fields is None else "post", "step": error.step}
        again = {f"{_AGAIN}{name}": value for name, value in (error.fields or {}).items() if name != "csrf"}
        return await _form(request, error.visitor, asked | again)

    app.add_exception_handler(ProofNeeded, ask)


@router.post("")
async def prove(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Check the proof, then lead on: to the page that was asked for, or to the button of the step that was asked for."""
    form = await read_form(request, visitor, more=_OWN_FIELDS)
    asked = {name: value for name, value in form.items() if name in ("to", "method", "step") or name.startswith(_AGAIN)}
    if not _OURS.fullmatch(asked.get("to", "")) or asked.get("method") not in ("get", "post"):
        raise NotFound
    secret = await _proved(request, visitor, site, form)
    if secret is None:
        return await _form(request, visitor, asked, fault=_fault_of(form))
    if asked["method"] == "get":
        answer: Response = RedirectResponse(asked["to"], status_code=303)
    else:
        fields = {name.removeprefix(_AGAIN): value for name, value in asked.items() if name.startswith(_AGAIN)}
        answer = page(request.state.nonce, "proved.html", visitor=visitor, asked=asked, fields=fields)
    keep_session(answer, site, secret)
    return answer


async def _proved(request: Request, visitor: Visitor, site: Site, form: Mapping[str, str]) -> str | None:
    person, now = visitor.person, site.clock()
    if form.get("way") == "account":
        return visitor.secret if visitor.seat.is_fresh(now) else None
    if form.get("answer"):
        return await passkeys.prove(site.house, visitor.secret, person.id, form["answer"], now)
    await rates_of(request).spend(CODES, person.id)
    return await second_factor.prove_by_code(site.house, visitor.secret, person.id, form.get("code", ""), now)


def _fault_of(form: Mapping[str, str]) -> tuple[str, str]:
    if form.get("way") == "account":
        return "account", "You have not signed in to your work account again yet. Do it in the other tab, then press Continue"
    if form.get("answer"):
        return "passkey", "The passkey did not work. Try it again"
    return "code", second_factor.WRONG_CODE


async def _form(request: Request, visitor: Visitor, asked: Mapping[str, str], *, fault: tuple[str, str] | None = None) -> Response:
    site, person = site_of(request), visitor.person
    return page(
        request.state.nonce,
        "prove.html",
        status=400 if fault else 200,
        visitor=visitor,
        asked=asked,
        kinds=await second_factor.kinds_of(site.house, person.id),
        passkey=await passkeys.to_use(site.house, visitor.secret, person.id, site.clock()),
        accounts=site.accounts,
        fault=fault,
    )
