"""The demonstration's mail server, used as the service uses a real one: submitted to by SMTP, read by IMAP."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from email import message_from_bytes, policy

import aioimaplib
import aiosmtplib
import pytest
from flufl.bounce import all_failures

from service.demo.server import DemoMailServer, delivery_report, stamp_authentication_results

LETTER = b"From: Duty <duty@kent.test>\r\nTo: alerts@kent.test\r\nSubject: A form\r\n\r\nBody with a bare dot:\r\n.\r\nand \xc3\xa9.\r\n"


def mailbox_of(recipient: str) -> str | None:
    local, _, domain = recipient.partition("@")
    account = f"{local.partition('+')[0]}@{domain}"
    return account if account in {"alerts@kent.test", "duty@leeds.test"} else None


@pytest.fixture
async def server() -> AsyncIterator[DemoMailServer]:
    def reply(recipient: str) -> str | None:
        return "451 4.2.2 Mailbox full, try later" if recipient.startswith("full@") else None

    accounts = {"alerts@kent.test": "one", "duty@leeds.test": "two"}
    async with DemoMailServer(accounts=accounts, mailbox_of=mailbox_of, reply_to_rcpt=reply) as running:
        yield running


async def submitting(server: DemoMailServer) -> aiosmtplib.SMTP:
    client = aiosmtplib.SMTP(hostname=server.host, port=server.smtp_port, start_tls=False)
    await client.connect()
    return client


async def reading(server: DemoMailServer, account: str = "alerts@kent.test", password: str = "one") -> aioimaplib.IMAP4:
    client = aioimaplib.IMAP4(host=server.host, port=server.imap_port, timeout=5)
    await client.wait_hello_from_server()
    assert (await client.login(account, password)).result == "OK"
    await client.protocol.capability()
    assert (await client.select("INBOX")).result == "OK"
    return client


async def test_a_submitted_letter_is_read_back_byte_for_byte_below_the_trace_headers(server: DemoMailServer) -> None:
    smtp = await submitting(server)
    await smtp.sendmail("duty@elsewhere.test", ["alerts+d.token@kent.test"], LETTER)
    await smtp.quit()
    imap = await reading(server)
    fetched = await imap.uid("fetch", "1:*", "(UID BODY.PEEK[])")
    raw = bytes(fetched.lines[1])
    await imap.logout()
    assert raw == b"Return-Path: <duty@elsewhere.test>\r\nDelivered-To: alerts+d.token@kent.test\r\n" + LETTER
    assert server.letters("alerts@kent.test") == [raw]
    assert server.count("duty@leeds.test") == 0


async def test_a_waiting_client_is_told_at_once_of_a_new_letter(server: DemoMailServer) -> None:
    imap = await reading(server)
    idle = await imap.idle_start(timeout=30)
    await server.deliver("alerts@kent.test", "duty@kent.test", LETTER)
    pushed = await asyncio.wait_for(imap.wait_server_push(), 2)
    imap.idle_done()
    await asyncio.wait_for(idle, 5)
    await imap.logout()
    assert any(b"EXISTS" in line for line in pushed)


async def test_a_letter_can_be_moved_and_keywords_are_kept(server: DemoMailServer) -> None:
    await server.deliver("alerts@kent.test", "duty@kent.test", LETTER)
    imap = await reading(server)
    uid = (await imap.uid_search("ALL", charset=None)).lines[0].split()[0].decode()
    assert (await imap.create("Processed")).result == "OK"
    await imap.uid("store", uid, "+FLAGS", "($Processed)")
    assert (await imap.uid_search("KEYWORD $Processed", charset=None)).lines[0].split() == [uid.encode()]
    assert (await imap.uid("move", uid, "Processed")).result == "OK"
    await imap.logout()
    assert (server.count("alerts@kent.test"), server.count("alerts@kent.test", "Processed")) == (0, 1)
    assert server.letters("alerts@kent.test", "No such folder") == []


async def test_a_wrong_password_is_refused(server: DemoMailServer) -> None:
    client = aioimaplib.IMAP4(host=server.host, port=server.imap_port, timeout=5)
    await client.wait_hello_from_server()
    answer = await client.login("alerts@kent.test", "two")
    await client.logout()
    assert answer.result == "NO"
    smtp = await submitting(server)
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await smtp.login("alerts@kent.test", "two")
    await smtp.login("alerts@kent.test", "one")
    await smtp.quit()


async def test_the_null_sender_is_taken(server: DemoMailServer) -> None:
    smtp = await submitting(server)
    await smtp.sendmail("", ["duty@leeds.test"], LETTER)
    await smtp.quit()
    assert server.letters("duty@leeds.test")[0].startswith(b"Return-Path: <>\r\n")


async def test_each_recipient_gets_its_own_answer_and_the_line_stays_usable(server: DemoMailServer) -> None:
    smtp = await submitting(server)
    await smtp.mail("alerts@kent.test")
    for recipient, code, words in (("nobody@leeds.test", 550, "5.1.1"), ("full@leeds.test", 451, "4.2.2")):
        with pytest.raises(aiosmtplib.SMTPRecipientRefused) as refused:
            await smtp.rcpt(recipient)
        assert (refused.value.code, refused.value.message.split()[0]) == (code, words)
    await smtp.rcpt("duty@leeds.test")
    assert (await smtp.data(LETTER)).code == 250
    await smtp.quit()
    assert server.count("duty@leeds.test") == 1


async def test_the_wishes_of_rfc_3461_reach_the_simulation_as_they_were_written(server: DemoMailServer) -> None:
    heard: asyncio.Queue[tuple[str, str, bytes, Mapping[str, str]]] = asyncio.Queue()

    async def on_accepted(sender: str, recipient: str, raw: bytes, wishes: Mapping[str, str]) -> None:
        await heard.put((sender, recipient, raw, wishes))

    server.on_accepted = on_accepted
    smtp = await submitting(server)
    await smtp.ehlo()
    assert smtp.supports_extension("dsn")
    await smtp.mail("alerts+b.Ab1@kent.test", options=["RET=HDRS", "ENVID=Ab1"])
    await smtp.rcpt("duty@leeds.test", options=["NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;Duty@leeds.test"])
    await smtp.data(LETTER)
    await smtp.quit()
    sender, recipient, raw, wishes = await asyncio.wait_for(heard.get(), 2)
    assert (sender, recipient, raw) == ("alerts+b.Ab1@kent.test", "duty@leeds.test", LETTER)
    assert wishes == {"RET": "HDRS", "ENVID": "Ab1", "NOTIFY": "FAILURE,DELAY", "ORCPT": "rfc822;Duty@leeds.test"}


async def test_three_hundred_letters_over_four_lines_all_arrive_once(server: DemoMailServer) -> None:
    async def send(numbers: range) -> None:
        smtp = await submitting(server)
        for number in numbers:
            await smtp.sendmail("alerts@kent.test", ["duty@leeds.test"], b"X-Number: %d\r\n" % number + LETTER)
        await smtp.quit()

    await asyncio.gather(*(send(range(start, 300, 4)) for start in range(4)))
    numbers = [message_from_bytes(raw)["X-Number"] for raw in server.letters("duty@leeds.test")]
    assert sorted(map(int, numbers)) == list(range(300))


async def test_leaving_cuts_the_lines_that_are_still_open() -> None:
    async with DemoMailServer(accounts={"alerts@kent.test": "one"}, mailbox_of=mailbox_of) as server:
        smtp = await submitting(server)
        imap = await reading(server)
        idle = await imap.idle_start(timeout=30)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(server.host, server.imap_port)
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await smtp.noop()
    idle.cancel()
    imap.protocol.transport.close()


async def test_a_letter_for_nobody_cannot_be_delivered(server: DemoMailServer) -> None:
    with pytest.raises(LookupError):
        await server.deliver("nobody@leeds.test", "", LETTER)


def test_a_letter_from_its_own_domain_passes_and_others_get_no_result() -> None:
    passed = stamp_authentication_results(LETTER, "alerts+b.1@KENT.test")
    assert passed == b"Authentication-Results: mx.demo.test; dmarc=pass header.from=kent.test\r\n" + LETTER
    assert stamp_authentication_results(LETTER, "duty@evil.test") == LETTER
    assert stamp_authentication_results(LETTER, "") == LETTER
    two = b"From: a@evil.test\r\n" + LETTER
    assert stamp_authentication_results(two, "duty@kent.test") == two


@pytest.mark.parametrize(
    "forged",
    [
        b"Authentication-Results: mx.demo.test; dmarc=pass header.from=kent.test\r\n",
        b"AUTHENTICATION-RESULTS:\r\n MX.demo.TEST;\r\n\tdmarc=pass\r\n",
        b"Authentication-Results: (us) mx.demo.test; dmarc=pass\r\n",
        b'Authentication-Results: "mx\\.demo.test"; dmarc=pass\r\n',
    ],
)
def test_a_result_in_our_name_that_came_with_the_letter_is_removed(forged: bytes) -> None:
    assert stamp_authentication_results(forged + LETTER, "x@evil.test") == LETTER
    misplaced = b"From nobody\r\n"
    assert stamp_authentication_results(misplaced + forged + LETTER, "x@evil.test") == misplaced + LETTER
    theirs = b"Authentication-Results: mx.other.test; dmarc=pass\r\n"
    assert stamp_authentication_results(theirs + LETTER, "x@evil.test") == theirs + LETTER


def test_a_report_of_failure_is_understood_by_a_bounce_reader() -> None:
    report = delivery_report(
        report_to="alerts+b.1@kent.test",
        recipient="gone@leeds.test",
        original=LETTER,
        action="failed",
        status="5.1.1",
        diagnostic="550 5.1.1 No such mailbox here",
        at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        envelope_id="Ab1",
        original_recipient="rfc822;gone@leeds.test",
        remote_mta="mx.leeds.test",
    )
    message = message_from_bytes(report, policy=policy.default)
    temporary, permanent = all_failures(message)
    assert (set(temporary), set(permanent)) == (set(), {b"gone@leeds.test"})
    assert message.get_content_type() == "multipart/report"
    assert not message.defects
    _, status, headers = message.iter_parts()
    per_letter, per_recipient = status.get_payload()
    assert per_letter["Original-Envelope-Id"] == "Ab1"
    assert (per_recipient["Action"], per_recipient["Status"]) == ("failed", "5.1.1")
    assert per_recipient["Diagnostic-Code"] == "smtp; 550 5.1.1 No such mailbox here"
    assert headers.get_content_type() == "text/rfc822-headers"
    assert "Subject: A form" in headers.get_content()
    assert "Body with" not in headers.get_content()


def test_a_report_of_delay_says_how_long_it_will_be_tried() -> None:
    moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
    report = delivery_report(
        report_to="alerts@kent.test", recipient="slow@leeds.test", original=LETTER, action="delayed", status="4.2.1",
        diagnostic="451 4.2.1 Try later", at=moment, will_retry_until=moment.replace(day=7),
    )  # fmt: skip
    _, status, _ = message_from_bytes(report, policy=policy.default).iter_parts()
    per_recipient = status.get_payload()[1]
    assert per_recipient["Action"] == "delayed"
    assert per_recipient["Will-Retry-Until"] == "Sat, 07 Mar 2026 09:00:00 +0000"
