"""What is understood of a letter: the form wherever it lies, who only the outer letter says it is from, and what a person must read."""

from datetime import date

import pytest

from service.flow.understanding import Understood, understand
from tests.documents.compound import outlook_letter
from tests.documents.envelopes import COVER, letter, winmail
from tests.service.forms.documents import docx, package, paragraph, table
from tests.service.forms.pdfs import pdf

TODAY = date(2026, 11, 24)
FORM = "National Missing Child Alert\n\nDate missing: 20/10/2026\nSurname: Example\nForename: Amy\nLevel of risk: high\n"
PHOTO = b"\x89PNG\r\n\x1a\n" + b"\x00" * 60_000


def filled() -> bytes:
    return docx(
        paragraph("National Missing Child Alert"), table(("Date missing", "20/10/2026"), ("Surname", "Example"), ("Forename", "Amy"))
    )


def said(raw: bytes) -> Understood:
    return understand(raw, TODAY)


def child(one: Understood) -> tuple[object, object]:
    assert one.reading is not None
    [found] = one.reading.fields["children"]
    return found["given_names"], found["family_name"]


@pytest.mark.parametrize(
    "raw",
    [
        letter(COVER, ("form.docx", filled())),
        letter(COVER, ("winmail.dat", winmail("form.docx", filled()))),
        letter(COVER, ("letter.msg", outlook_letter(COVER, ("form.docx", filled())))),
        letter(COVER, ("letter.eml", letter(COVER, ("form.docx", filled())))),
        letter(COVER, inner=letter(FORM)),
        letter(FORM),
    ],
    ids=["attached", "winmail.dat", "Outlook letter", "letter in a file", "letter within", "body"],
)
def test_the_form_is_found_wherever_it_lies(raw: bytes) -> None:
    assert child(said(raw)) == ("Amy", "Example")


def test_an_inner_letter_never_says_who_it_is_from() -> None:
    one = said(letter(COVER, inner=letter(FORM, sender="head@kent.test"), sender="stranger@elsewhere.test"))
    assert one.email.from_address == "stranger@elsewhere.test"
    assert one.reading is not None
    assert one.reading.provenance["date_went_missing"].file == "the letter inside the letter"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("photo.png", PHOTO, "picture"),
        ("scan.pdf", pdf(lambda canvas: canvas.rect(10, 10, 50, 50)), "scanned PDF"),
        ("message.rpmsg", b"\x76\xe8\x04\x60\xc4\x11\xe3\x86", "encrypted Microsoft letter"),
        ("form.docx", filled()[:300], "damaged"),
    ],
)
def test_what_only_a_person_can_read_is_told_as_that(name: str, content: bytes, says: str) -> None:
    one = said(letter(COVER, (name, content)))
    if one.from_a_person:
        assert (one.reading, one.by_hand) == (None, True)
        assert one.refused_file is not None
        assert says in one.refused_file
    else:
        assert one.sort == "encrypted"


def test_what_must_be_sent_differently_is_no_task() -> None:
    one = said(letter(COVER, ("forms.zip", package({"form.docx": filled()}))))
    assert (one.reading, one.by_hand) == (None, False)
    assert one.refused_file is not None
    assert "zip archive" in one.refused_file


def test_a_photograph_beside_a_form_is_no_problem_and_one_in_a_reply_no_form() -> None:
    beside = said(letter(COVER, ("form.docx", filled()), ("photo.png", PHOTO)))
    assert child(beside) == ("Amy", "Example")
    assert (beside.refused_file, beside.by_hand) == (None, False)
    assert beside.reading is not None
    assert beside.reading.findings == ()
    answer = said(letter("Confirmed, thank you.", ("photo.png", PHOTO), subject="Re: National alert"))
    assert (answer.reading, answer.refused_file, answer.by_hand) == (None, None, False)


def test_a_table_pasted_into_the_letter_is_read_by_its_cells() -> None:
    rows = (("Date missing", "20/10/2026"), ("Surname", "Example"), ("Forename", ""), ("Ethnicity", "White British"))
    page = "".join(f"<tr><td><p>{label}</p></td><td><p>{value}</p></td></tr>" for label, value in rows)
    html = f"<html><body><p>National Missing Child Alert</p><table>{page}</table><p>Kind regards</p></body></html>"
    plain = "National Missing Child Alert\n\nDate missing\n\n20/10/2026\n\nSurname\n\nExample\n\nForename\n\nEthnicity\n\nWhite British\n"
    one = said(letter(plain, html=html))
    assert child(one) == (None, "Example")
    assert one.reading is not None
    assert one.reading.fields["children"][0]["ethnicity"] == "White British"
