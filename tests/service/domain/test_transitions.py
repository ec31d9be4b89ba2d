"""The lifecycle tables: what is in the table happens, everything else is refused."""

from dataclasses import replace
from itertools import product

import pytest

from service.domain import case, delivery, notice
from service.domain.errors import IllegalTransition
from tests import factories


@pytest.mark.parametrize(("state", "event"), list(product(case.CaseState, case.CaseEvent)))
def test_a_case_moves_only_as_its_table_says(state: case.CaseState, event: case.CaseEvent) -> None:
    before = replace(factories.case(), state=state)
    if (state, event) in case.TRANSITIONS:
        assert before.after(event, outcome=case.Outcome.FOUND).state is case.TRANSITIONS[state, event]
    else:
        with pytest.raises(IllegalTransition):
            before.after(event, outcome=case.Outcome.FOUND)


@pytest.mark.parametrize(("state", "event"), list(product(notice.NoticeState, notice.NoticeEvent)))
def test_a_notice_moves_only_as_its_table_says(state: notice.NoticeState, event: notice.NoticeEvent) -> None:
    before = replace(factories.notice(), state=state)
    if (state, event) in notice.TRANSITIONS:
        after = before.after(event)
        assert (after.state, after.version) == (notice.TRANSITIONS[state, event], before.version + 1)
    else:
        with pytest.raises(IllegalTransition):
            before.after(event)


def test_nothing_is_cascaded_that_was_not_approved() -> None:
    into = {state for (state, event), after in notice.TRANSITIONS.items() if after is notice.NoticeState.CASCADED}
    assert into == {notice.NoticeState.APPROVED}


def test_only_a_letter_whose_bytes_may_have_left_can_be_accepted() -> None:
    into = {state for (state, _), after in delivery.TRANSITIONS.items() if after is delivery.DeliveryState.ACCEPTED}
    assert into == {delivery.DeliveryState.IN_DOUBT}


def test_a_letter_that_may_have_left_is_never_superseded_or_withdrawn() -> None:
    stopped = (delivery.DeliveryState.SUPERSEDED, delivery.DeliveryState.WITHDRAWN)
    not_a_byte_left = {delivery.DeliveryState.QUEUED, delivery.DeliveryState.SENDING}
    assert {state for (state, _), after in delivery.TRANSITIONS.items() if after in stopped} == not_a_byte_left


@pytest.mark.parametrize(("state", "answer"), list(product(delivery.DeliveryState, delivery.Answer)))
def test_every_state_and_answer_has_a_name(state: delivery.DeliveryState, answer: delivery.Answer) -> None:
    assert delivery.named_state(state, answer)
    assert "delivered" not in delivery.named_state(state, answer).lower()


def test_waits_grow_and_end_at_an_hour() -> None:
    waits = [delivery.wait_before_retry(attempts, lambda: 0.0).total_seconds() / 60 for attempts in range(1, 10)]
    assert waits == [1, 2, 5, 10, 20, 40, 60, 60, 60]
