"""Letters around forms: bodies, attachments, letters in letters, winmail.dat, Outlook's .msg."""

import struct
from email.message import EmailMessage
from email.policy import SMTP

TYPES = {
    "docx": ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": ("application", "pdf"),
    "odt": ("application", "vnd.oasis.opendocument.text"),
    "rtf": ("application", "rtf"),
    "dat": ("application", "ms-tnef"),
    "msg": ("application", "vnd.ms-outlook"),
    "txt": ("text", "plain"),
    "html": ("text", "html"),
    "zip": ("application", "zip"),
    "docm": ("application", "vnd.ms-word.document.macroEnabled.12"),
    "exe": ("application", "octet-stream"),
}
COVER = """Dear colleagues,

Please find the form attached. Please ring me with any questions.

Kind regards
Morgan Sender
Business Support
01632 960099
"""


def letter(
    body: str = COVER,
    *attachments: tuple[str, bytes],
    subject: str = "National alert",
    html: str = "",
    inner: bytes = b"",
    sender: str = "morgan.sender@kent.test",
) -> bytes:
    """Return a letter with a body, files, and perhaps another letter within."""
    email = EmailMessage(policy=SMTP)
    email["From"], email["To"], email["Subject"] = f"Morgan Sender <{sender}>", "alerts@kent.test", subject
    email["Date"], email["Message-ID"] = "Fri, 20 Nov 2026 10:00:00 +0000", "<example-1@kent.test>"
    email.set_content(body, cte="quoted-printable")
    if html:
        email.add_alternative(html, subtype="html", cte="quoted-printable")
    for name, content in attachments:
        main, sub = TYPES.get(name.rpartition(".")[2], ("application", "octet-stream"))
        email.add_attachment(content, maintype=main, subtype=sub, filename=name)
    if inner:
        from email import message_from_bytes

        email.add_attachment(message_from_bytes(inner, policy=SMTP))
    if email.is_multipart():
        for n, part in enumerate(p for p in email.walk() if p.is_multipart()):
            part.set_boundary(f"=-example-{n}")
    return email.as_bytes()


def html_letter(html: bytes, subject: str = "National alert") -> bytes:
    """Return a letter whose only body is HTML."""
    email = EmailMessage(policy=SMTP)
    email["From"], email["To"], email["Subject"] = "Sam Worker <sam.worker@kent.test>", "alerts@kent.test", subject
    email["Date"], email["Message-ID"] = "Fri, 20 Nov 2026 10:00:00 +0000", "<example-2@kent.test>"
    email.set_content(html.decode(), subtype="html", cte="base64")
    return email.as_bytes()


def forwarded_inline(body: str) -> str:
    """Return a body that forwards *body* as Outlook does, without marks at the lines."""
    return (
        "Please see below.\n\nMorgan\n\n-----Original Message-----\nFrom: Sam Worker <sam.worker@kent.test>\nSent: 19 November 2026 16:02\n"
        f"To: Morgan Sender\nSubject: National alert form\n\n{body}"
    )


def winmail(name: str, content: bytes, body: str = "") -> bytes:
    """Return a winmail.dat (TNEF) with one file in it."""

    def attribute(level: int, ident: int, value: bytes) -> bytes:
        return struct.pack("<BII", level, ident, len(value)) + value + struct.pack("<H", sum(value) % 65536)

    made = struct.pack("<IH", 0x223E9F78, 0x0001)
    made += attribute(1, 0x00089006, struct.pack("<I", 0x00010000))  # TNEF version
    made += attribute(1, 0x00069007, struct.pack("<II", 1252, 0))  # code page
    made += attribute(1, 0x00078008, b"IPM.Note\x00")
    if body:
        made += attribute(1, 0x0002800C, body.encode("cp1252") + b"\x00")
    made += attribute(2, 0x00069002, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 0, 0, 0))  # rendering: a file follows
    made += attribute(2, 0x00018010, name.encode("cp1252") + b"\x00")
    return made + attribute(2, 0x0006800F, content)
