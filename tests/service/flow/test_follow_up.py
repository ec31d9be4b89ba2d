"""The life of a case after its alert, each step from a letter a worker would write: update, renewal, found, birth, death, error."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from service.database.received import ReceivedState
from service.database.tables import notices as notices_table
from service.domain.case import CaseState, Outcome
from service.domain.children import ChildStatus, status_of
from service.domain.errors import NotAllowed
from service.domain.notice import Notice, NoticeKind, NoticeState
from service.flow.receive import receive_new
from service.flow.rounds import triage_round
from service.mail.templates import Rendered, Templates
from tests.service.flow.home import Home
from tests.service.flow.walk import (
    CARDIFF,
    COMPLETE,
    FOUND,
    HELEN,
    LEEDS,
    MEDWAY,
    PRIYA,
    SAM,
    UPDATE,
    approve,
    ask_approvers,
    decide,
    go_live,
    last_notice,
    received,
    task_kinds,
    the_case,
)  # fmt: skip
from tests.service.mail.letters import FOLDER

ALL = (LEEDS, MEDWAY, CARDIFF)
TWO = COMPLETE.replace(
    "Surname: Example\nForename(s): Amy Jane\nDate of birth: 04/03/2018\nLegal status: Child protection plan\n",
    "Child 1\nSurname: Example\nForename(s): Amy Jane\nDate of birth: 04/03/2018\nLegal status: Child protection plan\n\n"
    "Child 2\nSurname: Example\nForename(s): Ben\nDate of birth: 11/06/2021\nLegal status: Child protection plan\n\n",
)
UNBORN = COMPLETE.replace(
    "Surname: Example\nForename(s): Amy Jane\nDate of birth: 04/03/2018\n",
    "Surname: Example\nForename(s): Baby\nExpected date of delivery: 02/12/2026\n",
)


async def write(home: Home, words: str, subject: str = "About") -> None:
    """Let Sam write about the case, its reference in the subject."""
    home.post(SAM, words, subject=f"{subject} [{(await the_case(home)).reference}]")
    await home.settle()


async def check(home: Home) -> None:
    home.reply(home.last_to(PRIYA), PRIYA, f"PASS\n\n{len(home.letters_to(PRIYA))}\n")
    await home.settle()


async def live(home: Home, form: str = COMPLETE) -> None:
    await ask_approvers(home, form)
    await approve(home)
    assert (await the_case(home)).state is CaseState.LIVE


async def notices(home: Home) -> tuple[Notice, ...]:
    async with home.database.read() as work:
        return await work.notices.of_case((await the_case(home)).id)


def subjects(home: Home, address: str) -> list[str]:
    return [str(letter["Subject"]).partition(" [")[0] for letter in home.letters_to(address)]


async def test_an_update_in_plain_words_is_checked_approved_and_sent_with_what_changed_first(home: Home) -> None:
    await go_live(home)
    await write(
        home, "Hi,\n\nAn update on Amy: she was seen at Leeds coach station on Tuesday with two suitcases.\n\nThanks\nSam\n", "Update"
    )
    notice = await last_notice(home)
    assert (notice.kind, notice.state, notice.number) == (NoticeKind.UPDATE, NoticeState.CHECKING, 2)
    assert "[New] The circumstances" in home.text_to(PRIYA)
    await check(home)
    await decide(home)
    for address in ALL:
        alert, update = home.letters_to(address)
        assert str(update["Subject"]).startswith("UPDATE 2 – child missing [")
        assert update["References"] == alert["Message-ID"]
    words = home.text_to(LEEDS)
    assert words.index("Leeds coach station") < words.index("What we ask")
    assert "Before: Did not come home from school." in words
    assert (await the_case(home)).state is CaseState.LIVE


async def test_a_later_form_with_another_missing_date_keeps_the_original_and_shows_the_difference(home: Home) -> None:
    await go_live(home)
    await write(home, "Update to a national alert\n\nDate missing: 28 October 2026\nLevel of risk: Medium\nVehicle details: Red Corsa\n")
    await check(home)
    request = home.text_to(HELEN)
    assert "The form says missing since 28 October 2026. The case keeps its original date, 20 October 2026." in request
    await decide(home, "APPROVE\nThe date in the new form is a slip.")
    assert "Missing since: 20 October 2026" in home.text_to(LEEDS)
    assert "28 October" not in home.text_to(LEEDS)
    assert (await the_case(home)).missing_since.isoformat() == "2026-10-20"  # type: ignore[union-attr]


async def test_a_renewal_goes_to_everyone_with_the_original_date(home: Home) -> None:
    await go_live(home)
    await write(home, COMPLETE.replace("National Alert Notification", "Renewal of the National Alert").replace("20 October", "25 October"))
    await check(home)
    await decide(home, "APPROVE\nStill missing, the date in the new form is a slip.")
    assert subjects(home, LEEDS) == ["NATIONAL ALERT – child missing", "STILL MISSING since 20 October 2026"]


async def test_a_found_report_in_plain_words_is_asked_for_what_the_policy_needs_and_ends_the_case(home: Home) -> None:
    await go_live(home)
    await write(home, "Good news: Amy was found on 23 November 2026 in Leeds. She is fine.\n\nSam\n", "Amy")
    assert (await last_notice(home)).state is NoticeState.RETURNED
    assert "physically" in home.text_to(SAM)
    home.reply(home.last_to(SAM), SAM, "1: Yes\n")
    await home.settle()
    await check(home)
    await decide(home)
    assert subjects(home, CARDIFF) == ["NATIONAL ALERT – child missing", "FOUND – stop searching"]
    assert "Leeds" not in home.text_to(CARDIFF)
    case = await the_case(home)
    assert (case.state, case.outcome) == (CaseState.CLOSED, Outcome.FOUND)


async def test_a_found_report_without_a_sighting_needs_a_reason_to_be_approved(home: Home) -> None:
    await go_live(home)
    await write(home, "Found notification\n\nDate found: 23 November 2026\nPhysically seen: No\nSeen by: nobody yet\n")
    await check(home)
    with pytest.raises(NotAllowed, match="Say why you go ahead"):
        await decide(home)
    assert (await last_notice(home)).state is NoticeState.AWAITING_APPROVAL
    await decide(home, "APPROVE\nThe police spoke to her on the phone and know where she is.")
    assert (await the_case(home)).outcome is Outcome.FOUND


async def test_one_of_two_children_found_leaves_the_alert_open_and_everyone_is_told_who_is_still_missing(home: Home) -> None:
    await live(home, TWO)
    await write(home, "Amy was found on 23 November 2026 at her aunt's flat in Cardiff. I saw her myself. Ben is still missing.\n\nSam\n")
    notice = await last_notice(home)
    assert (notice.kind, notice.letter_name) == (NoticeKind.UPDATE, "found_in_part")
    await check(home)
    await decide(home)
    assert subjects(home, LEEDS)[-1] == "UPDATE – one child found, one still missing"
    words = home.text_to(LEEDS)
    assert words.index("Ben Example") < words.index("Amy Jane Example")
    assert "aunt's flat" not in words and "Cardiff" not in words
    assert (await the_case(home)).state is CaseState.LIVE

    # Nobody but Ben is left, so a report that names nobody is about him; everyone hears that the case has ended.
    await write(home, "Found notification\n\nDate found: 24 November 2026\nPhysically seen: Yes\nSeen by: Sam Worker\n")
    assert (await last_notice(home)).kind is NoticeKind.FOUND
    await check(home)
    await decide(home)
    assert subjects(home, LEEDS)[-1] == "FOUND – stop searching"
    assert (await the_case(home)).outcome is Outcome.FOUND
    assert [status_of(child) for child in (await last_notice(home)).fields["children"]] == [ChildStatus.FOUND] * 2


async def test_which_of_the_children_was_found_is_asked_and_answered_by_reply(home: Home) -> None:
    await live(home, TWO)
    await write(home, "Found notification\n\nDate found: 23 November 2026\nPhysically seen: Yes\nSeen by: Pat Officer\n")
    assert (await last_notice(home)).state is NoticeState.RETURNED
    assert "1. Which of the children has been found?" in home.text_to(SAM)
    assert "Write the first names, or ALL." in home.text_to(SAM)
    home.reply(home.last_to(SAM), SAM, "1: not sure\n")
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.RETURNED
    home.reply(home.last_to(SAM), SAM, "1: ben\n")
    await home.settle()
    notice = await last_notice(home)
    assert (notice.kind, notice.state) == (NoticeKind.UPDATE, NoticeState.CHECKING)
    assert [status_of(child) for child in notice.fields["children"]] == [ChildStatus.MISSING, ChildStatus.FOUND]


async def test_all_children_found_at_once_ends_the_case(home: Home) -> None:
    await live(home, TWO)
    await write(home, "Both children were found on 23 November 2026. I have seen them both.\n")
    await check(home)
    await decide(home)
    assert subjects(home, LEEDS)[-1] == "FOUND – stop searching"
    assert (await the_case(home)).state is CaseState.CLOSED


async def test_a_found_report_that_names_another_child_asks_and_never_ends_the_case(home: Home) -> None:
    await go_live(home)
    await write(home, "Found notification\n\nSurname: Sample\nForename(s): Zoe\nDate found: 23 November 2026\nPhysically seen: Yes\n")
    assert (await last_notice(home)).state is NoticeState.RETURNED
    assert "names another child than this case" in home.text_to(SAM)


async def test_an_update_after_one_child_was_found_tells_only_of_the_missing_one(home: Home) -> None:
    await live(home, TWO)
    await write(home, "Amy was found on 23 November 2026. I saw her myself.\n")
    await check(home)
    await decide(home)
    await write(home, "Update to a national alert\n\nLevel of risk: Medium\nVehicle details: Red Corsa\nPolice reference: XY/1\n")
    notice = await last_notice(home)
    assert notice.letter_name == "update"
    await check(home)
    await decide(home)
    words = home.text_to(LEEDS)
    assert subjects(home, LEEDS)[-1] == "UPDATE 3 – child missing"
    assert words.index("Who is missing") < words.index("Ben Example") < words.index("No longer missing") < words.index("Amy Jane Example")


async def test_a_birth_turns_the_unborn_child_into_a_born_one_and_the_difference_is_shown(home: Home) -> None:
    await live(home, UNBORN)
    home.now = home.now.replace(month=12, day=6)
    await write(home, "Update to a national alert\n\nForename(s): Kit\nSurname: Example\nDate of birth: 30/11/2026\nLevel of risk: High\n")
    notice = await last_notice(home)
    (child,) = notice.fields["children"]
    assert (child["given_names"], child["date_of_birth"], child["unborn"]) == ("Kit", "2026-11-30", False)
    assert child["expected_delivery_date"] is None
    words = home.text_to(PRIYA)
    assert "Child 1 was expected and has been born." in words
    assert "Before: 2 December 2026" in words
    assert (await notices(home))[0].fields["children"][0]["expected_delivery_date"] == "2026-12-02"


async def test_an_expected_date_that_passed_without_news_is_shown_to_those_who_check(home: Home) -> None:
    await live(home, UNBORN)
    home.now = home.now.replace(month=12, day=20)
    await write(home, "Update to a national alert\n\nLevel of risk: Medium\nVehicle details: Red Corsa\nPolice reference: XY/1\n")
    assert "The baby was expected on 2 December 2026 and nothing says that it is born." in home.text_to(PRIYA)


async def test_a_child_who_turned_18_is_a_finding_of_the_update(home: Home) -> None:
    await live(home, COMPLETE.replace("04/03/2018", "01/12/2008"))
    home.now = home.now.replace(month=12, day=2)
    await write(home, "Update to a national alert\n\nLevel of risk: Medium\nVehicle details: Red Corsa\nPolice reference: XY/1\n")
    assert "Child 1 turned 18 on 1 December 2026." in home.text_to(PRIYA)


async def test_a_death_is_told_with_care_and_ends_the_case(home: Home) -> None:
    await go_live(home)
    await write(home, "I am very sorry to tell you that Amy has died. The police told us this morning.\n\nSam\n")
    notice = await last_notice(home)
    assert notice.letter_name == "deceased"
    await check(home)
    await decide(home)
    assert subjects(home, LEEDS)[-1] == "National alert ended"
    assert "We are very sorry to tell you that the child in this case has died." in home.text_to(LEEDS)
    assert (await the_case(home)).outcome is Outcome.DECEASED


async def test_the_death_of_one_of_two_children_leaves_the_search_for_the_other_open(home: Home) -> None:
    await live(home, TWO)
    await write(home, "I am sorry to say that Ben has died. Amy is still missing.\n")
    assert [status_of(child) for child in (await last_notice(home)).fields["children"]] == [ChildStatus.MISSING, ChildStatus.DECEASED]
    await check(home)
    await decide(home)
    assert subjects(home, LEEDS)[-1] == "UPDATE – one child still missing"
    assert "this child has died" in home.text_to(LEEDS)
    assert (await the_case(home)).state is CaseState.LIVE


async def test_sent_in_error_withdraws_the_alert_keeps_the_reason_and_tells_it_to_nobody(home: Home) -> None:
    await go_live(home)
    await write(home, "Please withdraw this alert. It was sent in error: it was meant for the Sample family.\n")
    assert "Sample family" in (await last_notice(home)).fields["withdrawal_reason"]
    assert "Sample family" in home.text_to(PRIYA)
    await check(home)
    await decide(home)
    assert subjects(home, LEEDS)[-1] == "WITHDRAWN – sent in error"
    assert "Sample" not in home.text_to(LEEDS)
    assert (await the_case(home)).outcome is Outcome.WITHDRAWN


async def test_a_second_update_takes_in_one_that_has_not_left(home: Home) -> None:
    await go_live(home)
    await write(home, "Update to a national alert\n\nLevel of risk: Medium\nVehicle details: Red Corsa\nPolice reference: XY/1\n")
    await check(home)
    old = home.last_to(HELEN)
    await write(home, "Update to a national alert\n\nPhones: 07700 900123\nDate last seen: 22 November 2026\nAssociates: Lee Sample\n")
    first, second = (await notices(home))[1:]
    assert (first.state, second.state) == (NoticeState.SUPERSEDED, NoticeState.CHECKING)
    assert (second.fields["risk_level"], second.fields["vehicles"]) == ("medium", ["Red Corsa"])
    home.reply(old, HELEN, "APPROVE\n")
    await home.settle()
    assert len(home.letters_to(LEEDS)) == 1
    await check(home)
    await decide(home)
    assert len(home.letters_to(LEEDS)) == 2


async def test_an_update_that_still_waits_when_the_child_is_found_is_never_sent(home: Home) -> None:
    await go_live(home)
    await write(home, "Update to a national alert\n\nLevel of risk: Medium\nVehicle details: Red Corsa\nPolice reference: XY/1\n")
    await write(home, "Amy was found on 23 November 2026. I saw her myself.\n")
    await check(home)
    await decide(home)
    assert [one.state for one in await notices(home)] == [NoticeState.CASCADED, NoticeState.SUPERSEDED, NoticeState.CASCADED]
    assert "check_notice" not in await task_kinds(home)


async def test_an_update_approved_at_the_moment_the_case_ended_is_put_aside(home: Home) -> None:
    await go_live(home)
    await write(home, "Amy was found on 23 November 2026. I saw her myself.\n")
    await check(home)
    await decide(home)
    case = await the_case(home)
    async with home.database.begin() as work:
        found = (await work.notices.of_case(case.id))[-1]
        await work.connection.execute(
            sa.update(notices_table).where(notices_table.c.id == found.id).values(state=NoticeState.APPROVED, kind=NoticeKind.UPDATE)
        )
    sent = len(home.mailer.sent)
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.SUPERSEDED
    assert len(home.mailer.sent) == sent


async def test_a_child_found_before_the_alert_left_stands_as_a_finding_and_goes_back_to_quality_assurance(home: Home) -> None:
    await ask_approvers(home)
    request = home.last_to(HELEN)
    await write(home, "Good news, Amy was found on 24 November 2026.\n")
    notice = await last_notice(home)
    assert (notice.kind, notice.state) == (NoticeKind.ALERT, NoticeState.CHECKING)
    assert "stop_alert" in await task_kinds(home)
    home.reply(request, HELEN, "APPROVE\n")
    await home.settle()
    assert home.letters_to(LEEDS) == []
    assert "Do not send this alert" in home.text_to(PRIYA)


async def test_a_letter_about_a_case_that_has_ended_goes_to_a_person(home: Home) -> None:
    await go_live(home)
    await write(home, "Amy was found on 23 November 2026. I saw her myself.\n")
    await check(home)
    await decide(home)
    await write(home, "Update to a national alert\n\nLevel of risk: Medium\nVehicle details: Red Corsa\nPolice reference: XY/1\n")
    letter = (await received(home))[-1]
    assert letter.state is ReceivedState.QUARANTINED
    assert letter.reason is not None and "has ended" in letter.reason


async def test_an_update_that_adds_a_child_keeps_the_first_and_says_so(home: Home) -> None:
    await go_live(home)
    await write(home, "Update to a national alert\n\nSurname: Example\nForename(s): Ben\nDate of birth: 11/06/2021\nLevel of risk: High\n")
    assert [child["given_names"] for child in (await last_notice(home)).fields["children"]] == ["Amy Jane", "Ben"]
    assert "Child 2 was not in this case before." in home.text_to(PRIYA)


async def test_an_answer_and_the_same_news_in_words_are_one_report(home: Home) -> None:
    await go_live(home)
    await write(home, "Amy was found on 23 November 2026.\n")
    assert (await last_notice(home)).state is NoticeState.RETURNED
    home.reply(home.last_to(SAM), SAM, "She was found on 23 November 2026, as I wrote.\n\n1: Yes\n")
    await home.settle()
    alert, found = await notices(home)
    assert (alert.state, found.state, found.fields["found"]["physically_seen"]) == (NoticeState.CASCADED, NoticeState.CHECKING, True)


async def test_a_second_report_that_names_nobody_leaves_who_was_found_as_it_was_understood(home: Home) -> None:
    await live(home, TWO)
    await write(home, "Amy was found on 23 November 2026.\n")
    home.reply(home.last_to(SAM), SAM, "She was found at school. I saw her there.\n\n1: Yes\n")
    await home.settle()
    notice = (await notices(home))[-1]
    assert (notice.number, notice.kind, notice.state) == (2, NoticeKind.UPDATE, NoticeState.CHECKING)
    assert [status_of(child) for child in notice.fields["children"]] == [ChildStatus.FOUND, ChildStatus.MISSING]
    assert notice.fields["found"]["date"] == "2026-11-23"
    home.reply(home.letters_to(SAM)[-1], SAM, "Ben was found on 23 November 2026, not Amy. I saw him.\n\n1: Yes\n")
    await home.settle()
    assert [status_of(child) for child in (await notices(home))[-1].fields["children"]] == [ChildStatus.MISSING, ChildStatus.FOUND]


async def test_of_two_children_one_found_before_the_alert_left_the_alert_is_about_the_other(home: Home) -> None:
    await ask_approvers(home, TWO)
    await write(home, "Amy was found on 23 November 2026. I saw her myself. Ben is still missing.\n")
    notice = await last_notice(home)
    assert (notice.number, notice.kind, notice.state) == (1, NoticeKind.ALERT, NoticeState.CHECKING)
    assert "It is about the others." in home.text_to(PRIYA)
    await check(home)
    await decide(home)
    assert subjects(home, LEEDS) == ["NATIONAL ALERT – child missing"]
    assert home.text_to(LEEDS).index("Ben Example") < home.text_to(LEEDS).index("No longer missing")


async def test_sent_in_error_before_the_alert_left_asks_nothing_and_can_be_refused(home: Home) -> None:
    await ask_approvers(home)
    await write(home, "This notification was sent in error, please withdraw it.\n")
    assert "told the people who check and decide" in home.text_to(SAM)
    assert "stop_alert" in await task_kinds(home)
    await check(home)
    await decide(home)
    assert (await last_notice(home)).state is NoticeState.AWAITING_APPROVAL
    home.reply(
        next(one for one in reversed(home.letters_to(HELEN)) if "Decision needed" in str(one["Subject"])), HELEN, "REJECT Sent in error.\n"
    )
    await home.settle()
    case = await the_case(home)
    assert (case.state, case.outcome) == (CaseState.CLOSED, Outcome.REFUSED)
    assert home.letters_to(LEEDS) == []


class Breaks(Templates):
    """Letters that break once, in the middle of what a room does."""

    broken = True

    def render(self, name: str, **context: object) -> Rendered:
        if self.broken:
            self.broken = False
            raise RuntimeError("a template broke")
        return super().render(name, **context)


async def test_a_crash_in_the_middle_leaves_nothing_half_done_and_the_letter_is_taken_up_again(home: Home) -> None:
    await go_live(home)
    whole = home.house
    home.house = replace(whole, templates=Breaks(FOLDER))
    home.post(SAM, "Amy was found on 23 November 2026. I saw her myself.\n", subject=f"Found [{(await the_case(home)).reference}]")
    await receive_new(home.house, home.mailbox, home.inbox, now=home.now)
    await triage_round(home.house, now=home.now)
    assert len(await notices(home)) == 1
    await home.settle()
    assert [one.kind for one in await notices(home)] == [NoticeKind.ALERT, NoticeKind.FOUND]
    assert (await received(home))[-1].state is ReceivedState.HANDLED


async def test_what_one_notice_of_a_case_asks_for_stays_open_when_another_is_checked_or_decided(home: Home) -> None:
    await go_live(home)
    for text in (UPDATE, FOUND):
        home.post(SAM, text, subject=f"Later [{(await the_case(home)).reference}]")
        await home.settle()
    assert (await task_kinds(home)).count("check_notice") == 2
    for number, letter in enumerate([one for one in home.letters_to(PRIYA) if str(one["Subject"]).startswith("Check")][-2:]):
        home.reply(letter, PRIYA, "PASS\n")
        await home.settle()
        assert (await task_kinds(home)).count("check_notice") == 1 - number
    assert (await task_kinds(home)).count("decide_notice") == 2
    home.reply(next(one for one in home.letters_to(HELEN) if "pdate" in str(one["Subject"])), HELEN, "APPROVE\n")
    await home.settle()
    assert (await task_kinds(home)).count("decide_notice") == 1
