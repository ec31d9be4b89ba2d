"""Who begins, ends and merges in the directory waits for a second administrator: what the proposal says, the task, and that nobody is left.

Each works inside the caller's transaction, for a page and for the command line alike.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from directory import changes, proposing
from directory.authority import Authority
from directory.changes import Proposal, What
from directory.history import By
from directory.proposals import Proposals
from directory.undoing import Undone
from service.database.audit import SYSTEM
from service.database.correspondence import Correspondence
from service.database.unit_of_work import Work
from service.domain.people import Role


class NeedsSuccessor(changes.NotAllowed):
    """An authority that must not end while nobody follows it."""


async def ask_a_second(work: Work, subject: str, now: datetime) -> None:
    """Give the task to look at a change that waits; *subject* is `proposal N` or `batch N`."""
    says = "A change of the directory waits for another directory administrator. Check it, then agree or refuse."
    await work.tasks.add(kind="change_proposed", role=Role.DIRECTORY, says=says, at=now, subject_id=subject)


async def list_authority(work: Work, authority: Authority, by: By) -> Proposal:
    """Propose a new authority; raises directory.changes.NotAllowed."""
    proposal = await proposing.propose_authority(work.register, authority, by)
    await ask_a_second(work, f"proposal {proposal.id}", by.at)
    return proposal


async def retire(work: Work, gss_code: str, last_day: date, successors: Collection[str], by: By, *, base: int | None = None) -> Proposal:
    """Propose the end of an authority; raises NeedsSuccessor while it is told of open alerts or gives alerts out (row W19)."""
    if not successors:
        await _need_successor(work, gss_code)
    reason = await _what_becomes(work, [gss_code], last_day, successors)
    proposal = await proposing.propose_retirement(work.register, gss_code, last_day, by, reason=reason, successors=successors, base=base)
    await ask_a_second(work, f"proposal {proposal.id}", by.at)
    return proposal


async def merge(work: Work, ended: Collection[str], into: str, first_day: date, by: By) -> str:
    """Propose that one authority follows several, and return the batch it is decided by; refused for one that has a last day already."""
    for one in [await work.register.authority(gss_code) for gss_code in ended]:
        if one is not None and one.valid_to is not None:
            # Two merges would undo each other.
            raise changes.NotAllowed(f"{one.name} has a last day already. Change it on its own page, under Retire.")
    reason = await _what_becomes(work, ended, first_day - timedelta(days=1), [into])
    batch = await proposing.propose_merge(work.register, ended, into, first_day, by, reason=reason)
    await ask_a_second(work, f"batch {batch}", by.at)
    return batch


async def agree(work: Work, by: By, *, proposal_id: int | None = None, batch: str | None = None) -> None:
    """Make a change that waits, or all of a batch; raises NeedsSuccessor as `retire`: alerts may have begun since it was proposed."""
    waiting = await Proposals(work.connection).waiting(batch=batch)
    for one in waiting:
        decided = batch is not None or one.id == proposal_id
        if decided and one.what is What.AUTHORITY_RETIRED and not one.wanted["successors"]:
            await _need_successor(work, one.gss_code)
    if proposal_id is not None:
        await proposing.agree(work.register, proposal_id, by)
    elif batch is None or not await proposing.agree_to_batch(work.register, batch, by):
        raise changes.ChangedMeanwhile


async def note_undone(work: Work, undone: Undone, now: datetime, *, actor: str = SYSTEM, **facts: Any) -> None:
    """Write down that something was put back or, where it waits for a second person, ask for one."""
    if undone.waits is not None:
        await ask_a_second(work, f"batch {undone.batch}", now)
    what = "directory_undone" if undone.waits is None else "undoing_proposed"
    work.audit.add(what, at=now, actor=actor, **facts)


async def _need_successor(work: Work, gss_code: str) -> None:
    if await Correspondence(work.connection).open_alerts(gss_code):
        raise NeedsSuccessor("Alerts are open that this authority was told of. Name who follows it, so that they follow too.")
    if any(one.gss_code == gss_code for one in await work.people.authorities()):
        raise NeedsSuccessor("This authority gives alerts out here. Name who follows it.")


async def _what_becomes(work: Work, ended: Collection[str], last_day: date, successors: Collection[str]) -> str:
    """Say who ends when, and what becomes of their alerts."""
    names = {one.gss_code: one.name for one in await work.register.authorities()}
    begins = f"{_all(names, ended)} last answer{'s' if len(ended) == 1 else ''} on {last_day.day} {last_day:%B %Y}."
    if not successors:
        return f"{begins} Nobody follows: from the next day no alert goes there. No alert is open now that it was told of."
    count = sum([await Correspondence(work.connection).open_alerts(gss_code) for gss_code in ended])
    return f"{begins} From the next day new alerts and the open ones ({count} now) go to {_all(names, successors)}."


def _all(names: dict[str, str], codes: Collection[str]) -> str:
    *most, last = (names.get(code, code) for code in sorted(codes))
    return f"{', '.join(most)} and {last}" if most else last
