"""A letter that did not get there is somebody's task: of a notice it is repaired, of the directory and of reminders somebody phones."""

from datetime import datetime

from directory.contact import PRIMARY
from service.database.unit_of_work import Work
from service.domain.delivery import Delivery
from service.domain.people import Role


async def ask_for_an_address(work: Work, delivery: Delivery, kind: str, happened: str, now: datetime) -> None:
    """Ask those who keep the directory for another address; a word about a change of address may be lost, because the new one is asked."""
    if delivery.kind == "directory_changed":
        return
    subject = delivery.id
    if delivery.gss_code is None:
        kind = "staff_address_failed"
    elif delivery.notice_id is None:  # nothing is sent again, so nothing in the rows ends it but an answer from the authority
        kind, subject = "contact_failed", _letters_to(delivery.gss_code)
    await work.tasks.add(
        kind=kind,
        role=Role.DIRECTORY,
        at=now,
        case_id=delivery.case_id,
        subject_id=subject,
        says=f"{happened} Find another address, or call.",
    )


async def heard_from(work: Work, gss_code: str, order: int, *, by: str, now: datetime) -> None:
    """End the tasks to find or phone a contact, because somebody there has answered; *by* is the letter that was answered."""
    for subject in (_letters_to(gss_code), not_theirs(gss_code), call_about(gss_code, order)):
        await work.tasks.settle_subject(subject_id=subject, by=by, at=now)


def call_about(gss_code: str, order: int) -> str:
    """Return the subject of the task to phone a contact that did not answer."""
    return f"confirm {gss_code}" if order == PRIMARY else f"confirm {gss_code} {order}"


def not_theirs(gss_code: str) -> str:
    """Return the subject of the task about an address whose reader says that it is not the authority's."""
    return f"theirs {gss_code}"


def _letters_to(gss_code: str) -> str:
    return f"letters {gss_code}"
