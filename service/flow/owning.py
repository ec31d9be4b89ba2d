"""Whoever says "I am on it" owns an answer that matters; until then it stands on the first page of everybody who could."""

from datetime import datetime

from service.database import pages
from service.database.tasks import ALL
from service.domain.errors import NotFound
from service.domain.people import Person
from service.flow.answer_letters import MATTERS
from service.flow.house import House


async def take_on(house: House, task_id: str, person: Person, now: datetime) -> None:
    """Make a person the owner of an answer that matters; raises NotFound for what is not theirs, or is owned already."""
    async with house.begin() as work:
        authority = await work.people.authority(person.issuing_authority_id)
        mine = await pages.tasks_for(work, authority.id, authority.mailbox, person.roles, limit=ALL)
        task = next((one for one in mine if one.id == task_id and one.kind == MATTERS), None)
        if task is None or not await work.tasks.done(task_id, by=person.id, at=now):
            raise NotFound
        work.audit.add("answer_owned", at=now, actor=person.id, case_id=task.case_id, subject_id=task.subject_id)
