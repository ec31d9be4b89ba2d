"""Who may approve what: an approval binds one person to one version of one notice and to exactly its bytes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.notice import Notice, NoticeState
from service.domain.people import Person, Role
from service.domain.policy import Policy

LIFE_OF_A_REQUEST = timedelta(hours=72)
LIFE_ON_HOLD = timedelta(days=365)  # a notice on hold waits for a person, so its requests do not run out meanwhile


class Verdict(StrEnum):
    """What an approver decided. HOLD decides nothing yet: the request stays open."""

    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """The question put to one approver, and the answer once it is there."""

    id: str
    notice_id: str
    approver_id: str
    notice_version: int
    content_sha256: str
    number: str
    token_hash: str
    asked_at: datetime
    not_after: datetime
    used_at: datetime | None
    verdict: Verdict | None
    way: str | None
    as_deputy: bool = False
    reminded_at: datetime | None = None
    handed_on_at: datetime | None = None
    doubted_at: datetime | None = None
    received_email_id: str | None = None
    reason: str | None = field(default=None, repr=False)


class Refusal(StrEnum):
    """Why a decision does not count, in words for the approver."""

    EXPIRED = "This request has run out. Open the notice on the web page to decide."
    NOT_OPEN = "This notice is not waiting for a decision any more."
    CHANGED = "The content changed after you were asked. You get a new request with the text as it is now."
    INACTIVE = "You are not an approver here at present."
    AUTHOR = "You sent this notice in, so somebody else has to approve it."
    QUALITY = "You checked this notice, so somebody else has to approve it."


def wants_reason(findings: int) -> str:
    """Say that an approval goes against findings and needs a written reason, and how to give it by reply."""
    return f"{'1 finding is' if findings == 1 else f'{findings} findings are'} not met. Reply APPROVE, and write why on the next line."


def refusal(
    approval: Approval,
    notice: Notice,
    approver: Person,
    policy: Policy,
    *,
    current_sha256: str | None,
    now: datetime,
    stands_in: bool = False,
) -> Refusal | None:
    """Say why *approver* may not decide, or None when they may (security promise C8 to C10: expiry, role, duties, bytes).

    *stands_in*: whether they stand in for an approver on this day, without which a deputy's request counts for nothing.
    """
    if notice.state is not NoticeState.AWAITING_APPROVAL:
        return Refusal.NOT_OPEN
    if approval.not_after < now:
        return Refusal.EXPIRED
    if not in_role(approval, approver, stands_in=stands_in):
        return Refusal.INACTIVE
    if is_about_other_content(approval, notice, current_sha256):
        return Refusal.CHANGED
    return duties_refusal(notice, approver, policy)


def in_role(approval: Approval, approver: Person, *, stands_in: bool) -> bool:
    """Whether who was asked may decide today: by their role, or, asked as a deputy, because they stand in."""
    return approver.active and stands_in if approval.as_deputy else approver.has(Role.APPROVER)


def is_about_other_content(approval: Approval, notice: Notice, current_sha256: str | None) -> bool:
    """Whether the notice, or who would get it, is not what the request was about any more."""
    return approval.notice_version != notice.version or approval.content_sha256 != current_sha256


def duties_refusal(notice: Notice, approver: Person, policy: Policy) -> Refusal | None:
    """Say whether separation of duties stands against *approver*: the author never, the checker only where the policy says so."""
    if approver.address == notice.submitted_by or approver.id == notice.edited_by:
        return Refusal.AUTHOR
    if approver.id == notice.passed_by and not policy.checker_may_approve:
        return Refusal.QUALITY
    return None
