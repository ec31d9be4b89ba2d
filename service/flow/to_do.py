"""Tasks that a person ticks off: all but those whose end the service sees in its rows. What it can see is not ticked, it is done."""

from datetime import datetime

from service.database import pages
from service.database.tasks import ALL
from service.domain.due import PromptKind
from service.domain.errors import NotFound
from service.domain.people import Person
from service.flow.house import House

SEEN_BY_THE_SERVICE = frozenset(
    {
        *(kind.value for kind in (PromptKind.UPDATE, PromptKind.RENEWAL, PromptKind.FOUND)),
        *("check_notice", "decide_notice", "phone_approvers", "stop_alert", "on_hold", "refused_without_reason"),  # decided
        *("change_proposed", "exercise_to_approve"),  # agreed to, refused or closed
        *("letter_to_read", "read_by_hand", "which_case", "file_refused", "origin_test"),  # taken up in quarantine
        *("answer_matters", "call_authority", "address_bounced", "address_refused", "board_differs", "prove_the_origin"),
    }
)


async def tick_off(house: House, task_id: str, person: Person, now: datetime) -> None:
    """Mark a task as done on a person's word; raises NotFound for one that is not theirs, is done, or is not for people to tick."""
    async with house.begin() as work:
        authority = await work.people.authority(person.issuing_authority_id)
        mine = await pages.tasks_for(work, authority.id, authority.mailbox, person.roles, limit=ALL)
        task = next((one for one in mine if one.id == task_id and one.kind not in SEEN_BY_THE_SERVICE), None)
        if task is None or not await work.tasks.done(task_id, by=person.id, at=now):
            raise NotFound
        work.audit.add("task_done", at=now, actor=person.id, case_id=task.case_id, subject_id=task.id, kind=task.kind)
