"""The draft of a renewal: made from what was last sent when the renewal comes due, so that people only have to check and decide.

It goes the way of every notice: quality assurance, then an approver. Nothing of it leaves by itself.
"""

from datetime import datetime

from service.database.ids import new_id
from service.database.unit_of_work import Work
from service.domain.case import Case, CaseState
from service.domain.notice import OPEN, Notice, NoticeKind, NoticeState
from service.domain.people import IssuingAuthority
from service.flow.findings import with_findings

_OF_THE_LAST_ONE = ("found", "withdrawal_reason")  # what was said of a child who was found belongs to that notice


async def draft_renewal(work: Work, authority: IssuingAuthority, case: Case, now: datetime) -> Notice | None:
    """Put a draft before quality assurance, in the caller's transaction; None while something else about the case waits for people."""
    notices = await work.notices.of_case(case.id)
    sent = [one for one in notices if one.state is NoticeState.CASCADED]
    waits = any(one.state in OPEN or one.state is NoticeState.APPROVED for one in notices)
    if case.state is not CaseState.LIVE or waits or not sent:
        return None
    last = sent[-1]
    draft = Notice(
        id=new_id(),
        case_id=case.id,
        kind=NoticeKind.RENEWAL,
        number=await work.notices.next_number(case.id),
        state=NoticeState.CHECKING,
        version=1,
        fields={name: value for name, value in last.fields.items() if name not in _OF_THE_LAST_ONE},
        provenance=last.provenance,
        findings=(),
        submitted_by=case.reporter_address,
        received_email_id=None,
        created_at=now,
    )
    draft = await with_findings(work, authority, case, draft, (), now)
    await work.notices.add(draft)
    work.audit.add("renewal_drafted", at=now, case_id=case.id, subject_id=draft.id, after=last.id)
    return draft
