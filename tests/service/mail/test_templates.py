"""Every letter renders with all there is and with next to nothing, says the same in text and HTML, and keeps names out of its subject."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest
from jinja2 import UndefinedError

from service.mail import compose
from service.mail.prefab import freeze, personalise, readable
from service.mail.templates import Rendered, Templates
from tests.service.mail.letters import FOLDER, NAMES, REFERENCE, SENDER, contexts, slots

LETTERS = sorted(folder.name for folder in FOLDER.iterdir() if not folder.name.startswith("_"))
ANSWERED = ("alert", "update", "renewal", "found_in_part")
_ENDED = ("found", "deceased", "withdrawal")
FOOTERS = {
    **dict.fromkeys(("submission_receipt", "submission_questions", "due"), "c"),
    "quality_request": "q",
    **dict.fromkeys(("directory_confirm", "directory_verify", "exercise"), "v"),
    "approval_": "d",
    **dict.fromkeys((*ANSWERED, *_ENDED), "a"),
}
WITHOUT_CASE = (
    "sign_in_link",
    "security_notice",
    "origin_test",
    "glass_broken",
    "submission_not_ours",
    "passed_on",
    "read_by_hand",
    "weekly_report",
    "chaser",
    "alarm",
    "canary",
    "directory_confirm",
    "directory_verify",
    "directory_changed",
    "exercise",
)
templates = Templates(FOLDER)


class _Visible(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def written(name: str, *, full: bool = True, **changes: object) -> Rendered:
    return templates.render(name, **(contexts(full=full)[name] | changes))


def words_of(text: str) -> list[str]:
    return sorted(re.findall(r"\w+", text.replace("\x00", " ")))


def seen(html: str) -> str:
    visible = _Visible()
    visible.feed(html)
    return " ".join(visible.words)


def test_there_is_a_context_for_every_letter() -> None:
    assert sorted(contexts(full=True)) == LETTERS


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_renders_and_says_the_same_in_text_and_html(name: str, full: bool) -> None:
    letter = written(name, full=full)
    # "START/END OF THE LETTER" is a frame in HTML.
    text = re.sub(r"\+\+\+\+\+ .* \+\+\+\+\+", "", letter.text)
    assert set(words_of(text)) == set(words_of(seen(letter.html)))
    assert "None" not in letter.text and "Undefined" not in letter.text
    assert "01632 960100" in letter.text and "Why you get this:" in letter.text
    assert 'lang="en-GB"' in letter.html and "color-scheme" in letter.html and "prefers-color-scheme: dark" in letter.html
    assert "<h1" in letter.html and "<img" not in letter.html and "src=" not in letter.html


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("name", LETTERS)
def test_no_subject_names_a_child_or_a_place(name: str, full: bool) -> None:
    subject = written(name, full=full).subject
    assert not any(each in subject for each in NAMES if name != "bounce_task" or each != "Leeds")
    if name not in WITHOUT_CASE and full:
        assert f"[{REFERENCE}]" in subject


@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_can_be_frozen_sent_and_read(name: str) -> None:
    letter = written(name)
    frozen = freeze(letter, sender_name="Kent", sender_address="alerts@kent.test")
    assert b"\x00" not in personalise(frozen, slots())
    subject, text, _ = readable(frozen)
    assert subject == letter.subject
    shown = {"link": "‹your personal link›", "number": "‹number›", "token": "‹reference›", "authority": "‹your authority›"}
    assert text == re.sub("\x00([a-z]+)\x00", lambda found: shown[found[1]], letter.text)


@pytest.mark.parametrize(("beginning", "purpose"), FOOTERS.items())
def test_the_footer_names_what_a_reply_is_for(beginning: str, purpose: str) -> None:
    for name in (each for each in LETTERS if each.startswith(beginning)):
        letter = written(name)
        assert f"Reference: {purpose}.\x00token\x00" in letter.text and f"Reference: {purpose}.\x00token\x00" in letter.html
        assert letter.text.startswith("Please reply above this line / Atebwch uwchben y llinell hon")


@pytest.mark.parametrize("name", ANSWERED)
def test_an_authority_can_answer_with_a_number_or_a_press(name: str) -> None:
    letter = written(name)
    assert re.search(r"^ *Answer:$", letter.text, re.M)
    assert [line[0] for line in letter.text.splitlines() if re.match(r"[1-5]  ", line)] == list("12345")
    assert 'href="\x00link\x00"' in letter.html
    assert "vital interests" in letter.text and "police force" in letter.text and "NHS trust" in letter.text


def test_found_says_stop_first_and_never_where() -> None:
    letter = written("found")
    assert "STOP SEARCHING" in letter.text[:120]
    assert "Leeds" not in letter.text and "Leeds" not in letter.html and "Pat Officer" not in letter.text


def test_an_unclear_decision_gives_no_detail_and_the_exact_words() -> None:
    letter = written("decision_unclear")
    assert "APPROVE \x00number\x00" in letter.text and "REJECT \x00number\x00" in letter.text
    assert not any(name in letter.text for name in NAMES)


@pytest.mark.parametrize("asks", get_args(compose.Asks))
def test_every_letter_about_a_reply_says_what_to_do_and_nothing_of_the_case(asks: compose.Asks) -> None:
    context = compose.decision_unclear(sender=SENDER, reference=REFERENCE, reason="It was not plain.", asks=asks)
    letter = templates.render("decision_unclear", **context)
    offered = {word for word in ("APPROVE", "REJECT", "RETURN", "HOLD") if f"{word} \x00number\x00" in letter.text}
    wanted = {"words": {"APPROVE", "REJECT", "RETURN", "HOLD"}, "why_approve": {"APPROVE", "REJECT"}, "question": {"RETURN"}}
    assert offered == wanted.get(asks, set())
    assert ("\x00token\x00" in letter.text) is (asks not in ("page", "nothing"))
    assert not any(name in letter.text for name in NAMES)


@pytest.mark.parametrize("decided", get_args(compose.Decided))
def test_every_decision_is_told_by_its_first_line(decided: compose.Decided) -> None:
    letter = written("decision_taken", decided=decided)
    begins = {"approved": "Approved", "refused": "Refused", "returned": "Returned", "on_hold": "On hold", "explained": "Why it was"}
    assert letter.subject.startswith(begins[decided]) and begins[decided] in letter.text[:120]


def test_a_decision_for_the_page_offers_no_word_to_reply_with() -> None:
    reasons = ["It is your first decision here."]
    for letter in (written("approval_request", on_the_page=reasons), written("decision_on_the_page")):
        assert "It is your first decision here." in letter.text and "It is your first decision here." in letter.html
        assert "APPROVE" not in letter.text and "\x00link\x00" in letter.text
    assert not any(name in written("decision_on_the_page").text for name in NAMES)


def test_the_approver_sees_exactly_the_letter() -> None:
    alert = readable(freeze(written("alert"), sender_name="Kent", sender_address="alerts@kent.test"))
    letter = written("approval_request", letter_subject=alert[0], letter_text=alert[1])
    assert alert[0] in letter.text and alert[1] in letter.text
    assert "212 authorities" in letter.text and "35 days" in letter.text and "Only 12 days have passed." in letter.text


@pytest.mark.parametrize(
    "evil", ["{{ 7*7 }}", "{% include 'alert/body.txt' %}", "<script>alert(1)</script>", "\x00link\x00", "a\u202eb", "\x1b[0m"]
)
def test_what_a_form_says_is_inert(evil: str) -> None:
    letter = written("answer_thanks", said=evil, noted="noted")
    plain = written("answer_thanks", said="harmless", noted="noted")
    assert letter.text.count("\x00") == plain.text.count("\x00") and letter.html.count("\x00") == plain.html.count("\x00")
    assert "<script" not in letter.html and "49" not in letter.text and "\u202e" not in letter.text and "\x1b" not in letter.html


def test_a_missing_value_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(UndefinedError):
        templates.render("sign_in_link")


def test_a_subject_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    for part, words in (("subject.txt", "{{ a }}\n"), ("body.txt", "t"), ("body.html", "<p>h</p>")):
        (tmp_path / "x" / part).write_text(words)
    assert Templates(tmp_path).render("x", a="one\r\nBcc: two").subject == "one Bcc: two"


def test_a_death_is_told_in_plain_careful_words_and_not_in_the_subject() -> None:
    letter = written("deceased")
    assert letter.subject == f"National alert ended [{REFERENCE}]"
    assert "stop all searches" in letter.text and "has died" in letter.text
    assert "died" not in letter.subject and "FOUND" not in letter.text


def test_who_is_still_missing_comes_first_when_one_child_is_found() -> None:
    letter = written("found_in_part")
    assert letter.subject == f"UPDATE – one child found, one still missing [{REFERENCE}]"
    assert letter.text.index("Ben Example") < letter.text.index("Amy Jane Example")
    assert letter.text.index("Keep searching") < letter.text.index("stop searching for this child")


def test_a_withdrawal_never_tells_the_reason() -> None:
    assert "sent in error" in written("withdrawal").text and "delete" in written("withdrawal").text.casefold()


def test_changes_are_marked_in_words_and_not_by_colour_alone() -> None:
    letter = written("update")
    assert "[Changed] Risk level\n    high\n    Before: medium" in letter.text
    assert "[New] Vehicles" in letter.text and "[No longer] Phones" in letter.text
    assert all(f">{mark}</span>" in letter.html for mark in ("New", "Changed", "No longer"))


def test_the_worker_is_reminded_of_what_else_the_policy_asks() -> None:
    for name in ("submission_receipt", "decision_taken"):
        assert "Write a case note on Mosaic" in written(name).text and "116 000" in written(name).text
        assert "What else to do" not in written(name, full=False).text


def test_an_approver_who_goes_against_a_finding_is_told_to_write_why() -> None:
    assert "1 finding is not met. If you approve all the same, write why on the line below APPROVE." in " ".join(
        written("approval_request").text.split()
    )
    assert "write why" not in written("approval_request", full=False).text
