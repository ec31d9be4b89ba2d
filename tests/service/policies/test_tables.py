"""Each policy has its own table of cases in `tables/`: what a notice says, and what its policy finds."""

import tomllib
from copy import deepcopy
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.domain.assessment import against, assess
from service.domain.notice import Finding, NoticeKind
from service.policies import policy_named, policy_names
from service.policies.holidays_of import calendar_of
from tests import factories

TABLES = Path(__file__).parent / "tables"
TODAY = "2026-11-24"
KEYS = {
    "name", "kind", "today", "received", "nation", "missing_days", "fields", "child", "second_child", "whereabouts", "found", "leaves_out",
    "answered_by_reply", "answered_in_the_form", "expects", "asks", "says", "source", "no_finding",
}  # fmt: skip


def rows() -> list[Any]:
    return [
        pytest.param(table.stem, row, id=f"{table.stem}: {row['name']}")
        for table in sorted(TABLES.glob("*.toml"))
        for row in tomllib.loads(table.read_text(encoding="utf-8"))["case"]
    ]


def complete() -> dict[str, Any]:
    """A form that answers everything any of the policies asks."""
    fields = factories.fields(
        actions_taken="Daily visits, calls to relatives.",
        agencies_contacted=[{"agency": "GP", "date": "2026-10-27", "outcome": "no contact since August"}],
        strategy_discussion_date="2026-11-20",
    )
    fields["whereabouts"] = {**fields["whereabouts"], "parent_in_custody": False}
    return deepcopy(fields)


def fields_of(row: dict[str, Any]) -> dict[str, Any]:
    fields = complete() | row.get("fields", {})
    if "missing_days" in row:
        fields["date_went_missing"] = (date.fromisoformat(row.get("today", TODAY)) - timedelta(days=row["missing_days"])).isoformat()
    if "second_child" in row:
        fields["children"] = [fields["children"][0], {**fields["children"][0], "given_names": "Ben", **row["second_child"]}]
    if "child" in row:
        fields["children"] = [{**fields["children"][0], **row["child"]}, *fields["children"][1:]]
    fields["whereabouts"] = {**fields["whereabouts"], **row.get("whereabouts", {})}
    if "found" in row:
        fields["found"] = {"deceased": False, **row["found"]}
    for path in row.get("leaves_out", ()):
        head, _, name = path.partition(".")
        if name:
            fields[head].pop(name)
        else:
            fields[head] = {} if isinstance(fields[head], dict) else None
    return {name: _blanks_as_none(value) for name, value in fields.items()}


def _blanks_as_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _blanks_as_none(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_blanks_as_none(inner) for inner in value]
    return None if value == "" else value


def findings_of(policy: str, row: dict[str, Any]) -> tuple[Finding, ...]:
    told = {key: {"method": "answer by reply", "text": "not known"} for key in row.get("answered_by_reply", ())}
    told |= {key: {"method": "label cell", "text": "None known"} for key in row.get("answered_in_the_form", ())}
    received = datetime.fromisoformat(f"{row.get('received', TODAY)}T10:00:00+00:00")
    notice = factories.notice(kind=NoticeKind(row.get("kind", "alert")), fields=fields_of(row), provenance=told, created_at=received)
    calendar = calendar_of(row.get("nation", "ENG"), (2026, 2027))
    return assess(notice, policy_named(policy), calendar, date.fromisoformat(row.get("today", TODAY)))


@pytest.mark.parametrize(("policy", "row"), rows())
def test_the_policy_finds_what_its_table_says(policy: str, row: dict[str, Any]) -> None:
    findings = findings_of(policy, row)
    by_rule: dict[str, list[Finding]] = {}
    for one in findings:
        by_rule.setdefault(one.rule, []).append(one)
    assert set(row) <= KEYS
    for rule, expected in row.get("expects", {}).items():
        outcomes = [one.outcome for one in by_rule.get(rule, [])]
        assert outcomes == ([expected] if isinstance(expected, str) else expected), rule
    for rule, words in row.get("says", {}).items():
        assert any(words in one.says for one in by_rule[rule]), [one.says for one in by_rule[rule]]
    for rule, words in row.get("source", {}).items():
        assert words in by_rule[rule][0].source
    assert not set(row.get("no_finding", ())) & set(by_rule)
    if "asks" in row:
        assert sorted(one.field_path or "" for one in findings if one.asks_the_reporter) == sorted(row["asks"])


@pytest.mark.parametrize(("policy", "row"), rows())
def test_no_finding_is_without_a_sentence_and_nobody_is_asked_twice(policy: str, row: dict[str, Any]) -> None:
    findings = findings_of(policy, row)
    asked = [one.field_path for one in findings if one.asks_the_reporter]
    assert all(one.says and one.source for one in findings)
    assert len(asked) == len(set(asked))
    assert all(one.label for one in findings if one.asks_the_reporter)


@pytest.mark.parametrize("policy", policy_names())
def test_a_complete_form_can_be_approved_without_a_reason(policy: str) -> None:
    findings = findings_of(policy, {})
    assert against(findings) == ()
    assert {one.outcome for one in findings} <= {"met", "not_applicable", "reminder"}


@pytest.mark.parametrize("policy", policy_names())
def test_every_policy_has_a_table(policy: str) -> None:
    assert (TABLES / f"{policy}.toml").is_file()
