"""Whether a notice meets the threshold of its policy: the questions, the waiting period, the attempts, the strategy discussion."""

from collections.abc import Iterator
from datetime import date, timedelta

from service.domain.due import local_date
from service.domain.fields import days_missing, full_date, value_at
from service.domain.matter import Matter, in_words
from service.domain.notice import Finding
from service.domain.policy import Question

_NOT_SAID = "The form does not say."
_WAIVED = " An exceptional criterion does not shorten this."
# For each question of yes or no: the field, the answer that leaves the family missing, and what to say of either answer.
_YES_NO: dict[str, tuple[str, bool, str, str]] = {
    "locality_known": (
        "whereabouts.locality_known",
        False,
        "The family is not known to be in a particular place.",
        "The form says the family is known to be in a particular locality. That is not a national alert.",
    ),
    "temporarily_absent": (
        "whereabouts.temporarily_absent",
        False,
        "The form rules out that they are only temporarily absent.",
        "The form says that they may only be temporarily absent.",
    ),
    "family_or_friends": (
        "whereabouts.staying_with_family_or_friends",
        False,
        "The form rules out that they are with family or friends, or on holiday.",
        "The form says that they may be with family or friends, or on holiday.",
    ),
    "believed_missing": (
        "whereabouts.believed_missing_by_others",
        True,
        "Friends, neighbours or family believe that they are missing.",
        "Friends, neighbours or family do not believe that they are missing.",
    ),
    "custody": (
        "whereabouts.parent_in_custody",
        False,
        "No parent is in custody.",
        "A parent is in custody. That may be why nobody is at home: ask there.",
    ),
    "agencies_know": (
        "whereabouts.agencies_have_knowledge",
        False,
        "The key agencies do not know where they are.",
        "A key agency knows something of their whereabouts.",
    ),
}


def threshold(matter: Matter) -> Iterator[Finding]:
    """Yield what the threshold test finds, question by question."""
    for question in matter.policy.questions:
        yield from _asked(matter, question)
    yield _waited(matter)
    yield from _several_days(matter)
    yield from _attempts(matter)
    yield from _strategy(matter)


def _asked(matter: Matter, question: Question) -> Iterator[Finding]:
    if question.asks == "police":
        yield _police(matter, question)
    elif question.asks == "agencies_contacted":
        yield from _agencies(matter, question)
    else:
        path, missing_when, missing, not_missing = _YES_NO[question.asks]
        answer = value_at(matter.fields, path)
        if answer is None:
            yield matter.unanswered(question.asks, _NOT_SAID, path=path, label=question.label)
        else:
            met = bool(answer) is missing_when
            yield matter.finding(question.asks, "met" if met else "not_met", missing if met else not_missing)


def _police(matter: Matter, question: Question) -> Finding:
    path = "whereabouts.police_information"
    if not value_at(matter.fields, path):
        return matter.unanswered("police", _NOT_SAID, path=path, label=question.label)
    return matter.finding("police", "met", "The form says what the police know.")


def _agencies(matter: Matter, question: Question) -> Iterator[Finding]:
    contacted = matter.fields.get("agencies_contacted") or []
    if contacted:
        number = len(contacted)
        yield matter.finding("agencies_contacted", "met", f"{number} agenc{'y was' if number == 1 else 'ies were'} contacted.")
    else:
        yield matter.unanswered(
            "agencies_contacted", "The form does not say which agencies were contacted.", path="agencies_contacted", label=question.label
        )
    if value_at(matter.fields, "whereabouts.agencies_have_knowledge"):
        yield matter.finding("agencies_contacted", "not_met", _YES_NO["agencies_know"][3])


def _waited(matter: Matter) -> Finding:
    policy = matter.policy
    if policy.wait_days is None:
        return matter.finding("wait", "not_applicable", policy.wait_says)
    since, days = full_date(matter.fields.get("date_went_missing")), days_missing(matter.fields, matter.today)
    if since is None or days is None:
        says = "The date the child went missing is not fully known, so the days cannot be counted."
        partial = bool(matter.fields.get("date_went_missing"))
        label = "Full date the child went missing"
        return (
            matter.unanswered("wait", says, path="date_went_missing", label=label)
            if partial
            else matter.finding("wait", "not_answered", says)
        )
    # The 21st day counts (docs/decisions/0003): a child missing since the 1st is missing for three weeks on the 21st.
    if days + 1 >= policy.wait_days:
        return matter.finding("wait", "met", f"Missing for {days} days.")
    reached = in_words(since + timedelta(days=policy.wait_days - 1))
    waived = _WAIVED if matter.fields.get("exceptional_criterion") else ""
    return matter.finding("wait", "not_met", f"Missing for {max(days, 0)} days. Day {policy.wait_days} is {reached}.{waived}")


def _several_days(matter: Matter) -> Iterator[Finding]:
    if "several_days" not in matter.policy.sentences:
        return
    if matter.fields.get("actions_taken") or matter.fields.get("agencies_contacted"):
        yield matter.finding("several_days", "met", "The form says more than that they have not been seen: somebody looked for them.")
    else:
        yield matter.finding("several_days", "not_met", "The form only says that they have not been seen. That is not enough.")


def _attempts(matter: Matter) -> Iterator[Finding]:
    by = matter.policy.attempts_by
    if not by:
        return
    if matter.fields.get("actions_taken"):
        says = f"The form says what was done to find them. It must be what {by} did, and somebody must judge it reasonable."
        yield matter.finding("attempts", "met", says)
    else:
        says = f"The form does not say what {by} did to find them."
        yield matter.unanswered("attempts", says, path="actions_taken", label="Actions taken to locate the family")


def _strategy(matter: Matter) -> Iterator[Finding]:
    must, held = matter.policy.strategy, matter.fields.get("strategy_discussion_date")
    if not must:
        return
    day, label = full_date(held), "Date of the strategy discussion"
    if must == "be_dated":
        # The source speaks of any meeting that is planned: a form without a date may be right, so the reporter is not asked.
        says = "The form gives no date. If a strategy or risk management meeting is planned, its date must be in it."
        yield matter.finding("strategy", *(("met", "The form gives the date of a meeting.") if held else ("not_answered", says)))
    elif held and must == "be_held":
        yield matter.finding("strategy", *_took_place(day, matter))
    elif day is not None:
        yield matter.finding("strategy", *_in_time(matter, day))
    else:
        yield matter.unanswered("strategy", _not_held(matter), path="strategy_discussion_date", label=label)


def _not_held(matter: Matter) -> str:
    if matter.policy.strategy == "be_held":
        return "The form gives no date of a strategy discussion. It must take place."
    return f"The form gives no full date of a strategy discussion. It is due by {in_words(_strategy_due(matter))}."


def _took_place(day: date | None, matter: Matter) -> tuple[str, str]:
    if day is not None and day > matter.today:
        return "not_met", f"The strategy discussion is only planned, for {in_words(day)}. It must have taken place."
    return "met", "A strategy discussion took place."


def _in_time(matter: Matter, day: date) -> tuple[str, str]:
    due = _strategy_due(matter)
    if day > due:
        return "not_met", f"The strategy discussion is on {in_words(day)}. It was due by {in_words(due)}."
    return "met", f"The strategy discussion is within the time: it was due by {in_words(due)}."


def _strategy_due(matter: Matter) -> date:
    # The source does not say from which day: the day the form came in is the day the family is first said not to be traced.
    return matter.calendar.add_working_days(local_date(matter.notice.created_at), matter.policy.clocks.strategy_working_days or 0)
