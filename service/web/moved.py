"""Recipients of a notice whose letters lately go elsewhere: whoever decides sees where, and by whom (row F11)."""

from dataclasses import dataclass, field
from datetime import datetime

from directory.changes import HistoryEntry
from directory.contact import PRIMARY
from service.database.unit_of_work import Work
from service.domain.notice import Notice
from service.domain.step_up import COOL_OFF
from service.web.directory_forms import names_of_people
from service.web.directory_pages import by_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One recipient, the address before and now, and who changed it when."""

    gss_code: str
    name: str
    before: str = field(repr=False)
    now: str = field(repr=False)
    who: str
    at: datetime


async def moved_lately(work: Work, notice: Notice, now: datetime) -> tuple[Moved, ...]:
    """Return the recipients of *notice* whose first address changed within the cool-off."""
    frozen, since = await work.notices.cascade(notice.id), now - COOL_OFF
    changed = await work.register.changed_since(since)
    places = sorted((one.name, one.gss_code) for one in frozen.recipients if one.gss_code in changed) if frozen else []
    people = await names_of_people(work) if places else {}
    found = []
    for name, gss_code in places:
        moves = [entry for entry in await work.register.history(gss_code) if entry.at >= since and _moves(entry)]
        if moves:
            first, last = moves[0], moves[-1]
            found.append(
                Moved(
                    gss_code=gss_code, name=name, before=_address(first.before), now=_address(last.after), who=by_name(last.who, people),
                    at=last.at,
                )
            )  # fmt: skip
    return tuple(found)


def _moves(entry: HistoryEntry) -> bool:
    order = (entry.after or entry.before or {}).get("order", PRIMARY)
    return entry.what.is_of_a_contact and order == PRIMARY and _address(entry.before) != _address(entry.after)


def _address(contact: object) -> str:
    return str(contact.get("address") or "") if isinstance(contact, dict) else ""
