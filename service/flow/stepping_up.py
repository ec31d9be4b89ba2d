"""What is known around one decision, held to the classes that are decided on the web page."""

from datetime import datetime, timedelta

from service.database.letters import LetterChanged
from service.database.unit_of_work import Work
from service.domain.approval import Approval
from service.domain.case import Case
from service.domain.notice import Notice, NoticeKind, NoticeState
from service.domain.people import Person
from service.domain.step_up import COOL_OFF, Facts, step_up_reasons
from service.flow.rulebook import policy_of
from service.flow.same_child import earlier_cases_of
from service.mail.prefab import attached_to

LATELY = timedelta(hours=24)
DECISIONS = ("notice_approved", "notice_refused")
_SENT = (NoticeState.APPROVED, NoticeState.CASCADED)


async def reasons_for(
    work: Work, case: Case, notice: Notice, approval: Approval, approver: Person, now: datetime, *, grey: bool = False
) -> tuple[str, ...]:
    """Say why *approver* has to decide on the web page; empty when a reply may decide. *grey* when the mail server doubted the reply."""
    facts = await facts_of(work, case, notice, approver, now, grey=grey)
    return step_up_reasons(await policy_of(work, case), notice, approval, approver, facts, now)


async def facts_of(work: Work, case: Case, notice: Notice, approver: Person, now: datetime, *, grey: bool = False) -> Facts:
    """Gather what the rows say around a decision of *approver* on *notice*."""
    checks = await work.checks.newest(notice.id)
    since = max((one.at for one in checks), default=notice.created_at)
    return Facts(
        attachments=await _attachments(work, notice),
        unlike_last=await _unlike_last(work, notice),
        recipients_changed=await work.notices.recipient_sets(notice.id, since=since) > 1 or await _redirected(work, notice, now),
        has_decided_before=await work.audit.has_done(approver.id, DECISIONS),
        same_child_lately=notice.kind is NoticeKind.ALERT and await _same_child_lately(work, case, notice, now),
        grey=grey,
    )


async def _attachments(work: Work, notice: Notice) -> int:
    if notice.letter_id is None:
        return 0
    try:
        return attached_to((await work.letters.get(notice.letter_id)).wire)
    except LetterChanged:
        return 0  # a damaged letter is not approved in any way


async def _redirected(work: Work, notice: Notice, now: datetime) -> bool:
    """Say whether a recipient's letters go elsewhere since lately: who can change an address can redirect an alert."""
    frozen = await work.notices.cascade(notice.id)
    gets = {one.gss_code for one in frozen.recipients} if frozen else set()
    return not gets.isdisjoint(await work.register.changed_since(now - COOL_OFF))


async def _unlike_last(work: Work, notice: Notice) -> int:
    """Count the authorities that get this notice and not the last one, or the other way round; an ending goes to those alerted alone."""
    earlier = [
        one for one in await work.notices.of_case(notice.case_id) if one.number < notice.number and one.state is NoticeState.CASCADED
    ]
    frozen = await work.notices.cascade(notice.id)
    last = await work.notices.cascade(earlier[-1].id) if earlier else None
    if frozen is None or last is None:
        return 0
    return len({one.gss_code for one in frozen.recipients} ^ {one.gss_code for one in last.recipients})


async def _same_child_lately(work: Work, case: Case, notice: Notice, now: datetime) -> bool:
    for other in await earlier_cases_of(work, case, notice.fields):
        for one in await work.notices.of_case(other):
            if one.kind is NoticeKind.ALERT and one.state in _SENT and one.decided_at is not None and now - one.decided_at < LATELY:
                return True
    return False
