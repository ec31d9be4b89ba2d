"""The one judge of a decision that came by reply, whatever named the request: the checks C1 to C15, in order, each result kept.

Doubt never approves. The token alone never does, nor the sender alone. What is said of a check names nobody, so it may be written down.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.database.letters import LetterChanged
from service.database.unit_of_work import Work
from service.domain.approval import Approval, Refusal, duties_refusal, in_role, is_about_other_content
from service.domain.audience import bound_content, fingerprint
from service.domain.case import Case
from service.domain.notice import OPEN, Notice, NoticeState
from service.domain.people import IssuingAuthority, Person, Role
from service.domain.policy import Policy
from service.domain.reference import references_in
from service.flow.approvers import stands_in_for_somebody
from service.flow.freeze import recipients_of
from service.flow.house import House, today
from service.flow.rulebook import policy_of
from service.flow.stepping_up import reasons_for
from service.flow.understanding import Understood
from service.mail.authenticity import OriginResult, judge_origin
from service.mail.decision import Decision
from service.mail.decision import Verdict as Word
from service.mail.spam_marks import SpamMark, spam_mark
from service.mail.tokens import carried_delivery_ids, digest, find_carried

PASS = "pass"  # noqa: S105
NOTHING = "Nothing was decided."
USED = "This request was already answered."
DECISIONS = (Word.APPROVE, Word.REJECT, Word.RETURN, Word.HOLD)
# A national alert is rare: an authority sends a few in a week. Whoever approves more than this within an hour by reply may not be who
# they seem, or does not read any more; on the page, where they prove themselves each time, they may go on.
APPROVALS_AN_HOUR = 10
APPROVALS_AN_HOUR_OF_ALL = 40
UNKNOWN_TOKENS_AN_HOUR = 5
_HOUR = timedelta(hours=1)
_CAPS = frozenset((
    "could not be read in full", "too many parts", "nested too deep", "text cut short", "header too long", "too many headers",
    "a header line is too long", "control characters in the header",
))  # fmt: skip
_ONCE = frozenset(f"more than one {name}" for name in ("from", "sender", "subject", "date", "message-id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for a decision with everything it is about."""

    approval: Approval
    approver: Person
    notice: Notice
    case: Case
    authority: IssuingAuthority
    policy: Policy


async def asked_about(work: Work, approval: Approval) -> Asked:
    """Gather what a request is about."""
    notice = await work.notices.get(approval.notice_id)
    case = await work.cases.get(notice.case_id)
    return Asked(
        approval=approval,
        approver=await work.people.person(approval.approver_id),
        notice=notice,
        case=case,
        authority=await work.people.authority(case.issuing_authority_id),
        policy=await policy_of(work, case),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The result of one check: what it says (`pass`, or a sentence for the approver), and what follows when it does not pass.

    *silent*: the reply is held for a person and nothing is sent back. *alarm*: somebody may be at work here who should not be.
    """

    name: str
    says: str = PASS
    silent: bool = False
    alarm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the checks came to, in their order; *page* says why the web page has to decide."""

    checks: tuple[Check, ...]
    page: tuple[str, ...] = ()

    @property
    def evidence(self) -> Mapping[str, str]:
        """Each check with its result. C15 is that all that follows is committed at once, so it stands where everything else passed."""
        results = {one.name: one.says for one in self.checks}
        return {**results, "C15": NOTHING if self.failed else PASS}

    @property
    def failed(self) -> str | None:
        """The first check that was not passed."""
        return next((one.name for one in self.checks if one.says != PASS), None)

    @property
    def silent(self) -> bool:
        """Whether nobody may be answered."""
        return any(one.silent for one in self.checks)

    @property
    def alarms(self) -> tuple[str, ...]:
        """The checks over which a system administrator is called."""
        return tuple(one.name for one in self.checks if one.alarm)

    @property
    def is_doubtful(self) -> bool:
        """Whether the reply itself is in doubt, and not only late, about older words, or one for the page."""
        excused = {"C10", "C13"} | {name for name, late in (("C8", USED), ("C9", Refusal.NOT_OPEN)) if self.evidence[name] == late}
        return any(one.says != PASS and one.name not in excused for one in self.checks)

    def passes(self, *, but: Sequence[str]) -> bool:
        """Whether every check passed other than those named in *but*."""
        return all(one.says == PASS or one.name in but for one in self.checks)


async def verify_decision(work: Work, house: House, asked: Asked, letter: Understood, *, in_junk: bool, now: datetime) -> Judgement:
    """Run every check on a reply that names a request by whatever path (C1 to C15)."""
    mark = SpamMark.SPAM if in_junk else spam_mark(letter.email)
    page = await reasons_for(work, asked.case, asked.notice, asked.approval, asked.approver, now, grey=mark is SpamMark.GREY)
    deputy = await _deputy_who_sent(work, asked, letter, now)
    checks = (
        *_form(letter),
        await _from_whom(work, asked, letter),
        _on_whose_behalf(letter, asked.approver, deputy),
        _origin(house, letter),
        Check(name="C7", says=_or_pass(mark is not SpamMark.SPAM, "The mail server took the reply for junk.")),
        await _token(work, asked, letter, now),
        await _entitled(work, asked, deputy, now),
        await _content(work, asked),
        *_words(letter.decision, asked.approval),
        Check(name="C13", says=" ".join(page) or PASS),
        await _rate(work, asked, letter.decision, now),
    )
    return Judgement(checks=checks, page=page)


def _or_pass(holds: bool, otherwise: str) -> str:
    return PASS if holds else otherwise


def _form(letter: Understood) -> tuple[Check, ...]:
    email = letter.email
    plain = email.from_address is not None and not email.from_problem and _ONCE.isdisjoint(email.problems)
    return (
        Check(name="C1", says=_or_pass(_CAPS.isdisjoint(email.problems), "The reply is too large or too broken to be read for certain.")),
        Check(name="C2", says=_or_pass(letter.from_a_person, "An automatic reply is not a decision."), silent=not letter.from_a_person),
        Check(name="C3", says=_or_pass(plain, "The head of the reply does not say plainly who wrote it."), alarm=not plain),
    )


async def _from_whom(work: Work, asked: Asked, letter: Understood) -> Check:
    """Only From counts. Somebody else of this house who answers with this request is more than a slip of the pen."""
    address = letter.email.from_address
    if address == asked.approver.address:
        return Check(name="C4")
    known = await work.people.any_at(address) if address else None
    return Check(name="C4", says="The reply did not come from your registered address.", alarm=known is not None)


async def _deputy_who_sent(work: Work, asked: Asked, letter: Understood, now: datetime) -> Person | None:
    """Return the deputy of the approver who sent the reply on their behalf."""
    address = letter.email.sender_address
    if address is None or address == asked.approver.address:
        return None
    deputies = [await work.people.person(one) for one in await work.deputies.of(asked.approver.id, on=today(now))]
    return next((one for one in deputies if one.active and one.address == address), None)


def _on_whose_behalf(letter: Understood, approver: Person, deputy: Person | None) -> Check:
    named = letter.email.first("Sender").strip()
    same = not named or letter.email.sender_address == approver.address or deputy is not None
    return Check(name="C5", says=_or_pass(same, "The reply was sent on behalf of somebody else."))


def _origin(house: House, letter: Understood) -> Check:
    result = judge_origin(house.origin, letter.email).result
    forged = result is OriginResult.FAIL
    proved = result is OriginResult.PASS
    return Check(name="C6", says=_or_pass(proved, "The origin of the reply could not be proved."), silent=forged, alarm=forged)


async def _token(work: Work, asked: Asked, letter: Understood, now: datetime) -> Check:
    """At least one carrier holds the secret reference, and everything that names a request names this one."""
    email, mailbox = letter.email, asked.authority.mailbox
    carried = find_carried(email, mailbox)
    named, unknown = set(), False
    for one in carried:
        found = await work.approvals.by_token(digest(one.token)) if one.letter == "d" else None
        unknown = unknown or (one.letter == "d" and found is None)
        named.add(found.id if found else "")
    for _, delivery_id in carried_delivery_ids(email, mailbox.rpartition("@")[2], mailbox):
        delivery = await work.deliveries.get(delivery_id)
        if delivery is not None and delivery.token_purpose == "d":  # noqa: S105
            named.add(delivery.token_subject)
    other_case = any(one != asked.case.reference for one in references_in(email.subject))
    alarm = unknown and await unknown_token(work, now)
    if not any(one.letter == "d" for one in carried):
        return Check(name="C8", says="The reply did not carry the secret reference of the request.")
    if named != {asked.approval.id} or other_case:
        return Check(name="C8", says="The reply carries references that do not belong together.", alarm=alarm)
    if asked.approval.used_at is not None:
        return Check(name="C8", says=USED)
    return Check(name="C8", says=_or_pass(asked.approval.not_after >= now, Refusal.EXPIRED))


async def unknown_token(work: Work, now: datetime) -> bool:
    """Write down that a letter carried a decision token nobody gave out; True when there were so many that somebody may be guessing."""
    before = await work.audit.count("decision_token_unknown", since=now - _HOUR)
    work.audit.add("decision_token_unknown", at=now)
    return before + 1 >= UNKNOWN_TOKENS_AN_HOUR


async def _entitled(work: Work, asked: Asked, deputy: Person | None, now: datetime) -> Check:
    """Who was asked still may decide: active, in role, in their days, and neither author nor checker. The token is theirs alone."""
    approval, approver, notice = asked.approval, asked.approver, asked.notice
    if notice.state not in OPEN:
        return Check(name="C9", says=Refusal.NOT_OPEN)
    if not in_role(approval, approver, stands_in=await stands_in_for_somebody(work, approver, now)):
        return Check(name="C9", says=Refusal.INACTIVE, alarm=True)
    against = [why for one in (approver, deputy) if one and (why := duties_refusal(notice, one, asked.policy))]
    return Check(name="C9", says=against[0] if against else PASS, alarm=bool(against))


async def _content(work: Work, asked: Asked) -> Check:
    if asked.notice.state not in OPEN:
        return Check(name="C10")
    current = await current_content(work, asked.case, asked.notice)
    changed = is_about_other_content(asked.approval, asked.notice, current)
    return Check(name="C10", says=_or_pass(not changed and asked.notice.state is NoticeState.AWAITING_APPROVAL, Refusal.CHANGED))


def _words(word: Decision, approval: Approval) -> tuple[Check, Check]:
    says = PASS
    if word.verdict not in DECISIONS and not word.views_differ:
        says = "Its first line is not one of the words we asked for."
    elif word.number not in (None, approval.number):
        says = "The number in it is not the number of your request."
    return (
        Check(name="C11", says=says),
        Check(name="C12", says=_or_pass(not word.views_differ, "Its plain text and its formatted text do not say the same.")),
    )


async def _rate(work: Work, asked: Asked, word: Decision, now: datetime) -> Check:
    """Not more approvals by reply within an hour than people who read them give: of one approver, and of all together."""
    if word.verdict is not Word.APPROVE:
        return Check(name="C14")
    own = await work.approvals.approved_since(now - _HOUR, approver_id=asked.approver.id)
    if own < APPROVALS_AN_HOUR and await work.approvals.approved_since(now - _HOUR) < APPROVALS_AN_HOUR_OF_ALL:
        return Check(name="C14")
    return Check(name="C14", says="So many approvals came by reply within an hour that no more are taken in this way for now.", alarm=True)


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


async def request_without_token(work: Work, sender: Person | None, case: Case | None, word: Decision, named: str) -> Approval | None:
    """Return the request that a reply without a token is about: *named* is that of the letter it answers, else the case's in its subject.

    Such a reply decides nothing, for want of the token. It is judged all the same, so that whoever wrote it hears of it.
    """
    if named:
        return await work.approvals.get(named)
    if sender is None or case is None or word.verdict not in DECISIONS:
        return None
    waits = [one for one in await work.notices.of_case(case.id) if one.state is NoticeState.AWAITING_APPROVAL]
    asked = [one for notice in waits for one in await work.approvals.of_notice(notice.id)]
    return next((one for one in reversed(asked) if one.approver_id == sender.id and one.used_at is None), None)


async def raise_alarm(work: Work, checks: Sequence[str], subject_id: str, now: datetime) -> None:
    """Call a system administrator, who sees no case: ids and the names of the checks are all there is to see."""
    says = f"A reply to a decision request did not pass {', '.join(checks)}. It decided nothing. Find out who sent it."
    await work.tasks.add(kind="security_alarm", role=Role.SYSTEM, at=now, subject_id=subject_id, says=says)
    work.audit.add("security_alarm", at=now, subject_id=subject_id, checks=list(checks))
