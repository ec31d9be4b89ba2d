"""What a row of the table of deliveries says: as a value of the domain, and whether what its letter tells has come to an end."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from service.database.tables import deliveries as t
from service.database.tables import notices
from service.domain.delivery import Answer, Delivery, DeliveryState, Lane
from service.domain.notice import NoticeState

ALERTING = ("alert", "update", "renewal")
ENDING = ("found", "withdrawal")
CHASER = "chaser"
WAITING = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.IN_DOUBT)
SAYS_THE_END = (NoticeState.APPROVED, NoticeState.CASCADED)
_NAMES = tuple(one.name for one in fields(Delivery) if one.name != "references")
DOMAIN = (*(t.c[name] for name in _NAMES), t.c.message_references)


def delivery_of(row: sa.Row[*tuple[Any, ...]]) -> Delivery:
    """Make the value of one row of the columns `DOMAIN`."""
    values: dict[str, Any] = dict(zip(_NAMES, row[:-1], strict=True))
    for name, kind in (("lane", Lane), ("state", DeliveryState), ("answer", Answer)):
        values[name] = kind(values[name])
    values["stands_for"] = tuple(values["stands_for"].split())
    return Delivery(**values, references=tuple(row[-1].split()))


def ended(letters: sa.FromClause, states: Sequence[NoticeState] = SAYS_THE_END) -> sa.ColumnElement[bool]:
    """Whether a letter says that a child is missing, and the notice that ends the case is approved and not stopped."""
    end = sa.exists().where(
        notices.c.case_id == letters.c.case_id, notices.c.kind.in_(ENDING), notices.c.state.in_(states), notices.c.stopped_at.is_(None)
    )
    return letters.c.kind.in_(ALERTING) & end
