"""Only our own server's word counts, and any fail beats a pass."""

from dataclasses import replace

import pytest

from service.mail.authenticity import OriginResult, judge_origin, parse_profile
from service.mail.message import parse

from .samples import letter

OURS = replace(parse_profile("rfc8601:mx.kent.test"), proved=True)


def judge(headers: str, sender: str = "ann@kent.test") -> OriginResult:
    return judge_origin(OURS, parse(letter("APPROVE", headers=headers, sender=sender))).result


def test_a_pass_of_our_server_for_the_from_domain_passes() -> None:
    assert judge("Authentication-Results: mx.kent.test; dmarc=pass header.from=kent.test\n") is OriginResult.PASS
    assert judge("Authentication-Results: MX.Kent.test;\n dkim=pass header.d=kent.test; spf=none\n") is OriginResult.PASS


@pytest.mark.parametrize(
    "headers",
    [
        "",
        "Authentication-Results: mx.evil.test; dmarc=pass header.from=kent.test\n",
        "Authentication-Results: mx.kent.test.evil.test; dmarc=pass header.from=kent.test\n",
        "Authentication-Results: mx.kent.test; dmarc=none header.from=kent.test\n",
        "Authentication-Results: mx.kent.test; dmarc=temperror header.from=kent.test\n",
        "Authentication-Results: mx.kent.test; dmarc=bestguesspass header.from=kent.test\n",
        "Authentication-Results: mx.kent.test; dkim=pass header.d=evil.test\n",
        "Authentication-Results: mx.kent.test; spf=pass smtp.mailfrom=kent.test\n",
        "Authentication-Results: mx.kent.test; none\n",
        "Authentication-Results: dmarc=pass header.from=kent.test\n",
        "Authentication-Results: =?utf-8?q?mx.kent.test?=; dmarc=pass header.from=kent.test\n",
        "Authentication-Results: mx.kent.test; dmarc=pass\n",
        'Authentication-Results: mx.kent.test; reason="dmarc=pass header.from=kent.test"\n',
        "Authentication-Results: mx.kent.test; spf=none (dmarc=pass header.from=kent.test)\n",
        "X-A: b\rAuthentication-Results: mx.kent.test; dmarc=pass header.from=kent.test\n",
    ],
)
def test_everything_less_is_doubt(headers: str) -> None:
    assert judge(headers) is OriginResult.DOUBT


@pytest.mark.parametrize(
    "headers",
    [
        "Authentication-Results: mx.kent.test; dmarc=fail header.from=kent.test\n",
        "Authentication-Results: mx.kent.test; dmarc=pass header.from=evil.test\n",
        "Authentication-Results: mx.kent.test; dmarc=pass header.from=kent.test\nAuthentication-Results: mx.kent.test; dmarc=fail\n",
        "Authentication-Results: mx.kent.test; dmarc=fail\nAuthentication-Results: mx.kent.test; dmarc=pass header.from=kent.test\n",
        "Authentication-Results: mx.kent.test; dkim=pass header.d=kent.test; dmarc=fail header.from=kent.test\n",
    ],
)
def test_any_fail_beats_a_pass(headers: str) -> None:
    assert judge(headers) is OriginResult.FAIL


def test_a_forged_header_of_another_server_beside_ours_changes_nothing() -> None:
    both = "Authentication-Results: mx.kent.test; dmarc=none\nAuthentication-Results: mx.evil.test; dmarc=pass header.from=kent.test\n"
    assert judge(both) is OriginResult.DOUBT


def test_a_sender_in_doubt_cannot_pass() -> None:
    passing = "Authentication-Results: mx.kent.test; dmarc=pass header.from=kent.test\n"
    assert judge(passing, sender="ann@kent.test, evil@bad.test") is OriginResult.DOUBT
    assert judge(passing, sender="ann@kent.test\nFrom: evil@bad.test") is OriginResult.DOUBT


def test_without_a_profile_nothing_passes() -> None:
    raw = letter("x", headers="Authentication-Results: mx.kent.test; dmarc=pass header.from=kent.test\n")
    assert judge_origin(parse_profile("none"), parse(raw)).result is OriginResult.DOUBT


@pytest.mark.parametrize("text", ["", "rfc8601", "rfc8601:", "rfc8601:a b", "exchange", "none:x", "rfc8601:a;b"])
def test_a_profile_nobody_defined_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="origin profile"):
        parse_profile(text)


def test_the_evidence_names_no_address() -> None:
    raw = letter("x", headers="Authentication-Results: mx.kent.test; dmarc=pass header.from=kent.test\n")
    assert "@" not in judge_origin(OURS, parse(raw)).evidence
