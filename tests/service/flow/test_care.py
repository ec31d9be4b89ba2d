"""Children in care missing for 48 hours: told at once, told when the hour comes, or not told because they were plainly found."""

from datetime import timedelta

from service.flow.care import look_at_children_in_care
from service.policies import policy_named
from tests.service.flow.home import Home
from tests.service.flow.local import CARE_MISSING, DE_ALERT, MIRA, recorded, under
from tests.service.flow.test_elsewhere import text_of
from tests.service.flow.walk import SAM, task_kinds, tasks

MIU = "mira1@kent.test"
POSTS = ("Safeguarding Unit Alerts inbox", "Management Information Unit")


async def alerted(home: Home, since: str) -> None:
    await under(home, "kent", *POSTS)
    home.post(SAM, CARE_MISSING.format(since=since), subject="Alert form")
    await home.settle()


async def hours_later(home: Home, hours: int) -> int:
    home.now += timedelta(hours=hours)
    told = await look_at_children_in_care(home.house, now=home.now)
    await home.settle()
    return told


async def test_a_child_already_missing_48_hours_is_told_at_once(home: Home) -> None:
    await alerted(home, "21 November 2026")
    letter = home.last_to(MIU)
    assert letter["Subject"] == "Passed on to you: a child in care missing for 48 hours"
    assert "Missing since: 21 November 2026" in text_of(letter)
    assert policy_named("kent").sentence("care_missing") in " ".join(text_of(letter).replace("| ", "").split())
    assert "We have told the Management Information Unit." in text_of(home.last_to(SAM))
    assert len(home.letters_to(MIRA)) == 1
    assert await hours_later(home, 100) == 0
    assert len(home.letters_to(MIU)) == 1


async def test_a_child_missing_since_yesterday_is_told_when_the_hour_comes_and_once(home: Home) -> None:
    await alerted(home, "23 November 2026")  # the 48 hours end as the 25th begins
    assert home.letters_to(MIU) == []
    assert "on 25 November 2026 at 00:00, we tell the Management Information Unit" in " ".join(text_of(home.last_to(SAM)).split())
    assert await hours_later(home, 13) == 0
    assert await hours_later(home, 1) == 1
    assert await hours_later(home, 1) == 0
    assert len(home.letters_to(MIU)) == 1


async def test_a_child_reported_found_in_time_is_not_told(home: Home) -> None:
    await alerted(home, "23 November 2026")
    home.post(SAM, DE_ALERT.format(family="Example"), subject="She is back")
    await home.settle()
    assert await hours_later(home, 20) == 0
    assert home.letters_to(MIU) == []
    assert ("missing_from_care", "found", True, "") in await recorded(home)


async def test_another_child_found_does_not_keep_the_unit_from_being_told(home: Home) -> None:
    await alerted(home, "23 November 2026")
    home.post(SAM, DE_ALERT.format(family="Other").replace("Amy Jane", "Zoe").replace("04/03/2012", "01/01/2010"), subject="Back")
    await home.settle()
    assert await hours_later(home, 20) == 1
    assert "We could not tell whether it is this child" in " ".join(text_of(home.last_to(MIU)).split())


async def test_a_forged_found_report_does_not_keep_the_unit_from_being_told(home: Home) -> None:
    await alerted(home, "23 November 2026")
    home.post(SAM, DE_ALERT.format(family="Example"), subject="She is back", forged=True)
    await home.settle()
    assert await hours_later(home, 20) == 1


async def test_without_a_date_the_hours_are_counted_from_the_letter(home: Home) -> None:
    await under(home, "kent", *POSTS)
    home.post(SAM, CARE_MISSING.format(since="").replace("Date missing: \n", ""), subject="Alert form")
    await home.settle()
    assert "no full date, so we count from now" in " ".join(text_of(home.last_to(SAM)).split())
    assert await hours_later(home, 47) == 0
    assert await hours_later(home, 1) == 1


async def test_when_nobody_holds_the_post_it_is_a_task_once(home: Home) -> None:
    await under(home, "kent", POSTS[0])
    home.post(SAM, CARE_MISSING.format(since="21 November 2026"), subject="Alert form")
    await home.settle()
    assert await task_kinds(home) == ["missing_from_care"]
    assert "Management Information Unit" in (await tasks(home))[0].says
    assert await hours_later(home, 10) == 0
    assert await task_kinds(home) == ["missing_from_care"]


async def test_another_policy_knows_no_such_clock(home: Home) -> None:
    home.post(SAM, CARE_MISSING.format(since="21 November 2026"), subject="Alert form")
    await home.settle()
    assert [one[0] for one in await recorded(home)] == ["case_alert"]
