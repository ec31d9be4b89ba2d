"""The reason below an approval: words of the approver's own, never a greeting, a name or a footer."""

import pytest

from service.mail.reasons import reason_below


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("APPROVE\nHe will take her abroad tonight.", "He will take her abroad tonight."),
        ("APPROVE 1234\n\nThe police agree.\nThey asked for it.\n\nKind regards\nHelen", "The police agree. They asked for it."),
        ("APPROVE\n\nKind regards\nHelen Head", ""),
        ("APPROVE\n\nThanks", ""),
        ("APPROVE\n\nHelen Head\nHead of Safeguarding", ""),
        ("APPROVE\nok", ""),
        ("APPROVE", ""),
        ("", ""),
        ("APPROVE\n\nThis email is confidential and for the intended recipient only.", ""),
        ("APPROVE\n\nSent from my iPhone", ""),
        ("APPROVE\n\nwww.kent.test | helen@kent.test", ""),
    ],
)
def test_only_words_of_their_own_are_a_reason(reply: str, reason: str) -> None:
    assert reason_below(reply, name="Helen Head") == reason
