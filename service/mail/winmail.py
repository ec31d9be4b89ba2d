"""Reads winmail.dat, the wrapping that Outlook puts around letters and attachments when it takes us for Outlook too (TNEF)."""

import logging
from typing import Any

from service.mail.outlook_message import SavedLetter
from service.mail.parts import Attachment, decode_text

MAGIC = b"\x78\x9f\x3e\x22"


def is_winmail(content: bytes) -> bool:
    """Tell whether the bytes are such a wrapping."""
    return content.startswith(MAGIC)


def read_winmail(content: bytes) -> SavedLetter | None:
    """Unwrap the text and the attachments; None when it is damaged."""
    import tnefparse

    logging.getLogger("tnefparse").setLevel(logging.CRITICAL)  # it would log what it cannot decode, which may be personal
    try:
        wrapped = tnefparse.TNEF(content, do_checksum=False)
        attachments = tuple(
            Attachment(name=_words(one.long_filename()) or "unnamed", content_type="", content=bytes(one.data))
            for one in wrapped.attachments
        )
        text, html = _words(wrapped.body), _words(wrapped.htmlbody)
        rich = wrapped.rtfbody if not text.strip() and not html.strip() else None
    except Exception:  # tnefparse raises many kinds for broken files
        return None
    if rich:
        attachments = (*attachments, Attachment(name="the letter's text.rtf", content_type="text/rtf", content=bytes(rich)))
    return SavedLetter(subject="", text=text, html=html, attachments=attachments)


def _words(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    text = decode_text(value, "")[0] if isinstance(value, bytes) else str(value or "")
    return text.replace("\x00", "").replace("\r\n", "\n")
