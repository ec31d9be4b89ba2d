"""Only our own server's word counts, doubt is not a pass, and any fail beats a pass."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.authenticity import OriginProfile, OriginResult, judge_origin, parse_profile
from service.mail.message import parse

from .samples import letter

PASS, FAIL, DOUBT = OriginResult.PASS, OriginResult.FAIL, OriginResult.DOUBT


def proved(text: str) -> OriginProfile:
    return replace(parse_profile(text), proved=True)


OURS, GATEWAY = proved("rfc8601:mx.kent.test"), proved("gateway:relay.gateway.test")
TENANT, BORDER = proved("exchange_same_tenant:kent.test,schools.kent.test"), proved("exchange_external")
AR = "Authentication-Results: "


def judge(headers: str, profile: OriginProfile = OURS, sender: str = "ann@kent.test") -> OriginResult:
    return judge_origin(profile, parse(letter("APPROVE", headers=headers, sender=sender))).result


def test_a_pass_of_our_server_for_the_from_domain_passes() -> None:
    assert judge("Authentication-Results: mx.kent.test; dmarc=pass header.from=kent.test\n") is PASS
    assert judge("Authentication-Results: MX.Kent.test;\n dkim=pass header.d=kent.test; spf=none\n") is PASS


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
        'Authentication-Results: "mx.kent.test"; dmarc=pass header.from=kent.test\n',
        "Authentication-Results: mx.\u212aent.test; dmarc=pass header.from=kent.test\n",  # the Kelvin sign becomes a k in lower case
        "Authentication-Results: mx.kent.test\u00a0; dmarc=pass header.from=kent.test\n",
        "Authentication-Results: mx.kent.test; dmarc=pass header.from=\u212aent.test\n",
        "Authentication-Results: mx.kent.test; dmarc=none header.from=kent.test; dkim=pass header.d=kent.test\n",
        "Authentication-Results: mx.kent.test; dkim=pass header.d=kent.test header.d=evil.test\n",
        "Authentication-Results: mx.kent.test; dmarc=pass header.from=kent.test nonsense dmarc=fail\n",
        "Authentication-Results: mx.kent.test; dmarc=pass header.from=kent.test" + " (" * 5000 + "\n",
        "Authentication-Results: mx.kent.test; dmarc=pass header.from=kent.test (" + "x" * 1_000_000 + ")\n",
        "Authentication-Results: mx.kent.test; dmarc=none\nAuthentication-Results: mx.kent.test; dmarc=pass header.from=kent.test\n",
        "Authentication-Results: mx.kent.test; dmarc=pass header.from=kent.test\n" * 21,
        "Authentication-Results: mx.kent.test; dmarc=pass header.from=kent.test" + "; dkim=pass header.d=kent.test" * 60 + "\n",
        'Authentication-Results: mx.kent.test; dmarc=pass header.from=kent.test "dmarc=fail\n',
        "Authentication-Results : mx.kent.test; dmarc=pass header.from=kent.test\n",
        "X-Authentication-Results: mx.kent.test; dmarc=pass header.from=kent.test\n",
    ],
)
def test_everything_less_is_doubt(headers: str) -> None:
    assert judge(headers) is DOUBT


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
    assert judge(headers) is FAIL


def _exchange(dmarc: str = "pass", of: str = "kent.test", compauth: str = "pass") -> str:
    return (
        f"{AR}spf=pass (sender IP is 192.0.2.7)\n smtp.mailfrom={of}; dkim=pass (signature was verified)\n header.d={of};"
        f"dmarc={dmarc} action=none header.from={of};compauth={compauth} reason=100\n"
    )


def _seal(dmarc: str = "pass", of: str = "kent.test", server: str = "mx.microsoft.com 1") -> str:
    return (
        f"ARC-Authentication-Results: i=1; {server}; spf=pass (sender ip is 192.0.2.7)\n smtp.rcpttodomain=hub.test smtp.mailfrom={of};"
        f" dmarc={dmarc} (p=reject sp=reject\n pct=100) action=none header.from={of}; dkim=pass (signature was verified) header.d={of};"
        " arc=none (0)\n"
    )


HOP = (
    "Received: from LO2P123MB0001.GBRP123.PROD.OUTLOOK.COM (2603:10a6:600:1::1)\n"
    " by CWLP123MB0002.GBRP123.PROD.OUTLOOK.COM with HTTPS; Tue, 24 Nov 2026 10:00:03 +0000\n"
)
BACK_END = "LO2P123MB0001.GBRP123.PROD.OUTLOOK.COM"
HANDED_IN = (
    "Received: from LO2P123MB0001.GBRP123.PROD.OUTLOOK.COM ([fe80::1]) by\n"
    " LO2P123MB0001.GBRP123.PROD.OUTLOOK.COM ([fe80::1%4]) with mapi id 15.20.7000.1; Tue, 24 Nov 2026\n 10:00:01 +0000\n"
)
BY_DIRECT_SEND = (
    "Received: from printer.evil.test (198.51.100.9) by\n LO1PEPF0001.mail.protection.outlook.com (10.167.242.1) with Microsoft SMTP Server"
    "\n (version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id 15.20.7000.1; Tue, 24 Nov 2026 10:00:01 +0000\n"
)
AUTH, ACROSS = "X-MS-Exchange-Organization-AuthAs: ", "X-MS-Exchange-CrossTenant-AuthAs: "
UNSIGNED = f"{AR}dkim=none (message not signed)\n header.d=none;dmarc=none action=none header.from=kent.test;\n"
INSIDE = HOP + UNSIGNED + HANDED_IN + f"{AUTH}Internal\n{ACROSS}Internal\n"
ANONYMOUS = f"{AUTH}Anonymous\n"
GOOGLE = (
    f"{AR}mx.google.com;\n dkim=pass header.i=@kent.test header.s=s1 header.b=AbC/dE12;\n"
    " spf=pass (google.com: domain of ann@kent.test designates 192.0.2.7 as permitted sender) smtp.mailfrom=ann@kent.test;\n"
    " dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=kent.test\n"
)
MIMECAST = (
    f"{AR}relay.gateway.test;\n dkim=pass header.d=kent.test header.s=s1 header.b=aBcD;\n"
    " dmarc=pass (policy=reject) header.from=kent.test;\n"
    " spf=pass (relay.gateway.test: domain of ann@kent.test designates 192.0.2.7 as permitted sender) smtp.mailfrom=ann@kent.test\n"
)
PROOFPOINT = (
    f"{AR}relay.gateway.test; spf=pass smtp.mailfrom=kent.test;"
    " dkim=pass header.d=kent.test header.s=s1; dmarc=pass header.from=kent.test\n"
)
OPENDMARC = f"{AR}mx.kent.test; dmarc=pass (p=reject dis=none) header.from=kent.test\n"
OPENDKIM = (
    f"{AR}mx.kent.test;\n\tdkim=pass (2048-bit key; unprotected) header.d=kent.test header.i=@kent.test header.b=AbC;\n"
    "\tdkim-atps=neutral\n"
)

SEEN = {
    "Postfix with OpenDMARC above OpenDKIM": (OURS, OPENDMARC + OPENDKIM, PASS),
    "Postfix, OpenDMARC says fail": (OURS, OPENDMARC.replace("=pass", "=fail") + OPENDKIM, FAIL),
    "Postfix, no record": (OURS, OPENDMARC.replace("=pass (p=reject", "=none (p=none") + OPENDKIM, DOUBT),
    "Postfix, forged header above that the border left": (OURS, f"{AR}mx.evil.test; dmarc=pass header.from=kent.test\n", DOUBT),
    "amavis names its program in a comment": (OURS, f"{AR}mx.kent.test (amavis); dkim=pass header.d=kent.test\n", PASS),
    "version of the header": (OURS, f"{AR}mx.kent.test 1; dmarc=pass header.from=kent.test\n", PASS),
    "Gmail": (proved("rfc8601:mx.google.com"), GOOGLE, PASS),
    "Gmail, fail": (proved("rfc8601:mx.google.com"), GOOGLE.replace("dmarc=pass", "dmarc=fail"), FAIL),
    "Gmail, another domain": (proved("rfc8601:mx.google.com"), GOOGLE.replace("from=kent.test", "from=evil.test"), FAIL),
    "Mimecast": (GATEWAY, MIMECAST, PASS),
    "Mimecast in front of Exchange, which judged the gateway": (GATEWAY, _exchange("fail", compauth="fail") + MIMECAST, PASS),
    "Mimecast, fail": (GATEWAY, MIMECAST.replace("dmarc=pass", "dmarc=fail"), FAIL),
    "Mimecast, forged one below": (GATEWAY, MIMECAST.replace("dmarc=pass", "dmarc=none") + MIMECAST, DOUBT),
    "Proofpoint": (GATEWAY, PROOFPOINT, PASS),
    "Proofpoint, a look-alike of its name": (GATEWAY, PROOFPOINT.replace("relay.gateway", "relay-gateway"), DOUBT),
    "Exchange border": (BORDER, HOP + _seal() + _exchange() + ANONYMOUS, PASS),
    "Exchange border without a seal": (BORDER, HOP + _exchange(), PASS),
    "Exchange border, fail": (BORDER, _exchange("fail", compauth="fail"), FAIL),
    "Exchange border, compauth fail": (BORDER, _exchange(compauth="fail"), FAIL),
    "Exchange border, best guess": (BORDER, _exchange("bestguesspass"), DOUBT),
    "Exchange border, none": (BORDER, _exchange("none"), DOUBT),
    "Exchange border, temperror": (BORDER, _exchange("temperror"), DOUBT),
    "Exchange border, other domain": (BORDER, _exchange(of="evil.test"), FAIL),
    "Exchange border, forged one below": (BORDER, _exchange("none") + _exchange(), DOUBT),
    "Exchange border, header of another server on top": (BORDER, OPENDMARC + _exchange(), DOUBT),
    "Exchange border, only a header with a server's name": (BORDER, f"{AR}mx.microsoft.com; dmarc=pass header.from=kent.test\n", DOUBT),
    "Exchange border, two verdicts in one": (BORDER, _exchange().replace("compauth", "dmarc=pass header.from=kent.test;compauth"), DOUBT),
    "Exchange border, words beside": (BORDER, _exchange().replace("action", "really action"), DOUBT),
    "Exchange border, capitals": (BORDER, _exchange().replace("dmarc", "DMARC"), DOUBT),
    "Exchange border, signature only": (BORDER, f"{AR}dkim=pass (signature was verified) header.d=kent.test\n", DOUBT),
    "Exchange border, the seal says fail": (BORDER, _seal("fail") + _exchange(), DOUBT),
    "Exchange border, the seal says none": (BORDER, _seal("none") + _exchange(), DOUBT),
    "Exchange border, the seal is for another": (BORDER, _seal(of="evil.test") + _exchange(), DOUBT),
    "Exchange border, the seal makes no sense": (BORDER, "ARC-Authentication-Results: hello\n" + _exchange(), DOUBT),
    "Exchange border, a forwarder's seal": (BORDER, _seal("fail", server="mx.google.com") + _exchange(), PASS),
    "Exchange border, handed in inside": (BORDER, _exchange() + f"{AUTH}Internal\n", DOUBT),
    "Exchange tenant": (TENANT, INSIDE, PASS),
    "Exchange tenant, no result at all": (TENANT, HOP + HANDED_IN + f"{AUTH}Internal\n", PASS),
    "Exchange tenant, Direct Send": (TENANT, BY_DIRECT_SEND + _exchange("fail", compauth="fail") + ANONYMOUS, FAIL),
    "Exchange tenant, Direct Send with a forged mark": (TENANT, BY_DIRECT_SEND + ANONYMOUS + f"{AUTH}Internal\n", FAIL),
    "Exchange tenant, a mark that a connector let in": (TENANT, HOP + BY_DIRECT_SEND + f"{AUTH}Internal\n", DOUBT),
    "Exchange tenant, compauth fail": (TENANT, HOP + _exchange("none", compauth="fail") + HANDED_IN + f"{AUTH}Internal\n", FAIL),
    "Exchange tenant, no mark": (TENANT, HOP + UNSIGNED + HANDED_IN, DOUBT),
    "Exchange tenant, two marks": (TENANT, INSIDE + f"{AUTH}Internal\n", DOUBT),
    "Exchange tenant, by its front end": (TENANT, INSIDE.replace("0002.GBRP123.PROD.OUTLOOK.COM", "2.outlook.office365.com"), PASS),
    "Exchange tenant, handed in by SMTP": (TENANT, INSIDE.replace(f"from {BACK_END} ([", "from [10.0.0.17] (["), DOUBT),
    "Exchange tenant, almost the mark": (TENANT, INSIDE.replace(f"{AUTH}Internal", f"{AUTH}Internal74"), DOUBT),
    "Exchange tenant, an odd mark": (TENANT, HOP + HANDED_IN + f"{AUTH}\u0406nternal\n", DOUBT),
    "Exchange tenant, other tenants say otherwise": (TENANT, INSIDE.replace(f"{ACROSS}Internal", f"{ACROSS}Anonymous"), FAIL),
    "Exchange tenant, no trace": (TENANT, f"{AUTH}Internal\n", DOUBT),
    "Exchange tenant, a trace nobody can read": (TENANT, INSIDE + "Received: by somewhere\n", DOUBT),
    "Exchange tenant, a host in a comment": (TENANT, INSIDE + "Received: from x.evil.test (by a.outlook.com) by mx.evil.test\n", DOUBT),
    "Exchange tenant, a look-alike host": (TENANT, INSIDE + "Received: from a.evil-outlook.com by b.outlook.com; x\n", DOUBT),
}  # fmt: skip


@pytest.mark.parametrize("name", SEEN)
def test_headers_as_mail_servers_write_them(name: str) -> None:
    profile, headers, expected = SEEN[name]
    assert judge(headers, profile) is expected


def test_a_domain_that_is_not_ours_is_no_colleague() -> None:
    assert judge(INSIDE, TENANT, sender="ann@leeds.test") is DOUBT
    assert judge(INSIDE, TENANT, sender="ann@schools.kent.test") is PASS
    assert judge(INSIDE, TENANT, sender="ann@evil.kent.test") is DOUBT


ADDED = st.sampled_from(
    [
        *(one for _, headers, _ in SEEN.values() for one in headers.replace("\n ", " ").replace("\n\t", " ").splitlines() if one),
        f"{AR}mx.kent.test; dmarc=pass header.from=kent.test",
        f"{AR}mx.google.com; dmarc=pass header.from=kent.test",
        f"{AR}relay.gateway.test; dmarc=pass header.from=kent.test",
    ]
)
# Each base holds what the server of its profile always writes on top: what stands below may be anybody's.
BASES = [(name, profile, headers) for name, (profile, headers, _) in SEEN.items() if "no mark" not in name and "no trace" not in name]
STAMPED = [
    (profile, headers)
    for name, profile, headers in BASES
    if (profile is TENANT and AUTH in headers)
    or (profile is BORDER and AR in headers)
    or (profile not in (TENANT, BORDER) and f"{AR}{profile.names[0]}" in headers)
]


@given(base=st.sampled_from(STAMPED), below=st.lists(ADDED, max_size=6))
def test_nothing_below_the_topmost_header_makes_a_pass(base: tuple[OriginProfile, str], below: list[str]) -> None:
    profile, headers = base
    before, after = judge(headers, profile), judge(headers + "".join(f"{one}\n" for one in below), profile)
    assert after is not PASS or before is PASS
    assert before is not FAIL or after is FAIL


@given(profile=st.sampled_from([OURS, GATEWAY, TENANT, BORDER]), noise=st.text(max_size=200))
def test_noise_never_passes_and_never_breaks(profile: OriginProfile, noise: str) -> None:
    one_line = " ".join(noise.splitlines())
    for name in ("Authentication-Results", "ARC-Authentication-Results", "Received", AUTH.rstrip(": ")):
        assert judge(f"{name}: {one_line}\n", profile) is not PASS


def test_a_forged_header_of_another_server_beside_ours_changes_nothing() -> None:
    both = "Authentication-Results: mx.kent.test; dmarc=none\nAuthentication-Results: mx.evil.test; dmarc=pass header.from=kent.test\n"
    assert judge(both) is DOUBT


@pytest.mark.parametrize("profile", [OURS, TENANT, BORDER])
def test_a_sender_in_doubt_cannot_pass(profile: OriginProfile) -> None:
    passing = OPENDMARC if profile is OURS else INSIDE if profile is TENANT else _exchange()
    assert judge(passing, profile) is PASS
    assert judge(passing, profile, sender="ann@kent.test, evil@bad.test") is DOUBT
    assert judge(passing, profile, sender="ann@kent.test\nFrom: evil@bad.test") is DOUBT


def test_without_a_profile_nothing_passes() -> None:
    raw = letter("x", headers="Authentication-Results: mx.kent.test; dmarc=pass header.from=kent.test\n")
    assert judge_origin(parse_profile("none"), parse(raw)).result is DOUBT


@pytest.mark.parametrize(
    "text", ["rfc8601:mx.kent.test", "gateway:relay.gateway.test", "exchange_same_tenant:kent.test", "exchange_external"]
)
def test_a_profile_that_was_not_proved_passes_nothing_and_says_why(text: str) -> None:
    origin = judge_origin(parse_profile(text), parse(letter("x", headers=OPENDMARC + MIMECAST + INSIDE)))
    assert origin.result is DOUBT
    assert "the origin test has not passed" in origin.evidence


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (" RFC8601: MX.Kent.test ", "rfc8601:mx.kent.test"),
        ("gateway:relay.gateway.test", "gateway:relay.gateway.test"),
        ("exchange_same_tenant:Kent.test, schools.kent.test,kent.test", "exchange_same_tenant:kent.test,schools.kent.test"),
        ("exchange_external", "exchange_external"),
        ("none", "none"),
    ],
)
def test_a_profile_has_one_text(text: str, read: str) -> None:
    assert parse_profile(text).text == read


def test_a_long_profile_is_kept_under_a_name_that_fits_and_is_its_own() -> None:
    many = [parse_profile(f"exchange_same_tenant:{','.join(f'a{n}.kent.test' for n in range(size))}").key for size in (20, 21)]
    assert max(map(len, many)) <= 120
    assert many[0] != many[1]


@pytest.mark.parametrize(
    "text",
    [
        *("", "rfc8601", "rfc8601:", "rfc8601:a b", "exchange", "none:x", "rfc8601:a;b", "gateway:a,b", "exchange_external:x", "none:"),
        *("exchange_same_tenant", "exchange_same_tenant:", "exchange_same_tenant:kent", "exchange_same_tenant:kent.test,,x.test"),
        *("exchange_same_tenant:a@kent.test", "rfc8601:\u212aent.test", "rfc8601:" + "a" * 300),
    ],
)
def test_a_profile_nobody_defined_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="origin profile"):
        parse_profile(text)


@pytest.mark.parametrize("name", SEEN)
def test_the_evidence_names_no_address(name: str) -> None:
    profile, headers, _ = SEEN[name]
    assert "@" not in judge_origin(profile, parse(letter("x", headers=headers))).evidence
