"""Which decisions are taken on the web page alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.approval import Approval
from service.domain.notice import Notice, NoticeKind, NoticeState
from service.domain.people import Person, Role
from service.domain.step_up import SENTENCES, Facts, step_up_reasons
from service.policies import policy_named
from tests.factories import NOW

POLICY = policy_named("national")
HELEN = Person(
    id="h", issuing_authority_id="k", name="Helen Head", address="helen@kent.test", roles=frozenset({Role.APPROVER}), active=True
)
FIELDS = {"social_worker": {"name": "Sam Worker"}, "addresses": [{"kind": "last_known", "text": "1 Example Road"}]}
NOTICE = Notice(
    id="n", case_id="c", kind=NoticeKind.ALERT, number=1, state=NoticeState.AWAITING_APPROVAL, version=2, fields=FIELDS, provenance={},
    findings=(), submitted_by="sam@kent.test", received_email_id=None, created_at=NOW,
)  # fmt: skip
ASKED = Approval(
    id="a", notice_id="n", approver_id="h", notice_version=2, content_sha256="0", number="4821", token_hash="0", asked_at=NOW,
    not_after=NOW + timedelta(hours=72), used_at=None, verdict=None, way=None,
)  # fmt: skip


PLAIN = Facts()


def reasons(
    notice: Notice = NOTICE, facts: Facts = PLAIN, *, approval: Approval = ASKED, approver: Person = HELEN, **policy: object
) -> tuple[str, ...]:
    return step_up_reasons(replace(POLICY, **policy), notice, approval, approver, facts, NOW)  # type: ignore[arg-type]


def test_a_plain_alert_may_be_decided_by_reply() -> None:
    assert reasons() == ()


CASES: dict[str, tuple[Notice, Facts, Approval, Person]] = {
    "found": (replace(NOTICE, kind=NoticeKind.FOUND), Facts(), ASKED, HELEN),
    "withdrawal": (replace(NOTICE, kind=NoticeKind.WITHDRAWAL), Facts(), ASKED, HELEN),
    "attachments": (NOTICE, Facts(attachments=1), ASKED, HELEN),
    "recipients": (NOTICE, Facts(unlike_last=3), ASKED, HELEN),
    "first_decision": (NOTICE, Facts(has_decided_before=False), ASKED, HELEN),
    "changed_person": (NOTICE, Facts(), ASKED, replace(HELEN, changed_at=NOW - timedelta(days=6))),
    "same_child": (NOTICE, Facts(same_child_lately=True), ASKED, HELEN),
    "doubtful_reply": (NOTICE, Facts(), replace(ASKED, doubted_at=NOW), HELEN),
    "grey_letter": (NOTICE, Facts(grey=True), ASKED, HELEN),
    "case_manager": (replace(NOTICE, fields={"team_manager": {"name": "helen  head"}}), Facts(), ASKED, HELEN),
    "protected_address": (replace(NOTICE, fields={"addresses": [{"text": "x", "confidential": True}]}), Facts(), ASKED, HELEN),
}


@pytest.mark.parametrize("name", CASES)
def test_each_class_of_the_policy_takes_the_decision_to_the_page_and_says_why(name: str) -> None:
    notice, facts, approval, approver = CASES[name]
    assert reasons(notice, facts, approval=approval, approver=approver) == (SENTENCES[name],)
    others = tuple(one for one in POLICY.step_up if one != name)
    assert reasons(notice, facts, approval=approval, approver=approver, step_up=others) == ()


def test_an_update_that_says_that_one_child_was_found_stops_a_search_too() -> None:
    assert reasons(replace(NOTICE, kind=NoticeKind.UPDATE, fields={"found": {"date": "2026-11-23"}})) == (SENTENCES["found"],)


def test_an_address_that_changed_after_the_check_takes_the_decision_to_the_page() -> None:
    assert reasons(facts=Facts(recipients_changed=True)) == (SENTENCES["recipients"],)


def test_the_manager_is_known_by_the_registered_address_as_well() -> None:
    assert reasons(replace(NOTICE, fields={"team_manager": {"email": "Helen@Kent.test"}})) == (SENTENCES["case_manager"],)


def test_a_change_is_settled_after_seven_days() -> None:
    assert reasons(approver=replace(HELEN, changed_at=NOW - timedelta(days=7))) == ()


def test_a_policy_can_take_every_decision_to_the_page() -> None:
    assert reasons(step_up=("always",)) == (SENTENCES["always"],)


def test_what_was_stopped_is_set_going_on_the_page_alone_whatever_the_policy_says() -> None:
    assert len(reasons(replace(NOTICE, stopped_at=NOW), step_up=())) == 1
