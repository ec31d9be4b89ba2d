"""How the simulated people read and write letters."""

from contextlib import AsyncExitStack
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from service.demo.addresses import accounts, councils, mailbox_of
from service.demo.people import Correspondent, MailTrouble, Sender, read_letter, write_reply
from service.demo.server import DemoMailServer
from service.domain.notice import NoticeKind
from service.domain.reference import make_reference
from tests.service.demo.letters import ALERT, TOKEN, letter

KENT = councils()["kent"]


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def test_a_person_sees_the_reply_address_the_link_and_the_kind():
    read = read_letter(letter(ALERT))
    assert read.reply_to == f"alerts+a.{TOKEN}@kent.test"
    assert read.purpose == "a"
    assert read.link == f"http://127.0.0.1:8000/answer/{TOKEN}"
    assert read.kind is NoticeKind.ALERT


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("UPDATE 2 – child missing [KEN-2026-0001-T] (risk: high)", NoticeKind.UPDATE),
        ("FOUND – stop searching [KEN-2026-0001-T]", NoticeKind.FOUND),
        ("Thank you: your answer [KEN-2026-0001-T]", None),
    ],
)
def test_a_person_knows_a_notice_from_a_letter_of_thanks(subject, kind):
    assert read_letter(letter(subject)).kind is kind


def test_a_notice_that_was_not_sent_to_an_authority_is_none():
    assert read_letter(letter(ALERT, purpose="d")).kind is None


def test_the_approver_reads_the_number():
    read = read_letter(letter("Decision needed by 14:00: national alert", purpose="d", text="Reply with one line:\n\n    APPROVE 4711\n"))
    assert (read.purpose, read.number) == ("d", "4711")
    assert read_letter(letter("Decision needed", purpose="d", text="Reply APPROVE and the number.")).number is None


def test_the_reporter_reads_the_case_reference():
    reference = make_reference("KEN", 2026, 42)
    assert read_letter(letter(f"Received: your notification [{reference}]", purpose="c")).reference == reference
    assert read_letter(letter("Received: your notification", purpose="c")).reference is None


def test_a_letter_without_a_body_or_reply_address_is_still_read():
    read = read_letter(b"From: Someone <someone@leeds.test>\r\nContent-Type: application/pdf\r\n\r\n")
    assert (read.reply_to, read.text, read.link, read.kind) == ("someone@leeds.test", "", None, None)


def test_a_reply_goes_to_the_reply_address_in_the_thread_with_the_original_quoted():
    original = read_letter(letter(ALERT))
    reply = _parsed(write_reply(original, name="Robin Custodian", address="custodian@leeds.test", words="Acknowledged").as_bytes())
    assert reply["To"] == f"alerts+a.{TOKEN}@kent.test"
    assert reply["In-Reply-To"] == "<1@kent.test>"
    assert reply["References"] == "<0@kent.test> <1@kent.test>"
    assert reply["Subject"] == f"Re: {ALERT}"
    lines = reply.get_content().splitlines()
    assert lines[0] == "Acknowledged"
    assert "> Please answer here:" in lines


async def test_staff_post_over_smtp_and_read_over_imap():
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(DemoMailServer(accounts=accounts(), mailbox_of=mailbox_of))
        sender = Sender(host=server.host, port=server.smtp_port)
        approver = await stack.enter_async_context(Correspondent(KENT.approver, sender, host=server.host, imap_port=server.imap_port))
        assert await approver.find(lambda one: True) is None
        await server.deliver(KENT.approver.address, KENT.mailbox, letter("For information", purpose=""))
        await server.deliver(KENT.approver.address, KENT.mailbox, letter("Decision needed", purpose="d", text="APPROVE 4711"))
        request = await approver.find(lambda one: one.purpose == "d")
        assert request is not None
        await approver.reply(request, f"APPROVE {request.number}")
        assert await approver.find(lambda one: one.purpose == "d") is None
        assert await approver.find(lambda one: True) is not None
        assert sender.posted[KENT.mailbox] == 1
        (received,) = server.letters(KENT.mailbox)
        assert b"APPROVE 4711" in received


async def test_a_form_is_submitted_as_an_attachment(tmp_path):
    form = tmp_path / "notification.docx"
    form.write_bytes(b"PK form")
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(DemoMailServer(accounts=accounts(), mailbox_of=mailbox_of))
        sender = Sender(host=server.host, port=server.smtp_port)
        worker = await stack.enter_async_context(Correspondent(KENT.worker, sender, host=server.host, imap_port=server.imap_port))
        await worker.submit(form, KENT.mailbox)
        (attached,) = _parsed(server.letters(KENT.mailbox)[0]).iter_attachments()
        assert (attached.get_filename(), attached.get_content()) == ("notification.docx", b"PK form")


async def test_a_person_without_an_account_is_not_let_in():
    async with DemoMailServer(accounts={KENT.mailbox: "another"}, mailbox_of=mailbox_of) as server:
        sender = Sender(host=server.host, port=server.smtp_port)
        with pytest.raises(MailTrouble):
            async with Correspondent(KENT.worker, sender, host=server.host, imap_port=server.imap_port):
                pass
