"""The composition root: the only file that builds everything from the settings and joins the parts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from service.adapters.fence_file import FenceFile
from service.adapters.imap import ImapAccount, ImapMailbox
from service.adapters.machine import Disk, Endings, Greeting, Server
from service.adapters.oauth import ClientCredentials
from service.adapters.oidc import OidcProvider
from service.adapters.smtp import RelayAccount, SmtpRelay
from service.adapters.webhook import PostsJson
from service.database.alone import Presence, lead, run_alone, sqlite_file
from service.database.keys import MasterKey
from service.database.unit_of_work import Database
from service.domain.pace import Pace
from service.flow.alarms import Machine, Watch
from service.flow.fence import Fence
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

LAST_WORDS = 5  # seconds to finish an answer when the service stops; an open board would go on for half an hour
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

    def worker(self, *, alone: bool = False) -> Worker:
        """Join the rooms to the mailbox and the relay; raises ValueError when one of them is not configured."""
        if self.settings.smtp is None or self.settings.imap is None:
            raise ValueError("Set NATIONAL_ALERTS_IMAP__… and NATIONAL_ALERTS_SMTP__… first; docs/operations.md lists them.")
        imap, smtp = self.settings.imap, self.settings.smtp
        inbox = Inbox(address=imap.address.casefold(), folders=imap.folders, move=imap.move, sent=imap.sent)
        disk, endings = _disk(self.settings), _endings(self.settings)
        watch = Watch(
            house=self.house,
            inboxes=(inbox.address,),
            machine=Machine(free=disk.free, paused=disk.full, ends=endings.ends),
            clock=now,
            since=now(),
            webhook=PostsJson(url=hook.get_secret_value()) if (hook := self.settings.webhook_url) else None,
            canary=self.settings.canary,
            paced=smtp.per_minute is not None,
        )
        return Worker(
            house=self.house,
            mailer=SmtpRelay(_relay(smtp)),
            mailboxes=((inbox, ImapMailbox(_account(imap))),),
            clock=now,
            tick_seconds=self.settings.tick_seconds,
            poll_seconds=self.settings.poll_seconds,
            connections=smtp.connections,
            pace=Pace(relay=f"{smtp.host}:{smtp.port}", per_minute=smtp.per_minute, per_day=smtp.per_day, reserve=smtp.reserve),
            fence=Fence(self.house, FenceFile(_fence_file(self.settings)), alone=alone, presence=Presence(self.database.engine)),
            lead=partial(lead, self.database.engine),
            watch=watch,
            look_at_endings=endings.look,
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
            metrics_token=token.get_secret_value() if (token := self.settings.metrics_token) else "",
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
            timeout_graceful_shutdown=LAST_WORDS,
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
        journal=database.journal,
        templates=Templates(LETTERS),
        tokens=Tokens(master.derive("tokens")),
        sandbox=sandbox,
        origin=parse_profile(settings.origin),
        base_url=settings.base_url.rstrip("/"),
        verp=settings.smtp.verp if settings.smtp else True,
        second_factor=settings.second_factor == "required",
        only_to=settings.only_to(),
        confirm_every=timedelta(days=settings.confirm_every_days),
        allowed_domains=settings.allowed_domains,
    )
    try:
        yield App(settings=settings, database=database, house=house, sandbox=sandbox, viewer=viewer)
    finally:
        sandbox.close()
        viewer.close()
        await database.close()


async def serve(settings: Settings, *, web: bool, worker: bool) -> None:
    """Run the pages, the worker, or both in one process, until stopped or until one of them dies."""
    with run_alone(settings.database_url) as alone:
        async with open_app(settings) as app:
            jobs: list[Awaitable[None]] = []
            if worker:
                jobs.append(app.worker(alone=alone).run())
            if web:
                jobs.append(app.server(app.site()).serve())
            tasks = [asyncio.ensure_future(job) for job in jobs]
            done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            for task in done:
                task.result()


def _fence_file(settings: Settings) -> Path:
    beside = sqlite_file(settings.database_url)
    return settings.fence_file or (beside.with_name(f"{beside.name}.fence") if beside else Path("national-alerts.fence"))


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
        pipelining=smtp.pipelining,
    )


def _disk(settings: Settings) -> Disk:
    """The disk of SQLite's file; with a database elsewhere, the one this process runs on, unless a setting names another."""
    file = settings.database_url.partition(":///")[2] if settings.database_url.startswith("sqlite") else ""
    return Disk(path=settings.disk or Path(file or ".").absolute().parent, least_bytes=settings.least_free_mib * 2**20)


def _endings(settings: Settings) -> Endings:
    """What can end: the certificates of the servers and of our pages, and the secrets whose last day a setting names."""
    servers, pages, imap, smtp = list[Server](), urlsplit(settings.base_url), settings.imap, settings.smtp
    if pages.scheme == "https" and pages.hostname:
        servers.append(Server(name="the certificate of the pages", host=pages.hostname, port=pages.port or 443))
    if imap and imap.tls:
        servers.append(Server(name="the certificate of the mail server", host=imap.host, port=imap.port, ca_file=imap.ca_file))
    if smtp and smtp.tls != "none":
        greeting: Greeting = "tls" if smtp.tls == "implicit" else "starttls"
        servers.append(Server(name="the certificate of the relay", host=smtp.host, port=smtp.port, ca_file=smtp.ca_file, greeting=greeting))
    oauth = {"the secret for the mailbox": imap and imap.oauth, "the secret for the relay": smtp and smtp.oauth}
    known = {name: datetime.combine(one.secret_ends, time(), UTC) for name, one in oauth.items() if one and one.secret_ends}
    return Endings(servers=servers, known=known)
