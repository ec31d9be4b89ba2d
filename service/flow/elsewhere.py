"""What is recognised and is not ours to send round: recorded, checked, passed on to whom the policy names, and told to its sender."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.database.unit_of_work import Work
from service.domain.delivery import Lane
from service.domain.people import IssuingAuthority, Role
from service.domain.policy import PassOn
from service.flow import care
from service.flow.house import House
from service.flow.letter import Letter
from service.flow.passing import Handover, Receiver, hand_over, receivers_of
from service.flow.post import sender_of, write
from service.forms.case_alert import CaseAlert, case_alert_of
from service.forms.placement import missing_items
from service.forms.reading import Reading
from service.mail import compose_elsewhere
from service.mail.compose_elsewhere import Gap
from service.mail.wording import Row, rows
from service.policies import policy_named


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a kind of notice is spoken of, and where it belongs when the policy names nobody."""

    what: str
    explained: str
    belongs: str


KINDS: Mapping[str, _Kind] = {
    "placement_notification": _Kind(
        "a placement notice",
        "a placement notice: a child who is looked after was placed, moved, or has left a placement",
        "the team that receives placement notices in your authority",
    ),
    "case_alert": _Kind(
        "a local case alert",
        "a local case alert, which tells your own senior managers of a case",
        "the team that receives local alerts in your authority",
    ),
    "received_alert": _Kind(
        "another authority's national alert",
        "another authority's national alert, which came to us to be checked",
        "your own custodian, for local checks",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One such notice as it came in. *reporter* is told what became of it, nobody when it is None; *whole*: it may be attached."""

    reading: Reading = field(repr=False)
    kind: str
    email_id: str
    came_from: str = field(repr=False)
    reporter: str | None = field(repr=False)
    whole: bool


def arrival_of(letter: Letter) -> Arrival:
    """Say of a letter on the triage table what matters here. Only staff are answered: another authority is called."""
    assert letter.said.reading is not None
    return Arrival(
        reading=letter.said.reading,
        kind=letter.said.reading.kind,
        email_id=letter.row.id,
        came_from=letter.address,
        reporter=letter.address if letter.may_send_in and letter.said.answerable else None,
        whole=letter.said.refused_file is None,
    )


async def take(work: Work, house: House, authority: IssuingAuthority, arrival: Arrival, now: datetime) -> None:
    """Record a notice that is not ours to cascade and hand it to whom it concerns, in the caller's transaction."""
    policy = policy_named(authority.policy)
    pass_on = policy.passes_on.get(arrival.kind)
    alert = case_alert_of(arrival.reading) if arrival.kind == "case_alert" else None
    missing = _missing(pass_on, arrival.reading)
    facts = _facts(pass_on, alert)
    to = await receivers_of(work, authority, pass_on) if pass_on and arrival.kind != "received_alert" else ()
    await work.local_notices.add(
        authority_id=authority.id,
        kind=arrival.kind,
        category=alert.category if alert else "",
        in_care=alert.in_care if alert else None,
        reporter_address=arrival.came_from,
        passed_to="; ".join(one.address for one in to)[:320],
        received_email_id=arrival.email_id,
        at=now,
    )
    if pass_on and to:
        await hand_over(work, house, authority, to, _handover(arrival, pass_on, facts, missing), now)
    else:
        await _leave_to_quality(work, arrival, pass_on, now)
    await _ask_for_what_is_missing(work, arrival, missing, now)
    also = ""
    if alert:
        also = await care.note(
            work,
            house,
            authority,
            policy,
            arrival.reading,
            alert,
            came_from=arrival.came_from,
            email_id=arrival.email_id,
            whole=arrival.whole,
            now=now,
        )
    if arrival.reporter:
        await _tell(work, house, authority, arrival, pass_on, to, facts, missing, also, now)
    work.audit.add("local_notice", at=now, subject_id=arrival.email_id, kind=arrival.kind, passed_on=len(to), missing=len(missing))


def _missing(pass_on: PassOn | None, reading: Reading) -> list[Gap]:
    return [(one.label, one.why) for one in missing_items(reading, pass_on.required)] if pass_on else []


def _facts(pass_on: PassOn | None, alert: CaseAlert | None) -> list[Row]:
    if alert is None:
        return []
    named = pass_on.categories if pass_on else {}
    return rows(
        ("Category", named.get(alert.category, alert.category.replace("_", " ")) or "not told"),
        ("Child in care", alert.in_care),
    )


def _handover(arrival: Arrival, pass_on: PassOn, facts: Sequence[Row], missing: Sequence[Gap]) -> Handover:
    words = KINDS[arrival.kind]
    return Handover(
        what=words.what,
        title=f"{words.what[0].upper()}{words.what[1:]} came in",
        why=f"receives {words.what.partition(' ')[2]}s in your authority",
        source=pass_on.source,
        came_from=arrival.came_from,
        email_id=arrival.email_id,
        facts=tuple(facts),
        missing=tuple(missing),
        read=tuple((one.label or path, one.text) for path, one in arrival.reading.provenance.items() if one.text),
        whole=arrival.whole,
    )


async def _leave_to_quality(work: Work, arrival: Arrival, pass_on: PassOn | None, now: datetime) -> None:
    """Give it to a person where nobody is set to receive it; another authority's alert always: its checks are a person's work."""
    what = KINDS[arrival.kind].what
    if arrival.kind == "received_alert":
        says = "Another authority's national alert came in. Check our records, the police, the NHS trust and education, and answer them."
    elif pass_on:
        says = (
            f"{what.capitalize()} came in, and nobody is set to get it. Pass it on, and give somebody the post “{pass_on.to_title}” here."
        )
    else:
        says = f"{what.capitalize()} came in. Our policy does not say who gets it. Pass it on."
    await work.tasks.add(kind=f"{arrival.kind}_to_handle"[:40], role=Role.QUALITY, at=now, subject_id=arrival.email_id, says=says)


async def _ask_for_what_is_missing(work: Work, arrival: Arrival, missing: Sequence[Gap], now: datetime) -> None:
    if missing and not arrival.reporter:
        lacks = f"{len(missing)} item{'' if len(missing) == 1 else 's'} that it must state"
        says = f"{KINDS[arrival.kind].what.capitalize()} of another authority lacks {lacks}. Call them: it got no answer from us."
        await work.tasks.add(kind="local_notice_incomplete", role=Role.QUALITY, at=now, subject_id=arrival.email_id, says=says)


async def _tell(
    work: Work,
    house: House,
    authority: IssuingAuthority,
    arrival: Arrival,
    pass_on: PassOn | None,
    to: Sequence[Receiver],
    facts: Sequence[Row],
    missing: Sequence[Gap],
    also: str,
    now: datetime,
) -> None:
    words = KINDS[arrival.kind]
    say = [] if to else ["Quality assurance has your letter and passes it on."]
    if arrival.kind == "received_alert":
        say = ["Quality assurance has your letter and makes the local checks. Please do not answer the other authority yourself."]
    context = compose_elsewhere.not_ours(
        sender=sender_of(authority),
        looks_like=words.explained,
        goes_to=f"the {pass_on.to_title}" if pass_on and to else words.belongs,
        passed_on=bool(to),
        say=[*say, also] if also else say,
        missing=missing,
        source=pass_on.source if pass_on else "",
        facts=facts,
    )
    assert arrival.reporter is not None
    await write(work, house, authority, "submission_not_ours", context, to_name="", to_address=arrival.reporter, lane=Lane.RECEIPT, now=now)
