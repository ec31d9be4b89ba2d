"""Every reply that is in doubt: which check it fails, who hears of it, and that it never decides. Rows R1 to R32 are in test_reply_rows."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from service.database.ids import new_id
from service.database.tables import approvals as approvals_table
from service.database.tables import audit_events
from service.database.tables import notices as notices_table
from service.database.tables import policies as policies_table
from service.domain.approval import Approval, Verdict
from service.domain.notice import NoticeState
from service.domain.people import Role
from service.domain.reference import check_character
from service.flow.house import today
from service.flow.verify import APPROVALS_AN_HOUR, UNKNOWN_TOKENS_AN_HOUR
from service.policies import text_of
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.walk import (
    ADA,
    COMPLETE,
    HELEN,
    PRIYA,
    SAM,
    alerts_sent,
    ask_approvers,
    last_notice,
    person,
    received,
    task_kinds,
    the_case,
    verdicts,
)  # fmt: skip

OTHER_CASE = f"KEN-2026-0999-{check_character('KEN20260999')}"
NAMES = ("Amy", "Example", "Leeds", "railway")
PASSED = "dmarc=pass header.from=kent.test"


def put(
    home: Home,
    request: EmailMessage,
    text: str = "APPROVE\n",
    *,
    sender: str | None = HELEN,
    to: str | None = None,
    subject: str | None = None,
    stamp: str = f"mx.kent.test; {PASSED}",
    above: Sequence[tuple[str, str]] = (),
    more: Sequence[tuple[str, str]] = (),
    html: str | None = None,
    folder: str = "INBOX",
) -> None:
    """Let a reply arrive whose header is written line by line, so that it can say what no library would."""
    to = to or str(request["Reply-To"])
    lines = [*above, ("Authentication-Results", stamp), *([("From", sender)] if sender else [])]
    lines += [("To", to), ("Delivered-To", to), ("Subject", subject or f"RE: {request['Subject']}")]
    lines += [("Message-ID", f"<{new_id()}@kent.test>"), ("In-Reply-To", str(request["Message-ID"])), *more]
    if html is not None:
        lines.append(("Content-Type", 'multipart/alternative; boundary="b"'))
        text = f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--b\r\nContent-Type: text/html\r\n\r\n{html}\r\n--b--\r\n"
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    home.mailbox.put(f"MIME-Version: 1.0\r\n{head}\r\n{text}".encode(), folder=folder)


async def request_of(home: Home, address: str = HELEN) -> Approval:
    asked = await person(home, address)
    async with home.database.read() as work:
        notice = (await work.notices.of_case((await work.cases.newest())[0].id))[-1]
        return [one for one in await work.approvals.of_notice(notice.id) if one.approver_id == asked.id][-1]


async def checks(home: Home) -> dict[str, str]:
    """The checks of the last reply that decided nothing, as the audit trail keeps them."""
    async with home.database.read() as work:
        events = await work.audit.of_case((await work.cases.newest())[0].id)
    return dict(json.loads(str([one for one in events if one["action"] == "decision_doubtful"][-1]["detail"]))["checks"])


async def nothing_decided(home: Home) -> None:
    assert (await last_notice(home)).state is NoticeState.AWAITING_APPROVAL
    assert await verdicts(home) == []
    assert alerts_sent(home) == []


# row of the security paper, what is odd about the reply, the first check that fails, whether a person is answered, whether it alarms
DOUBTS = [
    ("R5", {"sender": ADA}, "C4", True, True),
    ("R5", {"sender": PRIYA}, "C4", True, True),
    ("R6", {"to": "alerts@kent.test"}, "C8", True, False),
    ("R6", {"stamp": "mx.kent.test; dmarc=fail header.from=kent.test"}, "C6", False, True),
    ("R7", {"stamp": "mx.evil.test; dmarc=pass header.from=kent.test"}, "C6", True, False),
    ("R7", {"stamp": "mx.kent.test; dmarc=fail", "more": [("Authentication-Results", f"mx.kent.test; {PASSED}")]}, "C6", False, True),
    ("R7", {"stamp": "mx.evil.test; dmarc=pass", "more": [("X-MS-Exchange-Organization-AuthAs", "Internal")]}, "C6", True, False),
    ("R8", {"stamp": "mx.kent.test; dmarc=bestguesspass header.from=kent.test"}, "C6", True, False),
    ("R8", {"stamp": "mx.kent.test; dmarc=none header.from=kent.test"}, "C6", True, False),
    ("R8", {"stamp": "mx.kent.test; dmarc=temperror header.from=kent.test"}, "C6", True, False),
    ("R8", {"stamp": "mx.kent.test; dmarc=permerror header.from=kent.test"}, "C6", True, False),
    ("R8", {"stamp": "mx.kent.test; none"}, "C6", True, False),
    ("R9", {"stamp": "mx.kent.test; dmarc=pass header.from=elsewhere.test"}, "C6", False, True),
    ("R9", {"sender": f"{HELEN}, {ADA}"}, "C3", True, True),
    ("R9", {"above": [("From", ADA)]}, "C3", True, True),
    ("R9", {"sender": None}, "C3", True, True),
    ("R11", {"sender": "evil@elsewhere.test", "more": [("Reply-To", HELEN), ("Sender", HELEN)],
             "stamp": "mx.kent.test; dmarc=pass header.from=elsewhere.test"}, "C4", True, False),
    ("R11", {"sender": f'"{HELEN}" <evil@elsewhere.test>', "stamp": "mx.kent.test; dmarc=pass header.from=elsewhere.test"},
     "C4", True, False),
    ("R12", {"sender": "helen@kent.test.evil.test", "stamp": "mx.kent.test; dmarc=pass header.from=kent.test.evil.test"},
     "C4", True, False),
    ("R12", {"sender": "helen@xn--knt-5cd.test", "stamp": "mx.kent.test; dmarc=pass header.from=xn--knt-5cd.test"}, "C4", True, False),
    ("R12", {"sender": "h\u0435len@kent.test"}, "C3", True, True),
    ("C3", {"more": [("Subject", "another")]}, "C3", True, True),
    ("C3", {"more": [("Message-ID", "<2@kent.test>")]}, "C3", True, True),
    ("C3", {"more": [("Date", "Tue, 24 Nov 2026 10:00:00 +0000"), ("Date", "Tue, 24 Nov 2026 11:00:00 +0000")]}, "C3", True, True),
    ("C5", {"more": [("Sender", "office@kent.test")]}, "C5", True, False),
    ("C5", {"more": [("Sender", "office, and others")]}, "C5", True, False),
    ("C7", {"folder": "Junk"}, "C7", True, False),
    ("C7", {"more": [("X-Forefront-Antispam-Report", "CIP:1.2.3.4;SCL:5;SFV:SPM;CAT:SPM")]}, "C7", True, False),
    ("C7", {"more": [("X-MS-Exchange-Organization-SCL", "9")]}, "C7", True, False),
    ("C8", {"subject": f"RE: Decision [{OTHER_CASE}]"}, "C8", True, False),
    ("C11", {"text": "I do not approve\n"}, "C11", True, False),
    ("C11", {"text": "APPROVE 1\n"}, "C11", True, False),
    ("C12", {"text": "APPROVE\n", "html": "<p>REJECT wrong child</p>"}, "C12", True, False),
    ("C12", {"text": "APPROVE\n", "html": "<p style='display:none'>APPROVE</p><p>I am away</p>"}, "C12", True, False),
]  # fmt: skip


@pytest.mark.parametrize(("row", "odd", "check", "answered", "alarms"), DOUBTS, ids=[f"{one[0]}-{i}" for i, one in enumerate(DOUBTS)])
async def test_a_doubtful_reply_decides_nothing_and_says_which_check_it_failed(
    home: Home, row: str, odd: dict[str, object], check: str, answered: bool, alarms: bool
) -> None:
    await ask_approvers(home)
    before = {address: len(home.letters_to(address)) for address in (HELEN, ADA, PRIYA)}
    put(home, home.last_to(HELEN), **odd)  # type: ignore[arg-type]
    await home.settle()
    await nothing_decided(home)
    kept = await checks(home)
    assert list(kept) == [f"C{number}" for number in range(1, 16)]
    assert next(name for name, result in kept.items() if result != "pass") == check, row
    assert kept["C15"] == "Nothing was decided."
    # only the approver who was asked hears of it, at the registered address, and without a word of the case
    assert {address: len(home.letters_to(address)) - many for address, many in before.items()} == {HELEN: int(answered), ADA: 0, PRIYA: 0}
    if answered:
        text = home.text_to(HELEN)
        assert not any(name in text for name in NAMES) and "web page" in text
    assert ("security_alarm" in await task_kinds(home)) is alarms
    assert ((await received(home))[-1].state == "quarantined") is not answered
    assert (await request_of(home)).doubted_at == home.now


async def test_the_words_of_a_refused_check_name_nobody(home: Home) -> None:
    await ask_approvers(home)
    put(home, home.last_to(HELEN), "No!\n", sender=ADA)
    await home.settle()
    said = " ".join((await checks(home)).values())
    assert "@" not in said and "Helen" not in said and "No!" not in said


async def test_after_a_doubtful_reply_only_the_page_decides(home: Home) -> None:
    await ask_approvers(home)
    request = home.last_to(HELEN)
    put(home, request, "yes\n")
    await home.settle()
    home.now += timedelta(minutes=11)
    put(home, request)
    await home.settle()
    await nothing_decided(home)
    assert (await checks(home))["C13"] == "An earlier reply to this request was in doubt."
    assert "An earlier reply to this request was in doubt." in home.text_to(HELEN) and "/cases/" in home.text_to(HELEN)


async def test_where_the_policy_leaves_that_class_out_words_are_offered_and_an_answer_to_that_letter_decides(
    home: Home,
) -> None:
    await ask_approvers(home)
    case = await the_case(home)
    text = text_of(case.policy) + '\n[step_up]\nclasses = ["first_decision"]\nours = "For this test."\n'
    async with home.database.begin() as work:
        await work.connection.execute(sa.update(policies_table).values(text=text))
    put(home, home.last_to(HELEN), "yes\n")
    await home.settle()
    assert all(f"{word} " in home.text_to(HELEN) for word in ("APPROVE", "REJECT", "RETURN", "HOLD"))
    put(home, home.last_to(HELEN))
    await home.settle()
    assert await verdicts(home) == [("approve", "mail")]


async def test_a_letter_the_mail_server_was_not_sure_of_goes_to_the_page(home: Home) -> None:
    await ask_approvers(home)
    put(home, home.last_to(HELEN), more=[("X-Forefront-Antispam-Report", "SCL:1;SFV:NSPM;CAT:UIMP;SFTY:9.20")])
    await home.settle()
    await nothing_decided(home)
    assert (await checks(home))["C13"] == "The mail server was not sure of your reply."
    assert (await request_of(home)).doubted_at is None


@pytest.mark.parametrize("where", ["address", "body", "both", "both in capitals"])
async def test_the_token_counts_in_whatever_carrier_it_comes(home: Home, where: str) -> None:
    """R1 and R4: a client that ignores Reply-To but quotes the letter, and one that folds the case of an address."""
    await ask_approvers(home)
    request = home.last_to(HELEN)
    body = request.get_body(("plain",))
    assert body is not None
    quoted = "APPROVE\n\nFrom: National Alerts\nSent: Tuesday\n" + "".join(f"> {line}\n" for line in str(body.get_content()).splitlines())
    to = "alerts@kent.test" if where == "body" else str(request["Reply-To"])
    put(home, request, quoted if where != "address" else "APPROVE\n", to=to.upper() if "capitals" in where else to)
    await home.settle()
    assert await verdicts(home) == [("approve", "mail")]
    assert len(alerts_sent(home)) == len(AUTHORITIES)


async def test_carriers_that_name_two_requests_decide_nothing(home: Home) -> None:
    await ask_approvers(home)
    mine, others = home.last_to(HELEN), home.last_to(ADA)
    put(home, mine, f"APPROVE\n\n> Reference: {str(others['Reply-To']).partition('+')[2].partition('@')[0]}\n")
    put(home, others, to=str(mine["Reply-To"]))
    await home.settle()
    await nothing_decided(home)
    assert (await checks(home))["C8"] == "The reply carries references that do not belong together."


async def test_a_reply_that_names_its_request_only_by_the_subject_is_judged_and_answered(home: Home) -> None:
    await ask_approvers(home)
    home.post(HELEN, "APPROVE\n", subject=f"RE: Decision [{(await the_case(home)).reference}]")
    await home.settle()
    await nothing_decided(home)
    assert (await checks(home))["C8"] == "The reply did not carry the secret reference of the request."
    assert "We could not take your reply" in str(home.last_to(HELEN)["Subject"])


async def test_unknown_tokens_get_no_answer_and_five_within_an_hour_raise_an_alarm_once(home_on_each: Home) -> None:
    """R23: a guess learns nothing, not even that it was wrong."""
    home = home_on_each
    await ask_approvers(home)
    sent = len(home.mailer.sent)
    for number in range(UNKNOWN_TOKENS_AN_HOUR + 2):
        assert "security_alarm" not in await task_kinds(home) or number >= UNKNOWN_TOKENS_AN_HOUR
        home.post(HELEN, f"APPROVE\n{number}\n", to=f"alerts+d.{'abcdefgh' * 3}abcdefg{'2345672'[number]}@kent.test")
        await home.settle()
    await nothing_decided(home)
    assert len(home.mailer.sent) == sent
    assert (await task_kinds(home)).count("security_alarm") == 1


async def test_one_request_is_answered_once_in_ten_minutes_and_the_rest_is_only_written_down(home_on_each: Home) -> None:
    home = home_on_each
    await ask_approvers(home)
    request, letters = home.last_to(HELEN), len(home.letters_to(HELEN))
    for minute, written in ((0, 1), (5, 1), (9, 1), (11, 2)):
        home.now = home.now.replace(minute=minute)
        put(home, request, f"perhaps {minute}\n")
        await home.settle()
        assert len(home.letters_to(HELEN)) == letters + written
    async with home.database.read() as work:
        doubtful = sa.select(sa.func.count()).where(audit_events.c.action == "decision_doubtful")
        assert await work.connection.scalar(doubtful) == 4


async def test_a_registered_deputy_may_send_on_behalf_of_the_approver_within_their_days(home: Home) -> None:
    await ask_approvers(home)
    helen, priya = await person(home, HELEN), await person(home, PRIYA)
    async with home.database.begin() as work:
        dee = await work.people.add(
            authority_id=helen.issuing_authority_id, name="Dee", address="dee@kent.test", roles=frozenset({Role.REPORTER})
        )
        for deputy, first in ((dee, 0), (priya.id, 0)):
            day = today(home.now) + timedelta(days=first)
            await work.deputies.add(person_id=helen.id, deputy_id=deputy, first_day=day, last_day=day)
    put(home, home.last_to(HELEN), more=[("Sender", PRIYA)])
    await home.settle()
    await nothing_decided(home)  # the deputy who sent it is the one who checked it
    assert (await checks(home))["C9"] == "You checked this notice, so somebody else has to approve it."
    put(home, home.last_to(ADA), sender=ADA)
    await home.settle()
    assert await verdicts(home) == [("approve", "mail")]


@pytest.mark.parametrize("hand", ["author", "checker", "no role", "ended", "deputy out of date"])
async def test_who_may_not_decide_is_refused_at_once_and_an_administrator_is_called(home: Home, hand: str) -> None:
    """R18: author, last to check, disabled a minute ago, deputy outside their days."""
    await ask_approvers(home)
    helen, notice = await person(home, HELEN), await last_notice(home)
    changes = {
        "author": sa.update(notices_table).where(notices_table.c.id == notice.id).values(submitted_by=HELEN),
        "checker": sa.update(notices_table).where(notices_table.c.id == notice.id).values(passed_by=helen.id),
        "deputy out of date": sa.update(approvals_table).where(approvals_table.c.approver_id == helen.id).values(as_deputy=True),
    }
    async with home.database.begin() as work:
        if hand in changes:
            await work.connection.execute(changes[hand])
        else:
            after = replace(helen, active=hand != "ended", roles=frozenset({Role.REPORTER}))
            assert await work.people.change(after, before=helen, kept=())
    letters = len(home.letters_to(HELEN))
    put(home, home.last_to(HELEN))
    await home.settle()
    await nothing_decided(home)
    assert (await checks(home))["C9"] != "pass"
    assert "security_alarm" in await task_kinds(home)
    assert len(home.letters_to(HELEN)) == letters + (hand != "ended")


async def test_more_approvals_within_an_hour_than_anybody_reads_close_the_way_by_reply(home: Home) -> None:
    """R21: twenty approvals within ten minutes by one person."""
    await ask_approvers(home)
    mine = await request_of(home)
    async with home.database.begin() as work:
        for number in range(APPROVALS_AN_HOUR):
            one = replace(mine, id=new_id(), token_hash=f"{number:064}", used_at=home.now - timedelta(minutes=number), notice_version=1)
            await work.approvals.ask(replace(one, verdict=Verdict.APPROVE, way="mail"))
    put(home, home.last_to(HELEN))
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.AWAITING_APPROVAL and alerts_sent(home) == []
    assert (await checks(home))["C14"].startswith("So many approvals")
    assert "security_alarm" in await task_kinds(home)
    put(home, home.last_to(ADA), sender=ADA)  # it is her own hour that counts, and the breaker of all together is not reached
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.CASCADED


async def test_the_alarm_goes_to_the_system_administrator_and_shows_no_case(home: Home) -> None:
    await ask_approvers(home)
    put(home, home.last_to(HELEN), sender=ADA)
    await home.settle()
    async with home.database.read() as work:
        (alarm,) = [one for one in await work.tasks.open() if one.kind == "security_alarm"]
    assert (alarm.role, alarm.case_id) == (Role.SYSTEM, None)
    assert "C4" in alarm.says and "KEN-" not in alarm.says and "@" not in alarm.says


async def test_a_decision_keeps_every_check_as_evidence(home: Home) -> None:
    await ask_approvers(home)
    put(home, home.last_to(HELEN))
    await home.settle()
    async with home.database.read() as work:
        assert await work.approvals.checks_of(await request_of(home)) == {f"C{number}": "pass" for number in range(1, 16)}
    assert SAM not in str(await received(home))


async def test_a_reply_about_words_that_were_corrected_since_is_told_so(home: Home) -> None:
    """R3: a reply after an edit."""
    await ask_approvers(home)
    request = home.last_to(HELEN)
    home.reply(home.letters_to(SAM)[0], SAM, COMPLETE.replace("High", "Medium"))
    await home.settle()
    put(home, request)
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.CHECKING and await verdicts(home) == []
    assert (await checks(home))["C10"].startswith("The content changed")
    assert "The content changed after you were asked." in " ".join(home.text_to(HELEN).split())


async def test_a_truncated_token_is_judged_by_the_letter_it_answers_and_decides_nothing(home: Home) -> None:
    """R4: a mail program that cuts the address short."""
    await ask_approvers(home)
    request = home.last_to(HELEN)
    put(home, request, to=f"{str(request['Reply-To']).partition('@')[0][:-6]}@kent.test")
    await home.settle()
    await nothing_decided(home)
    assert (await checks(home))["C8"] == "The reply did not carry the secret reference of the request."
    assert "web page" in home.text_to(HELEN)


async def test_an_approval_after_the_notice_was_put_aside_is_refused_and_told(home: Home) -> None:
    """R20: approve arrives after cancel."""
    await ask_approvers(home)
    async with home.database.begin() as work:
        await work.connection.execute(sa.update(notices_table).values(state=NoticeState.SUPERSEDED))
    put(home, home.last_to(HELEN))
    await home.settle()
    assert await verdicts(home) == [] and alerts_sent(home) == []
    assert "not waiting for a decision any more" in " ".join(home.text_to(HELEN).split())


async def test_an_old_thread_sent_again_after_years_changes_nothing(home: Home) -> None:
    """R32: replay of a two-year-old approved thread, also by somebody who has it."""
    await ask_approvers(home)
    request = home.last_to(HELEN)
    put(home, request)
    await home.settle()
    sent = alerts_sent(home)
    home.now += timedelta(days=730)
    put(home, request, "APPROVE\n\nOnce more.\n")
    put(home, request, sender="evil@elsewhere.test", stamp="mx.kent.test; dmarc=pass header.from=elsewhere.test")
    await home.settle()
    assert alerts_sent(home) == sent and await verdicts(home) == [("approve", "mail")]
