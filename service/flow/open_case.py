"""Room 3: a form becomes a case and its first notice."""

from dataclasses import asdict
from datetime import datetime

from service.database.ids import new_id
from service.database.unit_of_work import Work
from service.domain.case import Case, CaseState
from service.domain.fields import full_date
from service.domain.notice import Notice, NoticeKind, NoticeState
from service.domain.people import IssuingAuthority
from service.flow import drift
from service.flow.findings import read_findings, with_findings
from service.flow.house import House, today
from service.flow.rulebook import keep_policy
from service.flow.write_back import after_reading
from service.forms.reading import Reading


async def open_case(
    work: Work, house: House, authority: IssuingAuthority, reading: Reading, *, reporter: str, email_id: str, now: datetime
) -> Case:
    """Open a case from a form, in the caller's transaction, and write back what was read and what is missing.

    A second form for a child of an open case opens a case of its own, which says so: nothing is ever merged by itself.
    """
    policy = await keep_policy(work, authority.policy, now)
    case_id = new_id()
    seal = await work.keys.new(case_id)
    case = Case(
        id=case_id,
        reference=await work.cases.next_reference(authority.code, today(now).year),
        issuing_authority_id=authority.id,
        state=CaseState.DRAFT,
        outcome=None,
        missing_since=full_date(reading.fields.get("date_went_missing")),
        policy=policy.name,
        policy_version=policy.version,
        reporter_address=reporter,
        key_id=seal.key_id,
        opened_at=now,
        closed_at=None,
        version=1,
    )
    await work.cases.add(case)
    work.audit.add("case_opened", at=now, case_id=case.id, subject_id=email_id)
    notice = Notice(
        id=new_id(),
        case_id=case.id,
        kind=NoticeKind.ALERT,
        number=1,
        state=NoticeState.CHECKING,
        version=1,
        fields=dict(reading.fields),
        provenance={path: asdict(one) for path, one in reading.provenance.items()},
        findings=(),
        submitted_by=reporter,
        received_email_id=email_id,
        created_at=now,
    )
    await drift.note(work, authority, reading, now)
    await add_notice(work, house, authority, case, await with_findings(work, authority, case, notice, read_findings(reading), now), now)
    return case


async def add_notice(work: Work, house: House, authority: IssuingAuthority, case: Case, notice: Notice, now: datetime) -> None:
    """Add a notice to its case and write back to whoever sent it in."""
    await work.notices.add(notice)
    work.audit.add("notice_received", at=now, case_id=case.id, subject_id=notice.id, kind=notice.kind, findings=len(notice.findings))
    await after_reading(work, house, authority, case, notice, now)
