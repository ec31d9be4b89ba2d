"""Machines told apart from people, in the languages and by the marks of many systems: what is a person's is never a machine's."""

import json
from base64 import encodebytes

import pytest

from service.mail.bounce import read_bounce
from service.mail.classify import Sort, sort_of
from service.mail.message import parse

from .samples import letter, report
from .test_bounce import block


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: National alert",
        "Auto-Response: National alert",
        "Out of the office",
        "Ateb awtomatig: Rhybudd",
        "Ymateb awtomatig: Rhybudd",
        "Neges awtomatig",
        "Allan o'r swyddfa",
        "I ffwrdd o’r swyddfa tan ddydd Llun",
        "Automatische Antwort: alert",
        "Abwesenheitsnotiz",
        "Réponse automatique : alert",
        "Absence du bureau",
        "Respuesta automática: alert",
        "Resposta automática: alert",
        "Risposta automatica: alert",
        "Automatisch antwoord: alert",
        "Autosvar: alert",
        "Automaattinen vastaus: alert",
        "Odpowiedź automatyczna: alert",
        "Automatická odpověď: alert",
        "Автоматический ответ: alert",
        "自动答复: alert",
        "自動返信: alert",
    ],
)
def test_absence_notes_are_known_by_their_subject_in_many_languages(subject: str) -> None:
    assert sort_of(parse(letter("I am away.", subject=subject))) is Sort.AUTO_REPLY
    away = parse(letter("If you could not reach me, 550 5.1.1 does not exist.", subject=subject, headers="Return-Path: <>\n"))
    assert sort_of(away) is Sort.AUTO_REPLY


@pytest.mark.parametrize(
    "header",
    [
        "X-Autoreply: yes",
        "X-Autorespond: x",
        "X-Vacation: yes",
        "X-POST-MessageClass: 9; Autoresponder",
        "Return-Path: <>",
        "Precedence: auto_reply",
    ],
)
def test_automatic_replies_are_known_by_the_marks_of_their_systems(header: str) -> None:
    assert sort_of(parse(letter("We have your message.", subject="Re: alert", headers=f"{header}\n"))) is Sort.AUTO_REPLY


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Please confirm your message", "Click here: https://x.test/confirm"),
        ("Re: National alert", "Your message is being held. It will be delivered once you confirm that you are not spam."),
        ("Re: National alert", "This message has not been delivered yet, pending your reply: click below to release."),
        ("Re: National alert", "To prove you are human, click the link."),
        ("Re: National alert", "I use Boxbe to protect my inbox."),
        ("Re: National alert", "Please click the link below to verify your email address."),
        ("Re: National alert", "Bitte klicken Sie hier, um die Zustellung Ihrer Nachricht zu bestätigen: Nachricht"),
        ("Re: Rhybudd", "Cliciwch yma i gadarnhau eich neges."),
        ("Re: Rhybudd", "Cadarnhewch eich cyfeiriad, os gwelwch yn dda."),
    ],
)
def test_a_request_to_prove_oneself_is_a_challenge(subject: str, body: str) -> None:
    assert sort_of(parse(letter(body, subject=subject))) is Sort.CHALLENGE
    assert sort_of(parse(letter(body, subject=subject, headers="Auto-Submitted: auto-replied\n"))) is Sort.CHALLENGE


@pytest.mark.parametrize(
    "body",
    [
        "Please reply to confirm this email has gone to the right team.",
        "Can you confirm your email address? The one we have looks old.",
        "Could you verify your message about the date of birth?",
        "The children are being held at the police station; ring me when you can.",
        "I am out of the office tomorrow, but the family is known to us.",
        "Mae'r teulu yn hysbys i ni. Cadarnhewch y dyddiad geni.",
        "This letter had no delivery address. Wait until you hear from us.",
        "The school will deliver the letter once the mother signs it.",
    ],
)
def test_a_person_who_asks_to_confirm_is_a_person(body: str) -> None:
    assert sort_of(parse(letter(body))) is Sort.REPLY


def test_files_that_only_their_reader_can_open_are_encrypted() -> None:
    for name in ("message.rpmsg", "Letter.switch", "securedoc_20261124.html", "smime.p7m"):
        raw = letter("See attached.", kind="multipart/mixed; boundary=b").replace(
            b"See attached.",
            f'--b\n\nSealed.\n--b\nContent-Type: application/octet-stream; name="{name}"\n\nxyz\n--b--\n'.encode(),
        )
        assert sort_of(parse(raw)) is Sort.ENCRYPTED


def test_a_signed_letter_is_not_encrypted() -> None:
    assert sort_of(parse(letter("x", kind="application/pkcs7-mime; smime-type=signed-data"))) is Sort.REPLY


def test_complaints_are_feedback_with_and_without_the_standard() -> None:
    raw = b"From: staff@x.test\nSubject: complaint about message from 192.0.2.1\nContent-Type: message/rfc822\n\nSubject: x\n\ny\n"
    assert sort_of(parse(raw)) is Sort.FEEDBACK


def event(kind: str, **body: object) -> bytes:
    mail = {"destination": ["duty@authority.test"], "messageId": "1"}
    text = json.dumps({"notificationType": kind, kind[0].lower() + kind[1:]: body, "mail": mail})
    head = "From: no-reply@sns.x.test\nTo: alerts@kent.test\nSubject: Notification\n\n"
    return f"{head}{text[:90]}!\n {text[90:]}\n\n--\nunsubscribe: x\n".encode()


def test_events_of_a_sending_service_say_what_a_report_says() -> None:
    one = {"emailAddress": "duty@authority.test", "status": "5.1.1", "action": "failed"}
    bounce = event("Bounce", bounceType="Permanent", bouncedRecipients=[one])
    found = read_bounce(parse(bounce))
    assert found is not None
    assert [(r.address, r.status, r.hard) for r in found.recipients] == [("duty@authority.test", "5.1.1", True)]
    assert sort_of(parse(bounce)) is Sort.BOUNCE
    assert sort_of(parse(event("Delivery", recipients=["duty@authority.test"], smtpResponse="250 2.6.0 ok"))) is Sort.DSN_SUCCESS
    assert sort_of(parse(event("Complaint", complainedRecipients=[{"emailAddress": "duty@authority.test"}]))) is Sort.FEEDBACK
    full = read_bounce(parse(event("Bounce", bounceType="Transient", bouncedRecipients=[{"emailAddress": "duty@authority.test"}])))
    assert full is not None
    assert [(r.address, r.hard) for r in full.recipients] == [("duty@authority.test", False)]


def test_an_event_that_is_broken_is_a_letter() -> None:
    for body in ('{"notificationType": "Bounce", ', '{"notificationType": ["Bounce"]}', '{"notificationType": "Other"}'):
        raw = f"From: ann@authority.test\nTo: alerts@kent.test\nSubject: x\n\n{body}\n".encode()
        assert read_bounce(parse(raw)) is None
        assert sort_of(parse(raw)) is Sort.NEW


def test_a_report_is_read_encoded_and_by_its_newer_name() -> None:
    plain = block("a@b.test", "failed", "5.1.1") + block("c@d.test", "delayed", "4.4.1")
    status = f"Reporting-MTA: dns; x.test\n\n{plain}"
    encoded = report("BLOCKS", per_message="HEAD").replace(b"HEAD\n\nBLOCKS", encodebytes(status.encode()))
    encoded = encoded.replace(b"message/delivery-status\n", b"message/delivery-status\nContent-Transfer-Encoding: base64\n")
    for raw in (encoded, report(plain).replace(b"message/delivery-status", b"message/global-delivery-status")):
        found = read_bounce(parse(raw))
        assert found is not None
        assert [(r.address, r.action) for r in found.recipients] == [("a@b.test", "failed"), ("c@d.test", "delayed")]


def test_a_server_that_threw_a_letter_away_has_not_delivered_it() -> None:
    kind = 'multipart/report; report-type=disposition-notification; boundary="b"'
    body = (
        "--b\nContent-Type: text/plain\n\nYour message to <duty@authority.test> was automatically rejected:\nQuota exceeded\n"
        "--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; duty@authority.test\n"
        "Disposition: automatic-action/MDN-sent-automatically; deleted\n--b--\n"
    )
    by_server = parse(
        letter(body, kind=kind, sender="Mail Delivery Subsystem <postmaster@authority.test>", subject="Automatically rejected mail")
    )
    assert sort_of(by_server) is Sort.BOUNCE
    found = read_bounce(by_server)
    assert found is not None
    assert [r.address for r in found.recipients] == ["duty@authority.test"]
    by_person = body.replace("was automatically rejected:\nQuota exceeded", "was deleted without being read")
    assert sort_of(parse(letter(by_person, kind=kind, subject="Not read: alert", headers="Return-Path: <>\n"))) is Sort.READ_RECEIPT
