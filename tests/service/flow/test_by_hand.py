"""Letters that only a person can take further: kept, given to somebody, and answered to people we know and to nobody else."""

from email import policy
from email.message import EmailMessage

import pytest

from service.database.received import ReceivedState
from service.domain.errors import NotAllowed
from service.domain.notice import NoticeKind
from service.flow.quarantine import release
from tests.service.flow.home import Home
from tests.service.flow.local import an_image_only_pdf
from tests.service.flow.test_elsewhere import text_of
from tests.service.flow.walk import COMPLETE, FOUND, PRIYA, SAM, ask_quality, go_live, last_notice, person, received, tasks, the_case

STRANGER = "stranger@elsewhere.test"


def attach(home: Home, name: str, content: bytes, *, sender: str = SAM, text: str = "Here it is.\n", verdict: str = "pass") -> None:
    letter = EmailMessage()
    letter["Authentication-Results"] = f"mx.kent.test; dmarc={verdict} header.from={sender.rpartition('@')[2]}"
    letter["From"], letter["To"], letter["Subject"], letter["Message-ID"] = sender, "alerts@kent.test", "Form", f"<{name}@kent.test>"
    letter.set_content(text)
    letter.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    home.mailbox.put(letter.as_bytes(policy=policy.SMTP))


async def test_a_scan_is_kept_for_a_person_and_its_sender_is_told_within_the_round(home: Home) -> None:
    attach(home, "scan.pdf", an_image_only_pdf())
    await home.settle()
    (letter,) = await received(home)
    assert (letter.state, letter.kind) == (ReceivedState.QUARANTINED, "read_by_hand")
    (task,) = await tasks(home)
    assert (task.kind, task.subject_id) == ("read_by_hand", letter.id)
    answer = home.last_to(SAM)
    assert answer["Subject"] == "A person will read your form"
    assert "scan" in text_of(answer) and "01632 960100" in text_of(answer)
    async with home.database.read() as work:
        assert b"scan.pdf" in await work.received.raw(letter.id)


async def test_a_mail_that_is_only_a_picture_is_kept_for_a_person(home: Home) -> None:
    attach(home, "photo.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 2000, text="\n")
    await home.settle()
    assert [task.kind for task in await tasks(home)] == ["read_by_hand"]
    assert "picture" in text_of(home.last_to(SAM))


@pytest.mark.parametrize(
    ("name", "content", "named"), [("form.docm", b"MZ" + b"\0" * 100, "program"), ("form.exe", b"MZ" + b"\0" * 100, "program")]
)
async def test_a_refused_file_is_named_to_its_sender_with_what_to_send(home: Home, name: str, content: bytes, named: str) -> None:
    attach(home, name, content)
    await home.settle()
    answer = home.last_to(SAM)
    assert answer["Subject"] == "We could not read your file"
    assert named in text_of(answer) and ".docx" in text_of(answer)
    assert [task.kind for task in await tasks(home)] == ["file_refused"]


@pytest.mark.parametrize(("sender", "verdict"), [(STRANGER, "pass"), (SAM, "fail")])
async def test_neither_a_stranger_nor_a_forger_is_answered(home: Home, sender: str, verdict: str) -> None:
    attach(home, "scan.pdf", an_image_only_pdf(), sender=sender, verdict=verdict)
    await home.settle()
    assert home.mailer.sent == []
    assert [task.kind for task in await tasks(home)] == ["letter_to_read"]


async def test_a_found_report_without_a_case_is_never_guessed_and_the_candidates_are_named(home: Home) -> None:
    await go_live(home)
    case = await the_case(home)
    sent = len(home.letters_to(PRIYA))
    home.post(SAM, FOUND, subject="She is back")
    await home.settle()
    assert len(home.letters_to(PRIYA)) == sent
    assert (await last_notice(home)).kind is NoticeKind.ALERT
    task = next(one for one in await tasks(home) if one.kind == "which_case")
    assert case.reference in task.says and task.says.startswith("A letter waits in quarantine: It looks like a found report")
    assert case.reference in text_of(home.last_to(SAM))


async def test_quality_assurance_says_which_case_it_is(home: Home) -> None:
    await go_live(home)
    home.post(SAM, FOUND, subject="She is back")
    await home.settle()
    letter = (await received(home))[-1]
    priya = await person(home, PRIYA)
    with pytest.raises(NotAllowed):
        await release(home.house, letter.id, priya, home.now)
    await release(home.house, letter.id, priya, home.now, about=(await the_case(home)).reference)
    assert (await last_notice(home)).kind is NoticeKind.FOUND
    assert "which_case" not in [one.kind for one in await tasks(home)]


async def test_a_worker_whose_letter_we_do_not_understand_is_told_so(home: Home) -> None:
    home.post(SAM, "What is for lunch?\n")
    await home.settle()
    assert home.last_to(SAM)["Subject"] == "A person will read your letter"


async def test_thanks_within_a_case_get_no_answer_of_ours(home: Home) -> None:
    await ask_quality(home, COMPLETE)
    sent = len(home.mailer.sent)
    home.reply(home.last_to(SAM), SAM, "Thank you very much.\n")
    await home.settle()
    assert len(home.mailer.sent) == sent
