"""Room 9: walks round and looks at what is due. Every question is asked of the rows, so a missed round loses nothing."""

from datetime import datetime

from service.domain.delivery import STUCK_AFTER
from service.domain.people import Role
from service.flow.house import House


async def look_for_stuck_letters(house: House, *, now: datetime) -> int:
    """Give a person the letters that have waited too long to leave, and return how many there are."""
    async with house.begin() as work:
        stuck = await work.deliveries.stuck(before=now - STUCK_AFTER)
        for delivery in stuck:
            await work.tasks.add(
                kind="letter_stuck",
                role=Role.DIRECTORY,
                at=now,
                case_id=delivery.case_id,
                subject_id=delivery.id,
                says=f"A letter to {delivery.gss_code or 'a member of staff'} has waited for half an hour. Call them.",
            )
    return len(stuck)
