"""The mailboxes of the demonstration on a web page. What letters say is shown as text; their HTML only in a sandbox."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from fastapi import APIRouter, FastAPI, HTTPException
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from directory.authority import shipped
from service.demo.addresses import Council, accounts, address_of
from service.demo.server import DemoMailServer

# Where the service files letters of its own mailbox once it has dealt with them.
FOLDERS = ("INBOX", "Processed", "Needs attention")
_PREFIX = "/demo/inbox"
_HEADERS = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Authentication-Results", "X-National-Alerts-Delivery")
_PAGE = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
_pages = Environment(loader=PackageLoader("service.demo"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def with_inbox(site: ASGIApp, server: DemoMailServer, council: Council) -> ASGIApp:
    """Put the mailbox pages beside *site*, whose own headers allow neither frames nor the inline styles of letters."""
    inbox = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    inbox.include_router(inbox_router(server, council))
    inbox.add_middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1"], www_redirect=False)

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        shown = scope["type"] == "http" and (path == _PREFIX or path.startswith(f"{_PREFIX}/"))
        await (inbox if shown else site)(scope, receive, send)

    return both


def inbox_router(server: DemoMailServer, council: Council) -> APIRouter:
    """Make the pages that show every mailbox of *server*."""
    router = APIRouter(prefix=_PREFIX, include_in_schema=False)
    owners = _owners(council)

    @router.get("", response_class=HTMLResponse)
    async def mailboxes() -> HTMLResponse:
        rows = [(account, owner, sum(server.count(account, folder) for folder in FOLDERS)) for account, owner in owners.items()]
        return _page("mailboxes.html", title="Mailboxes", rows=rows)

    @router.get("/{account}", response_class=HTMLResponse)
    async def mailbox(account: str) -> HTMLResponse:
        letters = [(number, folder, _head(_parsed(raw))) for number, (folder, raw) in enumerate(_letters(server, account), start=1)]
        return _page("mailbox.html", title=account, account=account, owner=owners.get(account, account), letters=list(reversed(letters)))

    @router.get("/{account}/{number}", response_class=HTMLResponse)
    async def letter(account: str, number: int) -> HTMLResponse:
        _, raw = _one(server, account, number)
        parsed = _parsed(raw)
        return _page(
            "letter.html",
            title=_head(parsed)["Subject"] or "No subject",
            account=account,
            number=number,
            head=_head(parsed),
            text=_body(parsed, "plain"),
            has_html=parsed.get_body(preferencelist=("html",)) is not None,
            attachments=[part.get_filename("a file without a name") for part in parsed.iter_attachments()],
        )

    @router.get("/{account}/{number}/html", response_class=HTMLResponse)
    async def html(account: str, number: int) -> HTMLResponse:
        _, raw = _one(server, account, number)
        return HTMLResponse(_body(_parsed(raw), "html"), headers={"Content-Security-Policy": _SANDBOX, "X-Frame-Options": "SAMEORIGIN"})

    return router


def _owners(council: Council) -> dict[str, str]:
    staff = {one.address: f"{one.name}, {one.title or ', '.join(sorted(one.roles))}" for one in council.staff}
    return {council.mailbox: f"National alerts of {council.name}", **staff, **{address_of(one): one.name for one in shipped()}}


def _letters(server: DemoMailServer, account: str) -> list[tuple[str, bytes]]:
    if account not in accounts():
        raise HTTPException(404)
    return [(folder, raw) for folder in FOLDERS for raw in server.letters(account, folder)]


def _one(server: DemoMailServer, account: str, number: int) -> tuple[str, bytes]:
    letters = _letters(server, account)
    if not 1 <= number <= len(letters):
        raise HTTPException(404)
    return letters[number - 1]


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def _head(letter: EmailMessage) -> dict[str, str]:
    return {name: " ".join(str(letter.get(name, "")).split()) for name in _HEADERS}


def _body(letter: EmailMessage, kind: str) -> str:
    if letter.get_content_type() == "multipart/report":
        return "\n".join(str(part.get_payload()) for part in letter.walk() if not part.is_multipart()) if kind == "plain" else ""
    body = letter.get_body(preferencelist=(kind,))
    return str(body.get_content()) if body is not None else ""


def _page(name: str, **values: object) -> HTMLResponse:
    return HTMLResponse(_pages.get_template(name).render(**values), headers={"Content-Security-Policy": _PAGE, "Cache-Control": "no-store"})
