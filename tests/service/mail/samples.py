"""Letters for the tests of reading: small, made here, with addresses nobody has."""

TOKEN = "abcdefghijklmnopqrstuvwxyz234567"
DELIVERY = "0123456789abcdef0123456789abcdef"
MAILBOX = "alerts@kent.test"

QUOTED = """
On Tue, 24 Nov 2026 at 10:00, National Alerts <alerts@kent.test> wrote:

> Please reply above this line / Atebwch uwchben y llinell hon
>
> Please write one of these as the first line:
>
>   APPROVE 4821
>   REJECT 4821 why
>   RETURN 4821 what you want to know
>   HOLD 4821
"""

OUTLOOK = """
________________________________
From: National Alerts <alerts@kent.test>
Sent: 24 November 2026 10:00
To: Ann Approver <ann@kent.test>
Subject: Decision needed

APPROVE 4821
REJECT 4821 why
RETURN 4821 your question
HOLD 4821
"""


def letter(
    body: str = "",
    *,
    html: str | None = None,
    sender: str = "Ann Approver <ann@kent.test>",
    to: str = f"alerts+d.{TOKEN}@kent.test",
    subject: str = "Re: Decision needed",
    headers: str = "",
    kind: str = 'text/plain; charset="utf-8"',
) -> bytes:
    """Return a letter; with *html* both parts, with html alone when *body* is empty."""
    head = f"From: {sender}\nTo: {to}\nSubject: {subject}\nMessage-ID: <x1@kent.test>\nIn-Reply-To: <{DELIVERY}@kent.test>\n{headers}"
    head += "MIME-Version: 1.0\n"
    if html is None:
        text = f"Content-Type: {kind}\nContent-Transfer-Encoding: 8bit\n\n{body}"
    elif not body:
        text = f'Content-Type: text/html; charset="utf-8"\n\n{html}'
    else:
        text = (
            'Content-Type: multipart/alternative; boundary="b1"\n\n'
            f'--b1\nContent-Type: text/plain; charset="utf-8"\n\n{body}\n'
            f'--b1\nContent-Type: text/html; charset="utf-8"\n\n{html}\n--b1--\n'
        )
    return (head + text).encode()


def report(blocks: str, *, per_message: str = "Reporting-MTA: dns; mx.example.test", to: str = MAILBOX, returned: str = "") -> bytes:
    """Return a delivery report with the given blocks for its recipients."""
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.test\nTo: {to}\nSubject: Undelivered Mail Returned to Sender\n"
        'Auto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="r1"\n\n'
        "--r1\nContent-Type: text/plain\n\nThis is the mail system. Your message could not be delivered.\n"
        f"--r1\nContent-Type: message/delivery-status\n\n{per_message}\n\n{blocks}\n"
        f"--r1\nContent-Type: message/rfc822\n\n{returned or 'Subject: x'}\n\nbody\n--r1--\n"
    ).encode()
