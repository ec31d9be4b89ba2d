"""Takes the rows of a file into the register: all of them at once within the limits, beyond them as changes that wait for a second person.

Everything happens in the caller's transaction, so an import that is killed half way leaves nothing half done (row F9).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from directory.cells import Progress
from directory.changes import ChangedMeanwhile
from directory.history import By
from directory.importing import ContactRow
from directory.planning import Plan
from directory.proposing import IN_A_DAY, propose_plan
from directory.register import Register

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What an import did: all of the plan, or, where *waits* says why a second person must agree, none of it yet.

    The *batch* is what it is undone, agreed to or refused by; None when there was nothing to do.
    """

    plan: Plan
    waits: str | None = None
    batch: str | None = None


async def take_contacts(
    register: Register,
    rows: Iterable[ContactRow],
    by: By,
    *,
    shown: str | None = None,
    allowed_domains: Collection[str] = (),
    progress: Progress = lambda _: None,
) -> Taken:
    """Store the rows of a file that had no fault, or keep them for a second person; the same file again changes nothing.

    *shown* is the mark of the plan that the person saw: ChangedMeanwhile when the file would now do something else.
    """
    plan = await register.plan_import(rows, allowed_domains=allowed_domains)
    if shown is not None and shown != plan.mark:
        raise ChangedMeanwhile
    if plan.empty:
        return Taken(plan=plan)
    waits = await second_person_for(register, plan, by)
    if waits is not None:
        batch = await propose_plan(register, plan, reason=waits, by=by, progress=progress)
        return Taken(plan=plan, waits=waits, batch=batch)
    told = replace(by, batch=uuid4().hex)
    await register.store(plan.pairs, told, progress)
    return Taken(plan=plan, batch=told.batch)


async def second_person_for(register: Register, plan: Plan, by: By) -> str | None:
    """Say why a second person must agree to this plan of this person today, or None: many small files count as one large one."""
    reason = plan.second_person_reason()
    moved = sum(change.old.address != change.new.address for change in plan.changed)
    if reason is None and moved and moved + await register.log.count_by(by.who, since=by.at - _DAY) > IN_A_DAY:
        return f"The same person has added or changed more than {IN_A_DAY} addresses within a day."
    return reason
