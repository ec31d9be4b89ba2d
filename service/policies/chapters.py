"""A policy as chapters to read: every rule in plain words beside the sentence it rests on. The command line and the pages both show it."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.policy import SILENT, Policy

Line = tuple[str, str, str]
_KINDS = {
    "case_alert": "A local case alert",
    "placement_notification": "A placement notification",
    "missing_from_care": "A child in care who is missing",
    "received_alert": "Another authority's national alert",
}
_EXCLUDED = {"adults": "Adults", "uasc": "Unaccompanied asylum-seeking children", "children_in_care": "Children in care"}
_CRITERIA = {"section_47": "Around a section 47 investigation", "abducted": "Abducted", "removed": "Removed without notice"}
_STRATEGY = {
    "be_held": "Must have taken place",
    "be_dated": "Its date, if one is planned, must be in the form",
    "be_soon": "Must be convened within",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One part of a policy: each line is a rule, what it says here, and the sentence it rests on."""

    title: str
    lines: tuple[Line, ...]


def chapters_of(policy: Policy) -> tuple[Chapter, ...]:
    """Return every rule; what the source does not say is said as such."""
    parts = (
        ("People", _people(policy)),
        ("Which children", _children(policy)),
        ("The threshold", _threshold(policy)),
        ("Exceptional alerts", _exceptional(policy)),
        ("What a notice must say", _required(policy)),
        ("After the alert", _after(policy)),
        ("When the child is found", _found(policy)),
        ("What is passed on", _passed_on(policy)),
        ("Records and reports", _records(policy)),
    )
    return tuple(Chapter(title=title, lines=tuple(lines)) for title, lines in parts)


def _line(policy: Policy, rule: str, title: str, what: str) -> Line:
    """One rule; where the source is silent there is nothing to say beside that."""
    sentence = policy.sentence(rule)
    if sentence == SILENT:
        return title, SILENT, ""
    named = f" ({policy.document(rule)})" if policy.document(rule) != policy.source else ""
    return title, what, sentence + named


def _people(policy: Policy) -> Iterator[Line]:
    yield _line(policy, "submitter", "Who submits", policy.submitter)
    yield _line(policy, "inbox", "To which inbox", policy.inbox)
    for number, stage in enumerate(policy.quality, start=1):
        yield f"Quality assurance, stage {number}", stage.title, stage.source
    yield _line(policy, "approver", "Who approves", policy.approver_title)
    may = "Yes: one person does both" if policy.checker_may_approve else "No"
    yield "May the checker approve?", may, policy.sentence("approver") if policy.checker_may_approve else ""
    yield _line(policy, "cascaded_by", "Who sends it out", policy.cascaded_by)
    ground = policy.sentences.get("step_up", "The source says nothing. Decided here: a reply is a weak proof of who wrote it.")
    yield "Decided on the web page alone", ", ".join(map(_words, policy.step_up)) or "Nothing", ground
    hold = f"{policy.hold_minutes} minutes" if policy.hold_minutes else "It does not wait"
    yield "Wait between approval and sending", hold, policy.sentences.get("hold", "")


def _children(policy: Policy) -> Iterator[Line]:
    yield _line(policy, "eligible", "Alerts are issued on", ", or ".join(map(_words, policy.eligible)))
    for key, title in _EXCLUDED.items():
        what = "Not, except by an exceptional criterion" if key == "children_in_care" else "Not"
        yield _line(policy, f"excluded_{key}", title, what)


def _threshold(policy: Policy) -> Iterator[Line]:
    if not policy.about_national_alerts:
        yield "The threshold", "The source gives no rule for national alerts.", ""
        return
    wait = f"{policy.wait_days} days; the last of them counts" if policy.wait_days else f"None. {policy.wait_says}"
    yield "Waiting period", wait, policy.sentence("wait")
    for question in policy.questions:
        yield "Question", question.label, question.source
    yield _line(policy, "several_days", "Not seen for several days", "Not enough by itself")
    yield _line(policy, "attempts", "Reasonable attempts to locate", f"Made by {policy.attempts_by}")
    for point in policy.considerations:
        yield "To be considered", _words(point.about) + (" (unborn babies)" if point.only_unborn else ""), point.source
    days = policy.clocks.strategy_working_days
    yield _line(policy, "strategy", "Strategy discussion", _STRATEGY.get(policy.strategy, "") + (f" {days} working days" if days else ""))


def _exceptional(policy: Policy) -> Iterator[Line]:
    yield _line(policy, "exceptional", "Does it waive the threshold?", "No: the threshold must be met first")
    for key, title in _CRITERIA.items():
        criterion = policy.exceptional.get(key)
        decided = f"{criterion.decided_by} must consider it met" if criterion and criterion.decided_by else "A criterion"
        yield _line(policy, f"exceptional_{key}", title, decided)


def _required(policy: Policy) -> Iterator[Line]:
    for one in policy.required:
        yield one.label, f"In: {', '.join(one.kinds)}. {one.why}", one.source
    yield _line(policy, "risk", "Level of risk", " or ".join(policy.risk_levels))
    yield _line(policy, "media_update", "When the media are informed", "An updated alert is sent")


def _after(policy: Policy) -> Iterator[Line]:
    clocks = policy.clocks
    yield _line(policy, "update_first", "First update", f"{clocks.update_first_days} days after the alert")
    yield _line(policy, "update_every", "Repeat updates", f"Every {clocks.update_every_months} months at least")
    yield _line(policy, "renewal", "Renewal", f"Every {clocks.renewal_months} months, with the original missing date")
    yield _line(policy, "lapse", "Lapses elsewhere", f"After {clocks.lapse_months} months without a follow-up")
    again = policy.repeat_missing
    yield _line(policy, "repeat_missing", "Missing again", f"From {again.episodes} episodes on: {again.says}" if again else "")
    yield _line(policy, "care_missing", "Children in care", f"Passed on after {clocks.care_missing_hours} hours")


def _found(policy: Policy) -> Iterator[Line]:
    clocks = policy.clocks
    yield _line(policy, "found", "Ends with", f"{policy.found_act}, when the child is: {', '.join(map(_words, policy.found_needs))}")
    yield _line(policy, "found_death", "If the child has died", "It ends too")
    yield _line(policy, "found_deadline", "Deadline", f"{clocks.found_working_days} working days after the found report came in")
    yield _line(policy, "return_interview", "Return interview", f"Within {clocks.return_interview_hours} hours")
    for line in policy.helplines:
        yield "Helpline", f"{line.name}: {line.contact}", ""


def _passed_on(policy: Policy) -> Iterator[Line]:
    for kind, title in _KINDS.items():
        passed = policy.passes_on.get(kind)
        yield _line(policy, f"passes_on_{kind}", title, f"To: {passed.to_title} {passed.address}. {passed.says}".strip() if passed else "")
        for item in passed.required if passed else ():
            yield "  It must state", item.label, item.source
        for words in passed.categories.values() if passed else ():
            yield "  Category", words, ""


def _records(policy: Policy) -> Iterator[Line]:
    kept = policy.recording
    yield _line(policy, "recording", "Case recording", f"{kept.system}: {kept.says}" if kept else "")
    for remark in policy.remarks:
        yield "Also", remark.says, remark.source
    for report in policy.reports:
        yield "Report", report.says, report.source
    if not policy.reports:
        yield "Report", SILENT, ""
    yield _line(policy, "retention", "Retention", policy.retention.says if policy.retention else "")


def _words(key: str) -> str:
    return key.replace("_", " ").replace("section 47", "section 47 enquiry")
