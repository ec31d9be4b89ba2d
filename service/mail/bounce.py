"""Reads delivery reports: RFC 3464 first (Action before Status), then the text dialects of mail servers, then flufl.bounce."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.parser import BytesHeaderParser
from email.policy import compat32

from service.mail.bounce_event import reported_events
from service.mail.bounce_text import ALONE, MOST_RECIPIENTS, RETURNED, SENDER, named_in_text
from service.mail.message import IncomingEmail
from service.mail.parts import LONGEST_TEXT, decode_text, decode_words

ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")


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
    r"|mailbox .{0,40}exceed|inbox is full|storage (?:limit|allocation)|try again later|temporar|greylist|is full\b"
    r"|postfach.{0,30}voll|bo[iî]te.{0,30}(?:pleine|saturée)|buz[oó]n.{0,30}lleno|casella.{0,30}piena|blwch.{0,30}llawn|postvak.{0,20}vol\b"
    r"|skrzynk\w+.{0,30}pełna",
    re.I,
)
_DELAY = re.compile(
    r"will (?:be retried|(?:continue|keep) (?:to )?(?:try|be retried)|try again|keep trying|retry)"
    r"|still (?:being )?(?:trying|retried|attempted)|not yet (?:been )?delivered"
    r"|delivery (?:is |has been |temporarily )?(?:delayed|incomplete)|could not send message for past"
    r"|do not need to resend|\(delay\)|delayed mail|notification: delayed|has been delayed|delayed \d+ hours"
    r"|verzögert|weitere zustellversuche|retardée?\b|retrasad[oa]|ritardat[oa]|vertraagd|opóźnion|försenad|forsink|atrasad[oa]"
    r"|(?:wedi(?:['’]i| ei)|yn cael ei) (?:h?oedi|ohirio)|byddwn yn (?:ceisio|dal i geisio)|配信が遅れ|遅延|延迟|延遲|задерж",
    re.I,
)
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|fail|has failed|notification|problem|error|report)|return(?:ed|ing).{0,30}(?:mail"
    r"|sender)|mail (?:delivery )?(?:failed|system error|error)"
    r"|failure (?:notice|delivery)|failed (?:mail|delivery)|(?:could|can) ?not be delivered|non.?deliver|message (?:delivery"
    r"|not delivered|has not|could not)|mail not delivered|delayed|warning:|rejected mail|permanent (?:delivery )?(?:failure|error)"
    r"|error sending your mail|automatically rejected|user unknown|unknown user|bounced? (?:mail|message)|mail could not"
    r"|unzustellbar|(?:nicht|un) ?zu(?:ge)?stell|zustell(?:fehler|ung)|onbestelbaar|niet te bezorgen|niet (?:worden )?(?:bezorgd"
    r"|afgeleverd)"
    r"|non (?:remis|distribu|délivr|recapit)|échec de (?:la )?(?:remise|distribution|livraison)|avis de non|retour (?:à l['’]expéditeur"
    r"|de courrier)"
    r"|no (?:se (?:puede|pudo|ha podido) entregar|entregad)|error de entrega|(?:mancat\w+|impossibile) (?:consegna|recapit)"
    r"|não (?:entregue|é possível entregar|foi entregue)|falha na entrega|nie ?(?:można )?dostarcz|zwrot (?:poczty|do nadawcy)"
    r"|(?:kan|kunne|kunde) (?:ikke|inte) lever|(?:ikke|ej|inte) lever|olevererbart|ei voi(?:tu)? toimittaa|toimittamaton"
    r"|nedoruč|kézbesít|nelivrat|не ?доставлен|не уда(?:лось|[её]тся) доставить|недостав|teslim edilemedi|δεν (?:είναι δυνατή|παραδόθηκε)"
    r"|配信(?:不能|でき|エラー|に失敗)|届けられ|送信(?:でき|エラー)|未配信"
    r"|无法(?:传递|投递|送达)|無法(?:傳遞|投遞|送達)|退信|未送达|배달(?:되지|할 수)"
    r"|heb (?:ei|gael ei) dd?anfon|ni (?:ell(?:id|ir)|chafodd).{0,40}(?:dd?anfon|ddosbarthu)|methu? (?:â |a )?(?:danfon|dosbarthu|anfon)"
    r"|methwyd (?:â |a )?(?:danfon|dosbarthu)|(?:danfon|dosbarthu) wedi methu",
    re.I,
)
_COULD_NOT = re.compile(
    r"(?:could|can|was|were|cannot|did) ?n[o']t (?:be )?(?:deliver|reach|receiv)|unable to deliver|undeliverable|(?:following|failed) "
    r"(?:recipient"
    r"|address)|mailbox is full|unknown user|user unknown|no such user|does not exist|delivery (?:has )?failed|not (?:yet )?been "
    r"delivered|invalid final delivery|delivery attempts"
    r"|nicht zugestellt|unzustellbar|n['’]a pas (?:pu|été) (?:être )?(?:remis|distribu|délivr)|no (?:se )?(?:ha podido|pudo|puede) "
    r"(?:ser )?entreg"
    r"|niet (?:worden )?(?:bezorgd|afgeleverd)|non (?:è stato|può essere) (?:possibile )?(?:consegna|recapita)"
    r"|nie (?:można|mógł|mogła|został\w*) (?:być )?dostarcz|ni (?:ellid|ellir|chafodd).{0,30}(?:dd?anfon|ddosbarthu)|не (?:может быть "
    r")?доставлен",
    re.I,
)
_ROBOT = re.compile(r"mailer[-_ ]?daemon|maildaemon|mail delivery (?:sub)?system|microsoftexchange329e71ec88ae4615bbc36ab6ce41109e", re.I)
_NOT_ON_LIST = re.compile(
    r"(?:you are|you're|sender is|address is|are) not (?:a |an |currently )?(?:member|subscrib|allowed to (?:post|send)|permitted to"
    r"|authori[sz]ed to (?:post|send))"
    r"|(?:only|members[- ]only|subscribers)[^.\n]{0,40}(?:members|subscribers|list)[^.\n]{0,30}(?:may|can|are allowed to) post"
    r"|(?:post(?:ing)?|message|submission)[^.\n]{0,40}(?:has been |was |is )?(?:rejected|refused|denied|bounced)[^.\n]{0,40}(?:list"
    r"|moderator|member)"
    r"|duplicated? message-id in|nid ydych (?:chi )?(?:yn )?aelod",
    re.I,
)
_LIST_ROBOT = re.compile(
    r"^(?:majordomo|listserv|listproc|mailman|sympa|ezmlm|.*-(?:admin|owner|request|bounces|ctl|help|confirm)|owner-.*)@", re.I
)
_REJECTED = re.compile(r"automatically (?:rejected|deleted|refused)|quota exceeded|mailbox (?:is )?full", re.I)
_DISPOSED = re.compile(r"^disposition\s*:[^;\n]*;\s*(?:deleted|denied|failed|rejected)", re.I | re.M)
_BRACKETED = re.compile(r"<([^\s<>]+@[^\s<>]+)>")
_NO_REPLY = re.compile(r"(?:no|do-?not)[-_.]?reply", re.I)
_ANSWER = re.compile(r"^\s*(?:re|aw|sv|vs|antw|atb|ateb)\s*:", re.I)
_OURS = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


def _fields(block: str) -> dict[str, str]:
    message = BytesHeaderParser(policy=compat32).parsebytes(block.encode("utf-8", "replace"))
    return {n.lower(): re.sub(r"\r?\n\s*", " ", str(v)).strip() for n, v in reversed(list(message.raw_items()))}


def _recipient_of(fields: Mapping[str, str]) -> str:
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


def _reported(fields: Mapping[str, str]) -> FailedRecipient:
    diagnostic = fields.get("diagnostic-code", "")
    words = re.split(r"[\s;(]", fields.get("action", "").strip().lower())
    status = _status_in(fields.get("status", ""))
    precise = _status_in(diagnostic.partition(";")[2] or diagnostic)
    if precise and (not status or status.endswith(".0.0")) and (not status or status[0] == precise[0]):
        status = precise
    action = words[0] if words[0] in ACTIONS else ""
    if not action:
        action = {"2": "delivered", "4": "failed", "5": "failed"}.get(status[:1], "failed")
    return _failed(_recipient_of(fields), action, status, diagnostic)


def _standard(email: IncomingEmail) -> tuple[FailedRecipient, ...]:
    found = [_reported(fields) for fields in reported_events(email)]
    for report in email.delivery_status or _stray_reports(email):
        blocks = map(_fields, _blocks(report))
        found += [_reported(fields) for fields in blocks if {"final-recipient", "original-recipient", "action"} & fields.keys()]
    return tuple(dict.fromkeys(f for f in found if f.address or f.action == "failed"))


def disposed_by_server(email: IncomingEmail) -> bool:
    """Say whether what looks like a read receipt is a server's word that it threw the letter away."""
    if SENDER.search(decode_words(email.first("From"))) and _DISPOSED.search(email.returned_text):
        return True
    return email.return_path in ("", "mailer-daemon") and _REJECTED.search(email.plain_view[:3000]) is not None


def _refused_by_list(email: IncomingEmail) -> bool:
    """Say whether a mailing list refused what we sent to it: nobody on it has read our letter."""
    robot = email.first("X-MLServer") or email.first("X-ML-Name") or _LIST_ROBOT.match(email.from_address or "")
    return bool(robot) and _NOT_ON_LIST.search(f"{email.subject}\n{email.plain_view[:1000]}") is not None


def looks_like_bounce(email: IncomingEmail) -> bool:
    """Say whether a mail server wrote this to report on a delivery."""
    if email.delivery_status or email.all("X-Failed-Recipients") or reported_events(email) or _refused_by_list(email):
        return True
    writer = decode_words(email.first("From"))
    nobody = email.return_path == "" or (email.return_path or "").startswith("mailer-daemon")
    robot = _ROBOT.search(writer) is not None
    server = SENDER.search(writer) is not None and not _ANSWER.match(email.subject)
    by_server = nobody or robot or server or writer.strip() in ("", "<>")
    says = email.plain_view[:3000]
    about = _SUBJECT.search(email.subject) is not None or email.report_type == "delivery-status"
    coded = _STATUS.search(says) is not None or _REPLY_CODE.search(says) is not None
    returned = bool(email.attached_letters) or email.returned_text != "" or RETURNED.search(email.plain_view) is not None
    if by_server:
        return robot or about or (returned and (coded or nobody)) or (server and _COULD_NOT.search(says) is not None)
    if email.in_reply_to or email.references:
        return False
    if email.attached_letters and _NO_REPLY.match(email.from_address or "") and _COULD_NOT.search(says):
        return True
    # a system that reports under a person's name: its subject, its sentence and the letter or the server's code
    return (
        _SUBJECT.match(email.subject) is not None
        and _COULD_NOT.search(says) is not None
        and (returned or coded or ALONE.search(says) is not None)
    )


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
        addresses, words = named_in_text(email)
        dialect = "text"
        if recipients and addresses:
            first = recipients[0]
            recipients = tuple(replace(first, address=a) for a in addresses)
        elif addresses:
            recipients = tuple(_from_text(email, a, words, addresses) for a in addresses)
    else:
        recipients = tuple(r for r in recipients if r.address)
    actions = [r.action for r in recipients]
    action = next((a for a in ACTIONS if a in actions), "failed")
    return BounceReport(recipients=recipients, delivery_ids=_carried(email), action=action, dialect=dialect)


def _from_text(email: IncomingEmail, address: str, words: str, everyone: tuple[str, ...]) -> FailedRecipient:
    near = words
    if len(everyone) > 1 and (at := words.lower().find(address)) >= 0:
        others = (words.lower().find(one, at + len(address)) for one in everyone if one != address)
        near = words[at : min((place for place in others if place >= 0), default=at + 500)][:500]
    status = _status_in(near)
    permanent = re.search(
        r"permanent|giv(?:en|ing) up|fatal|returning (?:message )?to sender|undeliverable", f"{email.subject} {words}", re.I
    )
    delayed = bool(_DELAY.search(f"{email.subject}\n{words[:6000]}")) and not permanent
    return _failed(address, "delayed" if delayed else "failed", status, near.strip()[:1000])
