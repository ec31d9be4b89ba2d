"""Joins the whole service to the embedded mail server and the simulated people: what `make demo` runs."""

import asyncio
import base64
import json
import os
import socket
import tempfile
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from directory.importing import ContactRow
from service.app import App, open_app
from service.database.origin_tests import OriginLetter
from service.database.schema import upgrade
from service.database.unit_of_work import Work
from service.demo import addresses
from service.demo.authorities import Authorities
from service.demo.directory_story import DirectoryNumbers, DirectoryStory
from service.demo.inbox import with_inbox
from service.demo.origin import post_the_five
from service.demo.progress import Display
from service.demo.server import DemoMailServer
from service.demo.story import Numbers, Stage, StoryStuck, tell
from service.flow.origin import begin
from service.logs import set_up_logs
from service.settings import REAL_RECIPIENTS, ImapSettings, Settings, SmtpSettings

_ROOT = Path(__file__).resolve().parents[1]
_PACE_SECONDS = 20.0


async def demonstrate(*, policy: str = "kent", once: bool, report: Path | None, port: int, story: str = "alert") -> int:
    """Tell the *story* (`alert` or `directory`) on a fresh SQLite database and return the exit status: 0 only when every number adds up.

    The council is the one that works by *policy*. With *once* it ends after the story; otherwise the pages stay up until Ctrl-C.
    """
    set_up_logs(level=40)
    council = addresses.councils()[policy]
    with tempfile.TemporaryDirectory(prefix="national-alerts-demo-") as folder:
        async with AsyncExitStack() as stack:
            authorities = Authorities(pace=0.0 if once else _PACE_SECONDS)
            server = await stack.enter_async_context(
                DemoMailServer(
                    accounts=addresses.accounts(),
                    mailbox_of=addresses.mailbox_of,
                    reply_to_rcpt=authorities.reply_to_rcpt,
                    on_accepted=authorities.on_accepted,
                )
            )
            settings = _settings(Path(folder), server, council, _free_port() if once else port, poll_seconds=1 if once else 5)
            await upgrade(settings.database_url)
            app = await stack.enter_async_context(open_app(settings))
            async with app.database.begin() as work:
                letters = await _settle_in(work, app, council, proved=story == "alert")
            tested = await post_the_five(server, council, app.house.origin, letters, datetime.now(UTC))
            return await _run(app, server, council, authorities, once=once, report=report, posted_before=tested, story=story)


async def _run(
    app: App,
    server: DemoMailServer,
    council: addresses.Council,
    authorities: Authorities,
    *,
    once: bool,
    report: Path | None,
    posted_before: int,
    story: str,
) -> int:
    pages = app.server(with_inbox(app.site(), server, council))
    running = [asyncio.create_task(app.worker().run()), asyncio.create_task(pages.serve())]
    try:
        with Display() as display:
            pages_at = app.settings.base_url
            display.say(f"The pages are at {pages_at} and every mailbox at {pages_at}/demo/inbox")
            numbers: Numbers | DirectoryNumbers
            try:
                if story == "directory":
                    numbers = await DirectoryStory(app.house, server, display).tell()
                    display.directory_result(numbers)
                else:
                    numbers = await tell(_stage(app, server, council, authorities, display, posted_before))
                    display.result(numbers)
            except StoryStuck as stuck:
                display.say(str(stuck))
                return 1
        _write(report, numbers)
        if not once:
            print("Sign in as " + " or ".join(dict.fromkeys(one.address for one in (*council.checkers, council.approver))) + ".")
            print("The link arrives in the demo inbox. Ctrl-C ends it.")
            with suppress(asyncio.CancelledError):
                await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        return 0 if numbers.add_up else 1
    finally:
        pages.should_exit = True
        running[0].cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _stage(
    app: App, server: DemoMailServer, council: addresses.Council, authorities: Authorities, display: Display, posted_before: int
) -> Stage:
    return Stage(
        council=council,
        server=server,
        db=app.database,
        authorities=authorities,
        shows=display,
        examples=_ROOT / "examples",
        hurry=True,
        posted_before=posted_before,
    )


async def _settle_in(work: Work, app: App, council: addresses.Council, *, proved: bool) -> tuple[OriginLetter, ...]:
    """Give the service its directory, its council and its people, and begin the test of its origin profile.

    Addresses that are not *proved* are asked about in the story.
    """
    now = datetime.now(UTC)
    await work.register.load_shipped()
    rows = [
        ContactRow(row=number, gss_code=one.gss_code, address=one.address, role=one.role)
        for number, one in enumerate(addresses.contacts(), start=2)
    ]
    await work.register.import_contacts(rows, who="demonstration", why="made-up addresses", at=now)
    await _ask_nothing_yet(work, now, proved=proved)
    authority_id = await work.people.add_authority(
        gss_code=council.gss_code,
        name=council.name,
        code=council.code,
        policy=council.policy,
        mailbox=council.mailbox,
        phone=addresses.PHONE,
        out_of_hours=addresses.OUT_OF_HOURS,
    )
    for one in council.staff:
        await work.people.add(authority_id=authority_id, name=one.name, address=one.address, roles=one.roles, title=one.title)
    work.audit.add("demonstration_set_up", at=now)
    authority, approver = await work.people.authority(authority_id), await work.people.at_address(council.approver.address)
    assert approver is not None
    return await begin(work, app.house, authority, approver, now)


async def _ask_nothing_yet(work: Work, now: datetime, *, proved: bool) -> None:
    """Let no letter about an address leave before the story asks for it, and none at all where every address is *proved*."""
    for due in await work.register.letters_due.waiting(limit=1000):
        await work.register.letters_due.written(due.id, at=now)
    for one in await work.register.all_contacts() if proved else ():
        await work.register.prove_contact(gss_code=one.gss_code, order=one.order, who="demonstration", why="made up", at=now)


def _settings(folder: Path, server: DemoMailServer, council: addresses.Council, port: int, *, poll_seconds: float) -> Settings:
    return Settings(
        database_url=f"sqlite+aiosqlite:///{folder / 'alerts.db'}",
        master_key=SecretStr(base64.b64encode(os.urandom(32)).decode()),
        base_url=f"http://127.0.0.1:{port}",
        origin="rfc8601:mx.demo.test",
        letters_go_to=REAL_RECIPIENTS,  # the people of the demonstration are all in its own mail server
        second_factor="off",  # whoever can read the demo inbox is everybody here; anywhere but on this machine the settings refuse it
        port=port,
        tick_seconds=0.2,
        canary=False,  # every letter of the story is counted
        poll_seconds=poll_seconds,
        imap=ImapSettings(
            address=council.mailbox,
            host=server.host,
            port=server.imap_port,
            user=council.mailbox,
            password=SecretStr(addresses.PASSWORD),
            tls=False,
            folders=("INBOX",),
        ),
        smtp=SmtpSettings(host=server.host, port=server.smtp_port, tls="none"),
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _write(report: Path | None, numbers: Numbers | DirectoryNumbers) -> None:
    if report is not None:
        report.write_text(json.dumps(numbers.as_json(), indent=2) + "\n", encoding="utf-8")
