"""Whom a delivery report means when only its text says so: labels and layouts of mail servers, flufl.bounce, then the returned letter."""

import re
from email.parser import BytesParser
from email.policy import compat32

from flufl.bounce import all_failures

from service.mail.message import IncomingEmail, addresses_in
from service.mail.quoting import blank

MOST_RECIPIENTS = 200
_LONGEST_REPORT = 30_000  # the detectors try a hundred patterns on each line
SENDER = re.compile(
    r"mailer[-_ ]?daemon|postmaster|mail(?:er)? delivery|mdaemon|maildaemon|mail[-_ ]?(?:system|daemon)|smtp-gw|microsoftexchange"
    r"|mail administrator|administrateur (?:syst|de mess)|systemadministrator|administrador (?:del|do) sist|gweinyddwr (?:y )?system"
    r"|system administrator|delivery (?:sub)?system",
    re.I,
)
_ADDRESS = r"(?:\"[^\"\n<>]{1,64}\"|[A-Za-z0-9_.!#$%&+/=?^`{}~-]{1,128})@(?:[A-Za-z0-9_-]+\.)*[A-Za-z0-9-]+"
RETURNED = re.compile(
    r"^[ >]*(?:-{2,120}.{0,80}(?:original|returned|copy of|message|mail|header|unsent|below|transcript follows).{0,80}"
    r"|.{0,60}(?:copy of (?:the|your) (?:original )?message|original message follows|message (?:header|text"
    r"|content)s? follows?"
    r"|headers? of the original|unsent message follows|below this line is a copy).{0,60}|Received:[ ]?(?:from|by) .*"
    r"|Return-Path: .*|DKIM-Signature: .*|Message-I[dD]: .*)$",
    re.I | re.M,
)
# an address, what stands behind it, a colon: `<a@b>: host x said`, `<a@b> (expanded from <c@d>): ...`, qmail's lone `<a@b>:`
_BEFORE_COLON = re.compile(
    rf"^[ \t]*(?:<({_ADDRESS})>|({_ADDRESS}))[ \t]*(?:\((?:expanded from:?|generated from|ultimately generated from|reason:|rfc822)?\s*"
    rf"<?({_ADDRESS})?>?[^()\n]{{0,60}}\))?[ \t]*:(?:[ \t]|$)",
    re.M,
)
_REASON_BEFORE = re.compile(r"^[ \t]*[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3}[ -])?[ \t]*<(" + _ADDRESS + r")>[ \t]*(?:\.\.\.|:|$|\()", re.M)
_IN_SESSION = re.compile(
    rf"^[ \t>]*RCPT TO:[ \t]*<({_ADDRESS})>[^\n]*\n(?:[ \t<>]*(?:[23]\d\d[ -][^\n]*)\n)?[ \t<]*[45]\d\d[ -]", re.I | re.M
)
_LABELLED = re.compile(
    r"^[ \t]*[*•-]?[ \t]*(?:(?:failed|original|final|intended|delivery|e-?mail|the)[ \t-]+)?(?:recipients?|address(?:ee)?|user|mailbox"
    r"|recipient[ \t-]+address|email address|empfänger(?:adresse)?|destinataires?|destinatari[oa]s?|ontvangers?|odbiorc[ay]|adresat"
    r"|mottagare"
    r"|modtager|mottaker|vastaanottaja|получатель|derbynnydd|derbynwyr|cyfeiriad|宛先|受信者|收件人|받는 사람)"
    rf"(?:[ \t]*\([^)\n]{{0,30}}\))?[ \t]*[:=：][ \t]*(?:rfc822;[ \t]*)?[<\[\"']?({_ADDRESS})",
    re.I | re.M,
)
_MESSAGE_TO = re.compile(
    r"(?:(?:message|mail|e-?mail|letter|delivery|delivering your mail|be delivered|deliver(?:ed)?|reach|sent|undeliverable)[ \t\n]+(?:to"
    r"|for):?|(?:mailing[ -]list|group|message-id in)"
    r"|nachricht an|mail an|votre message (?:à|pour|destiné à)|message à|su mensaje (?:a|para)|mensagem (?:para|a)|messaggio (?:a|per)"
    r"|bericht aan|wiadomości do|neges (?:at|i)|e-?bost at|could not (?:be sent|deliver) to)[ \t\n]+"
    rf"(?:the following (?:recipient|address):?[ \t\n]*)?[<\[\"'*]*({_ADDRESS})",
    re.I,
)
_LINE_START = re.compile(
    r"^\s{0,8}[>*•-]?\s?(?:\d{3}[ -]?(?:\d\.\d\.\d )?)?(?:(?:to|recipient|failed (?:recipient|address)|user)(?:\s*:\s*|\s+))?"
    rf"[<\[(\"']?({_ADDRESS})[>\])\"']?(?=$|[\s.,;(<>\])])",
    re.I,
)
_BRACKETED = re.compile(rf"<({_ADDRESS})>")
_WITH_CODE = re.compile(rf"^(?=.*(?<![\d.])(?:[45]\d\d[ -]|[45]\.\d{{1,3}}\.\d{{1,3}}\b)).*?<({_ADDRESS})>", re.M)
_LIKE_ADDRESS = re.compile(_ADDRESS)
ALONE = re.compile(rf"^[ \t]*(?:\"[^\"\n]*\"[ \t]*)?<?{_ADDRESS}>?[ \t]*$", re.M)
_MACHINE_ID = re.compile(r"[0-9a-f.$_-]{20,}@|[^@]{48,}@|\d[\w.$-]{24,}@", re.I)
_ADDRESSED = re.compile(
    r"^[ >\t]*(?:To|X-Original-To|X-Envelope-To|Envelope-To|X-Rcpt-To|Apparently-To):(.*(?:\n[ >]*[ \t]+.*)*)", re.I | re.M
)
_COPIED = re.compile(r"^[ >\t]*Cc:(.*(?:\n[ >]*[ \t]+.*)*)", re.I | re.M)
_RECEIVED_FOR = re.compile(rf"\bfor\s+<?({_ADDRESS})>?\s*(?:;|\(|$)", re.I | re.M)


def own_words(email: IncomingEmail, *, at_least: int = 40) -> str:
    """Return what the server itself says: the text above the returned letter, or all of it when that is next to nothing."""
    text = email.plain_view
    if text.lstrip().lower().startswith("hi. this is the") or "qmail" in text[:300]:
        return text.split("--- ", 1)[0]
    cut = RETURNED.search(text, 1)
    head = text[: cut.start()] if cut else text
    return head if len(head.strip()) > at_least else text[:6000]


def _returned(email: IncomingEmail) -> str:
    """Return the head of the letter that came back, wherever the server put it."""
    if email.returned_text.strip():
        return email.returned_text[:100_000]
    cut = RETURNED.search(email.plain_view, 1)
    return email.plain_view[cut.start() : cut.start() + 100_000] if cut else ""


def _tidy(found: list[str]) -> list[str]:
    return list(dict.fromkeys(a.strip(".>'*").lower() for a in found if 2 < len(a) <= 320))


def _not_ours(email: IncomingEmail, found: list[str]) -> list[str]:
    """Leave out who wrote the report and who got it, unless nobody else is named, and what only looks like an address."""
    real = [a for a in found if not _MACHINE_ID.match(a)]
    us = {a for v in (*email.all("To"), *email.all("Delivered-To")) for a in addresses_in(v)} | {email.from_address or ""}
    others = [a for a in real if a not in us and not SENDER.search(a)]
    return others or real


def _by_detectors(email: IncomingEmail) -> list[str]:
    try:
        temporary, permanent = all_failures(BytesParser(policy=compat32).parsebytes(email.raw[:_LONGEST_REPORT]))
    except Exception:  # the detectors raise several kinds for broken letters
        return []
    named = (one.decode("utf-8", "replace") for one in sorted(temporary | permanent))
    return [a for a in named if a.find("@") > 0 and a.isascii()]


def _stated(text: str) -> list[str]:
    """Return the addresses that stand where a mail server puts the one that failed."""
    found = [a for match in _BEFORE_COLON.finditer(text) for a in match.groups() if a]
    return found or [*_LABELLED.findall(text), *_REASON_BEFORE.findall(text)] or _IN_SESSION.findall(text)


def addressed_by_returned(email: IncomingEmail) -> tuple[str, ...]:
    """Return the one address that the returned letter was sent to; nothing when it went to several and the report does not say which."""
    letter = re.split(r"\n[ >]*\n(?=[ >]*\S)", _returned(email).strip("\n"), maxsplit=1)[0]
    to = {a for value in _ADDRESSED.findall(letter) for a in addresses_in(value)}
    if len(to) > 1 or any(addresses_in(value) for value in _COPIED.findall(letter)):
        to = set(_tidy(_RECEIVED_FOR.findall(letter)))
    return tuple(to) if len(to) == 1 else ()


def named_in_text(email: IncomingEmail) -> tuple[tuple[str, ...], str]:
    """Return the failing addresses that the text of a report names, and its words."""
    words = own_words(email)
    listed = [a for v in email.all("X-Failed-Recipients") for a in addresses_in(v)]
    found = listed or _not_ours(email, _tidy(_stated(words[:50_000])))
    found = found or _not_ours(email, _tidy(_by_detectors(email))) or _not_ours(email, _tidy(_stated(email.plain_view[:6000])))
    found = found or _not_ours(email, _tidy(_MESSAGE_TO.findall(words[:6000])))
    found = found or _others(email, _tidy(_WITH_CODE.findall(words[:20_000])))
    if not found:
        back = _returned(email)
        went_to = {a for value in (*_ADDRESSED.findall(back), *_COPIED.findall(back)) for a in addresses_in(value)}
        words = own_words(email, at_least=15)
        mentioned = _tidy(_LIKE_ADDRESS.findall(words[:10_000]))
        found = [a for a in mentioned if a in went_to]
        lines = [m[1] for line in words.splitlines() if not blank(line) and (m := _LINE_START.match(line[:400]))]
        found = found or _others(email, _tidy(lines)) or list(addressed_by_returned(email))
        found = found or _others(email, _tidy(_BRACKETED.findall(words[:20_000]))) or _others(email, mentioned)
    return tuple(_tidy(found))[:MOST_RECIPIENTS], words


def _others(email: IncomingEmail, found: list[str]) -> list[str]:
    us = {a for v in email.all("To") for a in addresses_in(v)} | {email.from_address or ""}
    return [a for a in found if a not in us and not SENDER.search(a) and not _MACHINE_ID.match(a)][:20]
