"""What an approver hears about a reply that did not count: at the registered address, without detail of the case, and not too often."""

from datetime import datetime, timedelta

from service.database.unit_of_work import Work
from service.domain.delivery import Lane
from service.flow.house import House
from service.flow.post import sender_of, write
from service.flow.verify import Asked
from service.mail import compose

ONCE_IN = timedelta(minutes=10)
_LETTERS = ("decision_unclear", "decision_on_the_page")


async def may_write_back(work: Work, asked: Asked, now: datetime) -> bool:
    """Whether this request had no such letter lately, and whoever was asked still works here."""
    approval = asked.approval
    return asked.approver.active and not await work.approvals.written_back_since(approval.id, asked.case.id, _LETTERS, now - ONCE_IN)


async def ask_back(work: Work, house: House, asked: Asked, why: str, now: datetime, *, asks: compose.Asks) -> None:
    """Say why a reply did not count, once in ten minutes for each request; what comes in between is only written down."""
    if await may_write_back(work, asked, now):
        await write_back(work, house, asked, why, now, asks=asks)


async def write_back(work: Work, house: House, asked: Asked, why: str, now: datetime, *, asks: compose.Asks) -> None:
    """Say what is missing or why a reply did not count. Where words are asked for, a reply to this letter counts."""
    context = compose.decision_unclear(sender=sender_of(asked.authority), reference=asked.case.reference, reason=why, asks=asks)
    await _write(work, house, asked, "decision_unclear", context, now, by_reply=asks not in ("page", "nothing"))


async def send_to_the_page(work: Work, house: House, asked: Asked, reasons: tuple[str, ...], now: datetime) -> None:
    """Say that this decision is taken on the web page, with the link, as seldom as `ask_back`."""
    if await may_write_back(work, asked, now):
        context = compose.decision_on_the_page(sender=sender_of(asked.authority), reference=asked.case.reference, reasons=reasons)
        await _write(work, house, asked, "decision_on_the_page", context, now, by_reply=False)


async def _write(work: Work, house: House, asked: Asked, kind: str, context: compose.Context, now: datetime, *, by_reply: bool) -> None:
    await write(
        work,
        house,
        asked.authority,
        kind,
        context,
        to_name=asked.approver.name,
        to_address=asked.approver.address,
        lane=Lane.DECISION,
        now=now,
        case=asked.case,
        token=("d" if by_reply else "", asked.approval.id),
        link_path=f"/cases/{asked.case.id}",
        number=asked.approval.number,
    )
