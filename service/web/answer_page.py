"""The one page a receiving authority sees, without signing in. Opening it changes nothing: only the form with a typed name does."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.domain.delivery import Answer
from service.domain.errors import NotAllowed, UnknownToken
from service.domain.notice import NoticeKind
from service.domain.response import Checked, Searched, in_order, may_last_until
from service.flow import track
from service.flow.house import today
from service.web.errors import FROM_ELSEWHERE
from service.web.render import page
from service.web.session import Site, TheSite, read_form

OPEN_FOR = timedelta(hours=24)
CHOICES = {
    Answer.ACKNOWLEDGED: "We have received this and it has gone to the right team",
    Answer.CHECKS_UNDER_WAY: "Checks are under way: we tell you more later",
    Answer.NOT_KNOWN: "We have searched: the family is not known here",
    Answer.POSSIBLE_MATCH: "There may be a match: please contact us",
    Answer.KNOWN_CONTACT_US: "The family is known here: please contact us",
    Answer.NOT_FOR_US: "This is not for us",
}
SEARCHED = {
    Searched.NAMES: "The names in the alert",
    Searched.ALIASES: "The other names in the alert",
    Searched.SYSTEMS: "Our own systems and records",
    Searched.POLICE: "Police",
    Searched.NHS: "NHS",
    Searched.EDUCATION: "Education",
}
# Nobody is to search any more when a case has ended.
WHEN_ENDED = {
    Answer.ACKNOWLEDGED: "We have read this and stopped searching",
    Answer.NOT_FOR_US: CHOICES[Answer.NOT_FOR_US],
}
router = APIRouter(prefix="/answer")


@router.get("/{token}")
async def show(request: Request, token: str, site: TheSite) -> Response:
    """Show the letter and the form."""
    return await _answer_page(request, token, site, {})


@router.post("/{token}")
async def answer(request: Request, token: str, site: TheSite) -> Response:
    """Take the answer; the same answer twice is harmless."""
    form = await read_form(request)
    if not shown_lately(token, form.get("shown", ""), site.clock()):
        raise NotAllowed(FROM_ELSEWHERE)
    found = await _page_for(site, token)
    chosen = next((choice for choice in _choices(found) if choice == form.get("answer")), None)
    faults = [] if chosen else [("answer", "Choose what you can tell us")]
    until = _until(form) if chosen is Answer.CHECKS_UNDER_WAY else None
    if chosen is Answer.CHECKS_UNDER_WAY and (until is None or not may_last_until(until, today(site.clock()))):
        faults.append(("until-day", "Enter the day on which you will know, today or later"))
    faults += [] if 2 <= len(form.get("name", "")) <= 200 else [("name", "Type your name")]
    if chosen is None or faults:
        return await _answer_page(request, token, site, dict(form), faults)
    words = form.get("words", "")[:5000]
    checked = Checked(searched=in_order(one for one in Searched if form.get(f"searched-{one}") == "yes"), until=until)
    await track.answer_by_link(site.house, token, name=form["name"], answer=chosen, words=words, checked=checked, now=site.clock())
    return RedirectResponse(f"/answer/{token}", status_code=303)


def _until(form: Mapping[str, str]) -> date | None:
    try:
        return date(*(int(form.get(f"until-{part}", "")[:4]) for part in ("year", "month", "day")))
    except ValueError:
        return None


async def _answer_page(
    request: Request, token: str, site: Site, form: dict[str, str], faults: list[tuple[str, str]] | None = None
) -> Response:
    found = await _page_for(site, token)
    choices = _choices(found)
    return page(
        request.state.nonce,
        "answer.html",
        status=400 if faults else 200,
        found=found,
        token=token,
        answered=choices.get(found.answer),
        choices=[(choice.value, words) for choice, words in choices.items()],
        searches=SEARCHED if choices is CHOICES else {},
        form=form,
        faults=faults or [],
        shown=sign_form(token, int(site.clock().timestamp())),
    )


async def _page_for(site: Site, token: str) -> track.AnswerPage:
    found = await track.page_for(site.house, token)
    if found is None:
        raise UnknownToken("This link is not known, or the alert has ended. Reply to the letter itself, or telephone its sender.")
    return found


def _choices(found: track.AnswerPage) -> dict[Answer, str]:
    return WHEN_ENDED if found.kind in (NoticeKind.FOUND, NoticeKind.WITHDRAWAL) else CHOICES


def sign_form(token: str, at: int) -> str:
    """Return the field that says when the form behind a link was shown."""
    # The key is the secret in the link: whoever can make this field was sent the letter.
    return f"{at}.{hmac.new(token.casefold().encode(), f'answer form {at}'.encode(), hashlib.sha256).hexdigest()}"


def shown_lately(token: str, shown: str, now: datetime) -> bool:
    """Say whether the form behind a link was shown within the last day, to whoever has the link."""
    head = shown.partition(".")[0]
    if not (head.isascii() and head.isdigit() and len(head) < 12):
        return False
    age = int(now.timestamp()) - int(head)
    return hmac.compare_digest(shown.encode(), sign_form(token, int(head)).encode()) and -60 <= age <= OPEN_FOR.total_seconds()
