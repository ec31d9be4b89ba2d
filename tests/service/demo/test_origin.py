"""The demonstration proves its own profile: its mail server takes forged headers away, and the service judges the five letters."""

import asyncio
import base64
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from service.app import open_app
from service.database.schema import upgrade
from service.demo import addresses
from service.demo.origin import post_the_five
from service.demo.server import DemoMailServer
from service.domain.people import Role
from service.flow.origin import begin, standing_of
from service.settings import ImapSettings, Settings, SmtpSettings


async def test_the_five_letters_prove_the_profile_of_the_demonstration(tmp_path: Path) -> None:
    council, now = addresses.councils()["kent"], datetime.now(UTC)
    async with DemoMailServer(accounts=addresses.accounts(), mailbox_of=addresses.mailbox_of) as server:
        settings = Settings(
            database_url=f"sqlite+aiosqlite:///{tmp_path / 'alerts.db'}",
            master_key=SecretStr(base64.b64encode(b"k" * 32).decode()),
            origin="rfc8601:mx.demo.test",
            tick_seconds=0.1,
            poll_seconds=1,
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
        await upgrade(settings.database_url)
        async with open_app(settings) as app:
            async with app.database.begin() as work:
                authority_id = await work.people.add_authority(
                    gss_code=council.gss_code, name=council.name, code=council.code, policy=council.policy, mailbox=council.mailbox
                )
                await work.people.add(
                    authority_id=authority_id,
                    name=council.approver.name,
                    address=council.approver.address,
                    roles=frozenset({Role.APPROVER}),
                )
                authority, approver = await work.people.authority(authority_id), await work.people.at_address(council.approver.address)
                assert approver is not None
                letters = await begin(work, app.house, authority, approver, now)
            assert await post_the_five(server, council, app.house.origin, letters, now) == 5
            worker = asyncio.create_task(app.worker().run())
            try:
                async with asyncio.timeout(30):
                    while True:
                        async with app.database.read() as work:
                            standing = await standing_of(work, app.house.origin, council.mailbox)
                        if all(one.passed is not None for one in standing.letters):
                            break
                        await asyncio.sleep(0.1)
            finally:
                worker.cancel()
                await asyncio.gather(worker, return_exceptions=True)
    assert standing.proved_at is not None
    assert [one.result for one in standing.letters] == ["pass", "doubt", "doubt", "pass", "doubt"]
