"""What each standard letter needs to know: one typed function per letter, domain values in, template context out.
The flow calls these and never builds a context by hand. Nothing here decides anything; it only puts words to what is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.mail import wording
from service.mail.wording import Row, clock, day, moment, rows

Context = dict[str, object]
Fields = Mapping[str, Any]
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


_KINDS = {"alert": "national alert", "update": "update", "renewal": "renewal", "found": "found notice", "withdrawal": "withdrawal"}
_OUTCOMES = {
    "met": "Met",
    "not_met": "Not met",
    "not_answered": "Not answered",
    "not_applicable": "Does not apply",
    "contradiction": "Contradiction",
}


def _base(sender: Sender, reference: str, reason: str, purpose: str = "", **more: object) -> Context:
    return {"sender": sender, "reference": reference, "reason": reason, "purpose": purpose, **more}


def _findings(findings: Sequence[FindingLine]) -> list[str]:
    return [
        f"{_OUTCOMES.get(each.outcome, each.outcome)}: {each.label + ': ' if each.label else ''}{each.says} (Source: {each.source})"
        for each in findings
    ]


def receipt(
    *, sender: Sender, reference: str, read: Sequence[Row], next_step: str, decide_by: datetime | None = None, questions: int = 0
) -> Context:
    """Tell the reporter what was read (*read*, label and value), who looks at it next, and by when."""
    return _base(
        sender,
        reference,
        "you sent us a notification.",
        "c",
        read=list(read),
        next_step=next_step,
        decide_by=moment(decide_by) if decide_by else "",
        questions=questions,
    )


def questions(*, sender: Sender, reference: str, questions: Sequence[Question]) -> Context:
    """Ask the reporter for what is missing, numbered as a reply will number it."""
    return _base(sender, reference, "you sent us a notification, or you manage the worker who did.", "c", questions=list(questions))


def not_ours(*, sender: Sender, reference: str, looks_like: str, goes_to: str, passed_on: bool = False) -> Context:
    """Tell the reporter that it is not a national alert: *looks_like* "a placement notice", *goes_to* a team or an inbox."""
    return _base(sender, reference, "you wrote to this mailbox.", "c", looks_like=looks_like, goes_to=goes_to, passed_on=passed_on)


def quality_request(*, sender: Sender, reference: str, kind: str, read: Sequence[Row], findings: Sequence[FindingLine] = ()) -> Context:
    """Ask quality assurance to check a notice of *kind*."""
    return _base(
        sender,
        reference,
        "you check notifications before an approver sees them.",
        "q",
        kind=_KINDS.get(kind, kind),
        read=list(read),
        findings=_findings(findings),
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
    days_missing: int | None = None,
    left_out: Sequence[str] = (),
    differences: Sequence[str] = (),
) -> Context:
    """Ask one approver to decide on exactly the letter that will go out, as `prefab.readable` shows it."""
    facts = rows(
        ("Days missing", f"{days_missing} days" if days_missing is not None else "not known: the form gives no full date"),
        ("Goes to", f"{recipients} authorit{'y' if recipients == 1 else 'ies'}, one letter each"),
        ("Will not get it", list(left_out)),
        ("This request ends", moment(expires_at)),
    )
    return _base(
        sender,
        reference,
        "you may approve national alerts. It is for you alone: do not forward it.",
        "d",
        kind=_KINDS.get(kind, kind),
        letter_subject=letter_subject,
        letter_text=letter_text.strip("\n"),
        facts=facts,
        findings=_findings(findings),
        differences=list(differences),
        decide_by=moment(decide_by),
        decide_by_clock=clock(decide_by),
    )


def decision_unclear(*, sender: Sender, reference: str, reason: str) -> Context:
    """Tell the approver that a reply did not count, with no detail of the case; *reason* is one sentence."""
    return _base(sender, reference, "a reply in your name came in for a request we sent you.", why=reason)


def decision_taken(
    *,
    sender: Sender,
    reference: str,
    kind: str,
    approved: bool,
    by: str,
    at: datetime,
    way: str,
    recipients: int = 0,
    reason: str = "",
    can_stop: bool = False,
) -> Context:
    """Tell everyone concerned who decided what, when, and by which *way* ("email reply", "web page")."""
    return _base(
        sender,
        reference,
        "you took part in this notification.",
        kind=_KINDS.get(kind, kind),
        approved=approved,
        recipients=recipients,
        can_stop=can_stop and approved,
        facts=rows(
            ("Decision", "Approved" if approved else "Refused"), ("By", by), ("When", moment(at)), ("How", way), ("Reason given", reason)
        ),
    )


def answer_matters(
    *, sender: Sender, reference: str, authority: str, answer: str, said: str = "", phone: str = "", at: datetime, confirmed: bool = True
) -> Context:
    """Tell worker, manager and quality assurance that *authority* may know the family; *said* is verbatim."""
    return _base(
        sender,
        reference,
        "you work on this case.",
        said=said,
        confirmed=confirmed,
        phone=phone,
        facts=rows(("Authority", authority), ("Answer", answer), ("Phone", phone), ("When", moment(at))),
    )


def sign_in_link(*, sender: Sender, minutes: int) -> Context:
    """Send a member of staff the link that signs them in once."""
    return _base(sender, "", "somebody asked for a sign-in link for this address.", minutes=minutes)


def bounce_task(*, sender: Sender, authority: str, said: str, suggestions: Sequence[str] = (), reference: str = "") -> Context:
    """Tell the directory administrator that no address works for *authority*; *said* is the bounce in plain words."""
    return _base(sender, reference, "you keep the address directory.", authority=authority, said=said, suggestions=list(suggestions))


_ALERTED = "your authority is on the list of alert contacts. Alerts go from custodian to custodian (or designated officer)."
_WAS_ALERTED = "your authority was sent the national alert about this case."


def _whole(fields: Fields, *, sender: Sender, reference: str, number: int, as_at: datetime, answer_by: datetime | None) -> Context:
    children = list(fields.get("children") or ())
    shown, protected = wording.address_lines(fields.get("addresses") or ())
    get = fields.get
    return _base(
        sender,
        reference,
        _ALERTED,
        "a",
        answers=ANSWERS,
        number=number,
        as_at=moment(as_at),
        answer_by=moment(answer_by) if answer_by else "",
        who=wording.who_is_missing(children),
        risk=get("risk_level") or "not stated",
        children=[wording.child_rows(each, as_at) for each in children],
        adults=[wording.adult_rows(each) for each in get("adults") or ()],
        missing=rows(
            ("Missing since", day(get("date_went_missing"))),
            ("Last seen on", day(get("date_last_seen"))),
            ("Last seen", get("last_seen")),
            *shown,
            ("Circumstances", get("circumstances")),
            ("Why we are concerned", get("reason_for_concern")),
            ("What has been done", get("actions_taken")),
            ("Exceptional route", wording.codes(get("exceptional_criterion"))),
        ),
        address_protected=protected,
        since=day(get("date_went_missing")),
        risk_rows=rows(
            ("Risk level", get("risk_level") or "not stated"),
            ("Police reference", get("police_reference")),
            ("Media", wording.media(get("media_strategy"))),
        ),
        links=rows(
            ("Links to areas", get("links_to_areas")),
            ("Associates", get("associates")),
            ("Vehicles", get("vehicles")),
            ("Phones", get("phones")),
        ),
        contacts=rows(
            ("Social worker", wording.contact(get("social_worker"))),
            ("Team manager", wording.contact(get("team_manager"))),
            ("Out of hours", wording.contact(get("out_of_hours_contact"))),
            ("Police", wording.contact(get("police_contact"))),
        ),
    )


def alert(fields: Fields, *, sender: Sender, reference: str, number: int, as_at: datetime, answer_by: datetime | None = None) -> Context:
    """Tell every authority that a child is missing; *number* counts the messages of the case."""
    return _whole(fields, sender=sender, reference=reference, number=number, as_at=as_at, answer_by=answer_by)


def update(
    fields: Fields,
    *,
    sender: Sender,
    reference: str,
    number: int,
    as_at: datetime,
    changed: Sequence[str] = (),
    answer_by: datetime | None = None,
) -> Context:
    """Tell everyone alerted what changed (one sentence each), then the whole alert as it stands."""
    return _whole(fields, sender=sender, reference=reference, number=number, as_at=as_at, answer_by=answer_by) | {"changed": list(changed)}


def renewal(
    fields: Fields,
    *,
    sender: Sender,
    reference: str,
    number: int,
    as_at: datetime,
    done_since: Sequence[str] = (),
    answer_by: datetime | None = None,
) -> Context:
    """Tell everyone that the child is still missing, with the original date and what was done since."""
    return _whole(fields, sender=sender, reference=reference, number=number, as_at=as_at, answer_by=answer_by) | {
        "done_since": list(done_since)
    }


def found(fields: Fields, *, sender: Sender, reference: str, number: int, as_at: datetime) -> Context:
    """Tell everyone ever alerted to stop searching; never where the child is."""
    said = fields.get("found") or {}
    facts = rows(
        ("Missing since", day(fields.get("date_went_missing"))),
        ("Found on", day(said.get("date"))),
        ("Physically seen", said.get("physically_seen")),
        ("Seen on", day(said.get("date_seen"))),
    )
    return _base(
        sender,
        reference,
        _WAS_ALERTED,
        "a",
        number=number,
        as_at=moment(as_at),
        facts=facts,
        # Enough to find the record that is to be closed, and no more.
        names=[wording.child_rows(each, as_at, only=wording.WHO) for each in fields.get("children") or ()],
        answers=ANSWERS,
    )


def withdrawal(*, sender: Sender, reference: str, number: int, as_at: datetime, reason: str = "") -> Context:
    """Tell everyone alerted that it was sent in error: delete it, do not act on it."""
    return _base(
        sender,
        reference,
        _WAS_ALERTED,
        "a",
        number=number,
        as_at=moment(as_at),
        why=reason,
    )


def answer_thanks(*, sender: Sender, reference: str, noted: str, at: datetime, said: str = "") -> Context:
    """Tell an authority what we noted of its answer, and how to correct it."""
    return _base(
        sender,
        reference,
        "somebody answered our national alert for your authority.",
        "a",
        noted=noted,
        said=said,
        at=moment(at),
        answers=ANSWERS,
    )
