"""Which decisions are taken on the web page alone: the classes of the policy, held to what is known. A reply in one approves nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.domain.approval import Approval
from service.domain.notice import Notice, NoticeKind
from service.domain.people import Person
from service.domain.policy import Policy

COOL_OFF = timedelta(hours=48)  # how long an address that changed in the directory is looked at twice
SETTLES = timedelta(days=7)  # how long a changed role, address or delegation is looked at twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the rows say around one decision. *unlike_last* counts the recipients by which this notice and the last one differ.

    *recipients_changed* when an address changed after the check, or in the directory within COOL_OFF; *grey* when the mail server had its
    doubts about the reply.
    """

    attachments: int = 0
    unlike_last: int = 0
    recipients_changed: bool = False
    has_decided_before: bool = True
    same_child_lately: bool = False
    grey: bool = False


def step_up_reasons(policy: Policy, notice: Notice, approval: Approval, approver: Person, facts: Facts, now: datetime) -> tuple[str, ...]:
    """Say why this decision needs the web page, a plain sentence each; empty when a reply may decide.

    The classes are the policy's, but for one: a notice whose sending was stopped is never set going again by a reply.
    """
    holds: Mapping[str, bool] = {
        "always": True,
        "found": notice.kind is NoticeKind.FOUND or notice.is_found_in_part,
        "withdrawal": notice.kind is NoticeKind.WITHDRAWAL,
        "attachments": facts.attachments > 0,
        "recipients": facts.unlike_last > 0 or facts.recipients_changed,
        "first_decision": not facts.has_decided_before,
        "changed_person": approver.changed_at is not None and now - approver.changed_at < SETTLES,
        "same_child": notice.kind is NoticeKind.ALERT and facts.same_child_lately,
        "doubtful_reply": approval.doubted_at is not None,
        "grey_letter": facts.grey,
        "case_manager": _manages(notice.fields, approver),
        "protected_address": any(one.get("confidential") is True for one in _tables(notice.fields, "addresses")),
    }
    reasons = [SENTENCES[name] for name in policy.step_up if holds[name]]
    return (*([_STOPPED] if notice.stopped_at is not None else []), *reasons)


_STOPPED = "Sending was stopped. Only a decision on the web page can set it going again."
SENTENCES: Mapping[str, str] = {
    "always": "Here every decision is taken on the web page.",
    "found": "It says that a search may stop, and such a notice is decided on the web page.",
    "withdrawal": "It calls an alert back, and such a notice is decided on the web page.",
    "attachments": "A file or a photograph goes with it.",
    "recipients": "The recipients are not those of the last notice, or an address changed after the check or within the last 48 hours.",
    "first_decision": "It is your first decision here.",
    "changed_person": "Your role, your address or who you stand in for changed within the last seven days.",
    "same_child": "It is the second alert within 24 hours that seems to be about the same child.",
    "doubtful_reply": "An earlier reply to this request was in doubt.",
    "grey_letter": "The mail server was not sure of your reply.",
    "case_manager": "You are named in the form as the social worker or the manager.",
    "protected_address": "The form holds an address that must be protected.",
}


def _manages(fields: Mapping[str, Any], approver: Person) -> bool:
    address, name = _plain(approver.address), _plain(approver.name)
    people = [fields.get(one) or {} for one in ("social_worker", "team_manager")]
    return any(_plain(one.get("email")) == address or _plain(one.get("name")) == name for one in people)


def _plain(value: object) -> str:
    return " ".join(str(value or "").split()).casefold()


def _tables(fields: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [one for one in fields.get(name) or [] if isinstance(one, Mapping)]
