"""Made-up and broken replies, a few at a time; `python -m bench.fuzz_replies` goes on for as long as one likes."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.fuzz_replies import complaint, is_approval


@settings(max_examples=150, deadline=None)
@given(st.integers(min_value=0, max_value=2**63))
@example(seed=718)
@example(seed=1)
def test_no_reply_is_approved_that_must_not_be_and_none_breaks_or_stalls_the_reading(seed: int) -> None:
    assert complaint(seed) is None


@pytest.mark.parametrize("line", ["APPROVE", "*Approve* #4821.", "“I approve”", "\u200bCymeradwyo 4821"])
def test_the_judge_of_the_made_up_replies_knows_the_listed_words(line: str) -> None:
    assert is_approval(line)


@pytest.mark.parametrize(
    "line", ["", "not approved", "APPROVE?", "dis\u200bapproved", "АPPROVE", "ı approve", "\u202eAPPROVE", "Cymeradwyaf"]
)
def test_the_judge_of_the_made_up_replies_knows_no_others(line: str) -> None:
    assert not is_approval(line)
