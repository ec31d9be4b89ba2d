"""Breaking the glass: a system administrator takes one role for an hour, with a reason. It reports itself at once and ends by itself."""

from datetime import datetime

from service.database.unit_of_work import Work
from service.domain.delivery import Lane
from service.domain.errors import NotAllowed
from service.domain.people import GLASS_HOLDS, Person, Role
from service.flow.house import House
from service.flow.people import Wrong, ask_about_what_waits
from service.flow.post import sender_of, write
from service.mail import compose_cover

LENT = (Role.QUALITY, Role.APPROVER, Role.DIRECTORY, Role.AUDITOR)
TOLD = (Role.SYSTEM, Role.AUDITOR, Role.APPROVER)
_SHORTEST_REASON = 10


async def break_glass(house: House, person: Person, role: Role, reason: str, now: datetime) -> None:
    """Lend one role for 60 minutes and tell all administrators, auditors and approvers; raises NotAllowed or Wrong.

    It counts on the web page alone: a reply by email is never decided by it.
    """
    if not person.active or Role.SYSTEM not in person.roles:
        raise NotAllowed("Only a system administrator can break the glass.")
    if role not in LENT or role in person.roles:
        raise Wrong("role", "Choose a role that you do not hold")
    if len(reason.strip()) < _SHORTEST_REASON:
        raise Wrong("reason", "Write why nobody who holds this role can act now")
    async with house.begin() as work:
        if not await work.borrowed.take(person_id=person.id, role=role, reason=reason.strip(), at=now, until=now + GLASS_HOLDS):
            raise NotAllowed("You hold a role by breaking the glass already. Give it back first, or wait until it ends.")
        await work.people.touched(person.id, at=now)
        work.audit.add("glass_broken", at=now, actor=person.id, subject_id=person.id, role=role, minutes=GLASS_HOLDS.seconds // 60)
        await _report(work, house, person, role, reason.strip(), now)
        if role is Role.APPROVER:
            await ask_about_what_waits(work, house, await work.people.authority(person.issuing_authority_id), person, now)


async def give_back(house: House, person: Person, now: datetime) -> None:
    """End what a person holds by breaking the glass; raises NotAllowed when that is nothing."""
    async with house.begin() as work:
        if not await work.borrowed.give_back(person.id, at=now):
            raise NotAllowed("You hold no role by breaking the glass.")
        work.audit.add("glass_closed", at=now, actor=person.id, subject_id=person.id, by_itself=False)


async def look_at_broken_glass(house: House, *, now: datetime) -> int:
    """Write down what ran out; the roles themselves ended at their minute, whether this ran or not."""
    async with house.begin() as work:
        over = await work.borrowed.run_out(at=now)
        for person_id, role in over:
            work.audit.add("glass_closed", at=now, subject_id=person_id, role=role, by_itself=True)
    return len(over)


async def _report(work: Work, house: House, person: Person, role: Role, reason: str, now: datetime) -> None:
    authority = await work.people.authority(person.issuing_authority_id)
    told = {one.address: one.name for each in TOLD for one in await work.people.with_role(authority.id, each)}
    context = compose_cover.glass_broken(
        sender=sender_of(authority), by=person.name, role=role, reason=reason, at=now, until=now + GLASS_HOLDS
    )
    for address, name in told.items():
        await write(
            work, house, authority, "glass_broken", context, to_name=name, to_address=address, lane=Lane.DECISION, now=now
        )  # fmt: skip
