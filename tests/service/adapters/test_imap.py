"""The mailbox adapter against Dovecot."""

import asyncio
import imaplib
import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from service.adapters.imap import ImapAccount, ImapMailbox
from service.ports import MailboxUnavailable
from tests.servers.postfix_dovecot import MailServers
from tests.servers.token_endpoint import TokenEndpoint
from tests.service.adapters.mailbox_dialogue import all_of

TRICKY = b"Subject: t\r\n\r\n* 3 EXISTS\r\n) A1 OK FETCH completed\r\nAAAA1 OK done\r\n* BYE\r\n{99999}\r\n((\r\n"


class Dovecot:
    """A mailbox with its own domain, filled by the standard library's client."""

    def __init__(self, servers: MailServers, domain: str) -> None:
        self.account = ImapAccount(host="localhost", port=servers.imaps_port, user=f"item@{domain}", password="pw", ca_file=servers.ca_file)
        self.plain = imaplib.IMAP4("127.0.0.1", servers.imap_port)
        self.plain.login(f"any@{domain}", "pw")

    def put(self, letters: Iterable[bytes], folder: str = "INBOX") -> None:
        for letter in letters:
            self.plain.append(folder, "", '"17-Jul-2026 02:44:25 +0100"', letter)

    def flags(self) -> bytes:
        self.plain.select()
        return b" ".join(each for each in self.plain.fetch("1:*", "(FLAGS)")[1] if isinstance(each, bytes))


@pytest.fixture
def dovecot(mail_servers: MailServers, request: pytest.FixtureRequest) -> Iterable[Dovecot]:
    box = Dovecot(mail_servers, f"box{abs(hash(request.node.name))}.test")
    yield box
    box.plain.logout()


# --- Dovecot


async def test_letters_arrive_whole_in_order_and_stay_unseen(dovecot: Dovecot) -> None:
    letters = [b"Subject: %d\r\n\r\nbody\r\n" % n for n in range(3)] + [TRICKY]
    dovecot.put(letters)
    async with ImapMailbox(dovecot.account).open() as session:
        view = await session.look("INBOX")
        assert view is not None
        assert view.uidvalidity > 0
        fetched = await all_of(session, view.uids)
    assert [each.raw for each in fetched] == letters
    assert [each.size for each in fetched] == [len(each) for each in letters]
    assert all(each.complete for each in fetched)
    assert fetched[0].received_at == datetime(2026, 7, 17, 1, 44, 25, tzinfo=UTC)
    assert b"Seen" not in dovecot.flags()


async def test_a_backlog_of_a_thousand_letters_is_listed_and_fetched(dovecot: Dovecot) -> None:
    dovecot.put([b"Subject: x\r\n\r\nbody\r\n"] * 250)
    dovecot.plain.select()
    for _ in range(2):
        dovecot.plain.copy("1:*", "INBOX")
    async with ImapMailbox(dovecot.account).open() as session:
        view = await session.look("INBOX")
        assert view is not None
        assert len(view.uids) == 1000
        assert len(await all_of(session, view.uids[:250])) == 250


async def test_a_letter_over_the_limit_comes_as_its_header_only(dovecot: Dovecot) -> None:
    dovecot.put([b"Subject: large\r\n\r\n" + b"x" * 5000, b"Subject: small\r\n\r\nok\r\n"])
    async with ImapMailbox(dovecot.account).open() as session:
        large, small = await all_of(session, [1, 2], size_limit=1000)
    assert (large.complete, large.raw) == (False, b"Subject: large\r\n\r\n")
    assert large.size > 5000
    assert small.complete


async def test_letters_are_found_by_a_word_in_any_header_field(dovecot: Dovecot) -> None:
    dovecot.put([b"Subject: Found\r\n\r\n", b"Subject: x\r\nX-National-Alerts-Delivery: %s\r\n\r\n" % (b"ab" * 16), b"Subject: y\r\n\r\n"])
    async with ImapMailbox(dovecot.account).open() as session:
        view = await session.look("INBOX")
        assert view is not None
        delivery = ("X-National-Alerts-Delivery", "ab" * 16)
        assert await session.naming("INBOX", view.uids, (delivery,)) == view.uids[1:2]
        assert await session.naming("INBOX", view.uids, (("SUBJECT", "found"), delivery)) == view.uids[:2]
        assert await session.naming("INBOX", view.uids, (("X-National-Alerts-Delivery", ""),)) == view.uids[1:2]


async def test_a_letter_that_is_gone_is_passed_over(dovecot: Dovecot) -> None:
    dovecot.put([b"Subject: a\r\n\r\n1\r\n", b"Subject: b\r\n\r\n2\r\n"])
    async with ImapMailbox(dovecot.account).open() as session:
        assert [each.uid for each in await all_of(session, [1, 2, 77])] == [1, 2]


async def test_a_move_makes_the_folder_and_is_not_done_twice(dovecot: Dovecot) -> None:
    dovecot.put([b"Subject: a\r\n\r\n1\r\n"])
    async with ImapMailbox(dovecot.account).open() as session:
        assert await session.look('Read by "us"') is None
        assert await session.move("INBOX", 1, 'Read by "us"') is True
        assert await session.move("INBOX", 1, 'Read by "us"') is False
        moved, left = await session.look('Read by "us"'), await session.look("INBOX")
    assert moved is not None
    assert len(moved.uids) == 1
    assert left is not None
    assert left.uids == ()


async def test_news_of_a_letter_ends_the_waiting(dovecot: Dovecot) -> None:
    async with ImapMailbox(dovecot.account).open() as session:
        started = time.monotonic()
        waiting = asyncio.create_task(session.wait_for_news("INBOX", timedelta(seconds=20)))
        await asyncio.sleep(0.3)
        await asyncio.to_thread(dovecot.put, [b"Subject: new\r\n\r\n"])
        await waiting
        assert time.monotonic() - started < 10
        view = await session.look("INBOX")
        assert view is not None
        assert view.uids == (1,)
        await session.wait_for_news("INBOX", timedelta(seconds=0.2))
        assert await session.look("INBOX") == view


async def test_a_wrong_password_is_a_refused_login_and_is_not_repeated_in_the_error(mail_servers: MailServers) -> None:
    account = ImapAccount(
        host="localhost", port=mail_servers.imaps_port, user="a@hub.test", password="secret-word", ca_file=mail_servers.ca_file
    )
    with pytest.raises(MailboxUnavailable) as caught:
        async with ImapMailbox(account).open():
            pass
    assert caught.value.login_refused
    assert "secret-word" not in str(caught.value)


async def test_a_token_opens_the_mailbox_and_a_bad_one_is_refused_at_once(mail_servers: MailServers, token_endpoint: TokenEndpoint) -> None:
    async def token() -> str:
        return offered

    offered = "wrong"
    account = ImapAccount(host="localhost", port=mail_servers.imaps_port, user="alerts@hub.test", token=token, ca_file=mail_servers.ca_file)
    started = time.monotonic()
    with pytest.raises(MailboxUnavailable) as caught:
        async with ImapMailbox(account).open():
            pass
    assert caught.value.login_refused
    assert time.monotonic() - started < 8
    token_endpoint.good.add("right")
    offered = "right"
    async with ImapMailbox(account).open() as session:
        assert await session.look("INBOX") is not None


async def test_a_certificate_nobody_signed_for_us_is_refused(mail_servers: MailServers) -> None:
    with pytest.raises(MailboxUnavailable, match="certificate"):
        async with ImapMailbox(ImapAccount(host="localhost", port=mail_servers.imaps_port, user="a@hub.test", password="pw")).open():
            pass


async def test_neither_token_nor_letter_reaches_the_log(
    mail_servers: MailServers, token_endpoint: TokenEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    async def token() -> str:
        return "canary-token"

    token_endpoint.good.add("canary-token")
    token_endpoint.user = "log@logged.test"
    caplog.set_level(logging.DEBUG)
    logging.getLogger("aioimaplib.aioimaplib").setLevel(logging.DEBUG)
    box = Dovecot(mail_servers, "logged.test")
    box.put([b"Subject: canary-letter\r\n\r\n"])
    box.plain.logout()
    account = ImapAccount(host="localhost", port=mail_servers.imaps_port, user="log@logged.test", token=token, ca_file=mail_servers.ca_file)
    async with ImapMailbox(account).open() as session:
        assert len(await all_of(session, [1])) == 1
    assert "canary" not in caplog.text
    assert "Y2FuYXJ5" not in caplog.text


def test_a_mailbox_elsewhere_must_be_encrypted() -> None:
    with pytest.raises(ValueError, match="without TLS"):
        ImapAccount(host="mail.test", port=143, user="u", password="p", tls=False)
