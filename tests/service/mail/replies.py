"""Replies as mail programs write them, each from what its writer typed: layouts, encodings and quotations in English and Welsh."""

import base64
import html
import quopri
from collections.abc import Callable
from textwrap import wrap

from .samples import DELIVERY, TOKEN

_SENDER = "National Alerts <alerts@kent.test>"
_ASKED = (
    "Please reply above this line / Atebwch uwchben y llinell hon",
    "Kent Council, request number 4821.",
    "Please write one of these as the first line of your answer:",
    "APPROVE 4821",
    "REJECT 4821 why",
    "RETURN 4821 what you want to know",
    "HOLD 4821",
    "or decide here: https://alerts.kent.test/d/4821",
    "Sister and brother, 9 and 11, subject to a plan, missing since 24 October 2026.",
)
_HEAD = {
    "en": ("From", "Sent", "To", "Subject", "24 November 2026 10:00"),
    "cy": ("Oddi wrth", "Anfonwyd", "At", "Pwnc", "24 Tachwedd 2026 10:00"),
    "mac": ("From", "Date", "To", "Subject", "Tuesday, 24 November 2026 at 10:00"),
}
_SIGNED = ("Ann Approver", "Head of Service, Safeguarding", "Kent Council / Cyngor Caint", "Tel: 01632 960012")

Reply = Callable[[str], bytes]


def _fields(language: str) -> list[str]:
    sender, sent, to, subject, moment = _HEAD[language]
    return [f"{sender}: {_SENDER}", f"{sent}: {moment}", f"{to}: Ann Approver <ann@kent.test>", f"{subject}: Decision needed by 14:00"]


def _part(kind: str, text: str, coding: str) -> str:
    content = text.encode()
    if coding == "base64":
        coded = "\n".join(wrap(base64.b64encode(content).decode(), 76))
    elif coding == "quoted-printable":
        coded = quopri.encodestring(content).decode()
    else:
        coded = text
    return f'Content-Type: {kind}; charset="utf-8"\nContent-Transfer-Encoding: {coding}\n\n{coded}\n'


def _letter(
    text: str | None, page: str | None, coding: str, *, flowed: bool = False, subject: str = "Re: Decision needed by 14:00"
) -> bytes:
    head = (
        f"From: Ann Approver <ann@kent.test>\nTo: alerts+d.{TOKEN}@kent.test\nSubject: {subject}\nMessage-ID: <r1@kent.test>\n"
        f"In-Reply-To: <{DELIVERY}@kent.test>\nMIME-Version: 1.0\n"
    )
    plain = _part("text/plain; format=flowed" if flowed else "text/plain", text, coding) if text is not None else ""
    marked = _part("text/html", page, coding) if page is not None else ""
    if plain and marked:
        return f'{head}Content-Type: multipart/alternative; boundary="b1"\n\n--b1\n{plain}--b1\n{marked}--b1--\n'.encode()
    return (head + (plain or marked)).encode()


def _quoted() -> str:
    return "\n".join(f"> {line}\n>" for line in _ASKED)


def _rows(text: str, tag: str, attributes: str = "") -> str:
    return "\n".join(f"<{tag}{attributes}>{html.escape(line) or '&nbsp;'}</{tag}>" for line in text.split("\n"))


def _asked_page() -> str:
    return "\n".join(f"<p>{html.escape(line)}</p>" for line in _ASKED)


def _outlook(typed: str, language: str, coding: str, *, rule: bool, text: bool = True) -> bytes:
    fields = _fields(language)
    above = "_" * 32 + "\n" if rule else ""
    plain = "\n\n".join((typed, "\n".join(_SIGNED), above + "\n".join(fields), "\n\n".join(_ASKED)))
    bold = "<br>".join(f"<b>{name}:</b> {html.escape(rest)}" for name, _, rest in (field.partition(": ") for field in fields))
    box = (
        f'<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr">{bold}</div>'
        if rule
        else f'<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">{bold}</p></div>'
    )
    own = _rows("\n".join((typed, "", *_SIGNED)), "p", ' class="MsoNormal" style="margin:0cm;font-size:11.0pt"')
    return _letter(plain if text else None, f"<html><body><div>{own}</div>{box}{_asked_page()}</body></html>", coding)


def _gmail(typed: str, language: str, *, flat: bool = False) -> bytes:
    wrote = (
        f"On Tue, 24 Nov 2026 at 10:00, {_SENDER}\nwrote:"
        if language == "en"
        else f"Ar Maw, 24 Tach 2026 am 10:00, {_SENDER} ysgrifennodd:"
    )
    plain = f"{typed}\n\n-- \n" + "\n".join(_SIGNED) + f"\n\n{wrote}\n\n{_quoted()}\n"
    page = (
        f'<div dir="ltr">{_rows(typed, "div")}<span class="gmail_signature_prefix">-- </span><br><div class="gmail_signature">'
        f'{"<br>".join(_SIGNED)}</div></div><br><div class="gmail_quote"><div class="gmail_attr">{html.escape(wrote)}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{_asked_page()}</blockquote></div>'
    )
    return _letter(plain, None if flat else page, "quoted-printable")


def _apple(typed: str, device: str) -> bytes:
    wrote = f"On 24 Nov 2026, at 10:00, {_SENDER} wrote:"
    plain = f"{typed}\n\n{device}\n\n> {wrote}\n> \n{_quoted()}\n"
    page = (
        f'<html><body dir="auto">{_rows(typed, "div")}<div>{device}</div><div><br>'
        f'<blockquote type="cite">{html.escape(wrote)}<br></blockquote></div>'
        f'<blockquote type="cite">{_asked_page()}</blockquote></body></html>'
    )
    return _letter(plain, page, "quoted-printable")


def _original(typed: str, language: str, title: str) -> bytes:
    return _letter("\n".join((typed, "", title, *_fields(language), "", *_ASKED)), None, "8bit")


def _samsung(typed: str) -> bytes:
    fields = [field.replace("Sent:", "Date:") for field in _fields("en")]
    plain = "\n".join((typed, "", "Sent from my Galaxy", "", "-------- Original message --------", *fields, "", *_ASKED))
    page = (
        f'<html><body dir="auto">{_rows(typed, "div")}<div id="composer_signature">Sent from my Galaxy</div>'
        f"<div>-------- Original message --------</div>"
        f"{_rows(chr(10).join(fields), 'div')}{_asked_page()}</body></html>"
    )
    return _letter(plain, page, "base64")


def _thunderbird(typed: str) -> bytes:
    plain = f"{typed}\n\n-- \nAnn Approver\n\nOn 24/11/2026 10:00, National Alerts wrote:\n{_quoted()}\n"
    return _letter(plain, None, "8bit", flowed=True)


def _empty_text(typed: str) -> bytes:
    return _letter("\n", f"<html><body>{_rows(typed, 'div')}<blockquote>{_asked_page()}</blockquote></body></html>", "quoted-printable")


CLIENTS: dict[str, Reply] = {
    "outlook-desktop": lambda typed: _outlook(typed, "en", "quoted-printable", rule=False),
    "outlook-web": lambda typed: _outlook(typed, "en", "quoted-printable", rule=True),
    "outlook-mac": lambda typed: _outlook(typed, "mac", "base64", rule=False),
    "outlook-welsh": lambda typed: _outlook(typed, "cy", "base64", rule=False),
    "outlook-html-only": lambda typed: _outlook(typed, "en", "base64", rule=True, text=False),
    "outlook-plain": lambda typed: _original(typed, "en", "-----Original Message-----"),
    "outlook-plain-welsh": lambda typed: _original(typed, "cy", "-----Neges Wreiddiol-----"),
    "outlook-ios": lambda typed: _outlook(f"{typed}\n\nGet Outlook for iOS", "en", "base64", rule=True),
    "gmail-web": lambda typed: _gmail(typed, "en"),
    "gmail-welsh": lambda typed: _gmail(typed, "cy"),
    "gmail-plain": lambda typed: _gmail(typed, "en", flat=True),
    "apple-mac": lambda typed: _apple(typed, ""),
    "iphone": lambda typed: _apple(typed, "Sent from my iPhone"),
    "iphone-welsh": lambda typed: _apple(typed, "Anfonwyd o’m iPhone"),
    "android-samsung": _samsung,
    "thunderbird": _thunderbird,
    "empty-text-part": _empty_text,
}


def below_the_quotation(typed: str) -> bytes:
    """Return a reply whose words stand under the letter it quotes."""
    return _letter(f"On 24/11/2026 10:00, National Alerts wrote:\n{_quoted()}\n\n{typed}\n", None, "8bit")


def inside_the_quotation(typed: str) -> bytes:
    """Return a reply whose words stand between the lines it quotes."""
    lines = _quoted().split("\n")
    return _letter("\n".join((f"On 24/11/2026 10:00, {_SENDER} wrote:", *lines[:4], "", typed, "", *lines[4:])), None, "8bit")


def in_the_signature(typed: str) -> bytes:
    """Return a reply with no words but those below the line that begins a signature."""
    return _letter(f"\n-- \n{typed}\nAnn Approver\n\nOn Tue, 24 Nov 2026 at 10:00, {_SENDER} wrote:\n\n{_quoted()}\n", None, "8bit")


def in_the_subject(typed: str) -> bytes:
    """Return a reply with its words in the subject only."""
    return _letter(f"\n\nOn Tue, 24 Nov 2026 at 10:00, {_SENDER} wrote:\n\n{_quoted()}\n", None, "8bit", subject=f"Re: {typed}")


def forwarded(typed: str) -> bytes:
    """Return a forwarded letter in which somebody else wrote the words."""
    head = "---------- Forwarded message ---------\nFrom: Bo Sample <bo@kent.test>\nDate: Tue, 24 Nov 2026\nSubject: Re: x"
    plain = f"{head}\n\n{typed}\n\n{_quoted()}\n"
    return _letter(plain, None, "8bit", subject="Fwd: Decision needed by 14:00")


def attached(typed: str) -> bytes:
    """Return a reply that brings its words as a file."""
    return (
        f"From: Ann Approver <ann@kent.test>\nTo: alerts+d.{TOKEN}@kent.test\nSubject: Re: Decision needed\n"
        f"In-Reply-To: <{DELIVERY}@kent.test>\n"
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="m1"\n\n--m1\nContent-Type: text/plain\n\nPlease see the attached.\n'
        f"--m1\nContent-Type: text/plain\nContent-Disposition: attachment; filename=decision.txt\n\n{typed}\n--m1--\n"
    ).encode()


PLACES: dict[str, Reply] = {
    "below-the-quotation": below_the_quotation,
    "inside-the-quotation": inside_the_quotation,
    "in-the-signature": in_the_signature,
    "in-the-subject": in_the_subject,
    "forwarded": forwarded,
    "in-a-file": attached,
}
