"""What a policy finds in a notice: a pure function. A finding never decides; each carries the sentence it rests on."""

from collections.abc import Iterator
from datetime import date, timedelta

from service.domain.calendar import WorkingCalendar
from service.domain.children import ChildStatus, children_of, places_with
from service.domain.due import add_months, hours_from_day, local_date
from service.domain.eligibility import eligibility
from service.domain.fields import full_date, value_at
from service.domain.matter import Matter, in_words
from service.domain.notice import Finding, Notice, NoticeKind
from service.domain.policy import SILENT, Policy, Required
from service.domain.threshold import threshold

_FIRST_TIME = (NoticeKind.ALERT, NoticeKind.RENEWAL)
_CONSIDERED = {
    "mother_is_a_child": "Whether the mother is a child herself, on a plan or looked after.",
    "crime": "Whether the family may be the victim of a crime.",
    "trafficking": "Whether the mother may have been exploited, trafficked or forced into marriage.",
    "pre_birth": "Whether there was a pre-birth conference, and a pre-birth assessment.",
    "other_children_on_a_plan": "Whether other children of the family are on a plan.",
    "section_47": "Whether there is a section 47 enquiry.",
    "person_who_poses_a_risk": "Whether somebody in the household or visiting poses a risk of harm to children.",
}


def assess(notice: Notice, policy: Policy, calendar: WorkingCalendar, today: date) -> tuple[Finding, ...]:
    """Return everything *policy* finds in *notice*: required answers, then the threshold, then what is to be done."""
    matter = Matter(notice=notice, policy=policy, calendar=calendar, today=today)
    found = [*_scope(matter), *_required(matter)]
    if notice.kind in _FIRST_TIME and policy.about_national_alerts:
        found += [*eligibility(matter), *threshold(matter), *_considerations(matter)]
    if notice.kind in (*_FIRST_TIME, NoticeKind.UPDATE):
        found += [*_risk(matter), *_media(matter)]
    if _tells_of_a_found_child(notice):
        found += [*_found(matter), *_after_found(matter)]
    return (*found, *_follow_ups(matter), *_reminders(matter))


def against(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings that an approval would go against; it then needs a written reason."""
    return tuple(one for one in findings if one.outcome in ("not_met", "contradiction"))


def _scope(matter: Matter) -> Iterator[Finding]:
    if not matter.policy.about_national_alerts and matter.notice.kind in _FIRST_TIME:
        says = "The source gives no rule for national alerts, so nothing was found either way. The person who approves judges it."
        yield matter.finding("scope", "not_applicable", says)


def _required(matter: Matter) -> Iterator[Finding]:
    for rule in matter.policy.required:
        if matter.notice.kind.value in rule.kinds or ("found" in rule.kinds and _tells_of_a_found_child(matter.notice)):
            for path in _paths(matter, rule.field_path):
                yield from _missing(matter, rule, path)


def _missing(matter: Matter, rule: Required, path: str) -> Iterator[Finding]:
    value = value_at(matter.fields, path)
    if path.endswith("date_of_birth") and value is None:
        value = value_at(matter.fields, path.replace("date_of_birth", "expected_delivery_date"))
    if rule.field_path.startswith("found.") and value_at(matter.fields, "found.deceased"):
        return
    if not matter.answered(path, value):
        yield matter.unanswered(f"required.{rule.field_path}", rule.why, path=path, label=rule.label, source=rule.source)


def _paths(matter: Matter, path: str) -> list[str]:
    """Spread `children[].family_name` over the children who are still missing (at least one)."""
    head, spread, tail = path.partition("[]")
    if not spread:
        return [path]
    if head == "children":
        return [f"children[{place}]{tail}" for place in matter.places]
    return [f"{head}[{place}]{tail}" for place in range(max(1, len(matter.fields.get(head) or ())))]


def _considerations(matter: Matter) -> Iterator[Finding]:
    unborn = any(child.get("unborn") for _, child in matter.searched)
    for point in matter.policy.considerations:
        if unborn or not point.only_unborn:
            says = f"To be considered: {_CONSIDERED[point.about][0].lower()}{_CONSIDERED[point.about][1:]}{_form_says(matter, point.about)}"
            yield matter.finding(f"consider_{point.about}", "reminder", says)


def _form_says(matter: Matter, about: str) -> str:
    """Say what the form tells about a point, where a field of it does."""
    adults, children = matter.fields.get("adults") or (), children_of(matter.fields)
    statuses = {status for child in children for status in child.get("legal_status") or ()}
    if about == "mother_is_a_child":
        born = [full_date(one.get("date_of_birth")) for one in adults if str(one.get("relationship") or "").casefold() == "mother"]
        young = any(day and add_months(day, 18 * 12) > matter.today for day in born)
        return " The form says she is under 18." if young else ""
    if about == "other_children_on_a_plan":
        on_a_plan = sum("child_protection_plan" in (child.get("legal_status") or ()) for child in children)
        return f" The form names {on_a_plan} on a plan." if on_a_plan else ""
    if about == "section_47" and "section_47" in statuses:
        return " The form says so."
    if about == "person_who_poses_a_risk" and any(one.get("risk") for one in adults):
        return " The form says something about it."
    return ""


def _risk(matter: Matter) -> Iterator[Finding]:
    level, levels = matter.fields.get("risk_level"), matter.policy.risk_levels
    if not levels:
        yield matter.finding("risk", "not_applicable", "This policy asks for no level of risk.")
    elif level is not None:
        says = f"The risk is given as {level}. It must agree with the decision of the police."
        if level not in levels:
            says = f"The risk is given as {level}. An alert states {' or '.join(levels)}."
        yield matter.finding("risk", "met" if level in levels else "not_met", says)


def _media(matter: Matter) -> Iterator[Finding]:
    if matter.policy.media_update and value_at(matter.fields, "media_strategy.media_to_be_informed"):
        told = matter.notice.kind is NoticeKind.UPDATE
        says = (
            "The media are to be informed, and this update tells the authorities."
            if told
            else "The media are to be informed. Before that, send an updated alert."
        )
        yield matter.finding("media_update", "met" if told else "reminder", says)


def _tells_of_a_found_child(notice: Notice) -> bool:
    in_part = bool(notice.fields.get("found")) and bool(places_with(notice.fields, ChildStatus.FOUND, ChildStatus.DECEASED))
    return notice.kind is NoticeKind.FOUND or (notice.kind is NoticeKind.UPDATE and in_part)


def _found(matter: Matter) -> Iterator[Finding]:
    found, needs = matter.fields.get("found") or {}, matter.policy.found_needs
    if found.get("deceased"):
        yield matter.finding("found_death", "met", "The form says that the child has died.")
        return
    seen = found.get("physically_seen")
    located = any(found.get(name) for name in ("date", "where", "found_authority", "seen_by")) or seen is True
    if not located:
        yield matter.finding("found", "not_answered", "The form does not say when or where the child was found.")
    elif "physically_seen" in needs:
        says = {
            True: "Located and physically seen.",
            False: "Located, but not physically seen: the child is not found yet.",
            None: "The form does not say whether the child was physically seen.",
        }[seen]
        yield matter.finding("found", {True: "met", False: "not_met", None: "not_answered"}[seen], says)
    else:
        unseen = " The form says that the child was not physically seen; the source does not ask for it." if seen is False else ""
        yield matter.finding("found", "met", f"The child was located.{unseen}")
    if "no_longer_missing" in needs:
        says = "Make sure that the police no longer class the child as missing. No form has a place for this."
        yield matter.finding("found_no_longer_missing", "reminder", says, source=matter.words_for("found"))


def _after_found(matter: Matter) -> Iterator[Finding]:
    clocks, found = matter.policy.clocks, matter.fields.get("found") or {}
    if clocks.found_working_days:
        due = matter.calendar.add_working_days(local_date(matter.notice.created_at), clocks.found_working_days)
        late = "It is late: send it now." if matter.today > due else "Counted from the day the found report came in."
        says = f"{matter.policy.found_act[0].upper()}{matter.policy.found_act[1:]} is due by {in_words(due)}. {late}"
        yield matter.finding("found_deadline", "reminder", says)
    if clocks.return_interview_hours and not found.get("deceased") and _somebody_to_interview(matter.notice):
        yield matter.finding("return_interview", "reminder", _interview(found.get("date"), clocks.return_interview_hours))
    if matter.policy.retention and matter.notice.kind is NoticeKind.FOUND:
        yield matter.finding("retention", "reminder", matter.policy.retention.says)


def _interview(found_on: object, hours: int) -> str:
    day = full_date(found_on)
    if day is None:
        return f"A return interview is due within {hours} hours of the child being found."
    # Only the date is known: the hours run from its first moment, so the last of them ends the day before.
    due = local_date(hours_from_day(day, hours) - timedelta(seconds=1))
    return f"A return interview is due within {hours} hours: by the end of {in_words(due)}."


def _somebody_to_interview(notice: Notice) -> bool:
    gone = (ChildStatus.DECEASED,) if notice.kind is NoticeKind.FOUND else (ChildStatus.DECEASED, ChildStatus.MISSING)
    away = places_with(notice.fields, *gone)
    found = [child for place, child in enumerate(children_of(notice.fields)) if place not in away]
    return not found or any(not child.get("unborn") for child in found)


def _follow_ups(matter: Matter) -> Iterator[Finding]:
    """When the next notice is due if the child is still missing, counted from today; the clock counts again from the day it went out."""
    clocks, kind, today = matter.policy.clocks, matter.notice.kind, matter.today
    if kind.ends_the_case:
        return
    if clocks.update_first_days and kind is NoticeKind.ALERT:
        due = in_words(today + timedelta(days=clocks.update_first_days))
        yield matter.finding("update_first", "reminder", f"If this goes out today, the first update is due by {due}.")
    elif clocks.update_every_months:
        due = in_words(add_months(today, clocks.update_every_months))
        yield matter.finding("update_every", "reminder", f"If this goes out today, the next update is due by {due}.")
    if clocks.renewal_months and kind in _FIRST_TIME:
        due = in_words(add_months(today, clocks.renewal_months))
        says = f"If this goes out today and the child is not found, a new notification is due by {due}, with the original missing date."
        yield matter.finding("renewal", "reminder", says)


def _reminders(matter: Matter) -> Iterator[Finding]:
    policy, kind = matter.policy, matter.notice.kind
    if policy.recording and kind.value in policy.recording.kinds:
        yield matter.finding("recording", "reminder", policy.recording.says)
    if kind is NoticeKind.ALERT:
        for number, remark in enumerate(policy.remarks, start=1):
            yield matter.finding(f"remark_{number}", "reminder", remark.says, source=remark.source or SILENT)
