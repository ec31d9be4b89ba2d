"""What people need to judge a notice: stages, what an approval goes against, differences, dates, children and likely same children."""

from dataclasses import replace
from datetime import timedelta

from service.domain.case import Case, CaseState, Outcome
from service.domain.notice import Finding, Notice, NoticeKind, NoticeState
from service.domain.people import Role
from service.policies import policy_named
from service.web.children import children_of
from tests.factories import case, notice
from tests.service.web.conftest import Town
from tests.service.web.seeds import NOW
from tests.service.web.test_case_pages import state, visible


async def work_by_kent(town: Town) -> tuple[str, str]:
    """Put the notice to check under Kent's policy, with a person in each post; return the path of the notice and who is second."""
    first, second = policy_named("kent").quality
    async with town.database.begin() as work:
        await work.connection.exec_driver_sql(f"UPDATE cases SET policy = 'kent', policy_version = '1' WHERE id = '{town.seeds.check}'")
        await work.connection.exec_driver_sql(f"UPDATE persons SET title = '{first.title}' WHERE address = 'quality@kent.test'")
        kent = await work.people.authority_at("alerts@kent.test")
        assert kent is not None
        other = await work.people.add(
            authority_id=kent.id, name="Owen", address="owen@kent.test", roles=frozenset({Role.QUALITY}), title=second.title
        )
    town.seeds.people["second checker"] = other
    return f"/cases/{town.seeds.check}/notices/{town.seeds.check_notice}", second.title


async def test_of_two_stages_only_the_one_whose_turn_it_is_can_be_passed(town: Town) -> None:
    path, second = await work_by_kent(town)
    first_checker, second_checker = await town.as_("quality"), await town.as_("second checker")
    early = visible((await second_checker.get(f"/cases/{town.seeds.check}")).text)
    assert f"Service Manager has it now {second} comes later" in early
    assert "Your check" not in early
    assert "This stage is for the Service Manager." in early
    assert (await second_checker.post(f"{path}/pass", version="2")).status_code == 403
    mine = visible((await first_checker.get(f"/cases/{town.seeds.check}")).text)
    assert "Your check : Service Manager" in mine.replace("check:", "check :")
    assert f"The {second} checks it next." in mine
    assert (await first_checker.post(f"{path}/pass", version="2", note="I telephoned the worker.")).status_code == 303
    assert await state(town, town.seeds.check_notice) is NoticeState.CHECKING
    after = visible((await first_checker.get(f"/cases/{town.seeds.check}")).text)
    assert f"Service Manager passed it: Quality Person, 24 November 2026 at 14:02 {second} has it now" in after
    assert "Your check" not in after
    assert "I telephoned the worker." in after
    assert "Pass to the approvers" in visible((await second_checker.get(f"/cases/{town.seeds.check}")).text)
    assert (await second_checker.post(f"{path}/pass", version="2")).status_code == 303
    assert await state(town, town.seeds.check_notice) is NoticeState.AWAITING_APPROVAL


async def test_approving_against_findings_names_them_and_needs_a_reason_that_is_kept(town: Town) -> None:
    staff, page = await town.as_("approver"), f"/cases/{town.seeds.decide}"
    path = f"{page}/notices/{town.seeds.decide_notice}/approve"
    words = visible((await staff.get(page)).text)
    assert "Approving this goes against 2 findings:" in words
    assert words.count("Age 9 does not fit 4 March 2018") >= 2
    for reason in ("", "   "):
        refused = await staff.post(path, version="2", understood="yes", reason=reason)
        assert refused.status_code == 400
        assert "There is a problem" in refused.text
        assert f'href="#reason-{town.seeds.decide_notice}"' in refused.text
        assert 'value="yes" checked' in refused.text
    assert await state(town, town.seeds.decide_notice) is NoticeState.AWAITING_APPROVAL
    assert (await staff.post(path, version="2", understood="yes", reason="The police ask for it today.")).status_code == 303
    words = visible((await staff.get(page)).text)
    assert "approved it: Approver Person, 24 November 2026 at 14:02, by web “The police ask for it today.”" in words


async def test_what_was_typed_is_still_there_after_a_fault(town: Town) -> None:
    staff = await town.as_("approver")
    path = f"/cases/{town.seeds.decide}/notices/{town.seeds.decide_notice}/approve"
    assert "Tick the box" in (await staff.post(path, version="2", reason="The police ask.")).text
    assert await state(town, town.seeds.decide_notice) is NoticeState.AWAITING_APPROVAL


async def later_notice(town: Town, **changed: object) -> Notice:
    """Add an update to the live case."""
    async with town.database.begin() as work:
        first = await work.notices.get(town.seeds.live_notice)
        fields = {**first.fields, "risk_level": "medium", "circumstances": "Seen in Leeds.", "date_went_missing": None, **changed}
        later = replace(
            first, id="f" * 32, number=2, kind=NoticeKind.UPDATE, state=NoticeState.CHECKING, fields=fields, letter_id=None, findings=()
        )
        await work.notices.add(later)
    return later


async def test_differences_say_in_words_what_was_added_changed_and_removed(town: Town) -> None:
    await later_notice(town)
    text = (await (await town.as_("quality")).get(f"/cases/{town.seeds.live}")).text
    words = visible(text)
    assert "What differs from the last notice that was sent" in words
    assert "risk level Changed Before high Now medium" in words
    assert "Added Before Nothing Now Seen in Leeds." in words
    assert "Removed Before 20 October 2026 Now Nothing" in words
    assert "<del>high</del>" in text
    assert "<ins>medium</ins>" in text


async def test_a_child_that_was_found_stands_as_found_while_the_other_is_missing(town: Town) -> None:
    children = [{"given_names": "Amy", "family_name": "Example", "status": "found"}, {"given_names": "Ben", "family_name": "Example"}]
    await later_notice(town, children=children)
    words = visible((await (await town.as_("quality")).get(f"/cases/{town.seeds.live}")).text)
    assert "Amy Example Found Ben Example Missing" in words


def statuses(of: Case, *children: dict[str, object]) -> list[str]:
    """Return what is said of each child."""
    return [child.says for child in children_of(of, [notice(fields={"children": list(children)})])]


def test_a_closed_case_says_only_what_is_known_of_each_child() -> None:
    amy, ben = {"given_names": "Amy"}, {"given_names": "Ben", "status": "deceased"}
    ended = case(state=CaseState.CLOSED, outcome=Outcome.FOUND)
    assert statuses(case(), amy, ben) == ["Missing", "Has died"]
    assert statuses(ended, amy) == ["Found"]
    assert statuses(replace(ended, outcome=Outcome.DECEASED), amy) == ["Has died"]
    assert statuses(replace(ended, outcome=Outcome.DECEASED), amy, ben) == ["", "Has died"]
    assert statuses(replace(ended, outcome=Outcome.WITHDRAWN), amy) == [""]


async def test_a_likely_same_child_is_shown_with_a_link_only_to_cases_of_ones_own(town: Town) -> None:
    async with town.database.begin() as work:
        check = await work.notices.get(town.seeds.check_notice)
        others = [await work.cases.get(one) for one in (town.seeds.live, town.seeds.elsewhere)]
        found = [
            Finding(rule="likely_same", outcome="likely_same", says=f"Looks like a child of {one.reference} (open): same name.", source="x")
            for one in others
        ]
        await work.notices.save(replace(check, findings=(*check.findings, *found)), read_version=check.version)
    text = (await (await town.as_("quality")).get(f"/cases/{town.seeds.check}")).text
    assert "Perhaps the same child" in text
    assert f'href="/cases/{town.seeds.live}"' in text
    assert f'href="/cases/{town.seeds.elsewhere}"' not in text
    assert "merge" not in visible(text).casefold()


async def test_the_next_dates_stand_with_their_sentences_and_are_late_when_they_have_passed(town: Town) -> None:
    async with town.database.begin() as work:
        await work.connection.exec_driver_sql(f"UPDATE cases SET policy = 'kent', policy_version = '1' WHERE id = '{town.seeds.live}'")
        sent = await work.notices.get(town.seeds.live_notice)
        await work.notices.save(replace(sent, decided_at=NOW), read_version=sent.version)
    sentence = policy_named("kent").sentence("update_first")
    words = visible((await (await town.as_("quality")).get(f"/cases/{town.seeds.live}")).text)
    assert "Next dates 22 December 2026 An update of the national alert is due" in words
    assert sentence in words
    town.clock.turn(timedelta(days=40))
    words = visible((await (await town.as_("approver")).get(f"/cases/{town.seeds.live}")).text)
    assert "22 December 2026 Late An update of the national alert was due" in words
