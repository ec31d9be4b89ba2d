"""Gathers what a person needs to judge one notice: the values beside the original, the findings, the stages, the board of recipients."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from service.database import pages
from service.database.checks import Check
from service.database.unit_of_work import Work
from service.domain.approval import Approval, duties_refusal
from service.domain.assessment import against
from service.domain.case import Case
from service.domain.cover import is_on_hold
from service.domain.delivery import DeliveryState
from service.domain.difference import Difference
from service.domain.notice import OPEN, Finding, Notice, NoticeState
from service.domain.people import IssuingAuthority, Role
from service.domain.policy import Policy
from service.flow.approvers import requests_of
from service.flow.freeze import last_sent, recipients_of
from service.flow.preview import left_out, still_to_get
from service.flow.sandbox import CannotUnderstand
from service.flow.shown import differences
from service.flow.stages import StageNow, hindrance, stage_of
from service.flow.stop import MAY_STOP, STOPPABLE
from service.web.beside import Anchors, LetterView, Opened, letter_views
from service.web.board import Board, board_of
from service.web.hexmap import HexMap, draw
from service.web.letter_text import ReadableLetter, frozen
from service.web.moved import Moved, moved_lately
from service.web.session import ShowsLetters, Visitor
from service.web.values import UnknownLabel, ValueGroup, came_from, unknown_labels, value_groups

LARGEST = 40_000_000
_TOO_LARGE = "This letter is too large to show here. Open it in the mailbox."
_CANNOT = "This letter cannot be shown. Open it in the mailbox."


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The two sides of a notice: what was read, and what was sent in."""

    groups: tuple[ValueGroup, ...] = field(repr=False)
    unknown: tuple[UnknownLabel, ...] = field(repr=False)
    letters: tuple[LetterView, ...] = field(repr=False)

    @property
    def main_file(self) -> str:
        """The file most values came from."""
        files = Counter(row.file for group in self.groups for row in group.rows if row.file and row.target)
        return files.most_common(1)[0][0] if files else ""

    @property
    def now(self) -> tuple[ValueGroup, ...]:
        """The groups with something that the letters shown here say, or that is missing or doubtful."""
        return tuple(group for group in self.groups if not group.only_carried)

    @property
    def before(self) -> tuple[ValueGroup, ...]:
        """The groups that were sent in whole with an earlier notice."""
        return tuple(group for group in self.groups if group.only_carried)

    @property
    def needed(self) -> tuple[tuple[str, str], ...]:
        """Anchor and name of each answer that the rules still need."""
        return tuple(
            (row.anchor, f"{group.title}: {row.label}") for group in self.groups for row in group.rows if row.needed and not row.answered
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """One stage of quality assurance: the post, and who passed it, or whether it is where the notice stands now."""

    title: str
    who: str = field(default="", repr=False)
    at: datetime | None = None
    now: bool = False
    held: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """One notice with everything a person needs to judge it. *beside* is only opened where it is asked for."""

    notice: Notice
    letter: ReadableLetter | None = field(repr=False)
    recipients: int
    board: Board
    map: HexMap | None
    differences: tuple[Difference, ...] = field(repr=False)
    since: str
    earlier_id: str | None
    stages: tuple[StageView, ...] = field(repr=False)
    against: tuple[Finding, ...] = field(repr=False)
    decisions: tuple[tuple[Approval, str], ...] = field(repr=False)
    turn: StageNow | None = field(repr=False)
    may_check: bool
    may_decide: bool
    hindrance: str | None
    on_hold: tuple[tuple[Approval, str], ...] = field(repr=False, default=())
    left_out: tuple[tuple[str, str], ...] = ()
    may_stop: bool = False
    decided: bool = False
    raws: tuple[tuple[str, bytes], ...] = field(repr=False, default=())
    beside: Beside | None = field(repr=False, default=None)
    moved: tuple[Moved, ...] = field(repr=False, default=())

    @property
    def open(self) -> bool:
        """Whether somebody still has to act on it."""
        return self.notice.state in OPEN


async def gather(
    work: Work,
    case: Case,
    authority: IssuingAuthority,
    policy: Policy,
    notice: Notice,
    visitor: Visitor,
    *,
    now: datetime,
    with_letters: bool,
) -> NoticeView:
    """Read what a notice's page shows, within one transaction; the letters stay closed until `opened`."""
    board = await board_of(work, case.id, notice.id, now)
    checking, waits = notice.state is NoticeState.CHECKING, notice.state is NoticeState.AWAITING_APPROVAL
    turn = await stage_of(work, authority.id, policy, notice) if checking else None
    why_not: str | None = duties_refusal(notice, visitor.person, policy) if waits and visitor.may(Role.APPROVER) else None
    if turn and visitor.may(Role.QUALITY):
        why_not = hindrance(turn, notice, visitor.person)
    letter = await work.letters.get(notice.letter_id) if notice.letter_id else None
    before, since = await _before(work, notice)
    decisions = await _decisions(work, notice)
    may_decide = waits and visitor.may(Role.APPROVER) and why_not is None
    return NoticeView(
        on_hold=await _on_hold(work, notice) if waits else (),
        notice=notice,
        letter=frozen(letter.wire) if letter else None,
        recipients=await _recipients(work, case, authority, notice, len(board.lines)),
        board=board,
        map=_map(board, authority.gss_code) if board.lines else None,
        differences=differences(before, notice),
        since=since,
        earlier_id=await _notice_before(work, notice),
        stages=await _stages(work, policy, notice, turn),
        against=against(notice.findings),
        decisions=decisions,
        turn=turn,
        may_check=turn is not None and hindrance(turn, notice, visitor.person) is None,
        may_decide=may_decide,
        moved=await moved_lately(work, notice, now) if may_decide else (),
        hindrance=str(why_not) if why_not else None,
        left_out=await left_out(work, notice) if notice.state in OPEN and letter else (),
        may_stop=notice.state in STOPPABLE and visitor.may(*MAY_STOP) and _unsent(notice, board),
        decided=bool(decisions) and visitor.may(Role.APPROVER, Role.AUDITOR),
        raws=tuple([(one, await work.received.raw(one)) for one in await letters_of(work, notice)]) if with_letters else (),
    )


async def _before(work: Work, notice: Notice) -> tuple[Mapping[str, Any] | None, str]:
    """Return what the notice is compared with: the last one that was sent, else what the worker first sent in."""
    told = await last_sent(work, notice)
    if told is not None:
        return told, "the last notice that was sent"
    return (notice.earlier[0].fields if notice.earlier else None), "what was first sent in"


async def _notice_before(work: Work, notice: Notice) -> str | None:
    earlier = [one.id for one in await work.notices.of_case(notice.case_id) if one.number < notice.number]
    return earlier[-1] if earlier else None


async def _stages(work: Work, policy: Policy, notice: Notice, turn: StageNow | None) -> tuple[StageView, ...]:
    """Return the stages in their order, each with who passed it; a stage of an older version does not count any more."""
    posts = [stage.title for stage in policy.quality] or ["Quality assurance"]
    passed = {one.stage: one for one in (await work.checks.of_version(notice.id, notice.version) if turn else await _newest(work, notice))}
    found = []
    for number, title in enumerate(posts, start=1):
        if check := passed.get(number):
            found.append(StageView(title=title, who=(await work.people.person(check.person_id)).name, at=check.at))
        else:
            now = turn is not None and turn.number == number
            found.append(StageView(title=title, now=now, held=turn.held if now and turn else True))
    return tuple(found)


async def _newest(work: Work, notice: Notice) -> tuple[Check, ...]:
    return () if notice.state is NoticeState.RETURNED else await work.checks.newest(notice.id)


async def letters_of(work: Work, notice: Notice) -> tuple[str, ...]:
    """Return the letters a notice rests on: the one that brought it, then those that corrected it."""
    first = [notice.received_email_id] if notice.received_email_id else []
    return tuple(dict.fromkeys([*first, *await pages.corrections_of(work, notice.case_id, notice.id)]))


async def opened(view: NoticeView, viewer: ShowsLetters) -> NoticeView:
    """Open the letters of a notice, outside any transaction and away from this process."""
    prefix = f"n{view.notice.number}"
    letters = [await open_letter(email_id, raw, viewer) for email_id, raw in view.raws]
    anchors = Anchors(letters, prefix)
    values = value_groups(view.notice, anchors, prefix)
    sides = Beside(
        groups=values,
        unknown=unknown_labels(view.notice.findings, anchors),
        letters=letter_views(letters, prefix, came_from(values)),
    )
    return replace(view, raws=(), beside=sides)


async def open_letter(email_id: str, raw: bytes, viewer: ShowsLetters) -> Opened:
    """Open one letter; whatever is broken in it becomes a sentence, and the page still opens."""
    if len(raw) > LARGEST:
        return Opened(email_id=email_id, original=None, trouble=_TOO_LARGE)
    try:
        return Opened(email_id=email_id, original=await viewer.original(raw))
    except CannotUnderstand:
        return Opened(email_id=email_id, original=None, trouble=_CANNOT)


async def _decisions(work: Work, notice: Notice) -> tuple[tuple[Approval, str], ...]:
    """Return the decisions that were given, with the name of who gave each."""
    given = [one for one in await work.approvals.of_notice(notice.id) if one.used_at is not None]
    return tuple([(one, (await work.people.person(one.approver_id)).name) for one in given])


async def _on_hold(work: Work, notice: Notice) -> tuple[tuple[Approval, str], ...]:
    """Return who put the notice on hold as it stands now."""
    holding = [one for one in await requests_of(work, notice) if is_on_hold([one])]
    return tuple([(one, (await work.people.person(one.approver_id)).name) for one in holding])


async def _recipients(work: Work, case: Case, authority: IssuingAuthority, notice: Notice, already: int) -> int:
    """Count who gets the notice: those it went to, those it was frozen for, else those it would go to now."""
    if already and notice.stopped_at is None:
        return already
    if (waits := await still_to_get(work, notice)) is not None:
        return waits
    return len(await recipients_of(work, authority, case, notice))


def _unsent(notice: Notice, board: Board) -> bool:
    """Whether STOP would still halt something."""
    unsent = (DeliveryState.QUEUED, DeliveryState.SENDING)
    return notice.state is NoticeState.APPROVED or any(line.delivery.state in unsent for line in board.lines)


def _map(board: Board, own: str) -> HexMap:
    states = {line.delivery.gss_code or "": line.place.name for line in board.lines}
    return draw({own: "own", **board.looks}, {own: "the issuing authority", **states})
