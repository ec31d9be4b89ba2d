"""Room 5: a named approver decides. One function judges every path, doubt asks back, and each check is kept as evidence."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from service.database.letters import LetterChanged
from service.database.unit_of_work import Work
from service.domain.approval import Approval, Refusal, Verdict, duties_refusal, refusal, wants_reason
from service.domain.assessment import against
from service.domain.audience import bound_content, fingerprint
from service.domain.case import Case, CaseEvent, CaseState, Outcome
from service.domain.delivery import Lane
from service.domain.errors import ChangedMeanwhile, IllegalTransition, NotAllowed
from service.domain.notice import Notice, NoticeEvent, NoticeState
from service.domain.people import IssuingAuthority, Person, Role
from service.domain.policy import Policy
from service.flow.approvers import already_decided, ask_approvers, everyone_asked, stands_in_for_somebody
from service.flow.freeze import freeze_notice, recipients_of
from service.flow.house import House
from service.flow.post import sender_of, write
from service.flow.rulebook import policy_of
from service.flow.stepping_up import reasons_for, send_to_the_page
from service.flow.stop import STOPPABLE, object_to, stop_token
from service.flow.understanding import Understood
from service.flow.write_back import helplines_of, reminders_of
from service.mail import compose
from service.mail.authenticity import OriginResult, judge_origin
from service.mail.decision import Verdict as Word
from service.mail.reasons import reason_below
from service.mail.tokens import digest

GO_AHEAD = "Say why you go ahead: findings are not met, and an approval against them needs a reason."
NEEDS_REASON, OBJECTED = "needs_reason", "objected"
_VERDICTS = {Word.APPROVE: Verdict.APPROVE, Word.REJECT: Verdict.REJECT}


async def by_reply(
    work: Work, house: House, approval: Approval, letter: Understood, *, in_junk: bool, now: datetime, email_id: str | None = None
) -> str:
    """Judge a decision that came by reply and return what became of it: `approve`, `reject`, or the check that failed."""
    approver = await work.people.person(approval.approver_id)
    notice = await work.notices.get(approval.notice_id)
    case = await work.cases.get(notice.case_id)
    authority = await work.people.authority(case.issuing_authority_id)
    if approval.used_at is not None:
        says = await already_decided(work, notice) or "This notice was already decided."
        await _ask_back(work, house, case, approval, approver, f"{says} Your reply changed nothing.", now)
        return "already_decided"
    evidence = await verify_decision(work, house, approval, approver, notice, letter, in_junk=in_junk, now=now)
    if notice.state in STOPPABLE and letter.decision.verdict is Word.REJECT and _only_late(evidence):
        await object_to(work, house, notice, approver, letter.decision.reason or "", now)
        return OBJECTED
    failed = next((check for check, result in evidence.items() if result != "pass"), None)
    if failed is not None:
        work.audit.add("decision_doubtful", at=now, actor=approver.id, case_id=case.id, subject_id=notice.id, check=failed)
        if failed == "C10" and notice.state is NoticeState.AWAITING_APPROVAL:
            await ask_again(work, house, authority, case, notice, now)
        elif failed == "C13":
            await send_to_the_page(
                work, house, case, approval, approver, await reasons_for(work, case, notice, approval, approver, now), now
            )
        else:
            decided_by = await already_decided(work, notice) if failed == "C9" else None
            await _ask_back(work, house, case, approval, approver, decided_by or evidence[failed], now)
        return failed
    verdict = _VERDICTS[letter.decision.verdict]
    reason = letter.decision.reason or reason_below(letter.new_text, name=approver.name)
    if verdict is Verdict.APPROVE and not reason and (findings := against(notice.findings)):
        work.audit.add("reason_wanted", at=now, actor=approver.id, case_id=case.id, subject_id=notice.id, findings=len(findings))
        await _ask_back(work, house, case, approval, approver, wants_reason(len(findings)), now, for_reason=True)
        return NEEDS_REASON
    await decided(work, house, authority, case, notice, approval, approver, verdict, reason, "mail", evidence, now, email_id)
    return verdict


def _only_late(evidence: Mapping[str, str]) -> bool:
    """Whether nothing stands against a reply but that another approver was quicker; to pause, the page is not asked for."""
    return evidence["C9"] == Refusal.NOT_OPEN and all(result == "pass" for check, result in evidence.items() if check not in ("C9", "C13"))


async def verify_decision(
    work: Work, house: House, approval: Approval, approver: Person, notice: Notice, letter: Understood, *, in_junk: bool, now: datetime
) -> Mapping[str, str]:
    """Run the checks on a reply in their order and return each result: `pass`, or the sentence for the approver."""
    email, case = letter.email, await work.cases.get(notice.case_id)
    origin = judge_origin(house.origin, email)
    current = await current_content(work, case, notice)
    policy = await policy_of(work, case)
    stands_in = await stands_in_for_somebody(work, approver, now)
    why_not = refusal(approval, notice, approver, policy, current_sha256=current, now=now, stands_in=stands_in)
    word = letter.decision
    return {
        "C2": "pass" if letter.from_a_person else "An automatic reply is not a decision.",
        "C3": "pass" if email.from_address and not email.from_problem else "The sender of the reply is not plain.",
        "C4": "pass" if email.from_address == approver.address else "The reply did not come from your registered address.",
        "C5": "pass" if email.sender_address in (None, approver.address) else "The reply was sent on behalf of somebody else.",
        "C6": "pass" if origin.result is OriginResult.PASS else "The origin of the reply could not be proved.",
        "C7": "pass" if not in_junk else "The reply was in the junk folder.",
        "C9": why_not.value
        if why_not in (Refusal.NOT_OPEN, Refusal.EXPIRED, Refusal.INACTIVE, Refusal.AUTHOR, Refusal.QUALITY)
        else _duties(notice, approver, policy),
        "C10": why_not.value if why_not is Refusal.CHANGED else "pass",
        "C11": "pass"
        if word.verdict in _VERDICTS and word.number in (None, approval.number)
        else "The first line is not APPROVE or REJECT with your number.",
        "C11b": "pass" if word.verdict is not Word.REJECT or word.reason else "A rejection needs a reason on the same line.",
        "C13": " ".join(await reasons_for(work, case, notice, approval, approver, now)) or "pass",
    }


def _duties(notice: Notice, approver: Person, policy: Policy) -> str:
    why_not = duties_refusal(notice, approver, policy)
    return why_not.value if why_not else "pass"


async def current_content(work: Work, case: Case, notice: Notice) -> str | None:
    """Recompute the hash an approval binds to, from the stored bytes and today's recipients; None when the bytes are damaged."""
    if notice.letter_id is None:
        return None
    authority = await work.people.authority(case.issuing_authority_id)
    try:
        letter = await work.letters.get(notice.letter_id)
    except LetterChanged:
        return None
    return bound_content(letter.sha256, fingerprint(await recipients_of(work, authority, case, notice)))


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
        authority = await work.people.authority(case.issuing_authority_id)
        if person.issuing_authority_id != authority.id or not person.has(Role.APPROVER):
            raise NotAllowed("Only an approver can decide.")
        if notice.state is not NoticeState.AWAITING_APPROVAL:
            raise IllegalTransition(await already_decided(work, notice))
        if notice.version != version:
            raise ChangedMeanwhile
        if verdict is Verdict.REJECT and not reason.strip():
            raise NotAllowed("Say why: a rejection needs a reason.")
        if verdict is Verdict.APPROVE and not reason.strip() and against(notice.findings):
            raise NotAllowed(GO_AHEAD)
        own = [one for one in await work.approvals.of_notice(notice_id) if one.approver_id == person.id and one.used_at is None]
        if not own:
            raise NotAllowed("You were not asked to decide on this notice.")
        why_not = refusal(
            own[-1],
            notice,
            person,
            await policy_of(work, case),
            current_sha256=await current_content(work, case, notice),
            now=now,
            stands_in=await stands_in_for_somebody(work, person, now),
        )
        if why_not is Refusal.CHANGED:
            changed = True
            await ask_again(work, house, authority, case, notice, now)
        elif why_not is not None:
            raise NotAllowed(why_not.value)
        else:
            await decided(work, house, authority, case, notice, own[-1], person, verdict, reason, "web", {"session": "pass"}, now)
    if changed:
        raise ChangedMeanwhile(Refusal.CHANGED.value)


async def decided(
    work: Work,
    house: House,
    authority: IssuingAuthority,
    case: Case,
    notice: Notice,
    approval: Approval,
    approver: Person,
    verdict: Verdict,
    reason: str,
    way: str,
    evidence: Mapping[str, str],
    now: datetime,
    email_id: str | None = None,
) -> None:
    """Write the decision down, move the notice and tell everyone concerned, in the caller's transaction."""
    if not await work.approvals.use(
        approval, verdict=verdict, way=way, reason=reason, evidence=evidence, at=now, received_email_id=email_id
    ):
        raise IllegalTransition("This notice was already decided.")
    event = NoticeEvent.APPROVED if verdict is Verdict.APPROVE else NoticeEvent.REFUSED
    hold = (await policy_of(work, case)).hold_minutes if verdict is Verdict.APPROVE else 0
    release_at = now + timedelta(minutes=hold) if hold else None
    notice = replace(notice, release_at=release_at, stopped_at=notice.stopped_at if verdict is Verdict.REJECT else None)
    await work.notices.save(replace(notice.after(event), decided_at=now), read_version=notice.version)
    if verdict is Verdict.REJECT and notice.number == 1 and case.state is CaseState.DRAFT:
        await work.cases.save(case.after(CaseEvent.ENDED, outcome=Outcome.REFUSED, at=now))
    for kind in ("decide_notice", "phone_approvers", "stop_alert"):
        await work.tasks.settle(case_id=case.id, kind=kind, by=approver.id, at=now)
    work.audit.add(
        f"notice_{event}", at=now, actor=approver.id, case_id=case.id, subject_id=notice.id, way=way, content=notice.content_sha256
    )
    await _tell(work, house, authority, case, notice, approver, verdict, reason, way, now)


async def _tell(
    work: Work,
    house: House,
    authority: IssuingAuthority,
    case: Case,
    notice: Notice,
    approver: Person,
    verdict: Verdict,
    reason: str,
    way: str,
    now: datetime,
) -> None:
    """Tell everyone concerned; the workers are reminded of what the policy asks of them as well."""
    frozen = await work.notices.cascade(notice.id)
    policy = await policy_of(work, case)
    staff = {
        *await work.people.with_role(authority.id, Role.QUALITY),
        *await work.people.with_role(authority.id, Role.APPROVER),
        *await everyone_asked(work, notice),
    }
    workers = {notice.submitted_by, case.reporter_address}
    approved = verdict is Verdict.APPROVE
    known = {one.address: one for one in staff}
    for address, name in {**dict.fromkeys(sorted(workers), ""), **{one.address: one.name for one in staff}}.items():
        context = compose.decision_taken(
            sender=sender_of(authority),
            reference=case.reference,
            kind=notice.letter_name,
            approved=approved,
            can_stop=approved,
            sent_from=notice.release_at,
            by=approver.name,
            at=now,
            way="email reply" if way == "mail" else "web page",
            reason=reason,
            recipients=len(frozen.recipients) if frozen else 0,
            reminders=reminders_of(policy, notice.kind) if address in workers else (),
            helplines=helplines_of(policy) if address in workers else (),
        )
        await write(
            work,
            house,
            authority,
            "decision_taken",
            context,
            to_name=name,
            to_address=address,
            lane=Lane.RECEIPT,
            now=now,
            case=case,
            token=await stop_token(work, house, notice, known.get(address), now) if approved else None,
            link_path=f"/cases/{case.id}",
        )


async def notice_behind_token(house: House, token: str) -> tuple[str, str] | None:
    """Return the case and the notice that a decision link leads to."""
    async with house.read() as work:
        approval = await work.approvals.by_token(digest(token))
        return ((await work.notices.get(approval.notice_id)).case_id, approval.notice_id) if approval else None


async def _ask_back(
    work: Work, house: House, case: Case, approval: Approval, approver: Person, why: str, now: datetime, *, for_reason: bool = False
) -> None:
    """Say why a reply did not count. Where only the reason is missing, a reply to this letter decides as one to the request does."""
    authority = await work.people.authority(case.issuing_authority_id)
    context = compose.decision_unclear(sender=sender_of(authority), reference=case.reference, reason=why, wants_reason=for_reason)
    await write(
        work,
        house,
        authority,
        "decision_unclear",
        context,
        to_name=approver.name,
        to_address=approver.address,
        lane=Lane.DECISION,
        now=now,
        case=case,
        token=("d", approval.id) if for_reason else None,
        link_path=f"/cases/{case.id}",
        number=approval.number,
    )
