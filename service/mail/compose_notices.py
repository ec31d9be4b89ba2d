"""What the letters to authorities need to know: alert, update, renewal, found, found in part, death and withdrawal.

Only what a letter shows is ever compared or told as a change, so that a protected address cannot slip in by another door.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from service.domain.children import ChildStatus, children_of, places_with, status_of, still_missing
from service.domain.difference import Difference, compare
from service.mail import wording
from service.mail.compose import ANSWERS, Context, Sender, begin
from service.mail.wording import Row, day, moment, rows

Fields = Mapping[str, Any]
_ALERTED = "your authority is on the list of alert contacts. Alerts go from custodian to custodian (or designated officer)."
_WAS_ALERTED = "your authority was sent the national alert about this case."


def alert(fields: Fields, *, sender: Sender, reference: str, number: int, as_at: datetime, answer_by: datetime | None = None) -> Context:
    """Tell every authority that a child is missing; *number* counts the messages of the case."""
    return _whole(fields, sender=sender, reference=reference, number=number, as_at=as_at, answer_by=answer_by)


def update(
    fields: Fields,
    *,
    sender: Sender,
    reference: str,
    number: int,
    as_at: datetime,
    before: Fields | None = None,
    answer_by: datetime | None = None,
) -> Context:
    """Tell everyone alerted what changed since *before*, then the whole alert as it stands. A renewal says it of a child still missing."""
    whole = _whole(fields, sender=sender, reference=reference, number=number, as_at=as_at, answer_by=answer_by)
    return whole | {"changed": _changed(before, fields, as_at)}


def found_in_part(
    fields: Fields,
    *,
    sender: Sender,
    reference: str,
    number: int,
    as_at: datetime,
    before: Fields | None = None,
    answer_by: datetime | None = None,
) -> Context:
    """Tell everyone alerted that some of the children need not be searched for any more, and first who is still missing."""
    children, since = children_of(fields), _statuses(before)
    now = [place for place in places_with(fields, ChildStatus.FOUND) if since.get(place) is not ChildStatus.FOUND]
    died = [place for place in places_with(fields, ChildStatus.DECEASED) if since.get(place) is not ChildStatus.DECEASED]
    missing = still_missing(fields)
    whole = _whole(fields, sender=sender, reference=reference, number=number, as_at=as_at, answer_by=answer_by)
    return whole | {
        "headline": _headline(len(now), len(missing)),
        "no_longer": [_no_longer(child, as_at) for place, child in enumerate(children) if place not in (*missing, *now, *died)],
        "still": [wording.child_rows(children[place], as_at, only=wording.WHO) for place in missing],
        "found": [_no_longer(children[place], as_at) for place in now],
        "died": [_settled(_no_longer(children[place], as_at)) for place in died],
        "found_on": day((fields.get("found") or {}).get("date")) if now else "",
    }


def found(fields: Fields, *, sender: Sender, reference: str, number: int, as_at: datetime) -> Context:
    """Tell everyone ever alerted to stop searching; never where the child is."""
    said = fields.get("found") or {}
    facts = rows(
        ("Missing since", day(fields.get("date_went_missing"))),
        ("Found on", day(said.get("date"))),
        ("Physically seen", said.get("physically_seen")),
        ("Seen on", day(said.get("date_seen"))),
    )
    return _ended(fields, sender, reference, number, as_at) | {"facts": facts}


def deceased(fields: Fields, *, sender: Sender, reference: str, number: int, as_at: datetime) -> Context:
    """Tell everyone ever alerted, with care, that the alert has ended because the child has died."""
    died, alive = places_with(fields, ChildStatus.DECEASED), places_with(fields, ChildStatus.FOUND)
    return _ended(fields, sender, reference, number, as_at) | {
        "died": max(1, len(died)),
        "found_too": len(alive),
        "facts": rows(("Missing since", day(fields.get("date_went_missing")))),
    }


def withdrawal(*, sender: Sender, reference: str, number: int, as_at: datetime) -> Context:
    """Tell everyone alerted that it was sent in error: delete it, do not act on it. Why stays with us: it may be about other people."""
    return begin(sender, reference, _WAS_ALERTED, "a", number=number, as_at=moment(as_at))


def _ended(fields: Fields, sender: Sender, reference: str, number: int, as_at: datetime) -> Context:
    # Enough to find the record that is to be closed, and no more.
    names = [_settled(_no_longer(each, as_at)) for each in children_of(fields)]
    return begin(sender, reference, _WAS_ALERTED, "a", number=number, as_at=moment(as_at), names=names, answers=ANSWERS)


def _statuses(fields: Fields | None) -> dict[int, ChildStatus]:
    return {place: status_of(child) for place, child in enumerate(children_of(fields or {}))}


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _headline(found_now: int, missing: int) -> str:
    still = f"{_count(missing)} still missing"
    if not found_now:  # a death is not told in a subject
        return f"{_count(missing)} {'child' if missing == 1 else 'children'} still missing"
    return f"{_count(found_now)} {'child' if found_now == 1 else 'children'} found, {still}"


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _whole(fields: Fields, *, sender: Sender, reference: str, number: int, as_at: datetime, answer_by: datetime | None) -> Context:
    children = children_of(fields)
    missing = [children[place] for place in still_missing(fields)]
    _, protected = wording.address_lines(fields.get("addresses") or ())
    get = fields.get
    return begin(
        sender,
        reference,
        _ALERTED,
        "a",
        answers=ANSWERS,
        number=number,
        as_at=moment(as_at),
        answer_by=moment(answer_by) if answer_by else "",
        who=wording.who_is_missing(missing),
        risk=get("risk_level") or "not stated",
        children=[wording.child_rows(each, as_at) for each in missing],
        no_longer=[_no_longer(each, as_at) for each in children if status_of(each) is not ChildStatus.MISSING],
        adults=[wording.adult_rows(each) for each in get("adults") or ()],
        missing=_what_happened(fields),
        address_protected=protected,
        since=day(get("date_went_missing")),
        risk_rows=_risk(fields),
        links=_links(fields),
        contacts=_contacts(fields),
    )


def _no_longer(child: Mapping[str, Any], at: datetime) -> list[Row]:
    return wording.child_rows(child, at, only=wording.WHO)


def _what_happened(fields: Fields) -> list[Row]:
    get = fields.get
    shown, _ = wording.address_lines(get("addresses") or ())
    return rows(
        ("Missing since", day(get("date_went_missing"))),
        ("Last seen on", day(get("date_last_seen"))),
        ("Last seen", get("last_seen")),
        *shown,
        ("Circumstances", get("circumstances")),
        ("Why we are concerned", get("reason_for_concern")),
        ("What has been done", get("actions_taken")),
        ("Exceptional route", wording.codes(get("exceptional_criterion"))),
    )


def _risk(fields: Fields) -> list[Row]:
    return rows(
        ("Risk level", fields.get("risk_level") or "not stated"),
        ("Police reference", fields.get("police_reference")),
        ("Media", wording.media(fields.get("media_strategy"))),
    )


def _links(fields: Fields) -> list[Row]:
    return rows(
        ("Links to areas", fields.get("links_to_areas")),
        ("Associates", fields.get("associates")),
        ("Vehicles", fields.get("vehicles")),
        ("Phones", fields.get("phones")),
    )


def _contacts(fields: Fields) -> list[Row]:
    return rows(
        ("Social worker", wording.contact(fields.get("social_worker"))),
        ("Team manager", wording.contact(fields.get("team_manager"))),
        ("Out of hours", wording.contact(fields.get("out_of_hours_contact"))),
        ("Police", wording.contact(fields.get("police_contact"))),
    )


def _changed(before: Fields | None, after: Fields, at: datetime) -> list[Difference]:
    """Say what differs between two letters, row by row; of the circumstances only what is new, the rest stands below."""
    if before is None:
        return []
    new = str(after.get("circumstances") or "").partition("\n\nBefore: ")[0]
    old_rows, new_rows = _told(before, at), _told(after, at)
    if old_rows.get("Circumstances") != new_rows.get("Circumstances"):
        old_rows.pop("Circumstances", None)
        new_rows["Circumstances"] = new
    return list(compare(old_rows, new_rows))


def _told(fields: Fields, at: datetime) -> dict[str, str]:
    told = dict[str, str]()
    for label, value in (*_what_happened(fields), *_risk(fields), *_links(fields), *_contacts(fields)):
        told[label] = f"{told[label]}; {value}" if label in told else value  # a family may have two addresses of one kind
    children, adults = children_of(fields), fields.get("adults") or ()
    for place, child in enumerate(children, start=1):
        before = f"Child {place}: " if len(children) > 1 else "Child: "
        told |= {f"{before}{label[0].lower()}{label[1:]}": value for label, value in _settled(wording.child_rows(child, at))}
        if status_of(child) is not ChildStatus.MISSING:
            told[f"{before}status"] = "no longer missing"
    for place, adult in enumerate(adults, start=1):
        before = f"Adult {place}: " if len(adults) > 1 else "Adult: "
        told |= {f"{before}{label[0].lower()}{label[1:]}": value for label, value in wording.adult_rows(adult)}
    return told


def _settled(described: Sequence[Row]) -> list[Row]:
    """Leave out the age: it changes by itself."""
    return [(label, value.partition(" (age ")[0] if label == "Date of birth" else value) for label, value in described]
