"""Room 5: a named approver decides, by reply or on the page. What a reply is worth is judged in `verify`; doubt asks back.

APPROVE and REJECT decide. RETURN sends the notice back with a question. HOLD lets it wait, open, without anybody being reminded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.database.unit_of_work import Work
from service.domain.approval import LIFE_ON_HOLD, Approval, Refusal, Verdict, refusal, wants_reason
from service.domain.assessment import against
from service.domain.case import Case, CaseEvent, CaseState, Outcome
from service.domain.cover import alive, is_on_hold
from service.domain.errors import ChangedMeanwhile, IllegalTransition, NotAllowed
from service.domain.notice import Notice, NoticeEvent, NoticeState
from service.domain.people import IssuingAuthority, Person, Role
from service.flow.approvers import already_decided, ask_approvers, requests_of, stands_in_for_somebody
from service.flow.asking_back import ask_back, send_to_the_page, write_back
from service.flow.assure import send_back
from service.flow.freeze import freeze_notice
from service.flow.house import House
from service.flow.outcome import tell
from service.flow.stop import STOPPABLE, differ, object_to
from service.flow.understanding import Understood
from service.flow.verify import PASS, USED, Asked, Judgement, asked_about, current_content, raise_alarm, verify_decision
from service.mail.decision import Verdict as Word
from service.mail.reasons import first_words, reason_below
from service.mail.tokens import digest

GO_AHEAD = "Say why you go ahead: findings are not met, and an approval against them needs a reason."
WHY_REFUSED = "Your REJECT counts, and its reason is missing."
WHAT_QUESTION = "RETURN needs a question: what must be answered before you can decide?"
ON_HOLD = "on_hold"
_VERDICTS = {Word.APPROVE: Verdict.APPROVE, Word.REJECT: Verdict.REJECT, Word.RETURN: Verdict.RETURN, Word.HOLD: Verdict.HOLD}
_HELD = "A reply to a decision request came in whose sender was not proved, or that a machine wrote. Nobody was answered. Read it now."
_OPEN_TO_A_REASON = ("C8", "C9", "C10", "C11", "C12", "C13")  # what a reason that comes later need not pass: it decides nothing any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """What became of a reply: the verdict, or the check that failed. With *held* it waits for a person, and nobody was answered."""

    what: str
    held: str = ""


async def by_reply(
    work: Work, house: House, approval: Approval, letter: Understood, *, in_junk: bool, now: datetime, email_id: str
) -> Became:
    """Judge a decision that came by reply, and do what it says if nothing stands against it."""
    asked = await asked_about(work, approval)
    judged = await verify_decision(work, house, asked, letter, in_junk=in_junk, now=now)
    if judged.alarms:
        await raise_alarm(work, judged.alarms, approval.id, now)
    if judged.failed is None:
        return Became(what=await _take_reply(work, house, asked, letter, judged.evidence, now, email_id))
    if not judged.silent and await _after_a_decision(work, house, asked, judged, letter, now, email_id):
        return Became(what="after_a_decision")
    _write_down(work, asked, "decision_doubtful", judged.evidence, email_id, now, failed=judged.failed)
    if judged.is_doubtful:
        await work.approvals.doubted(approval.id, at=now)
    if judged.silent:
        return Became(what=judged.failed, held=_HELD)
    await _answer(work, house, asked, judged, now)
    return Became(what=judged.failed)


def _write_down(work: Work, asked: Asked, action: str, evidence: Mapping[str, str], email_id: str, now: datetime, **more: object) -> None:
    """Keep the evidence of a reply that did not decide: each check with its result, and which letter it was."""
    work.audit.add(
        action,
        at=now,
        actor=asked.approver.id,
        case_id=asked.case.id,
        subject_id=asked.notice.id,
        request=asked.approval.id,
        letter=email_id,
        checks=list(evidence.items()),  # a list keeps their order
        **more,
    )


async def _take_reply(
    work: Work, house: House, asked: Asked, letter: Understood, evidence: Mapping[str, str], now: datetime, email_id: str
) -> str:
    """Do what a proved reply says; what lacks its words asks for them."""
    verdict, words = _VERDICTS[letter.decision.verdict], letter.decision.reason or ""
    if verdict is Verdict.APPROVE:
        words = reason_below(letter.new_text, name=asked.approver.name)
    if verdict is Verdict.APPROVE and not words and (findings := against(asked.notice.findings)):
        _write_down(work, asked, "reason_wanted", evidence, email_id, now, findings=len(findings))
        await ask_back(work, house, asked, wants_reason(len(findings)), now, asks="why_approve")
        return "needs_reason"
    if verdict is Verdict.RETURN and not words:
        _write_down(work, asked, "question_wanted", evidence, email_id, now)
        await ask_back(work, house, asked, WHAT_QUESTION, now, asks="question")
        return "needs_question"
    await take(work, house, asked, verdict, words, "mail", evidence, now, email_id)
    if verdict is Verdict.REJECT and not words:
        await _ask_why(work, house, asked, now)
    return verdict


async def _after_a_decision(
    work: Work, house: House, asked: Asked, judged: Judgement, letter: Understood, now: datetime, email_id: str
) -> bool:
    """Take what a proved reply means for a decision that was taken: its reason, or that another approver sees it otherwise."""
    approval, notice, word = asked.approval, asked.notice, letter.decision.verdict
    bare = judged.evidence["C8"] == USED and approval.verdict is Verdict.REJECT and not approval.reason
    if bare and judged.evidence["C9"] in (PASS, Refusal.NOT_OPEN) and judged.passes(but=_OPEN_TO_A_REASON):
        if word in (Word.APPROVE, Word.NOT_A_DECISION) or not (why := _reason_alone(letter, asked.approver)):
            return False
        await _explain(work, house, asked, why, now, email_id)
        return True
    if judged.evidence["C9"] != Refusal.NOT_OPEN or not judged.passes(but=("C9", "C13")):
        return False
    if word is Word.REJECT and notice.state in STOPPABLE:
        _write_down(work, asked, "decision_objected", judged.evidence, email_id, now)
        await object_to(work, house, notice, asked.approver, letter.decision.reason or "", now)
        return True
    if word is Word.APPROVE and notice.state is NoticeState.REFUSED:
        await differ(work, asked.case, notice, now)  # and it is answered as every late decision is
    return False


def _reason_alone(letter: Understood, approver: Person) -> str:
    """Return the reason in an answer to the letter that asks for it, with or without the word before it."""
    if letter.decision.verdict is Word.REJECT:
        return letter.decision.reason or reason_below(letter.new_text, name=approver.name)
    return " ".join(first_words(letter.new_text.splitlines(), name=approver.name))


async def _answer(work: Work, house: House, asked: Asked, judged: Judgement, now: datetime) -> None:
    """Answer a reply that did not count, by the first check that failed."""
    failed, notice = judged.failed, asked.notice
    assert failed is not None
    if failed == "C13":
        await send_to_the_page(work, house, asked, judged.page, now)
        return
    waits = notice.state is NoticeState.AWAITING_APPROVAL
    if failed == "C10" and waits and await current_content(work, asked.case, notice) != notice.content_sha256:
        await ask_again(work, house, asked.authority, asked.case, notice, now)
        return
    if failed in ("C8", "C9", "C10") and (says := await already_decided(work, notice)):
        await ask_back(work, house, asked, f"{says} Your reply changed nothing.", now, asks="nothing")
    elif not waits or failed == "C10" or judged.evidence["C8"] == USED:
        await ask_back(work, house, asked, judged.evidence[failed], now, asks="nothing")
    else:
        on_the_page = judged.page or "doubtful_reply" in asked.policy.step_up or failed not in ("C11", "C12")
        await ask_back(work, house, asked, judged.evidence[failed], now, asks="page" if on_the_page else "words")


async def _ask_why(work: Work, house: House, asked: Asked, now: datetime) -> None:
    """Ask for the reason of a refusal that counts without one; until it is there, somebody has to ask for it."""
    await work.tasks.add(
        kind="refused_without_reason",
        role=Role.QUALITY,
        at=now,
        case_id=asked.case.id,
        subject_id=asked.approval.id,
        says=f"The {asked.notice.kind} of {asked.case.reference} was refused without a reason. Ask the approver why, and tell the worker.",
    )
    await write_back(work, house, asked, WHY_REFUSED, now, asks="why_reject")


async def _explain(work: Work, house: House, asked: Asked, words: str, now: datetime, email_id: str) -> None:
    """Put the reason to a refusal that was given without one, and tell everyone."""
    await work.approvals.explain(asked.approval, words)
    await work.tasks.settle_subject(subject_id=asked.approval.id, by=asked.approver.id, at=now)
    work.audit.add("refusal_explained", at=now, actor=asked.approver.id, case_id=asked.case.id, subject_id=asked.notice.id, letter=email_id)
    await tell(work, house, asked, asked.notice, "explained", words, "mail", now)


async def ask_again(work: Work, house: House, authority: IssuingAuthority, case: Case, notice: Notice, now: datetime) -> None:
    """Freeze the notice anew, because the recipients changed, and ask the approvers about that."""
    version = notice.version
    notice = replace(await freeze_notice(work, house, authority, case, notice, now), version=version + 1)
    await work.notices.save(notice, read_version=version)
    work.audit.add("content_changed", at=now, case_id=case.id, subject_id=notice.id, content=notice.content_sha256)
    await ask_approvers(work, house, authority, case, notice, now)


async def decide_on_web(house: House, notice_id: str, person: Person, verdict: Verdict, reason: str, version: int, now: datetime) -> None:
    """Take a decision given on the web page; raises NotAllowed, ChangedMeanwhile or IllegalTransition."""
    changed = False
    async with house.begin() as work:
        notice = await work.notices.get(notice_id)
        case = await work.cases.get(notice.case_id)
        if person.issuing_authority_id != case.issuing_authority_id or not person.has(Role.APPROVER):
            raise NotAllowed("Only an approver can decide.")
        if notice.state is not NoticeState.AWAITING_APPROVAL:
            raise IllegalTransition(await already_decided(work, notice))
        if notice.version != version:
            raise ChangedMeanwhile
        _need_words(notice, verdict, reason.strip())
        own = [one for one in await work.approvals.of_notice(notice_id) if one.approver_id == person.id and one.used_at is None]
        if not own:
            raise NotAllowed("You were not asked to decide on this notice.")
        asked = replace(await asked_about(work, own[-1]), approver=person)
        why_not = refusal(
            own[-1],
            notice,
            person,
            asked.policy,
            current_sha256=await current_content(work, case, notice),
            now=now,
            stands_in=await stands_in_for_somebody(work, person, now),
        )
        if why_not is Refusal.CHANGED:
            changed = True
            await ask_again(work, house, asked.authority, case, notice, now)
        elif why_not is not None:
            raise NotAllowed(why_not.value)
        else:
            await take(work, house, asked, verdict, reason, "web", {"session": "pass"}, now)
    if changed:
        raise ChangedMeanwhile(Refusal.CHANGED.value)


def _need_words(notice: Notice, verdict: Verdict, words: str) -> None:
    if verdict is Verdict.REJECT and not words:
        raise NotAllowed("Say why: a rejection needs a reason.")
    if verdict is Verdict.RETURN and not words:
        raise NotAllowed("Write the question that must be answered.")
    if verdict is Verdict.APPROVE and not words and against(notice.findings):
        raise NotAllowed(GO_AHEAD)


async def take(
    work: Work,
    house: House,
    asked: Asked,
    verdict: Verdict,
    words: str,
    way: str,
    evidence: Mapping[str, str],
    now: datetime,
    email_id: str | None = None,
) -> None:
    """Write a decision down, move the notice and tell everyone concerned, in the caller's transaction."""
    if verdict is Verdict.HOLD:
        await _hold(work, house, asked, words, way, evidence, now, email_id)
        return
    if not await work.approvals.use(
        asked.approval, verdict=verdict, way=way, reason=words, evidence=evidence, at=now, received_email_id=email_id
    ):
        raise IllegalTransition("This notice was already decided.")
    if verdict is Verdict.RETURN:
        await _return(work, house, asked, words, way, now)
        return
    notice = await _decided(work, asked, verdict, now)
    for kind in ("decide_notice", "phone_approvers", "stop_alert", ON_HOLD):
        await work.tasks.settle_notice(notice.id, kind=kind, by=asked.approver.id, at=now)
    event = NoticeEvent.APPROVED if verdict is Verdict.APPROVE else NoticeEvent.REFUSED
    _note(work, asked, f"notice_{event}", way, now)
    await tell(work, house, asked, notice, "approved" if verdict is Verdict.APPROVE else "refused", words, way, now)


def _note(work: Work, asked: Asked, action: str, way: str, now: datetime) -> None:
    work.audit.add(
        action,
        at=now,
        actor=asked.approver.id,
        case_id=asked.case.id,
        subject_id=asked.notice.id,
        way=way,
        content=asked.notice.content_sha256,
    )


async def _decided(work: Work, asked: Asked, verdict: Verdict, now: datetime) -> Notice:
    """Move an approved notice to the cascade's tray, or end one that is refused, and with it a case of which nothing left."""
    approved, notice, case = verdict is Verdict.APPROVE, asked.notice, asked.case
    hold = asked.policy.hold_minutes if approved else 0
    notice = replace(
        notice, release_at=now + timedelta(minutes=hold) if hold else None, stopped_at=notice.stopped_at if not approved else None
    )
    moved = replace(notice.after(NoticeEvent.APPROVED if approved else NoticeEvent.REFUSED), decided_at=now)
    await work.notices.save(moved, read_version=notice.version)
    if not approved and notice.number == 1 and case.state is CaseState.DRAFT:
        await work.cases.save(case.after(CaseEvent.ENDED, outcome=Outcome.REFUSED, at=now))
    return notice


async def _return(work: Work, house: House, asked: Asked, question: str, way: str, now: datetime) -> None:
    """Send the notice back with the question; its answer makes a new version, which is checked and asked about anew."""
    notice, case, authority = asked.notice, asked.case, asked.authority
    _note(work, asked, "notice_returned", way, now)
    await send_back(work, house, authority, case, notice, question, now, by=asked.approver, source="Asked by an approver.")
    await tell(work, house, asked, notice, "returned", question, way, now, but=(notice.submitted_by,))


async def _hold(
    work: Work, house: House, asked: Asked, words: str, way: str, evidence: Mapping[str, str], now: datetime, email_id: str | None
) -> None:
    """Let a notice wait: nobody is reminded, no request runs out, and any approver can still decide."""
    notice, case = asked.notice, asked.case
    requests = await requests_of(work, notice)
    if not await work.approvals.hold(asked.approval, way=way, words=words, evidence=evidence, at=now, received_email_id=email_id):
        raise IllegalTransition("This notice was already decided.")
    await work.notices.save(notice, read_version=notice.version)  # a decision in the same moment then refuses the hold
    await work.approvals.keep_open(alive(requests, now), until=now + LIFE_ON_HOLD)
    await work.tasks.settle_notice(notice.id, kind="phone_approvers", by=asked.approver.id, at=now)
    _note(work, asked, "notice_on_hold", way, now)
    if is_on_hold(requests):
        return
    await work.tasks.add(
        kind=ON_HOLD,
        role=Role.QUALITY,
        at=now,
        case_id=case.id,
        subject_id=notice.id,
        says=f"The {notice.kind} of {case.reference} is on hold. It says there by whom and why. See that it is not forgotten.",
    )
    await tell(work, house, asked, notice, "on_hold", words, way, now)


async def notice_behind_token(house: House, token: str) -> tuple[str, str] | None:
    """Return the case and the notice that a decision link leads to."""
    async with house.read() as work:
        approval = await work.approvals.by_token(digest(token))
        return ((await work.notices.get(approval.notice_id)).case_id, approval.notice_id) if approval else None
