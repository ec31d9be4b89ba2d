"""Which rules a case is held to: the version of the policy it was opened under, whatever the shipped file says today."""

from datetime import date, datetime

from directory.authority import by_gss
from service.database.unit_of_work import Work
from service.domain.assessment import assess
from service.domain.calendar import WorkingCalendar
from service.domain.case import Case
from service.domain.errors import ServiceError
from service.domain.notice import Finding, Notice
from service.domain.people import IssuingAuthority
from service.domain.policy import Policy
from service.policies import policy_named, policy_names, read_policy, text_of
from service.policies.holidays_of import calendar_of

_NATIONS = {"England": "ENG", "Wales": "WLS", "Scotland": "SCT", "Northern Ireland": "NIR"}


class PolicyChanged(ServiceError):  # noqa: N818
    """A policy file was changed without a new version, so nobody could tell which rules a case was opened under."""

    def __init__(self, name: str, version: str) -> None:
        super().__init__(
            f"The policy {name} says something else now than when version {version} was kept. "
            f"Put the old text back, or give the changed file {name}.toml a new version."
        )


async def keep_policy(work: Work, name: str, now: datetime) -> Policy:
    """Return the shipped policy *name* for a new case and keep its text; raises PolicyChanged, LookupError or PolicyFault."""
    policy, text = policy_named(name), text_of(name)
    kept = await work.policies.text(name, policy.version)
    if kept is None:
        await work.policies.keep(name, policy.version, text, at=now)
        work.audit.add("policy_kept", at=now, policy=name, version=policy.version)
    elif kept != text:
        raise PolicyChanged(name, policy.version)
    return policy


async def policy_of(work: Work, case: Case) -> Policy:
    """Return the policy in the version *case* was opened under; the shipped one for a case older than the keeping of versions."""
    text = await work.policies.text(case.policy, case.policy_version)
    return policy_named(case.policy) if text is None else read_policy(case.policy, text)


async def refuse_changed_policies(work: Work) -> None:
    """Compare every shipped policy with what was kept; raises PolicyChanged for the first that differs under the same version."""
    for name in policy_names():
        version = policy_named(name).version
        kept = await work.policies.text(name, version)
        if kept is not None and kept != text_of(name):
            raise PolicyChanged(name, version)


async def findings_on(work: Work, authority: IssuingAuthority, case: Case, notice: Notice, today: date) -> tuple[Finding, ...]:
    """Hold a notice to the rules of its case, with the working days of the authority's nation."""
    policy = await policy_of(work, case)
    return assess(notice, policy, calendar_for(authority, policy, today), today)


def calendar_for(authority: IssuingAuthority, policy: Policy, today: date) -> WorkingCalendar:
    """Return the working days of the nation *authority* is in; the policy's nation for one that is not in the directory."""
    return calendar_at(authority.gss_code, policy, today)


def calendar_at(gss_code: str, policy: Policy, today: date) -> WorkingCalendar:
    """Return the working days where an authority is; those of the policy's nation for one that is not in the directory."""
    known = by_gss().get(gss_code)
    nation = _NATIONS.get(known.nation, policy.nation) if known else policy.nation
    return calendar_of(nation, tuple(range(today.year - 1, today.year + 3)))
