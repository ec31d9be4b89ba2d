"""The rules each authority works by, for reading: what `national-alerts policy show` prints, and versions that cases were opened under."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service.domain.errors import NotFound
from service.policies import policy_named, policy_names, read_policy
from service.policies.chapters import chapters_of
from service.web.render import page
from service.web.session import SignedIn, TheSite

router = APIRouter(prefix="/policies")


@router.get("")
async def listed(request: Request, visitor: SignedIn, site: TheSite) -> Response:
    """List the policies, that of the person's own authority first."""
    async with site.house.read() as work:
        own = (await work.people.authority(visitor.person.issuing_authority_id)).policy
    policies = sorted(map(policy_named, policy_names()), key=lambda one: (one.name != own, one.title))
    return page(request.state.nonce, "policies.html", visitor=visitor, policies=policies, own=own)


@router.get("/{name}")
async def show(request: Request, name: str, visitor: SignedIn, site: TheSite, version: str = "") -> Response:
    """Show every rule of a policy with the sentence it rests on; *version* asks for one that was kept."""
    if name not in policy_names():
        raise NotFound
    policy = policy_named(name)
    if version and version != policy.version:
        async with site.house.read() as work:
            text = await work.policies.text(name, version[:20])
        if text is None:
            raise NotFound
        policy = read_policy(name, text)
    newest = policy_named(name).version
    return page(request.state.nonce, "policy.html", visitor=visitor, policy=policy, newest=newest, chapters=chapters_of(policy))
