"""A draft of the renewal is ready when it comes due, people decide about it, and nothing leaves by itself."""

from datetime import timedelta

import sqlalchemy as sa

from service.database.tables import cases as case_table
from service.domain.case import CaseState
from service.domain.notice import NoticeKind, NoticeState
from service.flow.clock import look_at_dates
from service.policies import policy_named
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.test_elsewhere import text_of
from tests.service.flow.walk import (
    COMPLETE,
    FOUND,
    LEEDS,
    PRIYA,
    SAM,
    alerts_sent,
    approve,
    go_live,
    last_notice,
    task_kinds,
    the_case,
)

RENEWAL = COMPLETE.replace("National Alert Notification of a Missing Child", "Renewal of a national alert") + "Other: Still looking.\n"


async def live_under(home: Home, policy: str) -> None:
    """Let an alert go out, in a case that is held to another policy."""
    await go_live(home)
    async with home.database.begin() as work:
        await work.connection.execute(sa.update(case_table).values(policy=policy, policy_version=policy_named(policy).version))


async def let_pass(home: Home, days: float) -> None:
    home.now += timedelta(days=days)
    await look_at_dates(home.house, now=home.now)
    await home.settle()


async def test_a_draft_waits_thirty_days_before_and_goes_out_only_when_people_decide(home: Home) -> None:
    await live_under(home, "medway")  # 24 November; due on 24 May
    await let_pass(home, 150)
    assert (await last_notice(home)).kind is NoticeKind.ALERT
    await let_pass(home, 1)
    draft = await last_notice(home)
    assert (draft.kind, draft.state, draft.number) == (NoticeKind.RENEWAL, NoticeState.CHECKING, 2)
    assert draft.fields["date_went_missing"] == "2026-10-20"
    assert "A draft made from what was last sent" in " ".join(home.text_to(SAM).split())
    for _ in range(40):
        await let_pass(home, 2)
    assert (await last_notice(home)).id == draft.id and (await last_notice(home)).state is NoticeState.CHECKING
    assert len(alerts_sent(home)) == len(AUTHORITIES) and (await the_case(home)).state is CaseState.LIVE
    request = next(one for one in reversed(home.letters_to(PRIYA)) if str(one["Subject"]).startswith("Check"))
    home.reply(request, PRIYA, "PASS\n")
    await home.settle()
    await approve(home)
    assert (await last_notice(home)).state is NoticeState.CASCADED
    subject = str(home.last_to(LEEDS)["Subject"])
    assert subject.startswith("STILL MISSING since 20 October 2026")
    await let_pass(home, 0.1)
    assert "renewal_due" not in await task_kinds(home)


async def test_no_draft_is_made_while_something_else_about_the_case_waits(home: Home) -> None:
    await live_under(home, "medway")
    home.post(SAM, FOUND, subject=f"Found [{(await the_case(home)).reference}]")
    await home.settle()
    await let_pass(home, 170)
    assert (await last_notice(home)).kind is NoticeKind.FOUND


async def test_a_form_of_the_worker_takes_the_place_of_the_draft(home: Home) -> None:
    await live_under(home, "medway")
    await let_pass(home, 160)
    draft = await last_notice(home)
    home.post(SAM, RENEWAL, subject=f"Renewal [{(await the_case(home)).reference}]")
    await home.settle()
    newest = await last_notice(home)
    assert (newest.kind, newest.number) == (NoticeKind.RENEWAL, 3)
    async with home.database.read() as work:
        assert (await work.notices.get(draft.id)).state is NoticeState.SUPERSEDED
    await let_pass(home, 20)
    assert (await last_notice(home)).id == newest.id


async def test_the_prompt_says_when_the_alert_lapses_elsewhere(home: Home) -> None:
    await live_under(home, "kent")
    await let_pass(home, 151)
    letter = next(one for one in reversed(home.letters_to(SAM)) if str(one["Subject"]).startswith("Due 24 May"))
    assert "It will lapse elsewhere on 24 November 2027" in " ".join(text_of(letter).split())
