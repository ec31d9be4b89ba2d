"""Room 2: the order of the rules decides, a letter that fails stops nobody, and what no rule knows goes to a person."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from email import policy
from email.message import EmailMessage

import pytest

from service.database.received import ReceivedState
from service.domain.errors import NotAllowed, NotFound
from service.domain.notice import NoticeState
from service.flow.canary import send_canary
from service.flow.confirm import write_letters_due
from service.flow.letter import Held
from service.flow.quarantine import dismiss, release
from service.flow.triage import RULES, TRIES, Rule
from service.flow.understanding import Understood, understand
from tests.service.flow.home import Home
from tests.service.flow.local import CASE_ALERT, PLACEMENT, RECEIVED, an_image_only_pdf
from tests.service.flow.reports import bounce_for
from tests.service.flow.walk import (
    COMPLETE,
    FOUND,
    HELEN,
    LEEDS,
    PRIYA,
    SAM,
    approve,
    ask_approvers,
    ask_quality,
    cases,
    go_live,
    last_notice,
    person,
    received,
    task_kinds,
    tasks,
    the_case,
    verdicts,
)  # fmt: skip

STRANGER = "stranger@elsewhere.test"


class FailsOn:
    """A reader that breaks on letters which hold one word."""

    def __init__(self, word: bytes) -> None:
        self.word = word
        self.tries = 0

    async def understand(self, raw: bytes, today: date) -> Understood:
        if self.word in raw:
            self.tries += 1
            raise RuntimeError("a reader broke")
        return understand(raw, today)


async def test_a_letter_no_rule_knows_goes_to_a_person(home: Home) -> None:
    home.post(SAM, "What is for lunch?\n")
    await home.settle()
    (letter,) = await received(home)
    assert letter.state is ReceivedState.QUARANTINED
    (task,) = await tasks(home)
    assert (task.kind, task.subject_id) == ("letter_to_read", letter.id)
    assert "lunch" not in task.says


async def test_a_letter_that_breaks_the_reader_is_tried_three_times_and_stops_nobody(home: Home) -> None:
    reader = FailsOn(b"poison")
    home.house = replace(home.house, sandbox=reader)
    home.post(SAM, "poison\n")
    home.post(SAM, COMPLETE)
    await home.settle()
    poison, form = await received(home)
    assert poison.state is ReceivedState.QUARANTINED
    assert reader.tries == TRIES == 3
    assert form.state is ReceivedState.HANDLED
    assert len(await cases(home)) == 1


async def test_our_own_letter_that_comes_back_is_put_aside_without_an_answer(home: Home) -> None:
    await ask_quality(home)
    sent = len(home.mailer.sent)
    home.mailbox.put(home.mailer.to(SAM)[0])
    await home.settle()
    assert (await received(home))[-1].kind == "loop"
    assert len(home.mailer.sent) == sent


async def test_a_form_with_a_forged_sender_opens_no_case(home: Home) -> None:
    home.post(SAM, COMPLETE, forged=True)
    await home.settle()
    (letter,) = await received(home)
    assert letter.state is ReceivedState.QUARANTINED
    assert await cases(home) == ()
    assert home.mailer.sent == []


async def test_a_stranger_who_sends_a_form_gets_no_letter_and_a_person_is_told(home: Home) -> None:
    home.post(STRANGER, COMPLETE)
    await home.settle()
    assert await cases(home) == ()
    assert home.mailer.sent == []
    (task,) = await tasks(home)
    assert "somebody we do not know" in task.says


async def test_a_form_released_from_quarantine_asks_the_person_who_released_it(home: Home) -> None:
    home.post(STRANGER, COMPLETE.replace("Has a media strategy been considered: Yes\n", ""))
    await home.settle()
    (letter,) = await received(home)
    await release(home.house, letter.id, await person(home, PRIYA), home.now)
    await home.settle()
    assert (await the_case(home)).reporter_address == PRIYA
    assert home.letters_to(STRANGER) == []
    assert (await last_notice(home)).state is NoticeState.RETURNED
    assert home.last_to(PRIYA)["Reply-To"].startswith("alerts+c.")
    assert "letter_to_read" not in await task_kinds(home)
    with pytest.raises(NotFound):
        await release(home.house, letter.id, await person(home, PRIYA), home.now)
    assert len(await cases(home)) == 1


async def test_only_quality_assurance_may_release_a_letter(home: Home) -> None:
    home.post(STRANGER, COMPLETE)
    await home.settle()
    (letter,) = await received(home)
    with pytest.raises(NotAllowed):
        await release(home.house, letter.id, await person(home, HELEN), home.now)
    assert await cases(home) == ()


async def test_a_found_report_is_not_released_as_a_new_alert(home: Home) -> None:
    home.post(STRANGER, FOUND)
    await home.settle()
    (letter,) = await received(home)
    with pytest.raises(NotAllowed):
        await release(home.house, letter.id, await person(home, PRIYA), home.now)
    assert await cases(home) == ()


async def test_a_letter_is_dismissed_only_with_a_reason_and_stays_stored(home: Home) -> None:
    home.post(SAM, "What is for lunch?\n")
    await home.settle()
    (letter,) = await received(home)
    priya = await person(home, PRIYA)
    with pytest.raises(NotAllowed):
        await dismiss(home.house, letter.id, priya, "  ", home.now)
    assert "letter_to_read" in await task_kinds(home)
    await dismiss(home.house, letter.id, priya, "A private letter.", home.now)
    assert await task_kinds(home) == []
    async with home.database.read() as work:
        assert b"lunch" in await work.received.raw(letter.id)


async def test_an_automatic_reply_to_an_approval_request_is_no_decision(home: Home) -> None:
    await ask_approvers(home)
    home.reply(home.last_to(HELEN), HELEN, "APPROVE\n", Auto_Submitted="auto-replied")
    await home.settle()
    assert (await last_notice(home)).state is NoticeState.AWAITING_APPROVAL
    assert await verdicts(home) == []
    assert (await received(home))[-1].kind == "automatic_reply"


async def test_a_forged_found_report_stops_nothing(home: Home) -> None:
    await go_live(home)
    reference = (await the_case(home)).reference
    sent = len(home.mailer.sent)
    home.post(SAM, FOUND, subject=f"Found [{reference}]", forged=True)
    home.post(STRANGER, FOUND, subject=f"Found [{reference}]")
    await home.settle()
    assert [one.state for one in (await received(home))[-2:]] == [ReceivedState.QUARANTINED] * 2
    assert len(home.mailer.sent) == sent
    assert (await the_case(home)).state.value == "live"


def _attach(home: Home, name: str, content_type: str, content: bytes) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"], letter["Message-ID"] = SAM, "alerts@kent.test", "Form", f"<{name}@kent.test>"
    letter.set_content("Here it is.\n")
    main, _, sub = content_type.partition("/")
    letter.add_attachment(content, maintype=main, subtype=sub, filename=name)
    home.mailbox.put(letter.as_bytes(policy=policy.SMTP))


def _put_in_junk(home: Home, text: str) -> None:
    home.post(SAM, text)
    _, raw = home.mailbox.folders["INBOX"].popitem()
    home.mailbox.put(raw, "Junk")


async def _own(home: Home) -> None:
    await ask_quality(home)
    home.mailbox.put(home.mailer.to(SAM)[0])


async def _large(home: Home) -> None:
    from service.flow.receive import SIZE_LIMIT

    uid = home.mailbox.put(b"From: sam@kent.test\r\nSubject: Photos\r\n\r\n")
    home.mailbox.folders["INBOX"][uid] += b"x" * SIZE_LIMIT


async def _bounce(home: Home) -> None:
    await go_live(home)
    home.mailbox.put(bounce_for(home, LEEDS))


async def _receipt(home: Home) -> None:
    home.post(LEEDS, "It was read.\n", subject="Read: an alert")


async def _automatic(home: Home) -> None:
    home.post(LEEDS, "I am away.\n", Auto_Submitted="auto-replied")


async def _list(home: Home) -> None:
    home.post(SAM, "News of the week\n", List_Id="<news.elsewhere.test>")


async def _origin_test(home: Home) -> None:
    async with home.database.begin() as work:
        (test,) = await work.origin_tests.begin(
            mailbox="alerts@kent.test", profile=home.house.origin.key, letters=["outside_host"], at=home.now
        )
    home.post(HELEN, "A test.", subject=f"Origin test 2 {test.id}", forged=True)


async def _twin(home: Home) -> None:
    await ask_quality(home)
    (raw,) = home.mailbox.folders["Processed"].values()
    home.mailbox.put(raw.replace(b"Did not come home", b"Never came home"))


async def _decision(home: Home) -> None:
    await ask_approvers(home)
    home.reply(home.last_to(HELEN), HELEN, "APPROVE\n")


async def _stop(home: Home) -> None:
    await go_live(home)
    home.reply(home.last_to(HELEN), HELEN, "STOP\n")


async def _unknown_token(home: Home) -> None:
    home.post(HELEN, "APPROVE\n", to=f"alerts+d.{'a2b3' * 8}@kent.test")


async def _junk(home: Home) -> None:
    _put_in_junk(home, COMPLETE)


async def _forged(home: Home) -> None:
    home.post(SAM, COMPLETE, forged=True)


async def _check(home: Home) -> None:
    await ask_quality(home)
    home.reply(home.last_to(PRIYA), PRIYA, "PASS\n")


async def _about_an_address(home: Home) -> None:
    await write_letters_due(home.house, now=home.now)
    await home.settle()
    home.reply(home.last_to(LEEDS), LEEDS, "Confirmed\n")


async def _answer(home: Home) -> None:
    await go_live(home)
    home.reply(home.last_to(LEEDS), LEEDS, "Answer: 1\n")


async def _follow_up(home: Home) -> None:
    await go_live(home)
    home.post(SAM, FOUND, subject=f"Found [{(await the_case(home)).reference}]")


async def _answers(home: Home) -> None:
    await ask_quality(home, COMPLETE.replace("Has a media strategy been considered: Yes\n", ""))
    home.reply(home.last_to(SAM), SAM, "1: Yes\n")


async def _corrected(home: Home) -> None:
    await ask_quality(home)
    home.reply(home.last_to(SAM), SAM, COMPLETE.replace("High", "Medium"))


async def _form(home: Home) -> None:
    home.post(SAM, COMPLETE)


async def _house(home: Home) -> None:
    home.post(SAM, "Please reply above this line / Atebwch uwchben y llinell hon\n\nA person will read your letter\n")


async def _stranger(home: Home) -> None:
    home.post(STRANGER, COMPLETE)


async def _without_case(home: Home) -> None:
    home.post(SAM, FOUND, subject="She is back")


async def _placement(home: Home) -> None:
    home.post(SAM, PLACEMENT)


async def _case_alert(home: Home) -> None:
    home.post(SAM, CASE_ALERT)


async def _received_alert(home: Home) -> None:
    home.post(SAM, RECEIVED)


async def _local_from_stranger(home: Home) -> None:
    home.post(STRANGER, CASE_ALERT)


async def _scan(home: Home) -> None:
    _attach(home, "scan.pdf", "application/pdf", an_image_only_pdf())


async def _unreadable(home: Home) -> None:
    _attach(home, "form.docm", "application/vnd.ms-word.document.macroEnabled.12", b"MZ" + b"\0" * 100)


async def _nothing(home: Home) -> None:
    home.post(SAM, "What is for lunch?\n")


async def _canary(home: Home) -> None:
    await send_canary(home.house, home.inbox.address, now=home.now)
    await home.settle()
    home.mailbox.put(home.mailer.to(home.inbox.address)[-1])


HITS: dict[str, Callable[[Home], Awaitable[None]]] = {
    "our canary came back": _canary,
    "our own letter came back": _own,
    "too large to fetch": _large,
    "a delivery report": _bounce,
    "a read receipt": _receipt,
    "an automatic reply": _automatic,
    "not a person's letter": _list,
    "a letter of the origin test": _origin_test,
    "a letter of a house like ours": _house,
    "same Message-ID, other words": _twin,
    "a decision token": _decision,
    "a STOP token": _stop,
    "an unknown decision token": _unknown_token,
    "found in the junk folder": _junk,
    "the sender was forged": _forged,
    "a quality assurance token": _check,
    "an answer about an address": _about_an_address,
    "an answer token": _answer,
    "a later form for a case": _follow_up,
    "answers to our questions": _answers,
    "a corrected form": _corrected,
    "a form from a person we know": _form,
    "a form from a stranger": _stranger,
    "a later form that names no case": _without_case,
    "a placement notice": _placement,
    "a local case alert": _case_alert,
    "another authority's alert": _received_alert,
    "a notice from a stranger": _local_from_stranger,
    "a file for a person": _scan,
    "a file that is refused": _unreadable,
    "nothing else applies": _nothing,
}


def test_the_table_of_letters_names_every_rule_in_order() -> None:
    assert list(HITS) == [rule.name for rule in RULES]


@pytest.mark.parametrize("name", HITS)
async def test_every_rule_is_hit_first_by_a_letter_that_is_meant_for_it(home: Home, name: str) -> None:
    await HITS[name](home)
    await home.settle()
    letter = (await received(home))[-1]
    expected = next(rule for rule in RULES if rule.name == name)
    if letter.rule == "held":
        assert letter.reason == await _says(home, expected)
    else:
        assert (letter.rule, letter.kind) == (name, expected.kind)


async def _says(home: Home, rule: Rule) -> str:
    with pytest.raises(Held) as held:
        await rule.room(None, home.house, None, home.now)  # type: ignore[arg-type]  # a holding room asks nothing
    return held.value.says


async def test_a_decision_is_judged_before_the_junk_rule_and_does_not_count(home: Home) -> None:
    await ask_approvers(home)
    home.reply(home.last_to(HELEN), HELEN, "APPROVE\n")
    _, raw = home.mailbox.folders["INBOX"].popitem()
    home.mailbox.put(raw, "Junk")
    await home.settle()
    assert await verdicts(home) == []
    assert "junk" in home.last_to(HELEN).get_body(("plain",)).get_content()
    await approve(home)
    assert await verdicts(home) == [("approve", "web")]  # after a reply in doubt only the page decides
