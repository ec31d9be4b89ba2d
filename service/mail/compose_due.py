"""The letters about what is due: the date, the sentence it rests on, what to do, and what happens if nothing is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from service.mail.compose import Context, Sender
from service.mail.wording import Row, day, moment, rows


@dataclass(frozen=True, slots=True)
class _Words:
    """What one kind of prompt says. *what* goes into the subject, so it holds nothing about a child."""

    what: str
    now: str
    do: tuple[str, ...]
    otherwise: str


_LOOKED_AT = "Quality assurance checks it, and the approver decides, before anything leaves."
_WORDS = {
    "update_due": _Words(
        "an update of the national alert",
        "Authorities that look for this child need to know what has changed, or that nothing has.",
        ("Reply to this letter with the update form, or in your own words under the title “Update to a national alert”.", _LOOKED_AT),
        "If nothing is sent, other authorities go on with what they were last told.",
    ),
    "renewal_due": _Words(
        "the renewal of the national alert",
        "The child is still missing, so a new notification has to go out.",
        (
            "A draft made from what was last sent is with quality assurance, unless another notice of this case waits already.",
            "Worker: if anything is new, reply to this letter with a form under the title “Renewal of a national alert”, "
            "with the date on which the child originally went missing and what has been done since. It takes the place of the draft.",
            _LOOKED_AT,
        ),
        "Nothing ends here by itself: the case stays open. But other authorities may take an alert that nobody follows up for an old one.",
    ),
    "found_due": _Words(
        "the found notice to every authority",
        "A found report came in, and the authorities have not been told yet. They are still searching.",
        (
            "Quality assurance: check the found report now.",
            "Approver: decide on it.",
            "Worker: if something is missing in it, answer our questions today.",
        ),
        "Until the found notice goes out, every authority goes on searching for this child.",
    ),
    "strategy_due": _Words(
        "a strategy discussion",
        "We have read no date of a strategy meeting or discussion.",
        ("Hold the strategy discussion and reply to this letter with its date.", "If it took place, tick off the task on the web page."),
        "The approver sees that no strategy discussion is recorded.",
    ),
    "interview_due": _Words(
        "a return interview",
        "A child was reported found. An independent return interview is to be offered.",
        (
            "Offer the interview, whether or not the child has a social worker.",
            "When it has been held, or offered and refused, tick off the task on the web page.",
        ),
        "If it is not offered in time, what happened to the child while missing may never be told.",
    ),
    "birth_due": _Words(
        "a look at the expected date of delivery",
        "The unborn baby of this case is expected about now, or should have been born.",
        (
            "If the baby is born, reply with an update: name, date of birth, and the plan the baby is subject to.",
            "If not, ask maternity services and the police again, and reply with what they say.",
        ),
        "Other authorities go on searching for a pregnant woman when they should search for a baby.",
    ),
    "adult_due": _Words(
        "an 18th birthday",
        "A child of this case turns 18, and the national alert is a notice about children.",
        (
            "Decide with your manager what follows: adult services, the police as a missing adult, a withdrawal, or nothing yet.",
            "Reply to this letter with an update or a withdrawal, if there is one.",
        ),
        "The alert stays open. Nothing ends by itself.",
    ),
    "plan_due": _Words(
        "a Risk Management Plan and a Reporting Strategy",
        "This child looks like one who went missing before. Look at the earlier cases on the page of this one: a person has to judge that.",
        (
            "If it is the same child, make or renew the Risk Management Plan and the Reporting Strategy.",
            "When both are there, or are not needed, tick off the task on the web page.",
        ),
        "The next missing episode finds everybody as unprepared as this one.",
    ),
}


def due(
    *,
    sender: Sender,
    reference: str,
    kind: str,
    date: date,
    late: bool,
    source: str,
    by: datetime | None = None,
    lapses_on: date | None = None,
    missing_since: date | None = None,
    helplines: Sequence[Row] = (),
) -> Context:
    """Say that *kind* (a name of `domain.due.PromptKind`) is due on *date*, or is late, and what happens if nothing is done."""
    words = _WORDS[kind]
    otherwise = [words.otherwise]
    if lapses_on:
        otherwise.append(
            f"It will lapse elsewhere on {day(lapses_on)}: other authorities delete an alert that has had no follow-up by then."
        )
    return {
        "sender": sender,
        "reference": reference,
        "reason": "you work on this case, or you answer for it.",
        "purpose": "c",
        "late": late,
        "date": f"{date.day} {day(date).split()[1]}",
        "what": words.what,
        "now": words.now,
        "do": list(words.do),
        "otherwise": otherwise,
        "source": source,
        "facts": rows(
            ("Was due on" if late else "Due on", day(date)),
            ("To be done by", moment(by) if by else ""),
            ("Missing since", day(missing_since)),
            ("Lapses elsewhere on", day(lapses_on)),
        ),
        "helplines": list(helplines),
    }


def in_short(kind: str, due: date, *, late: bool, reference: str = "") -> str:
    """Say the same in one sentence, for a task or a list; with *reference*, of which case."""
    words = _WORDS[kind].what
    of_case = f" for {reference}" if reference else ""
    return f"{words[0].upper()}{words[1:]}{of_case} {'was' if late else 'is'} due on {day(due)}."
