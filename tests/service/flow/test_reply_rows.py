"""Where each row of the security paper about replies (R1 to R32) is shown: a test that exists, or the reason why there is none here."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FLOW, MAIL, WEB = "tests/service/flow", "tests/service/mail", "tests/service/web"
TABLE = f"{FLOW}/test_verify.py::test_a_doubtful_reply_decides_nothing_and_says_which_check_it_failed"
ROWS: dict[str, tuple[str, ...]] = {
    "R1": (f"{MAIL}/test_decision_replies.py::test_an_honest_decision_is_read_in_every_mail_program",
           f"{FLOW}/test_verify.py::test_the_token_counts_in_whatever_carrier_it_comes"),
    "R2": (f"{FLOW}/test_decide_races.py::test_the_same_reply_twice_at_once_approves_once",
           f"{FLOW}/test_decide.py::test_a_second_reply_is_told_that_it_is_decided_and_has_no_effect"),
    "R3": (f"{FLOW}/test_verify.py::test_a_reply_about_words_that_were_corrected_since_is_told_so",
           f"{FLOW}/test_decide.py::test_after_the_directory_changed_the_approvers_are_asked_again_and_the_old_answer_sends_nothing"),
    "R4": (f"{FLOW}/test_decide.py::test_a_request_that_has_run_out_approves_nothing",
           f"{FLOW}/test_verify.py::test_a_truncated_token_is_judged_by_the_letter_it_answers_and_decides_nothing",
           f"{FLOW}/test_verify.py::test_the_token_counts_in_whatever_carrier_it_comes"),
    "R5": (TABLE,),
    "R6": (TABLE, f"{FLOW}/test_verify.py::test_carriers_that_name_two_requests_decide_nothing"),
    "R7": (TABLE, f"{FLOW}/test_origin.py::test_a_border_that_leaves_forged_headers_fails_the_test"),
    "R8": (TABLE,),
    "R9": (TABLE,),
    "R10": (f"{MAIL}/test_authenticity.py::test_headers_as_mail_servers_write_them",),
    "R11": (TABLE,),
    "R12": (TABLE,),
    "R13": (f"{FLOW}/test_decide.py::test_a_reply_that_is_not_plain_asks_back_and_decides_nothing",
            f"{MAIL}/test_decision.py::test_anything_else_a_person_writes_is_unclear"),
    "R14": (f"{MAIL}/test_decision.py::test_a_decision_in_a_quotation_a_signature_or_beside_another_is_unclear",
            f"{MAIL}/test_decision.py::test_subjects_attachments_and_inner_letters_do_not_decide"),
    "R15": (f"{FLOW}/test_decide.py::test_a_reply_that_is_not_plain_asks_back_and_decides_nothing",
            f"{MAIL}/test_decision.py::test_an_absence_note_and_a_reaction_are_no_decision"),
    "R16": (f"{FLOW}/test_cover.py::test_an_out_of_office_hands_on_at_once_and_only_from_the_mailbox_that_was_asked",
            f"{MAIL}/test_decision.py::test_what_a_machine_sent_is_no_decision"),
    "R17": (f"{MAIL}/test_decision.py::test_a_banner_on_top_is_skipped",),
    "R18": (f"{FLOW}/test_verify.py::test_who_may_not_decide_is_refused_at_once_and_an_administrator_is_called",),
    "R19": (f"{FLOW}/test_decide_races.py::test_two_deputies_decide_at_once",
            f"{FLOW}/test_decide_races.py::test_a_reply_and_the_page_at_once",
            f"{FLOW}/test_stop.py::test_a_rejection_by_another_approver_before_it_all_left_pauses_sending_and_raises_a_task"),
    "R20": (f"{FLOW}/test_verify.py::test_an_approval_after_the_notice_was_put_aside_is_refused_and_told",),
    "R21": (f"{FLOW}/test_verify.py::test_more_approvals_within_an_hour_than_anybody_reads_close_the_way_by_reply",),
    "R22": (f"{FLOW}/test_decide_words.py::test_a_reply_in_a_class_of_the_page_gets_the_link_and_does_nothing",),
    "R23": (f"{FLOW}/test_verify.py::test_unknown_tokens_get_no_answer_and_five_within_an_hour_raise_an_alarm_once",),
    "R24": (f"{WEB}/test_crawl.py::test_looking_at_every_page_changes_nothing",
            f"{WEB}/test_answer_page.py::test_a_scanner_that_looks_a_hundred_times_changes_nothing"),
    "R25": (f"{WEB}/test_answer_page.py::test_an_answer_needs_a_typed_name_and_a_choice",
            f"{WEB}/test_answer_page.py::test_a_form_we_did_not_show_or_showed_long_ago_is_refused"),
    "R26": ("No decision: an authority's answer is judged in service/flow/track.py and stops no letter of ours when it is not confirmed.",),
    "R27": ("No decision: as R26. An answer counts as confirmed only where its origin passed.",),
    "R28": ("No decision: an answer is kept for the one delivery whose token it carries.",),
    "R29": (f"{MAIL}/test_response.py::test_anything_else_is_for_a_person",),
    "R30": (f"{FLOW}/test_triage.py::test_a_forged_found_report_stops_nothing",),
    "R31": (f"{FLOW}/test_deliver.py::test_a_found_notice_stops_alerts_still_queued_and_goes_to_those_who_were_alerted_alone",),
    "R32": (f"{FLOW}/test_verify.py::test_an_old_thread_sent_again_after_years_changes_nothing",),
}  # fmt: skip


def test_every_row_is_there() -> None:
    assert list(ROWS) == [f"R{number}" for number in range(1, 33)]


@pytest.mark.parametrize("row", ROWS)
def test_every_row_names_a_test_that_exists_or_says_why_there_is_none(row: str) -> None:
    for shown in ROWS[row]:
        file, _, name = shown.partition("::")
        if not file.startswith("tests/"):
            assert len(shown) > 40, row
            continue
        source = (ROOT / file).read_text(encoding="utf-8")
        assert not name or re.search(rf"^(async )?def {name}\(", source, re.MULTILINE), shown
