"""What browsers report of broken page rules is counted, and nothing of a report is kept but the rule."""

import json

import pytest
from structlog.testing import capture_logs

from tests.service.web.conftest import Town

CSP = {"csp-report": {"document-uri": "http://alerts.test/answer/secret", "effective-directive": "script-src-elem", "script-sample": "Amy"}}
API = [{"type": "csp-violation", "url": "http://alerts.test/answer/secret", "body": {"effectiveDirective": "img-src", "sample": "Amy"}}]


@pytest.mark.parametrize(
    ("sort", "told", "rules"),
    [
        ("application/csp-report", CSP, ["script-src"]),
        ("application/reports+json", API, ["img-src"]),
        ("application/reports+json; charset=utf-8", API * 5 + [CSP], ["img-src", "script-src"]),
        ("application/csp-report", {"csp-report": {"violated-directive": "Amy Example"}}, []),
        ("application/csp-report", {"csp-report": ["no"]}, []),
        ("application/csp-report", [1, None, {"body": 3}, {"body": {"effectiveDirective": 4}}], []),
        ("application/json", CSP, []),
    ],
)
async def test_only_the_rule_of_a_report_is_kept(town: Town, sort: str, told: object, rules: list[str]) -> None:
    with capture_logs() as kept:
        async with town.visitor() as client:
            answer = await client.post("/reports", content=json.dumps(told), headers={"Content-Type": sort})
    assert answer.status_code == 204
    assert [one["rule"] for one in kept] == rules
    assert "secret" not in str(kept)
    assert "Amy" not in str(kept)


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 20_000, b"\xff", b'{"csp-report": {' + b" " * 20_000 + b"}}"])
async def test_what_is_no_report_is_dropped(town: Town, body: bytes) -> None:
    async with town.visitor() as client:
        assert (await client.post("/reports", content=body, headers={"Content-Type": "application/csp-report"})).status_code == 204
