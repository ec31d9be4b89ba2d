"""The rule by which simulated authorities behave."""

from collections import Counter
from dataclasses import replace

import pytest

from service.demo.addresses import address_of, councils, receiving
from service.demo.behaviour import Behaviour, Tally, behaviour_at, behaviours, expected

KENT = councils()["kent"]


def test_every_receiving_authority_behaves_in_exactly_one_way():
    counts = Counter(behaviours().values())
    assert sum(counts.values()) == 212
    assert set(counts) == set(Behaviour)


def test_the_numbers_are_known_beforehand():
    assert expected() == Tally(recipients=212, accepted=201, acknowledged=158, bounced=11, failed=11, silent=32)
    assert Counter(behaviours().values())[Behaviour.PUTS_OFF] == 10


def test_the_expected_numbers_add_up():
    assert expected().adds_up


@pytest.mark.parametrize("name", ["recipients", "accepted", "acknowledged", "bounced", "failed", "silent", "unnamed"])
def test_one_wrong_number_does_not_add_up(name):
    wrong = getattr(expected(), name) + 1
    assert not replace(expected(), **{name: wrong}).adds_up


def test_every_round_of_twenty_is_the_same():
    assert [behaviour_at(n) for n in range(20)] == [behaviour_at(n) for n in range(200, 220)]


def test_the_issuing_council_answers_its_own_alert():
    kent = next(one for one in receiving() if one.gss_code == KENT.gss_code)
    assert behaviours()[address_of(kent)].acknowledges
