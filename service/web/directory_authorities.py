"""The forms of the authorities themselves: add, edit, retire and merge, each in force by date and never deleted."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from directory.authority import Authority
from service.domain.errors import ChangedMeanwhile
from service.domain.people import Role
from service.flow import directory
from service.flow.house import today
from service.web.directory_forms import authority_page, back, day_in, known_authority, names_of_people, number, posted
from service.web.render import page
from service.web.session import SignedIn, Site, TheSite, Visitor, need

_WORDS = ("name", "short_name", "code", "nation", "region", "kind", "police_force", "delivered_by", "delivery_note")
_MEANWHILE = "Somebody changed this authority meanwhile. Compare what you typed with what is here now, then save again or leave it."
_MOST = 8  # authorities merged in one go
_SOME = tuple(f"ended_{place}" for place in range(1, _MOST + 1))
router = APIRouter(prefix="/directory")
Faults = Mapping[str, str]


@router.get("/new")
async def new(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Show the form for a new authority."""
    need(visitor.may(Role.DIRECTORY))
    return _form(request, visitor, None, {}, {})


@router.post("/new")
async def add(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Propose a new authority to a second person."""
    form = await posted(request, visitor, "Add the authority")
    try:
        first_day = day_in(form, "first_day") if any(form.get(f"first_day_{part}") for part in ("year", "month", "day")) else None
        authority = Authority(
            **_typed(form), gss_code=form.get("gss_code", "").upper(), in_uk=form.get("in_uk") == "yes", valid_from=first_day
        )
        await directory.list_authority(site.house, authority, visitor.person, form.get("why", ""), site.clock())
    except directory.Refused as refused:
        return _form(request, visitor, None, form, refused.faults, status=400)
    return back("/directory/waiting", "waits")


@router.get("/merge")
async def merging(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Show the form by which several authorities become one."""
    need(visitor.may(Role.DIRECTORY))
    return await _merge_form(request, visitor, site, {}, {})


@router.post("/merge")
async def merge(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """Propose to a second person that one authority follows several."""
    form = await posted(request, visitor, "Ask for them to be merged")
    ended = tuple(form[name] for name in _SOME if form.get(name))
    into = form.get("into", "")
    try:
        if not ended:
            raise directory.Refused({"ended_1": "Choose the authorities that end."})
        if not into:
            raise directory.Refused({"into": "Choose the authority that follows them."})
        first_day = day_in(form, "first_day")
        await directory.merge_authorities(site.house, ended, into, first_day, visitor.person, form.get("why", ""), site.clock())
    except directory.Refused as refused:
        return await _merge_form(request, visitor, site, form, refused.faults, status=400)
    return back("/directory/waiting", "waits")


@router.get("/{gss_code}/edit")
async def editing(request: Request, gss_code: str, visitor: SignedIn, site: TheSite) -> Response:
    """Show the form of one authority."""
    need(visitor.may(Role.DIRECTORY))
    async with site.house.read() as work:
        authority = await known_authority(work, gss_code)
    return _form(request, visitor, authority, {}, {})


@router.post("/{gss_code}/edit")
async def edit(request: Request, gss_code: str, visitor: SignedIn, site: TheSite) -> Response:
    """Store an authority as it should be."""
    form = await posted(request, visitor, "Save the authority")
    base = number(form, "base")
    async with site.house.read() as work:
        authority = await known_authority(work, gss_code)
        people = await names_of_people(work)
        history = await work.register.history(gss_code)
    wanted = replace(authority, **_typed(form))
    try:
        await directory.edit_authority(site.house, wanted, base, visitor.person, form.get("why", ""), site.clock())
    except directory.Refused as refused:
        return _form(request, visitor, authority, form, refused.faults, status=400)
    except ChangedMeanwhile:
        last = history[-1] if history else None
        by = (people.get(last.who, last.who), last.at) if last else None
        return _form(request, visitor, authority, form, {"now": _MEANWHILE}, status=409, changed_by=by)
    return back(authority_page(gss_code), "saved")


@router.get("/{gss_code}/retire")
async def retiring(request: Request, gss_code: str, visitor: SignedIn, site: TheSite) -> Response:
    """Show the form by which an authority ends."""
    need(visitor.may(Role.DIRECTORY))
    return await _retire_form(request, visitor, site, gss_code, {}, {})


@router.post("/{gss_code}/retire")
async def retire(request: Request, gss_code: str, visitor: SignedIn, site: TheSite) -> Response:
    """Propose to a second person that an authority ends on a day."""
    form = await posted(request, visitor, "Ask for it to be retired")
    successors = tuple(form[name] for name in ("successor_1", "successor_2", "successor_3") if form.get(name))
    try:
        last_day = day_in(form, "last_day")
        await directory.retire_authority(
            site.house, gss_code, last_day, successors, number(form, "base"), visitor.person, form.get("why", ""), site.clock()
        )
    except directory.Refused as refused:
        return await _retire_form(request, visitor, site, gss_code, form, refused.faults, status=400)
    except ChangedMeanwhile:
        return await _retire_form(request, visitor, site, gss_code, form, {"form": _MEANWHILE}, status=409)
    return back(authority_page(gss_code), "waits")


def _typed(form: Mapping[str, str]) -> dict[str, Any]:
    """Return what was typed as the fields of an authority."""
    return {
        **{name: form.get(name, "") for name in _WORDS},
        "code": form.get("code", "").upper(),
        "former_codes": tuple(form.get("former_codes", "").upper().split()),
        "other_names": tuple(line.strip() for line in form.get("other_names", "").replace("|", "\n").splitlines() if line.strip()),
    }


def _form(
    request: Request,
    visitor: Visitor,
    authority: Authority | None,
    form: Mapping[str, str],
    faults: Faults,
    *,
    status: int = 200,
    changed_by: tuple[str, object] | None = None,
) -> Response:
    typed: dict[str, str] = dict(form)
    if authority is not None and not form:
        typed = {name: getattr(authority, name) for name in _WORDS}
        typed |= {"former_codes": " ".join(authority.former_codes), "other_names": "\n".join(authority.other_names)}
    return page(
        request.state.nonce, "directory_authority.html", status=status, visitor=visitor, authority=authority, typed=typed, faults=faults,
        changed_by=changed_by,
    )  # fmt: skip


async def _retire_form(
    request: Request, visitor: Visitor, site: Site, gss_code: str, form: Mapping[str, str], faults: Faults, *, status: int = 200
) -> Response:
    day = today(site.clock())
    async with site.house.read() as work:
        authority = await known_authority(work, gss_code)
        every = await work.register.authorities()
    others = [one for one in every if one.gss_code != gss_code and (one.valid_to is None or one.valid_to >= day)]
    typed = dict(form)
    if not form:
        for place, code in enumerate(authority.successors[:3], start=1):
            typed[f"successor_{place}"] = code
    return page(
        request.state.nonce, "directory_retire.html", status=status, visitor=visitor, authority=authority, others=others, typed=typed,
        faults=faults,
    )  # fmt: skip


async def _merge_form(
    request: Request, visitor: Visitor, site: Site, form: Mapping[str, str], faults: Faults, *, status: int = 200
) -> Response:
    day = today(site.clock())
    async with site.house.read() as work:
        every = await work.register.authorities()
    known = [one for one in every if one.valid_to is None or one.valid_to >= day]
    return page(
        request.state.nonce, "directory_merge.html", status=status, visitor=visitor, known=known, typed=form, faults=faults, places=_SOME,
    )  # fmt: skip
