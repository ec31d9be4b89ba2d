"""Reports that only say in words whom they mean: one of each dialect, in the languages and layouts that mail systems write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.bounce import read_bounce
from service.mail.classify import Sort, sort_of
from service.mail.message import IncomingEmail, parse

from .samples import letter

DUTY = "duty@authority.test"
RETURNED = (
    "Received: from kent.test (kent.test [192.0.2.1])\n\tby mx.authority.test; Tue, 24 Nov 2026 10:00:00 +0000\nFrom: alerts@kent.test\n"
)

DIALECTS = {
    "postfix": f"This is the mail system at host mx.x.test.\n\nI'm sorry to have to inform you that your message could not be "
    f"delivered.\n\n"
    f"<{DUTY}>: host mx.authority.test[192.0.2.9] said: 550 5.1.1\n    <{DUTY}>: Recipient address rejected: User unknown\n",
    "postfix, expanded": f"The mail system\n\n<team@inner.test> (expanded from <{DUTY}>): mail for inner.test loops back\n    to myself\n",
    "qmail": f"Hi. This is the qmail-send program at x.test.\nI wasn't able to deliver your message to the following addresses.\n\n"
    f"<{DUTY}>:\n192.0.2.9 does not like recipient.\nRemote host said: 550 no such user\nGiving up on 192.0.2.9.\n",
    "exim": f"This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one "
    f"or more of its"
    f"\nrecipients. This is a permanent error. The following address(es) failed:\n\n  {DUTY}\n    SMTP error from remote mail server "
    f"after RCPT TO:"
    f"<{DUTY}>:\n    host mx.authority.test [192.0.2.9]: 550 5.1.1 unknown\n\n------ This is a copy of the message ------\n\n{RETURNED}",
    "sendmail": f"   ----- The following addresses had permanent fatal errors -----\n<{DUTY}>\n    (reason: 550 5.1.1 User unknown)\n\n"
    f"   ----- Transcript of session follows -----\n... while talking to mx.authority.test.:\n>>> DATA\n<<< 550 5.1.1 <{DUTY}>... User "
    f"unknown\n",
    "sendmail, transcript alone": f"   ----- Transcript of session follows -----\n550 5.1.1 <{DUTY}>... User unknown\n\n   ----- Unsent "
    f"message follows -----\n{RETURNED}",
    "exchange 2003": f"Your message did not reach some or all of the intended recipients.\n\n      Subject:\tNational alert\n      "
    f"Sent:\t24/11/2026 10:00\n\n"
    f"The following recipient(s) could not be reached:\n\n      {DUTY} on 24/11/2026 10:01\n            The e-mail account does not "
    f"exist.\n"
    "            <mx.authority.test #5.1.1>\n",
    "exchange 2016": f"Delivery has failed to these recipients or groups:\n\n{DUTY}<mailto:{DUTY}>\nThe email address you entered "
    f"couldn't be found.\n\n"
    f"Diagnostic information for administrators:\n\nGenerating server: x.test\n\n{DUTY}\n#550 5.1.1 RESOLVER.ADR.RecipNotFound ##\n\n"
    f"Original message headers:\n\n{RETURNED}",
    "exchange online": f"Your message to {DUTY} couldn't be delivered.\n\nduty wasn't found at authority.test.\n\nalerts\tOffice "
    f"365\tduty\nAction Required\n",
    "domino": f"Your message\n\n  Subject: National alert\n\nwas not delivered to:\n\n  {DUTY}\n\nbecause:\n\n  User duty not listed in "
    f"Domino Directory\n",
    "groupwise": f"The message that you sent was undeliverable to the following:\n\n\t{DUTY} (user not found)\n\n",
    "zimbra": f"This is the mail system at host zimbra.authority.test.\n\nFailed recipient: {DUTY}\nReason: 452 4.2.2 Over quota\n",
    "mimecast": f"The message you sent to '{DUTY}' was rejected by the recipient organisation.\n\nRecipient: {DUTY}\nReason: 550 "
    f"Rejected by policy\n",
    "proofpoint": f"The original message was received at Tue, 24 Nov 2026 10:00:00 GMT\n\n----- The following addresses had delivery "
    f"problems -----\n"
    f"{DUTY}   (unrecoverable error)\n",
    "messaging server": f"This report relates to a message you sent with the following header fields:\n\n  Message-id: <1@kent.test>\n  "
    f"To: {DUTY}\n\n"
    f"Your message cannot be delivered to the following recipients:\n\n  Recipient address: {DUTY}\n  Reason: unknown\n",
    "mdaemon": f"The attached message had PERMANENT fatal delivery errors!\n\nThe following addresses did NOT receive a copy:\n\n> "
    f"{DUTY}\n\n"
    f"--- Session Transcript ---\nRCPT To:<{DUTY}>\n552 over quota\n--- End Transcript ---\n",
    "imail": f"User mailbox exceeds allowed size: {DUTY}\n\nOriginal message follows.\n\n{RETURNED}",
    "zoho": f"A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.\n\n"
    f"{DUTY} Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 <{DUTY}>... User Unknown\n\nReceived:from kent.test by x.test\n"
    "Message-ID:<14a3e1b4b5a.10b1a4c5610175.8588386083425091336@kent.test>\nFrom:Alerts <alerts@kent.test>\n",
    "gateway in one line": f"host mx:000000:<{DUTY}> : 192.0.2.250 : mx.authority.test:[192.0.2.153] : 550 5.1.1 User Unknown in RCPT TO\n",
    "welsh": f"Ni ellid danfon eich neges at {DUTY}.\n\nNid yw'r cyfeiriad yn bod.\n",
    "welsh, label": f"Nid oedd modd danfon y neges isod.\n\nDerbynnydd: {DUTY}\nRheswm: 550 5.1.1\n",
    "german": f"Ihre Nachricht konnte nicht zugestellt werden.\n\nEmpfänger: {DUTY}\nGrund: Postfach unbekannt\n",
    "german, sentence": f"Ihre Nachricht an {DUTY} konnte nicht zugestellt werden.\n",
    "french": f"Votre message à {DUTY} n'a pas pu être remis.\n\nUtilisateur inconnu.\n",
    "french, label": f"Le message n'a pas été distribué.\n\nDestinataire : {DUTY}\n",
    "dutch": f"Het bericht kon niet worden afgeleverd.\n\nOntvanger: {DUTY}\n",
    "polish": f"Wiadomość nie została dostarczona.\n\nOdbiorca: {DUTY}\n",
    "spanish": f"Su mensaje para {DUTY} no se ha podido entregar.\n",
    "japanese": f"次の宛先にメールを配信できませんでした。\n\n宛先：{DUTY}\n理由：550 5.1.1\n",
    "chinese without a space": f"您的邮件无法送达{DUTY}，该用户不存在。\n",
    "russian": f"Это письмо создано автоматически.\n\nВаше письмо не может быть доставлено получателям:\n\n  {DUTY}\n    no such user\n",
}


def bounced(
    text: str, *, subject: str = "Undelivered Mail Returned to Sender", sender: str = "MAILER-DAEMON@x.test", head: str = ""
) -> IncomingEmail:
    raw = f"Return-Path: <>\nFrom: {sender}\nTo: alerts@kent.test\nSubject: {subject}\n{head}MIME-Version: 1.0\n"
    return parse((raw + f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}").encode())


def named(email: IncomingEmail) -> list[str]:
    found = read_bounce(email)
    assert found is not None
    return [r.address for r in found.recipients]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_dialect_names_who_did_not_get_it(dialect: str) -> None:
    email = bounced(DIALECTS[dialect])
    assert sort_of(email) is Sort.BOUNCE
    assert DUTY in named(email)
    assert "alerts@kent.test" not in named(email)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_dialect_is_known_whatever_the_subject_says(dialect: str) -> None:
    for subject in ("", "Hysbysiad", "=?utf-8?B?6YWN5L+h5LiN6IO9?="):
        assert sort_of(bounced(f"{DIALECTS[dialect]}\n\n---- Original message ----\n\n{RETURNED}", subject=subject)) is Sort.BOUNCE


@pytest.mark.parametrize("dialect", ["exchange 2016", "german", "welsh", "domino", "japanese"])
def test_a_report_in_html_alone_is_read(dialect: str) -> None:
    page = "".join(f"<p>{line.replace('<', '&lt;')}</p>" for line in DIALECTS[dialect].splitlines())
    head = "Return-Path: <>\nFrom: postmaster@x.test\nTo: alerts@kent.test\nSubject: Undeliverable: alert\n"
    raw = f"{head}Content-Type: text/html; charset=utf-8\n\n{page}"
    assert DUTY in named(parse(raw.encode()))


@pytest.mark.parametrize(
    "subject",
    [
        "Ni ellir danfon: Rhybudd cenedlaethol",
        "Neges heb ei danfon",
        "Unzustellbar: National alert",
        "Non remis : National alert",
        "Onbestelbaar: National alert",
        "Niedostarczone: National alert",
        "No se puede entregar: National alert",
        "Não é possível entregar: National alert",
        "Kan inte levereras: National alert",
        "配信不能: National alert",
        "Не удается доставить: National alert",
        "Mail not delivered",
        "Message could not be delivered",
    ],
)
def test_subjects_of_reports_are_known_in_many_languages(subject: str) -> None:
    assert sort_of(bounced("x", subject=subject, sender="postmaster@x.test")) is Sort.BOUNCE


def test_several_recipients_are_all_named() -> None:
    text = "Some text\n\n<a@b.test>: host mx said: 550 5.1.1 unknown\n\n<c@d.test>: host mx said: 452 4.2.2 mailbox full\n"
    found = read_bounce(bounced(text))
    assert found is not None
    assert [(r.address, r.status, r.hard) for r in found.recipients] == [("a@b.test", "5.1.1", True), ("c@d.test", "4.2.2", False)]


@pytest.mark.parametrize(
    "head",
    [
        f"To: Duty desk <{DUTY}>\n",
        f"To: Duty\n <{DUTY}>\n",
        f"X-Original-To: {DUTY}\n",
        f"Received: from a by b for <{DUTY}>; Tue, 24 Nov 2026 10:00:00 +0000\nTo: a@b.test, c@d.test\n",
    ],
)
def test_a_report_that_names_nobody_means_whom_the_returned_letter_was_for(head: str) -> None:
    raw = (
        "Return-Path: <>\nFrom: MAILER-DAEMON@x.test\nTo: alerts@kent.test\nSubject: failure notice\n"
        'Content-Type: multipart/mixed; boundary="r1"\n\n--r1\nContent-Type: text/plain\n\nYour message could not be delivered.\n'
        f"--r1\nContent-Type: message/rfc822\n\nFrom: alerts@kent.test\n{head}Subject: x\n\nTo: nobody@else.test\n--r1--\n"
    )
    assert named(parse(raw.encode())) == [DUTY]


def test_a_report_that_names_nobody_about_a_letter_to_several_accuses_nobody() -> None:
    text = f"Your message could not be delivered.\n\n---- Original message ----\n{RETURNED}To: a@b.test, c@d.test\nSubject: x\n"
    assert named(bounced(text)) == []


def test_a_message_id_is_no_recipient() -> None:
    text = f"The message to <{DUTY}> failed:\n550 5.7.1 <000001321defbd2a-788e31c8-2be1-422f-a8d4-000000@bounces.x.test>... denied\n"
    assert named(bounced(text)) == [DUTY]


def test_a_list_that_refuses_our_letter_has_not_taken_it() -> None:
    text = f"You are not a member of this mailing list <{DUTY}>.\n\nFor help write to\n\n\tduty-ctl@authority.test\n"
    raw = f"From: duty-admin@authority.test\nTo: alerts@kent.test\nSubject: You are not member\nReferences: <1@kent.test>\n\n{text}"
    assert sort_of(parse(raw.encode())) is Sort.BOUNCE
    assert named(parse(raw.encode())) == [DUTY]


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Warning: child may be in your area", "We could not deliver the letter to the mother. Ring 01632 960001."),
        ("Re: Delivery failed", "Did you get our note? It was not delivered, it says. duty@authority.test is the right address."),
        ("Delayed answer", "Sorry, our duty inbox is full today. You are not a member of our team, ring me."),
        ("FW: Undeliverable: alert", "This came back. Do you have another address? 550 5.1.1 <x@y.test> unknown"),
        ("Mailbox", "Please note: our mailbox is full at weekends, use the phone."),
    ],
)
def test_a_person_who_writes_about_delivery_is_a_person(subject: str, body: str) -> None:
    for head in ("", f"In-Reply-To: <{'1' * 32}@kent.test>\n"):
        sender = "From: Ann Sample <ann@authority.test>\nReturn-Path: <ann@authority.test>\nTo: alerts@kent.test\n"
        raw = f"{sender}Subject: {subject}\n{head}\n{body}\n"
        assert sort_of(parse(raw.encode())) in (Sort.NEW, Sort.REPLY, Sort.FORWARD)


@given(st.text(max_size=400))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    read_bounce(bounced(text.replace("\r", " ")))
    read_bounce(parse(letter(text, sender="MAILER-DAEMON@x.test", subject="failure notice")))
