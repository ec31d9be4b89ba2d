"""The composition root: the only file that builds everything from the settings and joins the parts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from service.adapters.imap import ImapAccount, ImapMailbox
from service.adapters.oauth import ClientCredentials
from service.adapters.oidc import OidcProvider
from service.adapters.smtp import RelayAccount, SmtpRelay
from service.database.keys import MasterKey
from service.database.unit_of_work import Database
from service.flow.house import House
from service.flow.receive import Inbox
from service.flow.sandbox import Sandbox
from service.mail.authenticity import parse_profile
from service.mail.templates import Templates
from service.mail.tokens import Tokens
from service.settings import ImapSettings, OAuthSettings, OidcSettings, Settings, SmtpSettings
from service.web.patience import Impatient
from service.web.site import make_site
from service.worker import Worker

CONNECTIONS = 1000  # at once; whoever comes after them is told to come back
LETTERS = Path(__file__).resolve().parents[1] / "mail_templates"


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Everything one process works with."""

    settings: Settings
    database: Database
    house: House
    sandbox: Sandbox
    viewer: Sandbox

    def worker(self) -> Worker:
        """Join the rooms to the mailbox and the relay; raises ValueError when one of them is not configured."""
        if self.settings.smtp is None or self.settings.imap is None:
            raise ValueError("Set NATIONAL_ALERTS_IMAP__… and NATIONAL_ALERTS_SMTP__… first; docs/operations.md lists them.")
        imap, smtp = self.settings.imap, self.settings.smtp
        inbox = Inbox(address=imap.address.casefold(), folders=imap.folders, move=imap.move)
        return Worker(
            house=self.house,
            mailer=SmtpRelay(_relay(smtp)),
            mailboxes=((inbox, ImapMailbox(_account(imap))),),
            clock=now,
            tick_seconds=self.settings.tick_seconds,
            poll_seconds=self.settings.poll_seconds,
            connections=smtp.connections,
        )

    def site(self) -> FastAPI:
        """Build the pages."""
        oidc = self.settings.oidc
        return make_site(
            self.house,
            viewer=self.viewer,
            clock=now,
            secure=self.settings.base_url.startswith("https"),
            accounts=_accounts(oidc, self.house.base_url) if oidc else None,
            links=oidc is None or oidc.links_too,
        )

    def server(self, site: ASGIApp) -> uvicorn.Server:
        """Build the web server for *site*; paths are not logged, because they hold link tokens."""
        config = uvicorn.Config(
            site,
            host=self.settings.host,
            port=self.settings.port,
            http=Impatient,
            ws="none",
            limit_concurrency=CONNECTIONS,
            forwarded_allow_ips=list(self.settings.trusted_proxies),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
        )
        return uvicorn.Server(config)


@asynccontextmanager
async def open_app(settings: Settings) -> AsyncIterator[App]:
    """Build the parts, and close them on leaving."""
    master = MasterKey.from_text(settings.master_key_text())
    # The pages have a child of their own: a letter that hangs in one never takes the other's work with it.
    database, sandbox, viewer = Database(settings.database_url, master), Sandbox(), Sandbox()
    house = House(
        begin=database.begin,
        read=database.read,
        templates=Templates(LETTERS),
        tokens=Tokens(master.derive("tokens")),
        sandbox=sandbox,
        origin=parse_profile(settings.origin),
        base_url=settings.base_url.rstrip("/"),
        verp=settings.smtp.verp if settings.smtp else True,
        second_factor=settings.second_factor == "required",
        only_to=settings.only_to(),
        confirm_every=timedelta(days=settings.confirm_every_days),
    )
    try:
        yield App(settings=settings, database=database, house=house, sandbox=sandbox, viewer=viewer)
    finally:
        sandbox.close()
        viewer.close()
        await database.close()


async def serve(settings: Settings, *, web: bool, worker: bool) -> None:
    """Run the pages, the worker, or both in one process, until stopped or until one of them dies."""
    async with open_app(settings) as app:
        jobs: list[Awaitable[None]] = []
        if worker:
            jobs.append(app.worker().run())
        if web:
            jobs.append(app.server(app.site()).serve())
        tasks = [asyncio.ensure_future(job) for job in jobs]
        done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for task in done:
            task.result()


def _token(oauth: OAuthSettings | None) -> tuple[Callable[[], Awaitable[str]] | None, Callable[[], None] | None]:
    if oauth is None:
        return None, None
    source = ClientCredentials(
        token_url=oauth.token_url, client_id=oauth.client_id, client_secret=oauth.client_secret.get_secret_value(), scope=oauth.scope
    )
    return source.token, source.forget


def _accounts(oidc: OidcSettings, base_url: str) -> OidcProvider:
    return OidcProvider(
        issuer=oidc.issuer,
        client_id=oidc.client_id,
        client_secret=oidc.client_secret.get_secret_value(),
        back_at=f"{base_url}/work-account/back",
        name=oidc.name,
        amr=oidc.amr,
        acr=oidc.acr,
        context=oidc.context,
        address_claim=oidc.address_claim,
        verified_claim=oidc.verified_claim,
    )


def _account(imap: ImapSettings) -> ImapAccount:
    token, forget = _token(imap.oauth)
    return ImapAccount(
        host=imap.host,
        port=imap.port,
        user=imap.user,
        password=imap.password.get_secret_value() if imap.password else None,
        token=token,
        forget_token=forget,
        tls=imap.tls,
        ca_file=imap.ca_file,
    )


def _relay(smtp: SmtpSettings) -> RelayAccount:
    token, forget = _token(smtp.oauth)
    return RelayAccount(
        host=smtp.host,
        port=smtp.port,
        user=smtp.user,
        password=smtp.password.get_secret_value() if smtp.password else None,
        token=token,
        forget_token=forget,
        tls=smtp.tls,
        ca_file=smtp.ca_file,
        ehlo_name=smtp.ehlo_name,
    )
