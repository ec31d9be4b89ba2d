"""A case is held to the policy as it was when it was opened."""

import pytest

from service.database.unit_of_work import Database
from service.domain.people import IssuingAuthority
from service.flow.rulebook import PolicyChanged, calendar_for, keep_policy, policy_of, refuse_changed_policies
from service.policies import policy_named, text_of
from tests import factories
from tests.factories import NOW

KENT = policy_named("kent")


def authority(gss_code: str) -> IssuingAuthority:
    return IssuingAuthority(id="a" * 32, gss_code=gss_code, name="", code="XXX", policy="national", mailbox="alerts@council.test")


async def test_the_text_is_kept_when_a_case_is_opened(database: Database) -> None:
    async with database.begin() as work:
        assert await keep_policy(work, "kent", NOW) == KENT
        assert await keep_policy(work, "kent", NOW) == KENT
        assert await work.policies.kept() == (("kent", KENT.version),)
        assert await work.policies.text("kent", KENT.version) == text_of("kent")


async def test_keeping_a_version_a_second_time_changes_nothing(database: Database) -> None:
    async with database.begin() as work:
        await work.policies.keep("kent", "1", "the first text", at=NOW)
        await work.policies.keep("kent", "1", "another text", at=NOW)
        assert await work.policies.text("kent", "1") == "the first text"


async def test_a_case_keeps_the_rules_it_was_opened_under(database: Database) -> None:
    older = text_of("kent").replace(f'version = "{KENT.version}"', 'version = "0"').replace("days = 21", "days = 14")
    async with database.begin() as work:
        await work.policies.keep("kent", "0", older, at=NOW)
        policy = await policy_of(work, factories.case(policy="kent", policy_version="0"))
    assert (policy.version, policy.wait_days, KENT.wait_days) == ("0", 14, 21)


async def test_a_case_from_before_versions_were_kept_has_the_rules_of_today(database: Database) -> None:
    async with database.read() as work:
        assert await policy_of(work, factories.case(policy="kent", policy_version="0.1")) == KENT


async def test_the_same_version_with_another_text_is_refused(database: Database) -> None:
    async with database.begin() as work:
        await refuse_changed_policies(work)
        await work.policies.keep("kent", KENT.version, text_of("kent") + "\n# changed", at=NOW)
        with pytest.raises(PolicyChanged, match=r"give the changed file kent\.toml a new version"):
            await keep_policy(work, "kent", NOW)
        with pytest.raises(PolicyChanged):
            await refuse_changed_policies(work)


@pytest.mark.parametrize(
    ("gss_code", "nation"), [("E10000016", "ENG"), ("S12000036", "SCT"), ("W06000015", "WLS"), ("NI-HSCT-BELFAST", "NIR"), ("X", "ENG")]
)
def test_working_days_are_those_of_the_authoritys_nation(gss_code: str, nation: str) -> None:
    assert calendar_for(authority(gss_code), policy_named("national"), NOW.date()).nation == nation
