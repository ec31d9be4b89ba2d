"""A letter that came back, on one page: what the mail server meant, which addresses may work, and the same letter again."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.domain.errors import NotAllowed
from service.flow.repair import look, mend
from service.web.directory_forms import number
from service.web.proof import require_fresh_proof
from service.web.render import page
from service.web.session import SignedIn, Site, TheSite, Visitor, read_form

OTHER = "other"
router = APIRouter(prefix="/repair")


@router.get("/{delivery_id}")
async def show(request: Request, delivery_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Show what came back and what may help."""
    return await _repair_page(request, delivery_id, visitor, site, {})


@router.post("/{delivery_id}")
async def repair(request: Request, delivery_id: str, visitor: SignedIn, site: TheSite) -> Response:
    """Change the address and send the letter again."""
    form = await read_form(request, visitor)
    async with site.house.read() as work:
        broken = await look(work, delivery_id, visitor.person)
    chosen = form.get("address", "")
    address = form.get(OTHER, "") if chosen in ("", OTHER) else chosen
    if not address:
        return await _repair_page(request, delivery_id, visitor, site, form, fault=("address", "Choose an address, or write another one"))
    require_fresh_proof(request, visitor, "Change the address and send again", form)
    try:
        mended = await mend(
            site.house,
            delivery_id,
            visitor.person,
            address=address,
            source=form.get("source", ""),
            sure=form.get("sure") == "yes",
            now=site.clock(),
            base=number(form, "base") if "base" in form else None,
        )
    except NotAllowed as wrong:
        return await _repair_page(request, delivery_id, visitor, site, form, fault=("address", wrong.says))
    if mended.waits is not None:
        return RedirectResponse(f"/repair/{delivery_id}", status_code=303)
    gss_code = broken.delivery.gss_code
    back = f"/cases/{broken.case.id}" if visitor.sees_cases else f"/directory/{gss_code}"
    return RedirectResponse(back, status_code=303)


async def _repair_page(
    request: Request, delivery_id: str, visitor: Visitor, site: Site, form: Mapping[str, str], *, fault: tuple[str, str] | None = None
) -> Response:
    async with site.house.read() as work:
        broken = await look(work, delivery_id, visitor.person)
    return page(
        request.state.nonce,
        "repair.html",
        status=400 if fault else 200,
        visitor=visitor,
        broken=broken,
        form=form,
        fault=fault,
    )
