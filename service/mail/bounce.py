"""Reads delivery reports: RFC 3464 first (Action before Status), then the text dialects of mail servers, then flufl.bounce."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32

from flufl.bounce import all_failures

from service.mail.message import IncomingEmail, addresses_in
from service.mail.parts import LONGEST_TEXT, decode_text
from service.mail.quoting import blank

ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
MOST_RECIPIENTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRecipient:
    """One recipient of a report. *hard* says that the address itself is no good; *delayed* that the server is still trying."""

    address: str = field(repr=False)
    action: str
    status: str
    diagnostic: str = field(repr=False)
    hard: bool
    delayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceReport:
    """What a delivery report says, and every delivery id of ours that it carries, by carrier."""

    recipients: tuple[FailedRecipient, ...]
    delivery_ids: Mapping[str, str]
    action: str
    dialect: str


_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -])(?![\d.])")
_SOFT = re.compile(
    r"mailbox (?:is )?full|quota|over.?quota|user is full|insufficient (?:system )?(?:storage|disk)|disk full"
    r"|mailfolder is full|too many (?:mails|messages)|exceed\w* storage"
    r"|mailbox .{0,40}exceed|inbox is full|storage (?:limit|allocation)|try again later|temporar|greylist|is full\b",
    re.I,
)
_DELAY = re.compile(
    r"will (?:be retried|(?:continue|keep) (?:to )?(?:try|be retried)|try again|keep trying|retry)"
    r"|still (?:being )?(?:trying|retried|attempted)|not yet (?:been )?delivered"
    r"|delivery (?:is |has been |temporarily )?(?:delayed|incomplete)|could not send message for past"
    r"|do not need to resend|\(delay\)|delayed mail|notification: delayed|has been delayed|delayed \d+ hours",
    re.I,
)
_SENDER = re.compile(
    r"mailer-?daemon|postmaster|mail delivery|mdaemon|maildaemon|mail[_-]?system|mail-daemon|smtp-gw|microsoftexchange", re.I
)
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|fail|has failed|notification|problem|error|report)|return(?:ed|ing).{0,30}(?:mail"
    r"|sender)|mail (?:delivery )?(?:failed|system error|error)"
    r"|failure notice|failed (?:mail|delivery)|(?:could|can) ?not be delivered|non.?deliver|message (?:delivery"
    r"|not delivered|has not)|delayed|warning:|rejected mail|permanent (?:delivery )?(?:failure|error)"
    r"|unzustellbar|nicht zugestellt|onbestelbaar|error sending your mail|automatically rejected|heb ei dd?anfon"
    r"|ni (?:ellid|chafodd).{0,40}(?:dd?anfon|ddosbarthu)|user unknown|non remis|niedostarcz",
    re.I,
)
_COULD_NOT = re.compile(
    r"(?:could|can|was|were) ?not (?:be )?deliver|unable to deliver|undeliverable|(?:following|failed) (?:recipient"
    r"|address)|mailbox is full|unknown user|user unknown",
    re.I,
)
_RETURNED = re.compile(
    r"^[ >]*(?:-{2,}.{0,80}(?:original|returned|copy of|message|mail|header|unsent|below|transcript follows).{0,80}"
    r"|.{0,60}(?:copy of (?:the|your) (?:original )?message|original message follows|message (?:header|text"
    r"|content)s? follows?"
    r"|headers? of the original|unsent message follows|below this line is a copy).{0,60}|Received: from .*"
    r"|Return-Path: .*|Message-I[dD]: .*)$",
    re.I | re.M,
)
_LINE_START = re.compile(
    r"^\s{0,8}(?:\d{3}[ -]?(?:\d\.\d\.\d )?)?(?:to|recipient|failed (?:recipient|address)"
    r"|user)?\s*:?\s*[<\[(\"']?([^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+\.[A-Za-z0-9-]+)[>\])\"']?",
    re.I,
)
_STATED = re.compile(
    r"^\s*<?([^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+)>?\s*:\s*[45]\d\d[ -]|(?:failed recipient\s*:"
    r"|not be delivered to\s*:|delivering your mail to)\s*<?([^\s<>]+@[^\s<>]+)",
    re.I,
)
_BRACKETED = re.compile(r"<([^\s<>]+@[^\s<>]+)>")
_OURS = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


def _fields(block: str) -> dict[str, str]:
    message = BytesHeaderParser(policy=compat32).parsebytes(block.encode("utf-8", "replace"))
    return {n.lower(): re.sub(r"\r?\n\s*", " ", str(v)).strip() for n, v in reversed(list(message.raw_items()))}


def _recipient_of(fields: dict[str, str]) -> str:
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        value = fields.get(name, "")
        value = value.partition(";")[2] if ";" in value else value
        value = re.sub(r"^\s*rfc822;\s*", "", value, flags=re.I).strip().strip("<>\"' ")
        found = _BRACKETED.search(fields.get(name, "")) or None
        address = found[1] if found else value
        if address.find("@") > 0 and " " not in address and len(address) <= 320:
            return address.lower()
    return ""


def is_hard(action: str, status: str, diagnostic: str) -> bool:
    """Say whether a failure is for good: the address, not a full mailbox or a passing trouble."""
    if action != "failed" or status.startswith("4") or status == "5.2.2":
        return False
    return not _SOFT.search(diagnostic)


def _failed(address: str, action: str, status: str, diagnostic: str) -> FailedRecipient:
    return FailedRecipient(
        address=address,
        action=action,
        status=status,
        diagnostic=diagnostic[:1000],
        hard=is_hard(action, status, diagnostic),
        delayed=action == "delayed",
    )


def _status_in(text: str) -> str:
    """Return the enhanced status code of a server's sentence, made from the reply code when it has none."""
    specific = [s for s in _STATUS.findall(text) if not s.endswith(".0.0")]
    found = specific or _STATUS.findall(text)
    if found:
        return str(found[0])
    code = _REPLY_CODE.search(text)
    return f"{code[1][0]}.0.0" if code else ""


def _stray_reports(email: IncomingEmail) -> tuple[str, ...]:
    """Return the report of a letter whose parts are so broken that its fields stand in the text."""
    text = decode_text(email.raw[:LONGEST_TEXT], "")[0].replace("\r\n", "\n")
    found = [b.split("\n--", 1)[0] for b in text.split("\n\n")[1:] if re.search(r"^(?:Final|Original)-Recipient:", b, re.I | re.M)]
    return ("\n\n".join(found[:MOST_RECIPIENTS]),) if found else ()


def _blocks(report: str) -> list[str]:
    """Return the blocks of a report, one recipient each, also where the blank line between two is missing."""
    blocks: list[str] = []
    for paragraph in re.split(r"\n[ \t]*\n", report.replace("\r\n", "\n")):
        current: list[str] = []
        seen: set[str] = set()
        for line in paragraph.split("\n"):
            name = line.partition(":")[0].strip().lower() if not line.startswith((" ", "\t")) else ""
            if name in seen and name in ("final-recipient", "original-recipient"):
                blocks.append("\n".join(current))
                current, seen = [], set()
            seen.add(name)
            current.append(line)
        blocks.append("\n".join(current))
    return blocks[: MOST_RECIPIENTS + 1]


def _standard(email: IncomingEmail) -> tuple[FailedRecipient, ...]:
    found: list[FailedRecipient] = []
    for report in email.delivery_status or _stray_reports(email):
        for block in _blocks(report):
            fields = _fields(block)
            if not ({"final-recipient", "original-recipient", "action"} & fields.keys()):
                continue
            diagnostic = fields.get("diagnostic-code", "")
            words = re.split(r"[\s;(]", fields.get("action", "").strip().lower())
            status = _status_in(fields.get("status", ""))
            precise = _status_in(diagnostic.partition(";")[2] or diagnostic)
            if precise and (not status or status.endswith(".0.0")) and (not status or status[0] == precise[0]):
                status = precise
            action = words[0] if words[0] in ACTIONS else ""
            if not action:
                action = {"2": "delivered", "4": "failed", "5": "failed"}.get(status[:1], "failed")
            found.append(_failed(_recipient_of(fields), action, status, diagnostic))
    return tuple(dict.fromkeys(f for f in found if f.address or f.action == "failed"))


def _own_words(email: IncomingEmail) -> str:
    """Return what the server itself says: the text above the returned letter."""
    text = email.plain_view
    if text.lstrip().lower().startswith("hi. this is the") or "qmail" in text[:300]:
        return text.split("--- ", 1)[0]
    cut = _RETURNED.search(text, 1)
    head = text[: cut.start()] if cut else text
    return head if len(head.strip()) > 40 else text[:6000]


def _textual(email: IncomingEmail) -> tuple[tuple[str, ...], str]:
    """Return the failing addresses that the text of a report names, and its words."""
    words = _own_words(email)
    to_us = {a for v in email.all("To") for a in addresses_in(v)} | {email.from_address or ""}
    listed = tuple(a for v in email.all("X-Failed-Recipients") for a in addresses_in(v))
    if listed:
        return tuple(dict.fromkeys(listed)), words
    stated = [(m[1] or m[2]).strip(".>'").lower() for line in words.splitlines() if (m := _STATED.search(line[:400]))]
    if stated:
        return tuple(dict.fromkeys(stated))[:MOST_RECIPIENTS], words
    try:
        temporary, permanent = all_failures(BytesParser(policy=compat32).parsebytes(email.raw))
        known = [a.decode("ascii", "replace").lower() for a in sorted(temporary | permanent)]
    except Exception:  # the detectors raise several kinds for broken letters
        known = []
    known = [a for a in known if a.find("@") > 0 and len(a) <= 320]
    if known:
        return tuple(dict.fromkeys(known)), words
    found = [m[1] for line in words.splitlines() if not blank(line) and (m := _LINE_START.match(line[:400]))]
    found = found or _BRACKETED.findall(words[:20_000]) or list(addresses_in(words[:10_000]))
    tidy = [a.strip(".>'").lower() for a in found]
    return tuple(dict.fromkeys(a for a in tidy if a not in to_us and not _SENDER.search(a)))[:20], words


def looks_like_bounce(email: IncomingEmail) -> bool:
    """Say whether a mail server wrote this to report on a delivery."""
    if email.delivery_status or email.all("X-Failed-Recipients"):
        return True
    writer = email.first("From")
    by_server = (
        _SENDER.search(writer) is not None
        or writer.strip() in ("", "<>")
        or email.return_path == ""
        or (email.return_path or "").startswith("mailer-daemon")
    )
    if by_server and (_SUBJECT.search(email.subject) or email.report_type == "delivery-status"):
        return True
    if email.return_path == "" and email.attached_letters and _COULD_NOT.search(email.plain_view[:1500]):
        return True
    if _SUBJECT.match(email.subject) and not email.in_reply_to and _COULD_NOT.search(email.plain_view[:1500]):
        return True
    returned = bool(email.attached_letters)
    if (
        _SENDER.search(writer)
        and (returned or _RETURNED.search(email.plain_view))
        and (_STATUS.search(email.plain_view) or _REPLY_CODE.search(email.plain_view))
    ):
        return True
    return returned and _SUBJECT.search(email.subject) is not None and not email.in_reply_to


def _carried(email: IncomingEmail) -> dict[str, str]:
    """Return the delivery ids of ours in this report, each by what carried it."""
    carried: dict[str, str] = {}
    for address in email.recipients:
        if found := re.fullmatch(r"[^@]*\+b\.([0-9a-f]{32})@.*", address):
            carried.setdefault("verp", found[1])
    for report in email.delivery_status:
        envelope = re.search(r"^original-envelope-id\s*:\s*(\S+)", report, re.I | re.M)
        if envelope and (found := _OURS.search(envelope[1].lower())):
            carried.setdefault("envid", found[0])
    returned = email.returned_text[:200_000] + "\n" + email.plain_view[:200_000]
    if found := re.search(r"^[ >]*X-National-Alerts-Delivery:\s*([0-9a-f]{32})\b", returned, re.I | re.M):
        carried["returned_header"] = found[1].lower()
    ids = re.search(r"^[ >]*Message-ID:\s*<([0-9a-f]{32})@", returned, re.I | re.M)
    mentioned = next((m[1] for r in (email.in_reply_to or "", *email.references) if (m := re.match(r"<([0-9a-f]{32})@", r))), None)
    if ids or mentioned:
        carried["message_id"] = ids[1].lower() if ids else str(mentioned)
    return carried


def read_bounce(email: IncomingEmail) -> BounceReport | None:
    """Read a delivery report; None when this letter is not one."""
    if not looks_like_bounce(email):
        return None
    recipients = _standard(email)
    dialect = "rfc3464"
    if not any(r.address for r in recipients):
        addresses, words = _textual(email)
        dialect = "text"
        if recipients and addresses:
            first = recipients[0]
            recipients = tuple(replace(first, address=a) for a in addresses)
        elif addresses:
            recipients = tuple(_from_text(email, a, words, len(addresses) > 1) for a in addresses)
    else:
        recipients = tuple(r for r in recipients if r.address)
    actions = [r.action for r in recipients]
    action = next((a for a in ACTIONS if a in actions), "failed")
    return BounceReport(recipients=recipients, delivery_ids=_carried(email), action=action, dialect=dialect)


def _from_text(email: IncomingEmail, address: str, words: str, several: bool) -> FailedRecipient:
    near = words
    if several and (at := words.lower().find(address)) >= 0:
        near = words[at : at + 500]
    status = _status_in(near)
    permanent = re.search(
        r"permanent|giv(?:en|ing) up|fatal|returning (?:message )?to sender|undeliverable", f"{email.subject} {words}", re.I
    )
    delayed = bool(_DELAY.search(f"{email.subject}\n{words[:6000]}")) and not permanent
    return _failed(address, "delayed" if delayed else "failed", status, near.strip()[:1000])
