"""What follows an answer: those who must act on it are told at once, and whoever answered is thanked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from service.database import counting
from service.database.delivery_rows import ALERTING
from service.database.unit_of_work import Work
from service.domain.case import Case, CaseState
from service.domain.delivery import Answer, Delivery, Lane, named_state
from service.domain.fields import value_at
from service.domain.people import Role
from service.domain.response import Checked
from service.flow.house import House
from service.flow.post import sender_of, write
from service.mail import compose_answers
from service.mail.wording import day

MATTERS, AFTER_THE_END, THANKS = "answer_matters", "answer_after_end", "answer_thanks"
_AGAIN_AFTER = timedelta(hours=24)
_MOST_AN_HOUR = 60  # with the line above what RFC 3834 asks for: no two machines can keep each other busy through us
_NOTED = {
    Answer.ACKNOWLEDGED: "You have received it.",
    Answer.CHECKS_UNDER_WAY: "Checks are under way",
    Answer.NOT_KNOWN: "Not known to you.",
    Answer.KNOWN_CONTACT_US: "Known to you. We contact you.",
    Answer.POSSIBLE_MATCH: "A possible match. We contact you.",
    Answer.NOT_FOR_US: "Not for you. We find out who it is for.",
}


async def tell_of_answer_that_matters(
    work: Work, house: House, delivery: Delivery, answer: Answer, *, who: str, words: str, confirmed: bool, now: datetime
) -> None:
    """Write to worker, manager and quality assurance at once; it stays on the first page until somebody says that they are on it.

    After the end of a case nobody is called out: a person reads it.
    """
    assert delivery.case_id is not None
    case = await work.cases.get(delivery.case_id)
    if case.state is CaseState.CLOSED:
        await work.tasks.add(
            kind=AFTER_THE_END,
            role=Role.QUALITY,
            at=now,
            case_id=case.id,
            subject_id=delivery.id,
            says=f"{delivery.recipient_name} may know this family, and answered after the case had ended. Read it.",
        )
        return
    authority = await work.people.authority(case.issuing_authority_id)
    contacts = await work.register.contacts(delivery.gss_code or "")
    context = compose_answers.answer_matters(
        sender=sender_of(authority),
        reference=case.reference,
        authority=delivery.recipient_name,
        answer=named_state(delivery.state, answer),
        said="\n".join(filter(None, (words, who))),
        phone=next((one.phone for one in contacts if one.phone), ""),
        at=now,
        confirmed=confirmed,
    )
    people = {one.address: one.name for one in await work.people.with_role(authority.id, Role.QUALITY)}
    for address, name in {**await _who_sent_it_in(work, case), **people}.items():
        await write(
            work,
            house,
            authority,
            MATTERS,
            context,
            to_name=name,
            to_address=address,
            lane=Lane.FOUND,
            now=now,
            case=case,
            link_path=f"/cases/{case.id}",
        )
    await work.tasks.add(
        kind=MATTERS,
        role=Role.QUALITY,
        at=now,
        case_id=case.id,
        subject_id=delivery.id,
        says=f"{delivery.recipient_name} may know this family. Call them now.",
    )


async def _who_sent_it_in(work: Work, case: Case) -> dict[str, str]:
    """Return the social worker, and the manager where the form gives an address at the same place as the worker's."""
    found = {case.reporter_address: ""}
    notices = await work.notices.of_case(case.id)
    manager = _address(notices[-1].fields) if notices else ""
    if manager.rpartition("@")[2] == case.reporter_address.rpartition("@")[2].casefold():
        found.setdefault(manager, "")
    return found


def _address(fields: Mapping[str, Any]) -> str:
    return str(value_at(fields, "team_manager.email") or "").strip().casefold()


async def thank(work: Work, house: House, delivery: Delivery, answer: Answer, checked: Checked, *, to: str, now: datetime) -> None:
    """Tell who answered an alert what was noted: no more than once a day for each letter, and never by the hundred."""
    if delivery.kind not in ALERTING or answer not in _NOTED or delivery.case_id is None:
        return
    case = await work.cases.get(delivery.case_id)
    thanked = await counting.written_since(work, THANKS, now - _AGAIN_AFTER, about=delivery.id)
    in_all = await counting.written_since(work, THANKS, now - timedelta(hours=1))
    if case.state is not CaseState.LIVE or thanked or in_all >= _MOST_AN_HOUR:
        return
    authority = await work.people.authority(case.issuing_authority_id)
    until = f", until {day(checked.until)}" if checked.until else ""
    context = compose_answers.answer_thanks(sender=sender_of(authority), reference=case.reference, noted=f"{_NOTED[answer]}{until}", at=now)
    await write(
        work,
        house,
        authority,
        THANKS,
        context,
        to_name=delivery.recipient_name,
        to_address=to,
        lane=Lane.RECEIPT,
        now=now,
        case=case,
        token=("a", delivery.id),
        link_path="/answer/{token}",
    )
