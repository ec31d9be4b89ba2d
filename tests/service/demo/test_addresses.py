"""The addresses of the demonstration."""

import pytest

from directory.contact import normalise_address
from service.demo.addresses import accounts, contacts, councils, mailbox_of, receiving
from service.domain.people import Role
from service.policies import policy_named

KENT = councils()["kent"]


def test_every_authority_has_one_address_of_its_own():
    addresses = [one.address for one in contacts()]
    assert len(addresses) == len(set(addresses)) == 217
    assert len(receiving()) == 212


def test_no_address_of_an_authority_or_of_staff_is_the_mailbox_of_a_council():
    mailboxes = {one.mailbox for one in councils().values()}
    everyone = [*(one.address for one in contacts()), *(person.address for one in councils().values() for person in one.staff)]
    assert not mailboxes & set(everyone)
    assert len(set(everyone)) == len(everyone)


def test_every_address_is_well_formed_and_can_belong_to_nobody():
    for address in accounts():
        assert address.endswith(".test")
        assert normalise_address(address, test_environment=True) == address


@pytest.mark.parametrize("council", councils().values(), ids=lambda one: one.policy)
def test_every_issuing_council_is_in_the_directory_and_receives_its_own_alert(council):
    assert council.gss_code in {one.gss_code for one in receiving()}


def test_a_reply_address_belongs_to_the_mailbox_before_the_plus_sign():
    assert mailbox_of(f"ALERTS+d.{'a' * 32}@Kent.test") == KENT.mailbox
    assert mailbox_of("nobody@kent.test") is None
    assert mailbox_of("kent.test") is None


@pytest.mark.parametrize("council", councils().values(), ids=lambda one: one.policy)
def test_each_stage_of_quality_assurance_and_the_decision_have_a_person_with_the_post_of_the_policy(council):
    policy = policy_named(council.policy)
    assert [one.title for one in council.checkers if one.title] == [stage.title for stage in policy.quality]
    assert all(Role.QUALITY in one.roles for one in council.checkers)
    assert (council.approver.title, Role.APPROVER in council.approver.roles) == (policy.approver_title, True)


def test_checker_and_approver_are_one_person_only_where_the_policy_says_so():
    assert {one.policy for one in councils().values() if one.approver in one.checkers} == {"derbyshire"}
