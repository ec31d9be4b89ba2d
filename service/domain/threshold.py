"""What a policy finds in a notice: threshold, required answers, exceptional routes. Each finding carries its sentence."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from service.domain.notice import Finding, NoticeKind
from service.domain.policy import Policy

_ON_A_PLAN = {"child_protection_plan"}
_NOT_SAID = "The form does not say."


def findings_for(policy: Policy, kind: NoticeKind, fields: Mapping[str, Any], today: date) -> tuple[Finding, ...]:
    """Return everything *policy* finds in *fields*, required answers first, then the threshold."""
    found = [*_required(policy, kind, fields)]
    if kind in (NoticeKind.ALERT, NoticeKind.RENEWAL):
        found += _threshold(policy, fields, today)
    if kind is NoticeKind.FOUND:
        found += _found(policy, fields)
    return tuple(found)


def value_at(fields: Mapping[str, Any], path: str) -> Any:
    """Look up a canonical path such as `social_worker.name` or `children[0].date_of_birth`; None when it is not there."""
    value: Any = fields
    for part in path.replace("[", ".").replace("]", "").split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list | tuple) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def days_missing(fields: Mapping[str, Any], today: date) -> int | None:
    """Count the days since the child went missing, the first day not counted; None when the date is not fully known."""
    since = full_date(value_at(fields, "date_went_missing"))
    return (today - since).days if since else None


def full_date(text: Any) -> date | None:
    """Read a complete ISO date; None for a partial one."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else None
    except ValueError:
        return None


def _required(policy: Policy, kind: NoticeKind, fields: Mapping[str, Any]) -> Iterator[Finding]:
    for rule in policy.required:
        if kind.value not in rule.kinds:
            continue
        for path in _paths(rule.field_path, fields):
            answered = value_at(fields, path) not in (None, "", [], {})
            if path.endswith("date_of_birth") and not answered:
                answered = value_at(fields, path.replace("date_of_birth", "expected_delivery_date")) is not None
            if not answered:
                yield Finding(
                    rule=f"required.{rule.field_path}",
                    outcome="not_answered",
                    says=rule.why,
                    source=rule.source,
                    field_path=path,
                    label=rule.label,
                )


def _paths(path: str, fields: Mapping[str, Any]) -> list[str]:
    """Spread `children[].family_name` over the children there are (at least one)."""
    head, spread, tail = path.partition("[]")
    if not spread:
        return [path]
    return [f"{head}[{index}]{tail}" for index in range(max(1, len(fields.get(head) or [])))]


def _threshold(policy: Policy, fields: Mapping[str, Any], today: date) -> Iterator[Finding]:
    yield _yes_no(
        policy,
        fields,
        "locality_known",
        "whereabouts.locality_known",
        met_when=False,
        met="The family is not known to be in a particular place.",
        not_met="The form says the family is known to be in a particular locality. That is not a national alert.",
    )
    yield _waited(policy, fields, today)
    for rule, path in (
        ("temporarily_absent", "whereabouts.temporarily_absent"),
        ("family_or_friends", "whereabouts.staying_with_family_or_friends"),
    ):
        yield _yes_no(policy, fields, rule, path, met_when=False, met="Ruled out.", not_met="The form says this may be so.")
    yield _yes_no(
        policy,
        fields,
        "believed_missing",
        "whereabouts.believed_missing_by_others",
        met_when=True,
        met="Friends, neighbours or family believe that they are missing.",
        not_met="Friends, neighbours or family do not believe it.",
    )
    yield _yes_no(
        policy,
        fields,
        "agencies",
        "whereabouts.agencies_have_knowledge",
        met_when=False,
        met="The key agencies do not know where they are.",
        not_met="A key agency knows something of their whereabouts.",
    )
    yield _eligible(policy, fields)
    yield _risk(policy, fields)


def _yes_no(policy: Policy, fields: Mapping[str, Any], rule: str, path: str, *, met_when: bool, met: str, not_met: str) -> Finding:
    answer = value_at(fields, path)
    outcome, says = ("not_answered", _NOT_SAID) if answer is None else ("met", met) if answer is met_when else ("not_met", not_met)
    return Finding(rule=rule, outcome=outcome, says=says, source=policy.sentence(rule))


def _waited(policy: Policy, fields: Mapping[str, Any], today: date) -> Finding:
    days = days_missing(fields, today)
    source = policy.sentence("wait")
    if policy.wait_days is None:
        return Finding(rule="wait", outcome="not_applicable", says="This policy names no waiting period.", source=source)
    if days is None:
        return Finding(rule="wait", outcome="not_answered", says="The date the child went missing is not fully known.", source=source)
    # The 21st day counts (docs/decisions/0003): a child missing since the 1st is missing for three weeks on the 21st.
    met = days + 1 >= policy.wait_days
    return Finding(rule="wait", outcome="met" if met else "not_met", says=f"Missing for {days} days.", source=source)


def _eligible(policy: Policy, fields: Mapping[str, Any]) -> Finding:
    statuses = {status for child in fields.get("children") or [] for status in child.get("legal_status") or []}
    criterion = str(fields.get("exceptional_criterion"))
    source = policy.sentence("eligible")
    if statuses & _ON_A_PLAN:
        return Finding(rule="eligible", outcome="met", says="Subject to a child protection plan.", source=source)
    if criterion in policy.exceptional_criteria:
        return Finding(
            rule="eligible",
            outcome="met",
            says="Exceptional alert. The threshold must still be met.",
            source=policy.exceptional_criteria[criterion],
        )
    if not statuses:
        return Finding(
            rule="eligible", outcome="not_answered", says="The form does not say whether there is a child protection plan.", source=source
        )
    return Finding(
        rule="eligible", outcome="not_met", says="No child protection plan and no exceptional criterion is named.", source=source
    )


def _risk(policy: Policy, fields: Mapping[str, Any]) -> Finding:
    level, source = fields.get("risk_level"), policy.sentence("risk")
    if not policy.risk_levels:
        return Finding(rule="risk", outcome="not_applicable", says="This policy asks for no risk level.", source=source)
    if level is None:
        return Finding(rule="risk", outcome="not_answered", says=_NOT_SAID, source=source)
    met = level in policy.risk_levels
    return Finding(rule="risk", outcome="met" if met else "not_met", says=f"The risk is given as {level}.", source=source)


def _found(policy: Policy, fields: Mapping[str, Any]) -> Iterator[Finding]:
    found = fields.get("found") or {}
    source = policy.sentence("found")
    if found.get("deceased"):
        yield Finding(rule="found", outcome="met", says="The form says that the child has died.", source=source)
        return
    seen = found.get("physically_seen")
    says = {
        True: "Located and physically seen.",
        False: "Located, but not physically seen.",
        None: "The form does not say who has seen the child.",
    }[seen]
    yield Finding(rule="found", outcome={True: "met", False: "not_met", None: "not_answered"}[seen], says=says, source=source)
