"""Contexts of the letters about what is due, what is passed on, and what a person has to read."""

from dataclasses import replace
from datetime import UTC, date, datetime

from service.mail import compose_chaser, compose_due, compose_elsewhere, compose_weekly
from service.mail.compose import Context, Sender
from service.mail.compose_chaser import Owed
from service.mail.compose_weekly import Figure, Week

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SENTENCE = "If the children are not located, a new notification should be issued at 6 monthly intervals."
GAP = ("The Independent Reviewing Officer and how to reach them", "The notification must give contact details.")
WEEK = Week(
    authority="Kent County Council",
    last_day=date(2026, 11, 22),
    figures=(
        Figure(section="National alerts", what="Alerts sent", now=3, before=(1, 2, 0, 3)),
        Figure(section="National alerts", what="Found notices sent", now=0, before=(0, 0, 0, 0)),
        Figure(section="Not for national alert", what="Local case alerts", now=1, before=(4, 4, 2, 2)),
    ),
    children=(("Episodes (cases open in the week)", "3"), ("Children in them, each counted once in each episode", "5")),
    due=(("KEN-2026-0042-K", "The renewal of the national alert is due on 20 December 2026."),),
    overdue=(("KEN-2026-0007-X", "An update of the national alert was due on 2 November 2026."),),
    silent=tuple((f"Authority {number}", "2 open cases") for number in range(1, 25)),
    not_reached=(("Authority 99", "1 open case"),),
)
QUIET = Week(
    authority="Kent County Council", last_day=date(2026, 11, 22), figures=(), children=(), due=(), overdue=(), silent=(), not_reached=()
)


def contexts(sender: Sender, reference: str, *, full: bool) -> dict[str, Context]:
    """Return a context for each of these letters, with everything known or with as little as can be."""
    owed = Owed(reference=reference, kind="alert", sent_at=NOON, link="https://alerts.kent.test/answer/tokentokentoken")
    return {
        "chaser": compose_chaser.chaser(
            sender=sender, authority="Leeds City Council", owed=[owed, replace(owed, kind="found")] if full else [owed]
        ),
        "due": compose_due.due(
            sender=sender,
            reference=reference,
            kind="renewal_due" if full else "interview_due",
            date=date(2026, 11, 20),
            late=full,
            source=SENTENCE,
            by=None if full else NOON,
            lapses_on=date(2027, 5, 20) if full else None,
            missing_since=date(2026, 5, 20) if full else None,
            helplines=[("Missing People", "116 000")] if full else [],
        ),
        "passed_on": compose_elsewhere.passed_on(
            sender=sender,
            what="a placement notice",
            title="A placement notice came in",
            came_from="placements@leeds.test",
            at=NOON,
            why="receives placement notices in your authority",
            source=SENTENCE if full else "",
            facts=[("Category", "Suffered severe injury")] if full else [],
            missing=[GAP] if full else [],
            read=[("Surname", "Example"), ("Forename(s)", "Amy")] if full else [],
            attached=full,
            kept="" if full else "Quality assurance has the original. Phone them to see it.",
        ),
        "submission_not_ours": compose_elsewhere.not_ours(
            sender=sender,
            looks_like="a placement notice",
            goes_to="the Missing Coordinator",
            passed_on=full,
            say=["We have told the Management Information Unit."] if full else [],
            missing=[GAP] if full else [],
            source=SENTENCE if full else "",
            facts=[("Child in care", "yes")] if full else [],
        ),
        "read_by_hand": compose_elsewhere.read_by_hand(
            sender=sender,
            title="A person will read your form",
            why=["The file form.pdf is a scanned PDF: pictures of pages without text. A person will read it."],
            do=["You need do nothing more."],
        ),
        "weekly_report": compose_weekly.weekly_report(WEEK if full else QUIET, sender=sender, rules=[SENTENCE] if full else []),
    }
