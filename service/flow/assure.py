"""Room 4: quality assurance looks at a notice, stage by stage, and passes it or returns it. The last PASS freezes what will go out."""

from dataclasses import replace
from datetime import datetime

from service.database.ids import new_id
from service.database.unit_of_work import Work
from service.domain.approval import LIFE_OF_A_REQUEST
from service.domain.case import Case
from service.domain.delivery import Lane
from service.domain.errors import ChangedMeanwhile, IllegalTransition, NotAllowed
from service.domain.notice import Finding, Notice, NoticeEvent, NoticeState
from service.domain.people import IssuingAuthority, Person, Role
from service.flow.approvers import ask_approvers
from service.flow.correct import ASKED, QUALITY, call_off
from service.flow.freeze import freeze_notice, last_sent, recipients_of
from service.flow.house import House
from service.flow.post import sender_of, write
from service.flow.rulebook import policy_of
from service.flow.shown import differences, lines_of, rows_of
from service.flow.stages import NO_QUALITY, StageNow, hindrance, stage_of
from service.flow.write_back import after_reading
from service.mail import compose
from service.mail.decision import Check, QualityAnswer
from service.mail.tokens import digest

__all__ = ["ask_quality", "by_reply", "notices_to_check", "pass_notice", "passed", "recipients_of", "return_notice", "send_back"]

NOTE = "quality_note"
_MOST_WORDS = 2000


async def ask_quality(house: House, notice_id: str, *, now: datetime) -> None:
    """Ask everyone who may pass the stage a notice is at; each gets their own letter and token."""
    async with house.begin() as work:
        await work.notices.turn(notice_id)
        notice = await work.notices.get(notice_id)
        if notice.state is not NoticeState.CHECKING:
            return
        case = await work.cases.get(notice.case_id)
        authority = await work.people.authority(case.issuing_authority_id)
        stage = await stage_of(work, authority.id, await policy_of(work, case), notice)
        asked = _asked(notice.id, notice.version, stage.number)
        if await work.tasks.exists(kind="check_notice", subject_id=asked):
            return
        await work.sessions.withdraw(purpose="check", subject_id=notice.id)  # an earlier PASS was about other words, or is done
        for person in stage.people:
            await _ask_one(work, house, authority, case, notice, stage, person, now)
        if not stage.people:
            await _tell_that_nobody_can(work, case, notice, stage, now)
        of = f" Stage {stage.number} of {stage.of}: {stage.post}." if stage.of > 1 else ""
        await work.tasks.add(
            kind="check_notice",
            role=Role.QUALITY,
            at=now,
            case_id=case.id,
            subject_id=asked,
            says=f"Check the {notice.kind} of {case.reference}.{of}",
        )
        work.audit.add(
            "quality_asked",
            at=now,
            case_id=case.id,
            subject_id=notice.id,
            people=len(stage.people),
            version=notice.version,
            stage=stage.number,
            held=stage.held,
        )


async def _tell_that_nobody_can(work: Work, case: Case, notice: Notice, stage: StageNow, now: datetime) -> None:
    who = f"the {stage.post}" if stage.held else "the quality assurance role"
    await work.tasks.add(
        kind="nobody_checks",
        role=Role.SYSTEM,
        at=now,
        case_id=case.id,
        subject_id=notice.id,
        says=f"A notice waits for stage {stage.number} of {stage.of}, and nobody else here is {who}. Add a person.",
    )


async def _ask_one(
    work: Work, house: House, authority: IssuingAuthority, case: Case, notice: Notice, stage: StageNow, person: Person, now: datetime
) -> None:
    subject = new_id()
    await work.sessions.give(
        digest(house.tokens.issue("q", subject)),
        purpose="check",
        subject_id=notice.id,
        holder_id=person.id,
        not_after=now + LIFE_OF_A_REQUEST,
    )
    before = notice.earlier[-1].fields if notice.earlier else await last_sent(work, notice)
    context = compose.quality_request(
        sender=sender_of(authority),
        reference=case.reference,
        kind=notice.letter_name,
        read=rows_of(notice),
        findings=lines_of(notice),
        stage=stage.number,
        stages=stage.of,
        post=stage.post,
        post_held=stage.held,
        differences=differences(before, notice),
        since="what it said before" if notice.earlier else "the last notice",
    )
    await write(
        work,
        house,
        authority,
        "quality_request",
        context,
        to_name=person.name,
        to_address=person.address,
        lane=Lane.DECISION,
        now=now,
        case=case,
        token=("q", subject),
        link_path=f"/cases/{case.id}",
    )


def _asked(notice_id: str, version: int, stage: int) -> str:
    return f"{notice_id} version {version} stage {stage}"


async def notices_to_check(house: House) -> tuple[str, ...]:
    """Return the notices in the tray: ready to be checked, and nobody asked yet about this version and stage."""
    async with house.read() as work:
        waiting = []
        for notice_id, version in await work.notices.versions_in_state(NoticeState.CHECKING):
            stage = len(await work.checks.of_version(notice_id, version)) + 1
            if not await work.tasks.exists(kind="check_notice", subject_id=_asked(notice_id, version, stage)):
                waiting.append(notice_id)
    return tuple(waiting)


async def pass_notice(house: House, notice_id: str, person: Person, version: int, now: datetime, *, note: str = "") -> None:
    """Pass the stage a notice is at, on the web page; after the last one what will go out is frozen, and the approvers are asked."""
    async with house.begin() as work:
        await passed(work, house, notice_id, person, version, "web", now, note=note)


async def return_notice(house: House, notice_id: str, person: Person, question: str, version: int, now: datetime) -> None:
    """Return a notice on the web page with a question to the reporter."""
    async with house.begin() as work:
        await returned(work, house, notice_id, person, question, version, now)


async def by_reply(work: Work, house: House, notice_id: str, person: Person, check: QualityAnswer, now: datetime) -> bool:
    """Take a PASS or RETURN that came by reply; False when the words were not plain."""
    notice = await work.notices.get(notice_id)
    if check.answer is Check.PASS:
        await passed(work, house, notice_id, person, notice.version, "mail", now)
        return True
    if check.answer is Check.RETURN and check.question:
        await returned(work, house, notice_id, person, check.question, notice.version, now)
        return True
    return False


async def passed(
    work: Work, house: House, notice_id: str, person: Person, version: int, way: str, now: datetime, *, note: str = ""
) -> None:
    """Pass one stage, in the caller's transaction; raises NotAllowed, ChangedMeanwhile or IllegalTransition."""
    notice, case, authority = await _checked(work, notice_id, person, version)
    stage = await stage_of(work, authority.id, await policy_of(work, case), notice)
    if (why_not := hindrance(stage, notice, person)) is not None:
        raise NotAllowed(why_not)
    await work.checks.add(notice_id=notice.id, version=version, stage=stage.number, person_id=person.id, way=way, at=now)
    if note.strip():
        said = Finding(rule=NOTE, outcome="met", says=note.strip()[:_MOST_WORDS], source=f"Noted by {person.name}.", label="Note")
        notice = replace(notice, findings=(*notice.findings, said))
    await work.tasks.settle_notice(notice.id, kind="check_notice", by=person.id, at=now)
    work.audit.add(
        "stage_passed",
        at=now,
        actor=person.id,
        case_id=case.id,
        subject_id=notice.id,
        way=way,
        stage=stage.number,
        of=stage.of,
        held=stage.held,
    )
    if not stage.is_last:
        # Saved also where nothing changed: a correction that came in at this moment then refuses the stage.
        await work.notices.save(notice, read_version=version)
        return
    notice = replace(notice.after(NoticeEvent.PASSED), passed_by=person.id)
    notice = await freeze_notice(work, house, authority, case, notice, now)
    await work.notices.save(notice, read_version=version)
    work.audit.add("notice_passed", at=now, actor=person.id, case_id=case.id, subject_id=notice.id, way=way, content=notice.content_sha256)
    await ask_approvers(work, house, authority, case, notice, now)


async def returned(work: Work, house: House, notice_id: str, person: Person, question: str, version: int, now: datetime) -> None:
    """Return a notice to the reporter with a question in the checker's words, in the caller's transaction."""
    notice, case, authority = await _checked(work, notice_id, person, version)
    work.audit.add("notice_returned", at=now, actor=person.id, case_id=case.id, subject_id=notice.id)
    await send_back(work, house, authority, case, notice, question, now, by=person, source="Asked by quality assurance.")


async def send_back(
    work: Work,
    house: House,
    authority: IssuingAuthority,
    case: Case,
    notice: Notice,
    question: str,
    now: datetime,
    *,
    by: Person,
    source: str,
) -> None:
    """Ask whoever sent a notice in a question in a person's own words; what was asked of others about the notice is called off."""
    asked = Finding(
        rule=QUALITY, outcome="contradiction", says=question, source=source, field_path=ASKED, label="A question about your form"
    )
    notice = replace(notice, findings=(*notice.findings, asked), edited_by=None)
    await call_off(work, notice, now, by=by.id)
    await after_reading(work, house, authority, case, notice, now)


async def _checked(work: Work, notice_id: str, person: Person, version: int) -> tuple[Notice, Case, IssuingAuthority]:
    notice = await work.notices.get(notice_id)
    case = await work.cases.get(notice.case_id)
    authority = await work.people.authority(case.issuing_authority_id)
    if not person.has(Role.QUALITY) or person.issuing_authority_id != authority.id:
        raise NotAllowed(NO_QUALITY)
    if notice.version != version:
        raise ChangedMeanwhile
    if notice.state is not NoticeState.CHECKING:
        raise IllegalTransition
    return notice, case, authority
