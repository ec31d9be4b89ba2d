"""Tasks that a person ticks off: those whose end no row can show. What the service can see for itself is not ticked, it is done."""

from datetime import datetime

from service.database import pages
from service.domain.due import PromptKind
from service.domain.errors import NotFound
from service.domain.people import Person
from service.flow.house import House

_SEEN_BY_THE_CLOCK = (PromptKind.UPDATE, PromptKind.RENEWAL, PromptKind.FOUND)
TICKED_BY_PEOPLE = frozenset(
    {
        *(kind.value for kind in PromptKind if kind not in _SEEN_BY_THE_CLOCK),
        "placement_notification_to_handle",
        "case_alert_to_handle",
        "received_alert_to_handle",
        "local_notice_incomplete",
        "send_the_original",
        "missing_from_care",
        "reply_to_read",
        "answer_after_end",
        "checks_late",
    }
)
_ALL = 10_000


async def tick_off(house: House, task_id: str, person: Person, now: datetime) -> None:
    """Mark a task as done on a person's word; raises NotFound for one that is not theirs, is done, or is not for people to tick."""
    async with house.begin() as work:
        authority = await work.people.authority(person.issuing_authority_id)
        mine = await pages.tasks_for(work, authority.id, authority.mailbox, person.roles, limit=_ALL)
        task = next((one for one in mine if one.id == task_id and one.kind in TICKED_BY_PEOPLE), None)
        if task is None or not await work.tasks.done(task_id, by=person.id, at=now):
            raise NotFound
        work.audit.add("task_done", at=now, actor=person.id, case_id=task.case_id, subject_id=task.id, kind=task.kind)
