"""Quotations of mail programs that announce them in their own words, answers below and between, and signatures of telephones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.message import parse
from service.mail.quoting import new_text

from .samples import letter

ANNOUNCED = [
    "2026-11-24 10:00 GMT+00:00 Alerts <alerts@kent.test>:",
    "2026-11-24 10:00 GMT+00:00 National Alerts <\nalerts@kent.test>:",
    "2026/11/24 National Alerts <alerts@kent.test>",
    "At 24/11/2026 10:00 AM, you wrote:",
    "National Alerts <alerts@kent.test> schrieb am Di., 24. Nov. 2026\num 10:00 Uhr:",
    "Am 24.11.26 um 10:00 schrieb Alerts:",
    '24.11.2026, 10:00, "Alerts" <alerts@kent.test>:',
    "Tue, 24 Nov 2026 10:00:00 +0000 от Alerts <alerts@kent.test>:",
    "вторник, 24 ноября 2026 г. пользователь Alerts написал:",
    "Le mar. 24 nov. 2026 à 10:00, Alerts <alerts@kent.test> a écrit :",
    "El mar, 24 nov 2026 a las 10:00, Alerts (<alerts@kent.test>) escribió:",
    "Il giorno mar 24 nov 2026 alle ore 10:00 Alerts <alerts@kent.test>\nha scritto:",
    "Op di 24 nov. 2026 om 10:00 schreef Alerts <alerts@kent.test>:",
    "wt., 24 lis 2026 o 10:00 Alerts <alerts@kent.test> napisał(a):",
    "Em ter., 24 de nov. de 2026 às 10:00, Alerts <alerts@kent.test>\nescreveu:",
    "Ar 24 Tach 2026 am 10:00, ysgrifennodd Alerts <alerts@kent.test>:",
    "Ar ddydd Mawrth, 24 Tachwedd 2026 ysgrifennodd Alerts:",
    "2026年11月24日(火) 10:00 Alerts <alerts@kent.test>:",
    "út 24. 11. 2026 v 10:00 odesílatel Alerts <alerts@kent.test> napsal:",
    "24 Kas 2026 Sal 10:00 tarihinde Alerts <alerts@kent.test> şunu yazdı:",
]


@pytest.mark.parametrize("announced", ANNOUNCED)
def test_words_that_announce_a_quotation_are_not_the_writers(announced: str) -> None:
    for mark in (">", "> ", "| "):
        for gap in ("\n", "\n\n"):
            body = f"Not known to us.\n\nAnn\n\n{announced}{gap}{mark}Is the child known?\n{mark}Please answer\n"
            assert new_text(parse(letter(body))) == "Not known to us.\n\nAnn"


@pytest.mark.parametrize("announced", ANNOUNCED)
def test_a_line_right_above_them_stays_the_writers(announced: str) -> None:
    assert new_text(parse(letter(f"Not known to us.\n{announced}\n> Is the child known?\n"))) == "Not known to us."


@pytest.mark.parametrize("announced", ANNOUNCED)
def test_html_quotes_are_announced_too(announced: str) -> None:
    words = announced.replace("<", "&lt;").replace("\n", " ")
    html = f"<p>Not known to us.</p><p>{words}</p><blockquote>Is the child known?</blockquote>"
    assert new_text(parse(letter(html=html))) == "Not known to us."


@pytest.mark.parametrize(
    "text",
    [
        "I spoke to ann@authority.test at 10:00 on 24/11/2026 and she said:\n\nThe family is known to us.",
        "Seen on 24 November 2026 at 10:00:\n- the mother\n- the child",
        "Sent with the last letter: two photographs.\nThe family is known to us.",
        "Sent by mail on Tuesday.\nThe family is known to us.",
        "At the school they wrote nothing down. The family is known to us.",
    ],
)
def test_what_a_person_says_with_a_date_a_name_and_a_colon_is_kept(text: str) -> None:
    assert new_text(parse(letter(text))) == text


def test_answers_between_the_questions_are_kept_with_them() -> None:
    body = "On 24 Nov 2026, Alerts <alerts@kent.test> wrote:\n\n> Known to you?\n\nNo.\n\n> Known to health?\n\nYes, ring me.\n\n-- \nAnn\n"
    text = new_text(parse(letter(body)))
    assert text.endswith("> Known to health?\n\nYes, ring me.")
    assert "No." in text


def test_an_answer_below_two_quotations_one_in_the_other_is_found() -> None:
    body = "> On 24 Nov 2026, Alerts <alerts@kent.test> wrote:\n>> Known to you?\n>\n> Please answer.\n\nNot known.\n"
    assert new_text(parse(letter(body))) == "Not known."


def test_an_answer_below_an_unmarked_heading_is_found() -> None:
    assert (
        new_text(parse(letter('On 24 Nov 2026 10:00, "Alerts" <alerts@kent.test> wrote:\n\n    Not known.\n\nAnn\n')))
        == "Not known.\n\nAnn"
    )


def test_our_own_letter_below_an_unmarked_heading_is_no_answer() -> None:
    body = "On 24 Nov 2026 10:00, Alerts <alerts@kent.test> wrote:\n\nPlease reply above this line\n\nSTOP\n"
    assert new_text(parse(letter(body))) == ""


@pytest.mark.parametrize(
    "device",
    [
        "Sent from my iPhone",
        "Envoyé depuis mon iPhone",
        "Von meinem Mobilgerät gesendet",
        "Diese Nachricht wurde von meinem Android-Mobiltelefon mit K-9 Mail gesendet.",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Verzonden met BlackBerry Work",
        "Skickat från min iPhone",
        "Sendt fra min iPhone",
        "Anfonwyd o fy iPhone",
        "(sent from a mobile phone)",
        "iPhoneから送信",
    ],
)
def test_what_a_telephone_adds_is_a_signature(device: str) -> None:
    assert new_text(parse(letter(f"Not known.\n\n{device}\n"))) == "Not known."


@given(st.lists(st.sampled_from(["> a", ">", "", "b", "On 24 Nov 2026, A <a@b.test> wrote:", "c:", "-- ", "a@b.test 10:00"]), max_size=12))
def test_no_reply_is_lost_whole(lines: list[str]) -> None:
    text = new_text(parse(letter("\n".join(["We know them.", "", *lines]))))
    assert text.startswith("We know them.")
