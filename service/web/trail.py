"""What the audit trail keeps of looking: who opened a case or a letter, and who was refused what. Ids and codes only."""

import re
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.flow.house import House

# The pages that hold words about a child, each with the place in its address that says whose.
LOOKS = {
    "/cases/{case_id}": ("case_seen", "case_id"),
    "/cases/{case_id}/notices/{notice_id}": ("notice_seen", "notice_id"),
    "/trays/{notice_id}": ("local_notice_seen", "notice_id"),
    "/quarantine/{email_id}": ("held_letter_seen", "email_id"),
}
REFUSED = "refused"
ACTIONS = frozenset({REFUSED, *(action for action, _ in LOOKS.values())})
_REFUSALS = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
_ID = re.compile(r"[A-Za-z0-9-]{1,40}")


def remember(request: Request, person_id: str) -> None:
    """Say whose request this is."""
    request.state.person_id = person_id


class Trail:
    """ASGI middleware: nothing about a child leaves before it is written down who asked for it."""

    def __init__(self, app: ASGIApp, *, house: House, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._house = house
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def recorded(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._write(scope, message["status"])
            await send(message)

        await self._app(scope, receive, recorded)

    async def _write(self, scope: Scope, status: int) -> None:
        person_id, route = scope.get("state", {}).get("person_id"), scope.get("route")
        if person_id is None or route is None:
            return
        params = {name: value for name, value in scope.get("path_params", {}).items() if name != "token" and _ID.fullmatch(str(value))}
        action, place = LOOKS.get(route.path, ("", ""))
        if action and scope["method"] == "GET" and status == HTTPStatus.OK:
            async with self._house.begin() as work:
                work.audit.add(action, at=self._clock(), actor=person_id, subject_id=params.get(place))
        elif status in _REFUSALS:
            async with self._house.begin() as work:
                # Not under the case: a try from elsewhere is no chapter of its story.
                facts = {"page": f"{scope['method']} {route.path}", "status": int(status), "about": params}
                work.audit.add(REFUSED, at=self._clock(), actor=person_id, refusal=facts)
