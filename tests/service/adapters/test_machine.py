"""What this machine tells: how much room it has, and when certificates end, read from real TLS servers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from service.adapters.machine import Disk, Endings, Server
from tests.servers.certificate import make_certificate
from tests.servers.postfix_dovecot import MailServers
from tests.servers.scripted import Conversation, scripted


async def greets(line: Conversation) -> None:
    await line.gone()


def soon(moment: datetime) -> bool:
    return timedelta(0) < moment - datetime.now(UTC) < timedelta(days=5000)


async def test_the_end_of_a_certificate_is_read_from_the_server(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    async with scripted(greets, certificate=certificate) as server:
        endings = Endings(servers=[Server(name="x", host="localhost", port=server.port, ca_file=certificate.authority)])
        await endings.look()
    left = endings.ends()["x"] - datetime.now(UTC)
    assert timedelta(days=1, hours=23) < left <= timedelta(days=2)


async def test_mail_servers_show_theirs_at_once_and_after_starttls(mail_servers: MailServers) -> None:
    ca = mail_servers.ca_file
    imap = Server(name="imap", host="localhost", port=mail_servers.imaps_port, ca_file=ca)
    smtp = Server(name="smtp", host="localhost", port=mail_servers.smtp_port, ca_file=ca, greeting="starttls")
    endings = Endings(servers=[imap, smtp])
    await endings.look()
    assert set(endings.ends()) == {"imap", "smtp"}
    assert all(soon(one) for one in endings.ends().values())


async def test_a_server_that_is_away_or_not_trusted_leaves_what_is_known(tmp_path: Path) -> None:
    day = datetime(2027, 1, 1, tzinfo=UTC)
    async with scripted(greets, certificate=make_certificate(tmp_path)) as server:
        strange = Server(name="strange", host="localhost", port=server.port)
        endings = Endings(servers=[strange, Server(name="away", host="localhost", port=1)], known={"the secret": day}, timeout=2)
        await endings.look()
    assert endings.ends() == {"the secret": day}


def test_a_disk_is_full_below_what_must_be_free(tmp_path: Path) -> None:
    assert 0 < Disk(path=tmp_path, least_bytes=1).free() <= 1
    assert not Disk(path=tmp_path, least_bytes=1).full()
    assert Disk(path=tmp_path, least_bytes=2**80).full()
