"""The boards are counted by somebody who did not fill them."""

from datetime import timedelta

import pytest

from service.flow.reconcile import DIFFERS, LATE_CHECKS, reconcile_boards
from service.flow.to_do import tick_off
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.test_answers import find
from tests.service.flow.test_repair import bounced, fix
from tests.service.flow.walk import LEEDS, PRIYA, go_live, last_notice, person, task_kinds, tasks


async def count(home: Home) -> int:
    home.now += timedelta(hours=2)
    return await reconcile_boards(home.house, now=home.now)


async def spoil(home: Home, statement: str) -> None:
    async with home.database.begin() as work:
        await work.connection.exec_driver_sql(statement.format(notice=(await last_notice(home)).id, leeds=AUTHORITIES[0]))


async def test_boards_that_add_up_say_nothing(home: Home) -> None:
    failed = await bounced(home)
    await fix(home, failed)
    home.reply(home.last_to(LEEDS), LEEDS, "Answer: 1\n")
    await home.settle()
    assert await count(home) == 0
    await find(home)
    assert await count(home) == 0
    assert DIFFERS not in await task_kinds(home)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE deliveries SET notice_id = NULL WHERE notice_id = '{notice}' AND gss_code = '{leeds}'", "missing"),
        ("UPDATE deliveries SET gss_code = 'S12000033' WHERE notice_id = '{notice}' AND gss_code = '{leeds}'", "strays"),
        ("UPDATE deliveries SET state = 'lost' WHERE notice_id = '{notice}' AND gss_code = '{leeds}'", "unnamed"),
        ("UPDATE deliveries SET answer = 'not_known' WHERE notice_id = '{notice}' AND gss_code = '{leeds}'", "unanswered"),
    ],
)
async def test_what_does_not_add_up_is_somebodys_task_once_and_stands_in_the_trail(home: Home, statement: str, kind: str) -> None:
    await go_live(home)
    await spoil(home, statement)
    assert await count(home) == 1
    assert await count(home) == 1
    assert [one.kind for one in await tasks(home)].count(DIFFERS) == 1
    async with home.database.read() as work:
        rows = (await work.connection.exec_driver_sql(f"SELECT detail FROM audit_events WHERE action = '{DIFFERS}'")).all()
    assert len(rows) == 1
    assert kind in rows[0][0]


async def test_the_task_is_settled_when_it_adds_up_again(home: Home) -> None:
    await go_live(home)
    await spoil(home, "UPDATE deliveries SET state = 'lost' WHERE notice_id = '{notice}' AND gss_code = '{leeds}'")
    assert await count(home) == 1
    await spoil(home, "UPDATE deliveries SET state = 'accepted' WHERE notice_id = '{notice}' AND gss_code = '{leeds}'")
    assert await count(home) == 0
    assert DIFFERS not in await task_kinds(home)


async def test_it_is_counted_once_an_hour_whoever_asks(home: Home) -> None:
    await go_live(home)
    await spoil(home, "UPDATE deliveries SET state = 'lost' WHERE notice_id = '{notice}' AND gss_code = '{leeds}'")
    assert await count(home) == 1
    assert await reconcile_boards(home.house, now=home.now) == 0


async def test_checks_that_are_late_are_somebodys_task_once_until_the_authority_answers(home: Home) -> None:
    await go_live(home)
    day = (home.now + timedelta(days=1)).strftime("%d/%m/%Y")
    home.reply(home.last_to(LEEDS), LEEDS, f"Answer: 4 until {day}\n")
    await home.settle()
    await count(home)
    assert LATE_CHECKS not in await task_kinds(home)
    home.now += timedelta(days=2)
    await count(home)
    (task,) = [one for one in await tasks(home) if one.kind == LATE_CHECKS]
    await tick_off(home.house, task.id, await person(home, PRIYA), home.now)
    await count(home)
    assert LATE_CHECKS not in await task_kinds(home)  # whoever ticked it off is not asked about the same day again
    home.reply(home.last_to(LEEDS), LEEDS, f"Answer: 4 until {home.now:%d/%m/%Y}\n")
    await home.settle()
    home.now += timedelta(days=2)
    await count(home)
    assert LATE_CHECKS in await task_kinds(home)
    home.reply(home.last_to(LEEDS), LEEDS, "Answer: 1\n")
    await home.settle()
    await count(home)
    assert LATE_CHECKS not in await task_kinds(home)
