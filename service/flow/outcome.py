"""Everyone concerned is told what was decided, once: who took part, who checks, who approves, and whoever was asked."""

from collections.abc import Collection
from datetime import datetime

from service.database.unit_of_work import Work
from service.domain.delivery import Lane
from service.domain.notice import Notice
from service.domain.people import Person, Role
from service.flow.approvers import everyone_asked
from service.flow.house import House
from service.flow.post import sender_of, write
from service.flow.stop import stop_token
from service.flow.verify import Asked
from service.flow.write_back import helplines_of, reminders_of
from service.mail import compose

_WAYS = {"mail": "email reply", "web": "web page"}


async def tell(
    work: Work,
    house: House,
    asked: Asked,
    notice: Notice,
    decided: compose.Decided,
    reason: str,
    way: str,
    now: datetime,
    *,
    but: Collection[str] = (),
) -> None:
    """Tell everyone concerned but those at the addresses *but*, who hear of it otherwise; workers hear what the policy asks of them too."""
    case, authority, policy = asked.case, asked.authority, asked.policy
    frozen = await work.notices.cascade(notice.id)
    workers = {notice.submitted_by, case.reporter_address}
    known = {one.address: one for one in await _staff(work, asked)}
    names = {**dict.fromkeys(sorted(workers), ""), **{one.address: one.name for one in known.values()}}
    approved = decided == "approved"
    reminds = decided in ("approved", "refused")
    for address, name in names.items():
        if address in but:
            continue
        context = compose.decision_taken(
            sender=sender_of(authority),
            reference=case.reference,
            kind=notice.letter_name,
            decided=decided,
            can_stop=approved,
            sent_from=notice.release_at,
            by=asked.approver.name,
            at=now,
            way=_WAYS[way],
            reason=reason,
            recipients=len(frozen.recipients) if frozen else 0,
            reminders=reminders_of(policy, notice.kind) if reminds and address in workers else (),
            helplines=helplines_of(policy) if reminds and address in workers else (),
        )
        await write(
            work,
            house,
            authority,
            "decision_taken",
            context,
            to_name=name,
            to_address=address,
            lane=Lane.RECEIPT,
            now=now,
            case=case,
            token=await stop_token(work, house, notice, known.get(address), now) if approved else None,
            link_path=f"/cases/{case.id}",
        )


async def _staff(work: Work, asked: Asked) -> set[Person]:
    return {
        *await work.people.with_role(asked.authority.id, Role.QUALITY),
        *await work.people.with_role(asked.authority.id, Role.APPROVER),
        *await everyone_asked(work, asked.notice),
    }
