"""Every kind of prompt has its words, and none of them says what a subject must not."""

from datetime import date

import pytest

from service.domain.due import PromptKind
from service.mail.compose_due import due, in_short
from service.mail.templates import Templates
from tests.service.mail.letters import FOLDER, REFERENCE, SENDER

templates = Templates(FOLDER)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("kind", PromptKind)
def test_every_prompt_has_a_subject_a_sentence_and_what_follows(kind: PromptKind, late: bool) -> None:
    context = due(sender=SENDER, reference=REFERENCE, kind=kind, date=date(2026, 11, 20), late=late, source="The sentence. (The book)")
    letter = templates.render("due", **context)
    assert letter.subject.startswith("OVERDUE since 20 November: " if late else "Due 20 November: ")
    assert letter.subject.endswith(f"[{REFERENCE}]")
    assert "The sentence. (The book)" in letter.text
    assert letter.text.partition("If nothing is done")[2].strip("-\n ")
    assert len(in_short(kind, date(2026, 11, 20), late=late, reference=REFERENCE)) < 300


def test_the_day_it_lapses_elsewhere_is_said() -> None:
    context = due(
        sender=SENDER,
        reference=REFERENCE,
        kind="renewal_due",
        date=date(2026, 11, 20),
        late=False,
        source="x",
        lapses_on=date(2027, 5, 20),
    )
    assert "It will lapse elsewhere on 20 May 2027" in templates.render("due", **context).text
