"""What the letters to our own people need to know: one typed function per letter, domain values in, template context out.

The flow calls these and never builds a context by hand. Nothing here decides anything; it only puts words to what is known.
The letters to authorities are in `compose_notices`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from service.domain.difference import Difference
from service.mail.wording import Row, clock, moment, rows

Context = dict[str, object]
ANSWERS = (
    (1, "Not known to us"),
    (2, "Known to us: please contact us"),
    (3, "Possible match"),
    (4, "Checks are under way"),
    (5, "Not for us"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends the letter and whom to phone, day and night."""

    authority: str
    address: str
    phone: str
    out_of_hours: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing the reporter is asked, in the form's own label, with why it matters."""

    number: int
    label: str
    why: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """One finding as it is shown to a person who decides."""

    outcome: str
    says: str = field(repr=False)
    source: str
    label: str | None = None


_KINDS = {
    "alert": "national alert",
    "update": "update",
    "renewal": "renewal",
    "found": "found notice",
    "withdrawal": "withdrawal",
    "found_in_part": "update: one child found",
    "deceased": "end of the alert",
}
_OUTCOMES = {
    "met": "Met",
    "not_met": "Not met",
    "not_answered": "Not answered",
    "not_applicable": "Does not apply",
    "contradiction": "Contradiction",
    "unreadable": "Could not be read",
    "unrecognised": "Not recognised",
    "likely_same": "Looks like a child we know",
    "reminder": "To be done",
}


def begin(sender: Sender, reference: str, reason: str, purpose: str = "", **more: object) -> Context:
    """Begin a letter's context: who writes, about which case, why the reader gets it, and what a reply is for."""
    return {"sender": sender, "reference": reference, "reason": reason, "purpose": purpose, **more}


def kind_in_words(kind: str) -> str:
    """Name a notice of *kind* as people read it."""
    return _KINDS.get(kind, kind)


def _findings(findings: Sequence[FindingLine]) -> list[str]:
    return [
        f"{_OUTCOMES.get(each.outcome, each.outcome)}: {each.label + ': ' if each.label else ''}{each.says} (Source: {each.source})"
        for each in findings
    ]


def receipt(
    *,
    sender: Sender,
    reference: str,
    read: Sequence[Row],
    next_step: str,
    decide_by: datetime | None = None,
    questions: int = 0,
    kind: str = "alert",
    reminders: Sequence[str] = (),
    helplines: Sequence[Row] = (),
) -> Context:
    """Tell the reporter what was read (*read*, label and value), who looks at it next, and by when.

    *reminders* say what else the policy asks of the worker, such as a case note; *helplines* are for the child and the family.
    """
    return begin(
        sender,
        reference,
        "you sent us a notification.",
        "c",
        kind=_KINDS.get(kind, kind),
        read=list(read),
        next_step=next_step,
        decide_by=moment(decide_by) if decide_by else "",
        questions=questions,
        reminders=list(reminders),
        helplines=list(helplines),
    )


def questions(*, sender: Sender, reference: str, questions: Sequence[Question]) -> Context:
    """Ask the reporter for what is missing, numbered as a reply will number it."""
    return begin(sender, reference, "you sent us a notification, or you manage the worker who did.", "c", questions=list(questions))


def quality_request(
    *,
    sender: Sender,
    reference: str,
    kind: str,
    read: Sequence[Row],
    findings: Sequence[FindingLine] = (),
    stage: int = 1,
    stages: int = 1,
    post: str = "",
    post_held: bool = True,
    differences: Sequence[Difference] = (),
    since: str = "",
) -> Context:
    """Ask quality assurance to check a notice of *kind*: which *stage* of how many, for which *post*, what differs *since* when."""
    facts = rows(
        ("Stage", f"{stage} of {stages}" if stages > 1 else ""),
        ("This check is for", post),
        ("Please note", "" if post_held or not post else "Nobody here holds this post, so anyone in quality assurance may check it."),
    )
    return begin(
        sender,
        reference,
        "you check notifications before an approver sees them.",
        "q",
        kind=_KINDS.get(kind, kind),
        facts=facts,
        last=stage >= stages,
        read=list(read),
        findings=_findings(findings),
        differences=list(differences),
        since=since,
    )


def approval_request(
    *,
    sender: Sender,
    reference: str,
    kind: str,
    letter_subject: str,
    letter_text: str,
    recipients: int,
    decide_by: datetime,
    expires_at: datetime,
    findings: Sequence[FindingLine] = (),
    against: int = 0,
    days_missing: int | None = None,
    left_out: Sequence[str] = (),
    differences: Sequence[Difference] = (),
    since: str = "the last notice",
    checked_by: Sequence[str] = (),
    on_the_page: Sequence[str] = (),
    instead_of: str = "",
) -> Context:
    """Ask one approver to decide on exactly the letter that will go out, as `prefab.readable` shows it.

    *against* counts the findings that an approval would go against: it needs a written reason then. *on_the_page* says why a reply
    cannot decide; where it is empty, it can. *instead_of* names the approver for whom a deputy is asked.
    """
    facts = rows(
        ("Days missing", f"{days_missing} days" if days_missing is not None else "not known: the form gives no full date"),
        ("Checked by", list(checked_by)),
        ("Goes to", f"{recipients} authorit{'y' if recipients == 1 else 'ies'}, one letter each"),
        ("Will not get it", list(left_out)),
        ("This request ends", moment(expires_at)),
    )
    return begin(
        sender,
        reference,
        f"you {'are a deputy' if instead_of else 'may approve national alerts'}. It is for you alone: do not forward it.",
        "d",
        kind=_KINDS.get(kind, kind),
        letter_subject=letter_subject,
        letter_text=letter_text.strip("\n"),
        facts=facts,
        findings=_findings(findings),
        against=("1 finding is not met." if against == 1 else f"{against} findings are not met.") if against else "",
        differences=list(differences),
        since=since,
        decide_by=moment(decide_by),
        decide_by_clock=clock(decide_by),
        on_the_page=list(on_the_page),
        instead_of=instead_of,
    )


# What a letter about a reply asks for: the word again, only what was missing behind it, the web page, or nothing any more.
Asks = Literal["words", "why_approve", "why_reject", "question", "page", "nothing"]


def decision_unclear(*, sender: Sender, reference: str, reason: str, asks: Asks = "words") -> Context:
    """Tell the approver that a reply did not count, or not in full, with no detail of the case; *reason* is one sentence.

    Where it asks for words, a reply to this letter counts as one to the request does.
    """
    purpose = "" if asks in ("page", "nothing") else "d"
    return begin(sender, reference, "a reply in your name came in for a request we sent you.", purpose, why=reason, asks=asks)


def decision_on_the_page(*, sender: Sender, reference: str, reasons: Sequence[str]) -> Context:
    """Tell the approver that this decision is taken on the web page alone, and why."""
    return begin(sender, reference, "a reply in your name came in for a request we sent you.", reasons=list(reasons))


Decided = Literal["approved", "refused", "returned", "on_hold", "explained"]
_DECIDED = {
    "approved": "Approved",
    "refused": "Refused",
    "returned": "Returned with a question",
    "on_hold": "On hold",
    "explained": "Refused, and this is why",
}


def decision_taken(
    *,
    sender: Sender,
    reference: str,
    kind: str,
    decided: Decided,
    by: str,
    at: datetime,
    way: str,
    recipients: int = 0,
    reason: str = "",
    can_stop: bool = False,
    sent_from: datetime | None = None,
    reminders: Sequence[str] = (),
    helplines: Sequence[Row] = (),
) -> Context:
    """Tell everyone concerned who decided what, when, and by which *way*; *reminders* and *helplines* are for the worker.

    *explained*: the reason of a refusal that everyone was told of before.
    """
    approved = decided == "approved"
    asked_why = "Not given yet. We have asked for it." if decided == "refused" and not reason else reason
    return begin(
        sender,
        reference,
        "you took part in this notification.",
        "h" if can_stop and approved else "",
        kind=_KINDS.get(kind, kind),
        decided=decided,
        approved=approved,
        recipients=recipients,
        can_stop=can_stop and approved,
        sent_from=moment(sent_from) if sent_from else "",
        reminders=list(reminders),
        helplines=list(helplines),
        facts=rows(
            ("Decision", _DECIDED[decided]),
            ("By", by),
            ("When", moment(at)),
            ("How", way),
            ("Question" if decided == "returned" else "Reason given", asked_why),
        ),
    )


def sending_stopped(
    *, sender: Sender, reference: str, kind: str, by: str, at: datetime, way: str, left: int, halted: int, why: str = ""
) -> Context:
    """Tell everyone concerned that somebody stopped a notice: how many letters had *left*, and how many were *halted*."""
    return begin(
        sender,
        reference,
        "you took part in this notification.",
        kind=_KINDS.get(kind, kind),
        left=left,
        halted=halted,
        facts=rows(("Stopped by", by), ("When", moment(at)), ("How", way), ("Why", why), ("Had left", str(left)), ("Stopped", str(halted))),
    )


def sign_in_link(*, sender: Sender, minutes: int) -> Context:
    """Send a member of staff the link that signs them in once."""
    return begin(sender, "", "somebody asked for a sign-in link for this address.", minutes=minutes)


def security_notice(*, sender: Sender, says: str, at: datetime) -> Context:
    """Tell a member of staff what changed about how they sign in; *says* holds no secret and no name."""
    return begin(sender, "", "you sign in to National Alerts with this address.", says=says, at=moment(at))


def origin_test(*, sender: Sender, subject: str) -> Context:
    """Ask an approver to answer, so that their answer proves what the mail server knows; *subject* carries the code of the test."""
    return begin(sender, "", "you approve national alerts.", test=subject)
