"""What kind of letter this is and what kind of machine, if any, wrote it. Rules only, most certain first."""

import re
from enum import StrEnum

from service.mail.bounce import looks_like_bounce, read_bounce
from service.mail.message import IncomingEmail
from service.mail.quoting import blank, divide

LOOP_HEADER = "X-National-Alerts-Delivery"
_DELIVERY_ID = re.compile(r"[0-9a-f]{32}")


class Sort(StrEnum):
    """The kinds of letter that triage tells apart."""

    NEW = "new"
    REPLY = "reply"
    FORWARD = "forward"
    AUTO_REPLY = "auto_reply"
    CHALLENGE = "challenge"
    BOUNCE = "bounce"
    DSN_SUCCESS = "dsn_success"
    FEEDBACK = "feedback"
    READ_RECEIPT = "read_receipt"
    LIST = "list"
    SPAM = "spam"
    CALENDAR = "calendar"
    ENCRYPTED = "encrypted"
    MALFORMED = "malformed"


_AUTO_SUBJECT = re.compile(
    r"^\s*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response|respon[ds]\w*)|autoreply|auto\s*:"
    r"|out[- ]of[- ](?:the[- ])?office|ooo\s*:|ateb awtomatig|allan o['’]r swyddfa"
    r"|abwesend|abwesenheit\w*|automatische antwort|réponse automatique|respuesta automática|risposta automatica"
    r"|autoodpowiedź|odpowiedź automatyczna|i['’]m away from my mail)",
    re.I,
)
_CHALLENGE = re.compile(
    r"(?:confirm|verify|prove).{0,60}(?:you are (?:a )?(?:human|real|not a)|your (?:e-?mail|message|address))"
    r"|sender (?:address )?(?:verification|confirmation) (?:is )?required"
    r"|challenge[- ]response|boxbe|spamarrest|(?:your|this) (?:message|e-?mail) (?:is being held"
    r"|will be delivered (?:once|when|after) you)",
    re.I | re.S,
)
_REPLY_SUBJECT = re.compile(r"^\s*(?:(?:re|aw|sv|antw|odp|ynt|rif|atb|ateb|vs|r)\s*(?:\[\d+\])?\s*:)", re.I)
_FORWARD_SUBJECT = re.compile(r"^\s*(?:fw|fwd|wg|tr|rv|pd|ymlaen|yml|doorst|i)\s*:", re.I)
_REACTION = re.compile(
    r"^\W*(?:\S+ ){1,5}(?:reacted to your message|wedi ymateb i['’]ch neges|reacted to|hat auf ihre nachricht reagiert)\W*", re.I
)
_RECEIPT_SUBJECT = re.compile(r"^\s*(?:return receipt|read receipt|derbynneb|read\s*:|not read\s*:|darllenwyd\s*:)", re.I)
_SPAM_FLAGS = ("X-Spam-Flag", "X-Spam", "X-Barracuda-Spam-Flag")


def our_delivery_id(email: IncomingEmail) -> str | None:
    """Return the delivery id when this letter is one of ours that came back to us as it was."""
    found = _DELIVERY_ID.fullmatch(email.first(LOOP_HEADER).strip().lower())
    return found[0] if found else None


def is_reaction(email: IncomingEmail) -> bool:
    """Say whether the letter is a thumbs-up or another reaction that a mail program sent for somebody."""
    if any("email-reaction" in kind for kind in email.part_types) or (email.first("X-MS-Reactions") and email.first("X-MS-Reaction-Type")):
        return True
    line = next((line for line in divide(email.plain_view).new if not blank(line)), "")
    return _REACTION.match(line[:300]) is not None and len(line) < 160


def _automatic(email: IncomingEmail) -> bool:
    submitted = email.first("Auto-Submitted").split(";")[0].split("(")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if email.first("Precedence").strip().lower() in ("auto_reply", "auto-reply"):
        return True
    names = {name.lower() for name, _ in email.headers}
    if names & {"x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-mail-autoreply", "x-auto-reply-from"}:
        return True
    return _AUTO_SUBJECT.match(email.subject) is not None


def _list(email: IncomingEmail) -> bool:
    if email.first("Precedence").strip().lower() in ("bulk", "junk"):
        return True
    listed = any(n.lower() in ("list-id", "list-post", "list-unsubscribe", "list-help", "mailing-list") for n, _ in email.headers)
    listed = listed or email.first("Precedence").strip().lower() == "list"
    # a colleague's answer that passed through a distribution list on its way is an answer
    return listed and not (email.in_reply_to and _REPLY_SUBJECT.match(email.subject))


def _encrypted(email: IncomingEmail) -> bool:
    kinds = set(email.part_types)
    if email.content_type == "multipart/encrypted" or "application/pgp-encrypted" in kinds:
        return True
    if kinds & {"application/pkcs7-mime", "application/x-pkcs7-mime"} and not email.segments:
        return True
    if any(
        a.name.lower().endswith((".rpmsg", "smime.p7m")) or a.content_type == "application/x-microsoft-rpmsg-message"
        for a in email.attachments
    ):
        return True
    return re.search(r"^-----BEGIN PGP MESSAGE-----", email.plain_view[:20_000], re.M) is not None


def _receipt(email: IncomingEmail) -> bool:
    if "message/disposition-notification" in email.part_types or email.report_type == "disposition-notification":
        return True
    return _RECEIPT_SUBJECT.match(email.subject) is not None and not _REPLY_SUBJECT.match(email.subject)


def _report(email: IncomingEmail) -> Sort | None:
    """Sort the letters that a standard names: reports, notifications, invitations."""
    if "message/feedback-report" in email.part_types or email.report_type == "feedback-report":
        return Sort.FEEDBACK
    if _receipt(email):
        deleted = re.search(r"automatically rejected|was automatically (?:deleted|rejected)|quota exceeded", email.plain_view[:3000], re.I)
        return Sort.BOUNCE if deleted and email.return_path == "" else Sort.READ_RECEIPT
    if looks_like_bounce(email):
        report = read_bounce(email)
        if report is not None:
            return (
                Sort.DSN_SUCCESS
                if report.recipients and all(r.action in ("delivered", "relayed", "expanded") for r in report.recipients)
                else Sort.BOUNCE
            )
    if "text/calendar" in email.part_types or "application/ics" in email.part_types:
        return Sort.CALENDAR
    return None


def sort_of(email: IncomingEmail) -> Sort:
    """Say what kind of letter this is."""
    if not email.headers or (not email.segments and not email.attachments and not email.attached_letters and not email.part_types):
        return Sort.MALFORMED
    if (sort := _report(email)) is not None:
        return sort
    if _automatic(email):
        return Sort.CHALLENGE if _CHALLENGE.search(email.plain_view[:3000]) else Sort.AUTO_REPLY
    if _encrypted(email):
        return Sort.ENCRYPTED
    if any(email.first(name).strip().lower().startswith("yes") for name in _SPAM_FLAGS):
        return Sort.SPAM
    if _list(email):
        return Sort.LIST
    if _CHALLENGE.search(f"{email.subject}\n{divide(email.plain_view).new[:12]}") and not email.in_reply_to and not email.references:
        return Sort.CHALLENGE
    return _human(email)


def _human(email: IncomingEmail) -> Sort:
    divided = divide(email.plain_view)
    said = any(not blank(line) for line in divided.new)
    if _FORWARD_SUBJECT.match(email.subject) or (divided.forwarded and not said):
        return Sort.FORWARD
    answered = bool(email.in_reply_to or _REPLY_SUBJECT.match(email.subject) or email.references)
    if not answered and email.attached_letters and email.content_type == "multipart/mixed" and not said:
        return Sort.FORWARD
    return Sort.REPLY if answered or (divided.below and said and not divided.forwarded) else Sort.NEW


def must_not_be_answered(email: IncomingEmail) -> bool:
    """Say whether an automatic answer to this letter could start a loop (RFC 3834)."""
    if email.return_path == "" or email.from_address is None or any(n.lower() == LOOP_HEADER.lower() for n, _ in email.headers):
        return True
    if sort_of(email) not in (Sort.NEW, Sort.REPLY, Sort.FORWARD, Sort.ENCRYPTED):
        return True
    if email.first("Precedence").strip().lower() in ("bulk", "junk", "list", "auto_reply"):
        return True
    if any(n.lower().startswith("list-") for n, _ in email.headers) or len(email.all("Received")) > 25:
        return True
    local = email.from_address.partition("@")[0]
    return (
        re.fullmatch(r"mailer-daemon|postmaster|no-?reply|do-?not-?reply|noreply.*|.*-(?:request|bounces?|owner)|owner-.*|bounces?", local)
        is not None
    )
