"""The addresses of the demonstration."""

from directory.contact import normalise_address
from service.demo.addresses import ISSUING_GSS, ISSUING_NAME, MAILBOX, STAFF, accounts, contacts, mailbox_of, receiving
from service.domain.people import Role


def test_every_authority_has_one_address_of_its_own():
    addresses = [one.address for one in contacts()]
    assert len(addresses) == len(set(addresses)) == 215
    assert len(receiving()) == 212


def test_no_address_of_an_authority_or_of_staff_is_the_mailbox_of_the_service():
    everyone = [*(one.address for one in contacts()), *(one.address for one in STAFF)]
    assert MAILBOX not in everyone
    assert len(set(everyone)) == len(everyone)


def test_every_address_is_well_formed_and_can_belong_to_nobody():
    for address in accounts():
        assert address.endswith(".test")
        assert normalise_address(address, test_environment=True) == address


def test_the_issuing_council_is_kent_and_receives_its_own_alert():
    assert (ISSUING_GSS, ISSUING_NAME) == ("E10000016", "Kent County Council")
    assert ISSUING_GSS in {one.gss_code for one in receiving()}


def test_a_reply_address_belongs_to_the_mailbox_before_the_plus_sign():
    assert mailbox_of(f"ALERTS+d.{'a' * 32}@Kent.test") == MAILBOX
    assert mailbox_of("nobody@kent.test") is None
    assert mailbox_of("kent.test") is None


def test_checker_and_approver_are_two_people():
    checkers = {one.address for one in STAFF if Role.QUALITY in one.roles}
    approvers = {one.address for one in STAFF if Role.APPROVER in one.roles}
    assert checkers
    assert approvers
    assert not checkers & approvers
