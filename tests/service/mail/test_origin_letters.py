"""The letters of the origin test: their code survives answering and forwarding, and each pretends exactly what it should."""

from dataclasses import replace

import pytest

from service.mail.authenticity import OriginResult, judge_origin, parse_profile
from service.mail.message import parse
from service.mail.origin_letters import Pretence, code_in, from_outside, subject_of, with_forged_headers, with_their_name_only
from service.mail.parts import decode_words
from tests.factories import NOW

CODE = "0123456789abcdef0123456789abcdef"
WHO = Pretence(name='Helen "H" Sample-Wałęsa', address="helen@kent.test", mailbox="alerts@kent.test", outside="spoof@outside.test")


@pytest.mark.parametrize("before", ["", "RE: ", "Ateb: Re: FW: [EXTERNAL] "])
def test_the_code_is_found_in_the_subject_of_an_answer(before: str) -> None:
    assert code_in(before + subject_of(1, CODE)) == CODE
    assert code_in(before + subject_of(1, CODE).upper()) == CODE


@pytest.mark.parametrize(
    "subject", ["", "Origin test", "Origin test 1", f"Origin test 6 {CODE}", f"Origin test 1 {CODE}0", CODE, "x" * 10_000]
)
def test_other_subjects_carry_no_code(subject: str) -> None:
    assert code_in(subject) is None


def test_each_letter_pretends_what_it_should() -> None:
    outside = parse(from_outside(WHO, CODE, NOW))
    forged = parse(with_forged_headers(WHO, parse_profile("exchange_external"), CODE, NOW))
    name_only = parse(with_their_name_only(WHO, CODE, NOW))
    assert outside.from_address == forged.from_address == "helen@kent.test"
    assert name_only.from_address == "spoof@outside.test"
    assert "helen@kent.test" in decode_words(name_only.first("From"))
    for number, letter in ((2, outside), (3, forged), (4, name_only)):
        assert letter.subject == subject_of(number, CODE)
        assert letter.problems == ()
        assert letter.all("From") == letter.all("From")[:1]


@pytest.mark.parametrize("text", ["rfc8601:mx.kent.test", "gateway:relay.gateway.test", "exchange_external"])
def test_a_house_whose_border_leaves_the_forged_headers_would_believe_them(text: str) -> None:
    profile = replace(parse_profile(text), proved=True)
    left = with_forged_headers(WHO, profile, CODE, NOW)
    assert judge_origin(profile, parse(left)).result is OriginResult.PASS


def test_a_tenant_that_leaves_a_forged_mark_would_believe_it() -> None:
    profile = replace(parse_profile("exchange_same_tenant:kent.test"), proved=True)
    hop = b"Received: from a.prod.outlook.com by b.prod.outlook.com; Tue, 24 Nov 2026 10:00:03 +0000\r\n"
    left = hop + with_forged_headers(WHO, profile, CODE, NOW)
    assert judge_origin(profile, parse(left)).result is OriginResult.PASS
