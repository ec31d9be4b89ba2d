"""The roles a person holds at this moment and not for good: as a deputy in their days, or for an hour by breaking the glass.

They count in a session, where every request asks anew, and never for a reply by email: that is judged by what stands in the person's row.
"""

from dataclasses import replace
from datetime import datetime

from service.database.unit_of_work import Work
from service.domain.people import Person, Role
from service.flow.house import today


async def acting(work: Work, person: Person, now: datetime) -> Person:
    """Return the person with the roles of this moment."""
    borrowed = await work.borrowed.held_by(person.id, at=now)
    if await work.deputies.stood_in_for(person.id, on=today(now)):
        borrowed |= {Role.APPROVER}
    return replace(person, borrowed=borrowed)
