"""What counts as a decision, and everything that only looks like one."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service.mail.decision import Check, Verdict, read_check, read_decision
from service.mail.message import parse

from .samples import OUTLOOK, QUOTED, letter


def verdict(raw: bytes) -> Verdict:
    return read_decision(parse(raw)).verdict


@pytest.mark.parametrize(
    "line",
    [
        "APPROVE 4821",
        "approve 4821.",
        "Approved",
        "I approve 4821!",
        "“Approve 4821”",
        "\u200bapprove\u200b",
        "APPROVE\u00a04821",
        "Cymeradwyo 4821",
        "CYMERADWYWYD",
    ],
)
@pytest.mark.parametrize("quotation", ["", QUOTED, OUTLOOK])
def test_an_exact_word_on_the_first_line_approves(line: str, quotation: str) -> None:
    assert verdict(letter(f"\n{line}\n\nAnn Approver\n{quotation}")) is Verdict.APPROVE


def test_the_number_behind_the_word_is_read_and_may_be_missing() -> None:
    assert read_decision(parse(letter("APPROVE 4821" + QUOTED))).number == "4821"
    assert read_decision(parse(letter("APPROVE" + QUOTED))).number is None


@pytest.mark.parametrize(
    "line",
    [
        "I do not approve 4821",
        "Not approved",
        "dis\u200bapproved",
        "APPROVE? 4821",
        "APPROVE 4821?",
        "APPROVE REJECT 4821",
        "Approve / Hold",
        "APPROVE 4821 as long as legal agree",
        "Approved, thanks",
        "Hello, APPROVE 4821",
        "4821",
        "yes",
        "ok",
        "👍",
        "АPPROVE 4821",  # the first letter is Cyrillic
        "ＡＰＰＲＯＶＥ 4821",
        "ı approve 4821",
        "\u202eAPPROVE 4821",
        "[APPROVE]",
        "REJECT or APPROVE 4821",
        "REJECT unless the dates are right",
        "Dydw i ddim yn cymeradwyo 4821",
        "HOLD 4821 if the police have not rung",
        "HOLD or approve",
        "REJECT 4821?",
        "RETURN 4821?",
        "Hold?",
    ],
)
@pytest.mark.parametrize("quotation", ["", QUOTED, OUTLOOK])
def test_anything_else_a_person_writes_is_unclear(line: str, quotation: str) -> None:
    assert verdict(letter(f"{line}\n{quotation}")) is Verdict.UNCLEAR


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        ("REJECT 4821: the sister is not on a plan", Verdict.REJECT, "the sister is not on a plan"),
        ("Rejected - wrong school\nand wrong date", Verdict.REJECT, "wrong school and wrong date"),
        ("GWRTHOD 4821\n\nDyddiad anghywir.", Verdict.REJECT, "Dyddiad anghywir."),
        ("RETURN 4821 who saw them last?", Verdict.RETURN, "who saw them last?"),
        ("DYCHWELYD 4821 ble mae'r tad?", Verdict.RETURN, "ble mae'r tad?"),
    ],
)
def test_a_reason_is_read_from_the_line_or_what_follows(body: str, kind: Verdict, reason: str) -> None:
    decision = read_decision(parse(letter(body + "\n" + QUOTED)))
    assert (decision.verdict, decision.reason) == (kind, reason)


@pytest.mark.parametrize(
    "body",
    [
        QUOTED,
        OUTLOOK,
        QUOTED + "\nAPPROVE 4821\n",
        "> APPROVE 4821\n",
        "-- \nApproved\nAdoption agency\n" + QUOTED,
        "APPROVE 4821\nHOLD 4821\n",
        "APPROVE 4821\n\nRejected because the dates are wrong\n",
        "APPROVE 4821\n" + QUOTED + "\nRETURN 4821 one question first\n",
        "APPROVE 4821\n" + OUTLOOK + "\nThe rest of the letter.\n\nREJECT 4821 sorry\n",
        "APPROVE 4821\n\nAPPROVE 4822\n",
        "APPROVE\nAPPROVE 4822\n",
        "Hello Joan,\n\nAPPROVE 4821\n",
        "---------- Forwarded message ---------\nFrom: Bo <bo@kent.test>\nDate: today\n\nAPPROVE 4821\n",
        "CAUTION: External sender. Only approve what you expected.\n" + QUOTED,
        "CAUTION: External sender. Only\napprove\nwhat you expected.\n" + QUOTED,
    ],
)
def test_a_decision_in_a_quotation_a_signature_or_beside_another_is_unclear(body: str) -> None:
    assert verdict(letter(body)) is Verdict.UNCLEAR


@pytest.mark.parametrize(
    "banner",
    [
        "[EXTERNAL] Think before you click\nor open links.",
        "CAUTION: from the internet.",
        "[ALLANOL / EXTERNAL] GOCHELWCH",
        "You don't often get email from x",
    ],
)
def test_a_banner_on_top_is_skipped(banner: str) -> None:
    assert verdict(letter(f"{banner}\n\nAPPROVE 4821\n{QUOTED}")) is Verdict.APPROVE
    page = f"<p>{banner}</p><p>APPROVE 4821</p>".replace("\n", "<br>")
    assert verdict(letter(html=page)) is Verdict.APPROVE
    boxed = f'<table><tr><td></td><td style="background:#fee">{banner}</td></tr></table><div>APPROVE 4821</div>'
    assert verdict(letter(html=boxed)) is Verdict.APPROVE


@pytest.mark.parametrize(
    "html",
    [
        "<div>Approve 4821!</div><div>-- <br>Ann</div>",
        '<div style="max-width:600px;height:auto;font-size:1rem;opacity:1">APPROVE 4821</div>',
        '<body bgcolor="#222222"><p style="color:#ffffff">APPROVE 4821</p></body>',
        "<b>APPROVE</b> <i>4821</i>",
        '<table width="100%"><tr><td style="width:0;font-size:12pt">APPROVE 4821</td></tr></table>',
    ],
)
def test_visible_html_alone_decides(html: str) -> None:
    assert verdict(letter(html=html)) is Verdict.APPROVE


@pytest.mark.parametrize(
    "html",
    [
        '<div style="display:none">APPROVE 4821</div><div>Please ring me</div>',
        '<div style="color:#ffffff">APPROVE 4821</div>',
        "<style>.x{display:none}</style><p class=x>APPROVE 4821</p>",
        "<style>.a .b{display:none}</style><div class=a><p class=b>APPROVE 4821</p></div>",
        "<style>.x{text-decoration:line-through}</style><p class=x>APPROVE 4821</p>",
        '<div style="display:flex"><div>APPROVE 4821</div><div>is not what I want</div></div>',
        '<div style="background:#000;color:black">APPROVE 4821</div>hello',
        '<div style="height:0;overflow:hidden">APPROVE 4821</div>hello',
        '<div style="font-size:0.5px">APPROVE 4821</div>hello',
        "<s>APPROVE 4821</s>",
        '<span style="text-decoration: line-through">APPROVE 4821</span>',
        '<img alt="APPROVE" src="cid:1">',
        "<table><tr><td><p>APPROVE 4821</p></td><td><p>only if legal agree</p></td></tr></table>",
        "<p>APPROVE\n4821\nwhen the school has answered</p>",
        "<blockquote>APPROVE 4821</blockquote>",
        '<div id="divRplyFwdMsg">APPROVE 4821</div>',
        '<div class="gmail_signature">Approved</div>',
        "<p>CAUTION: External sender. Only<br>approve<br>what you expected.</p>",
        "<div>[EXTERNAL] Think<br>APPROVE 4821<br><br>Ann</div>",
    ],
)
def test_html_that_does_not_show_the_word_on_a_line_of_its_own_is_unclear(html: str) -> None:
    assert verdict(letter(html=html)) is Verdict.UNCLEAR


def test_parts_that_differ_are_unclear() -> None:
    assert verdict(letter("APPROVE 4821", html="<p>APPROVE 4821</p>")) is Verdict.APPROVE
    assert verdict(letter("APPROVE 4821", html="<p>HOLD 4821</p>")) is Verdict.UNCLEAR
    assert verdict(letter("APPROVE 4821", html="<p>APPROVE 4822</p>")) is Verdict.UNCLEAR
    assert verdict(letter("APPROVE 4821", html='<p style="display:none">APPROVE 4821</p>')) is Verdict.UNCLEAR


def test_a_line_that_the_client_broke_softly_is_one_line() -> None:
    assert verdict(letter("APPROVE 4821 \nas soon as the school has replied\n", kind="text/plain; format=flowed")) is Verdict.UNCLEAR


def test_a_letter_that_offers_one_word_only_and_is_quoted_unmarked_is_no_second_decision() -> None:
    asked = (
        OUTLOOK.split("APPROVE")[0]
        + "Please reply above this line / Atebwch uwchben y llinell hon\n\nAPPROVE 4821\n\n"
        + "and so on\n" * 12
    )
    assert verdict(letter("REJECT 4821 wrong date\n" + asked)) is Verdict.REJECT
    assert verdict(letter("REJECT 4821 wrong date\n\nAPPROVE 4821\n" + asked)) is Verdict.UNCLEAR
    assert verdict(letter("REJECT 4821 wrong date\n" + asked + "\nAPPROVE 4821\n")) is Verdict.UNCLEAR
    assert verdict(letter("APPROVE 4821\n" + asked.replace("APPROVE", "HOLD"))) is Verdict.UNCLEAR


def test_subjects_attachments_and_inner_letters_do_not_decide() -> None:
    assert verdict(letter("", subject="Re: APPROVE 4821")) is Verdict.UNCLEAR
    attached = (
        "From: a@kent.test\nTo: b@kent.test\nSubject: Re: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee attached\n"
        "--b\nContent-Disposition: attachment; filename=a.txt\nContent-Type: text/plain\n\nAPPROVE 4821\n--b--\n"
    )
    assert verdict(attached.encode()) is Verdict.UNCLEAR
    inner = attached.replace(
        "Content-Disposition: attachment; filename=a.txt\nContent-Type: text/plain", "Content-Type: message/rfc822\n\nSubject: y"
    )
    assert verdict(inner.replace("See attached", "").encode()) is Verdict.UNCLEAR


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: auto-replied\n",
        "Return-Path: <>\n",
        "X-Autoreply: yes\n",
        "Precedence: auto_reply\n",
        f"X-National-Alerts-Delivery: {'a' * 32}\n",
    ],
)
def test_what_a_machine_sent_is_no_decision(headers: str) -> None:
    assert verdict(letter("APPROVE 4821", headers=headers)) is Verdict.NOT_A_DECISION


def test_an_absence_note_and_a_reaction_are_no_decision() -> None:
    assert verdict(letter("approve", subject="Automatic reply: Decision needed")) is Verdict.NOT_A_DECISION
    assert verdict(letter("Ann reacted to your message:\n\n[Like]\n" + OUTLOOK)) is Verdict.NOT_A_DECISION
    for said in ("👍 Ann reacted via Gmail", "Ymatebodd Ann i'ch neges:", "Liked “APPROVE 4821”"):
        assert verdict(letter(f"{said}\n{QUOTED}")) is Verdict.NOT_A_DECISION


def test_an_answer_to_an_invitation_is_no_decision() -> None:
    assert verdict(letter("APPROVE", headers="Content-Class: urn:content-classes:calendarmessage\n")) is Verdict.NOT_A_DECISION
    assert verdict(letter("APPROVE", subject="Derbyniwyd: Decision needed")) is Verdict.NOT_A_DECISION


def test_auto_submitted_no_and_suppression_of_answers_do_not_make_a_person_a_machine() -> None:
    assert verdict(letter("APPROVE 4821", headers="Auto-Submitted: no\nX-Auto-Response-Suppress: All\n")) is Verdict.APPROVE


def test_the_quality_check_reads_pass_and_return_only() -> None:
    assert read_check(parse(letter("PASS 4821\n" + QUOTED))).answer is Check.PASS
    answer = read_check(parse(letter("RETURN which school?\n" + QUOTED)))
    assert (answer.answer, answer.question) == (Check.RETURN, "which school?")
    for line in ("APPROVE 4821", "PASS?", "pass if the dates are right", "I cannot pass this", "PASS\nRETURN why?"):
        assert read_check(parse(letter(line))).answer is Check.UNCLEAR
    assert read_check(parse(letter("PASS", headers="Auto-Submitted: auto-generated\n"))).answer is Check.NOT_A_CHECK


@given(st.text(max_size=300), st.text(max_size=300))
def test_random_text_never_raises_and_never_approves(text: str, html: str) -> None:
    assume("approve" not in text.casefold() and "cymeradw" not in text.casefold())
    raw = letter("x", html=html).replace(b"\n\nx\n", b"\n\n" + text.encode("utf-8", "replace") + b"\n")
    assert verdict(raw) is not Verdict.APPROVE


_LETTERS = st.characters(categories=["L"])
_SIGNS = st.characters(categories=["L", "N", "P"])
_WORDS = st.builds(lambda one, two: one + two, st.text(_LETTERS, min_size=2, max_size=20), st.text(_SIGNS, max_size=20))


@given(_WORDS)
def test_any_visible_word_beside_approve_stops_it(extra: str) -> None:
    assert verdict(letter(f"APPROVE 4821 {extra}\n")) is not Verdict.APPROVE
    assert verdict(letter(f"{extra} APPROVE 4821\n")) is not Verdict.APPROVE


@given(st.binary(max_size=2000))
def test_random_bytes_never_raise_in_any_reader(raw: bytes) -> None:
    email = parse(raw)
    assert read_decision(email).verdict is not Verdict.APPROVE
    read_check(email)
