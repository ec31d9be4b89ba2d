"""The pages of cases: who sees what, and what a decision needs."""

import json
import re
from dataclasses import replace
from html import unescape

import pytest

from service.domain.notice import NoticeState
from service.flow.original import Original, SavedFile
from service.flow.sandbox import CannotUnderstand
from tests.service.web.conftest import Town, ViewsHere


async def state(town: Town, notice_id: str) -> NoticeState:
    """Return where a notice stands."""
    async with town.database.read() as work:
        return (await work.notices.get(notice_id)).state


def visible(text: str) -> str:
    """Return the words of a page without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


async def test_a_notice_stands_beside_its_source_with_findings_and_sentences(town: Town) -> None:
    staff = await town.as_("quality")
    text = (await staff.get(f"/cases/{town.seeds.live}/notices/{town.seeds.live_notice}")).text
    words = visible(text)
    assert "The places are in form.docx unless another file is named." in words
    assert "20 October 2026 “20th October 2026” Date missing , table 1, row 2" in words
    assert "Child protection plan" in words
    assert "Please send this out." in words
    assert "A National Alert cannot be completed until the child has been missing for 3 weeks." in words
    assert "Not met" in words
    assert "Contradiction: Age 9 does not fit 4 March 2018" in words
    assert "The rules need 1 more answer: The episode: Last seen" in words
    assert "We did not know these labels" in words


async def test_every_link_of_the_two_sides_leads_somewhere_on_the_page(town: Town) -> None:
    staff = await town.as_("quality")
    for path in (f"/cases/{town.seeds.check}", f"/cases/{town.seeds.live}/notices/{town.seeds.live_notice}"):
        text = (await staff.get(path)).text
        ids = re.findall(r' id="([^"]+)"', text)
        assert len(ids) == len(set(ids))
        inside = re.findall(r'href="#([^"]+)"', text)
        assert len(inside) >= 4
        assert set(inside) - {"main-content"} <= set(ids)


async def test_a_closed_letter_is_opened_only_on_the_page_of_its_notice(town: Town) -> None:
    staff = await town.as_("quality")
    assert "Please send this out." not in (await staff.get(f"/cases/{town.seeds.live}")).text
    assert "Please send this out." in (await staff.get(f"/cases/{town.seeds.check}")).text


async def test_a_letter_that_breaks_the_sandbox_leaves_the_page_open(town: Town) -> None:
    class Breaks(ViewsHere):
        async def original(self, raw: bytes) -> Original:
            raise CannotUnderstand("It took too long.")

        async def file_of(self, raw: bytes, number: int) -> SavedFile | None:
            raise CannotUnderstand("It took too long.")

    town.app.state.site = replace(town.app.state.site, viewer=Breaks())
    staff, seeds = await town.as_("quality"), town.seeds
    page = await staff.get(f"/cases/{seeds.check}")
    assert page.status_code == 200
    assert "This letter cannot be shown. Open it in the mailbox." in page.text
    assert "20 October 2026" in page.text
    saved = await staff.post(f"/cases/{seeds.check}/notices/{seeds.check_notice}/letters/{seeds.email}/files/1")
    assert saved.status_code == 404


async def test_a_file_is_saved_under_our_name_in_a_cage_and_written_down(town: Town) -> None:
    staff, seeds = await town.as_("approver"), town.seeds
    path = f"/cases/{seeds.live}/notices/{seeds.live_notice}/letters/{seeds.email}/files"
    saved = await staff.post(f"{path}/2")
    assert saved.status_code == 200
    assert saved.content.startswith(b"\x89PNG")
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"] == 'attachment; filename="file-2.png"'
    assert saved.headers["x-content-type-options"] == "nosniff"
    assert saved.headers["content-security-policy"] == "default-src 'none'; sandbox"
    async with town.database.read() as work:
        events = await work.connection.exec_driver_sql("SELECT actor, case_id, subject_id FROM audit_events WHERE action = 'file_saved'")
        assert events.all() == [(seeds.people["approver"], seeds.live, seeds.email)]
    assert (await staff.post(f"{path}/3")).status_code == 404  # a program is not handed on
    assert (await staff.post(f"{path}/9")).status_code == 404


async def test_a_file_is_saved_only_by_those_who_see_the_case_and_only_from_its_own_letters(town: Town) -> None:
    seeds = town.seeds
    for who in ("auditor", "directory", "system", "reporter", "stranger"):
        staff = await town.as_(who)
        assert (await staff.post(f"/cases/{seeds.live}/notices/{seeds.live_notice}/letters/{seeds.email}/files/1")).status_code == 404
        assert (await staff.get(f"/cases/{seeds.live}/notices/{seeds.live_notice}")).status_code == 404
    staff = await town.as_("quality")
    assert (await staff.post(f"/cases/{seeds.live}/notices/{seeds.live_notice}/letters/{seeds.held}/files/1")).status_code == 404
    assert (await staff.client.post(f"/cases/{seeds.live}/notices/{seeds.live_notice}/letters/{seeds.email}/files/1")).status_code == 403


async def test_the_board_counts_every_recipient_under_a_named_state(town: Town) -> None:
    staff = await town.as_("approver")
    data = (await staff.get(f"/cases/{town.seeds.live}/live")).text.partition("data: ")[2].partition("\n")[0]
    counts = json.loads(data)[town.seeds.live_notice]["counts"]
    async with town.database.read() as work:
        assert sum(counts.values()) == len(await work.deliveries.of_notice(town.seeds.live_notice)) > 50
    text = (await staff.get(f"/cases/{town.seeds.live}")).text
    for name, number in counts.items():
        assert f'data-count="{name}">{number}</span>' in text
    assert text.count("data-gss=") > 200


@pytest.mark.parametrize("who", ["quality", "approver", "auditor", "directory", "system", "reporter"])
async def test_a_case_of_another_authority_is_not_there(town: Town, who: str) -> None:
    staff, seeds = await town.as_(who), town.seeds
    for path in (
        f"/cases/{seeds.elsewhere}",
        f"/cases/{seeds.elsewhere}/live",
        f"/cases/{seeds.elsewhere}/board/{seeds.elsewhere_notice}.csv",
        f"/quarantine/{seeds.held_elsewhere}",
    ):
        assert (await staff.get(path)).status_code == 404
    for act in ("pass", "return", "approve", "reject", "send-back", "hold"):
        for case_id in (seeds.elsewhere, seeds.live):  # also smuggled in under a case of one's own
            answer = await staff.post(
                f"/cases/{case_id}/notices/{seeds.elsewhere_notice}/{act}", version="2", understood="yes", reason="x", question="x"
            )
            assert answer.status_code == 404
    assert await state(town, seeds.elsewhere_notice) is NoticeState.CHECKING


@pytest.mark.parametrize("who", ["directory", "system", "reporter"])
async def test_roles_without_cases_see_no_case(town: Town, who: str) -> None:
    staff = await town.as_(who)
    assert (await staff.get("/cases")).status_code == 403
    assert (await staff.get(f"/cases/{town.seeds.live}")).status_code == 404


async def test_an_auditor_sees_what_happened_and_nothing_that_was_said(town: Town) -> None:
    text = (await (await town.as_("auditor")).get(f"/cases/{town.seeds.live}")).text
    assert "Case opened" in text
    assert "Amy" not in text
    assert "20 October" not in text


async def test_a_checker_sees_no_decision_and_an_approver_no_check(town: Town) -> None:
    seeds, checker, approver = town.seeds, await town.as_("quality"), await town.as_("approver")
    assert "/approve" not in (await checker.get(f"/cases/{seeds.decide}")).text
    assert "/pass" not in (await approver.get(f"/cases/{seeds.check}")).text
    passed = await approver.post(f"/cases/{seeds.check}/notices/{seeds.check_notice}/pass", version="2")
    approved = await checker.post(f"/cases/{seeds.decide}/notices/{seeds.decide_notice}/approve", version="2", understood="yes")
    assert passed.status_code == approved.status_code == 403


async def test_approving_needs_the_box_that_names_how_many_get_it(town: Town) -> None:
    staff, path = await town.as_("approver"), f"/cases/{town.seeds.decide}/notices/{town.seeds.decide_notice}/approve"
    page = (await staff.get(f"/cases/{town.seeds.decide}")).text
    async with town.database.read() as work:
        frozen = await work.notices.cascade(town.seeds.decide_notice)
    assert frozen is not None
    assert f"I understand this goes to {len(frozen.recipients)} authorities" in page
    refused = await staff.post(path, version="2")
    assert refused.status_code == 400
    assert "There is a problem" in refused.text
    assert await state(town, town.seeds.decide_notice) is NoticeState.AWAITING_APPROVAL
    assert (await staff.post(path, version="2", understood="yes", reason="The police ask for it.")).status_code == 303
    assert await state(town, town.seeds.decide_notice) is NoticeState.APPROVED


async def test_of_two_tabs_the_second_is_told_that_things_moved_on(town: Town) -> None:
    first, second = await town.as_("approver"), await town.as_("second approver")
    path = f"/cases/{town.seeds.decide}/notices/{town.seeds.decide_notice}"
    assert (await first.post(f"{path}/approve", version="2", understood="yes", reason="Go")).status_code == 303
    assert (await second.post(f"{path}/reject", version="2", reason="No")).status_code == 409
    assert await state(town, town.seeds.decide_notice) is NoticeState.APPROVED


@pytest.mark.parametrize("version", ["1", "", "99999999999999", "٢", "-2"])
async def test_a_decision_on_another_version_is_refused(town: Town, version: str) -> None:
    staff = await town.as_("approver")
    path = f"/cases/{town.seeds.decide}/notices/{town.seeds.decide_notice}/approve"
    assert (await staff.post(path, version=version, understood="yes", reason="Go")).status_code == 409
    assert await state(town, town.seeds.decide_notice) is NoticeState.AWAITING_APPROVAL


async def test_rejecting_needs_a_reason(town: Town) -> None:
    staff, path = await town.as_("approver"), f"/cases/{town.seeds.decide}/notices/{town.seeds.decide_notice}/reject"
    assert (await staff.post(path, version="2", reason="  ")).status_code == 400
    assert await state(town, town.seeds.decide_notice) is NoticeState.AWAITING_APPROVAL
    assert (await staff.post(path, version="2", reason="The family is known in Leeds.")).status_code == 303
    assert await state(town, town.seeds.decide_notice) is NoticeState.REFUSED


async def test_an_approver_returns_a_notice_with_a_question(town: Town) -> None:
    staff, path = await town.as_("approver"), f"/cases/{town.seeds.decide}/notices/{town.seeds.decide_notice}/send-back"
    refused = await staff.post(path, version="2", reason=" ")
    assert (refused.status_code, "Write what must be answered first" in refused.text) == (400, True)
    assert await state(town, town.seeds.decide_notice) is NoticeState.AWAITING_APPROVAL
    assert (await staff.post(path, version="2", reason="Who saw Amy last?")).status_code == 303
    assert await state(town, town.seeds.decide_notice) is NoticeState.RETURNED


async def test_an_approver_puts_a_notice_on_hold_and_the_page_says_so_until_it_is_decided(town: Town) -> None:
    staff, path = await town.as_("approver"), f"/cases/{town.seeds.decide}/notices/{town.seeds.decide_notice}"
    assert (await staff.post(f"{path}/hold", version="1")).status_code == 409
    assert (await staff.post(f"{path}/hold", version="2", reason="Until the police <ring> back.")).status_code == 303
    text = (await staff.get(f"/cases/{town.seeds.decide}")).text
    assert "On hold by Approver Person, by web" in text and "Until the police &lt;ring&gt; back." in text
    assert await state(town, town.seeds.decide_notice) is NoticeState.AWAITING_APPROVAL
    assert (await staff.post(f"{path}/approve", version="2", understood="yes", reason="Go")).status_code == 303
    assert "On hold by" not in (await staff.get(f"/cases/{town.seeds.decide}")).text


async def test_quality_assurance_returns_a_notice_with_a_question(town: Town) -> None:
    staff, path = await town.as_("quality"), f"/cases/{town.seeds.check}/notices/{town.seeds.check_notice}/return"
    assert (await staff.post(path, version="2")).status_code == 400
    assert await state(town, town.seeds.check_notice) is NoticeState.CHECKING
    assert (await staff.post(path, version="2", question="Who saw Amy last?")).status_code == 303
    assert await state(town, town.seeds.check_notice) is NoticeState.RETURNED


async def test_fields_that_no_form_has_are_ignored(town: Town) -> None:
    staff = await town.as_("quality")
    path = f"/cases/{town.seeds.check}/notices/{town.seeds.check_notice}/pass"
    answer = await staff.post(path, version="1", role="approver", approver_id=town.seeds.people["approver"], state="approved")
    assert answer.status_code == 409
    assert await state(town, town.seeds.check_notice) is NoticeState.CHECKING
