"""A letter that did not get there goes to the next address of that authority at once. Which addresses may be used was approved with it."""

from datetime import datetime

from service.database.deliveries import NO_OTHER_ADDRESS, OTHER_ADDRESS
from service.database.unit_of_work import Work
from service.domain.delivery import Delivery, Lane
from service.domain.people import Role
from service.domain.status_codes import in_words
from service.flow.house import House
from service.flow.post import send_again, sender_of, write
from service.mail import compose_answers


async def try_other_addresses(house: House, *, now: datetime) -> int:
    """Queue the letters that came back for the next address, and give a person those with none left; return how many there were.

    An address is never tried twice for one notice, and one that left the directory meanwhile is not tried at all.
    """
    async with house.read() as work:
        back = await work.deliveries.came_back()
    for failed in back:
        async with house.begin() as work:
            if failed.id in {one.id for one in await work.deliveries.came_back()}:  # else another worker was quicker
                await _try_another(work, house, failed, now)
    return len(back)


async def _try_another(work: Work, house: House, failed: Delivery, now: datetime) -> None:
    assert failed.notice_id is not None and failed.gss_code is not None
    place, address = await _next_address(work, failed)
    if not address:
        await work.deliveries.note(failed.id, NO_OTHER_ADDRESS, at=now)
        await _see_that_somebody_knows(work, failed, now)
        await _ask_the_directory(work, house, failed, now)
        work.audit.add(NO_OTHER_ADDRESS, at=now, case_id=failed.case_id, subject_id=failed.id, gss_code=failed.gss_code)
        return
    again = await send_again(work, house, failed, address=address, rank=place, now=now)
    await work.deliveries.note(failed.id, OTHER_ADDRESS, at=now)
    work.audit.add(OTHER_ADDRESS, at=now, case_id=failed.case_id, subject_id=again.id, after=failed.id, gss_code=failed.gss_code)


async def _see_that_somebody_knows(work: Work, failed: Delivery, now: datetime) -> None:
    """Whoever noted the failure gave it to a person; a crash between the two must not leave it without an owner."""
    for kind in ("address_bounced", "address_refused"):
        if await work.tasks.exists(kind=kind, subject_id=failed.id):
            return
    await work.tasks.add(
        kind="address_bounced",
        role=Role.DIRECTORY,
        at=now,
        case_id=failed.case_id,
        subject_id=failed.id,
        says=f"No address works for {failed.recipient_name}. Find another, or call.",
    )


async def _ask_the_directory(work: Work, house: House, failed: Delivery, now: datetime) -> None:
    """Write to those who keep the directory what the mail system said, with a link to where the letter is sent again."""
    case = await work.cases.get(failed.case_id or "")
    authority = await work.people.authority(case.issuing_authority_id)
    context = compose_answers.bounce_task(
        sender=sender_of(authority),
        authority=failed.recipient_name,
        said=in_words(failed.smtp_status, failed.smtp_code),
        reference=case.reference,
    )
    for person in await work.people.with_role(authority.id, Role.DIRECTORY):
        await write(
            work,
            house,
            authority,
            "bounce_task",
            context,
            to_name=person.name,
            to_address=person.address,
            lane=Lane.CHASER,
            now=now,
            case=case,
            link_path=f"/repair/{failed.id}",
        )


async def _next_address(work: Work, failed: Delivery) -> tuple[int, str]:
    """Return the next approved address that is still in the directory, with its place among the approved ones; else nothing."""
    frozen = await work.notices.frozen_with(failed.notice_id or "", failed.letter_id)
    approved = next((one.addresses for one in frozen.recipients if one.gss_code == failed.gss_code), ()) if frozen else ()
    tried = {one.address.casefold() for one in await work.deliveries.letters_of(failed.notice_id or "") if one.gss_code == failed.gss_code}
    today = {one.address.casefold() for one in await work.register.contacts(failed.gss_code or "")}
    for place, address in enumerate(approved):
        if place > failed.rank and address.casefold() in today - tried:
            return place, address
    return 0, ""
