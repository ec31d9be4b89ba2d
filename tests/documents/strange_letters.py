"""Strange letters: two forms in one, a body that contradicts its attachment, letters three deep, paper and field that disagree."""

from typing import Any

from tests.documents import layouts_pdf as pdf
from tests.documents import layouts_text as text
from tests.documents import layouts_word as word
from tests.documents.contents import alert, found, only
from tests.documents.envelopes import COVER, html_letter, letter
from tests.documents.form import Example, Form, example
from tests.documents.values import EXAMPLE, FOUR, REMOVED, WELSH

SHORT = ("originating_authority", "date_went_missing", "family_name", "given_names", "date_of_birth", "risk_level", "social_worker")
WHO = ("date_went_missing", "family_name", "given_names", "date_of_birth")


def strange_letters() -> list[Example]:
    """Return the strange letters and PDFs."""
    short, full, other = only(alert(EXAMPLE), *SHORT), alert(EXAMPLE), only(alert(REMOVED), *SHORT)
    signed = (
        COVER
        + "\n\nThis e-mail and any attachments are confidential. If you are not the intended recipient, date of birth: please delete.\n"
    )
    contradicting = "Hello,\n\nform attached.\n\nDate missing: 22/10/2026\nRisk level: Medium\n\nSam\n"
    reply = "Hello,\n\nhere is the corrected form.\n\nSam\n\nOn 19 Nov 2026, Alerts wrote:\n> Surname: Wrong\n> Date missing: 01/01/2020\n"
    deep = letter("See below", inner=letter("FYI", inner=letter(COVER, ("form.pdf", pdf.ruled(short)))))
    told: list[tuple[str, Form, bytes, dict[str, Any]]] = [
        (
            "the body contradicts the form",
            short,
            letter(contradicting, ("form.docx", word.two_columns(short))),
            {"finding": "contradiction"},
        ),
        ("letters three deep", short, deep, {}),
        ("a disclaimer with labels", short, letter(signed, ("form.docx", word.four_columns(short))), {}),
        (
            "a reply that quotes older words",
            short,
            letter(reply, ("form.docx", word.two_columns(short)), subject="Re: Your notification"),
            {},
        ),
        ("form in Word and as PDF", short, letter(COVER, ("form.docx", word.two_columns(short)), ("form.pdf", pdf.ruled(short))), {}),
        (
            "form beside a plain file",
            short,
            letter(COVER, ("agenda.txt", b"Agenda: 1 Welcome\n2 Minutes\n"), ("form.docx", word.two_columns(short))),
            {},
        ),
        ("HTML body of many divs", only(alert(WELSH, 1), *SHORT), html_letter(text.html_lines(only(alert(WELSH, 1), *SHORT))), {}),
        (
            "found, told in the body of a reply",
            found(EXAMPLE),
            letter(text.colons(found(EXAMPLE)).decode() + "\n\nOn 19 Nov, Alerts wrote:\n> Surname: Wrong\n"),
            {},
        ),
    ]
    made = [_letter(name, form, content, **more) for name, form, content, more in told]
    two = letter(COVER, ("first.docx", word.two_columns(short)), ("second.docx", word.two_columns(other)))
    # Which of two forms is read is the reader's choice; it must say that there are two, and never mix them.
    made.append(_letter("two forms in one letter", short, two, finding="contradiction", tolerates=("",)))
    ticked = only(full, *WHO, "sex", "risk_level", "locality_known", "considered")
    made.append(
        example(
            ticked,
            "strange: paper and field disagree",
            "form.pdf",
            "PDF form",
            lambda form: pdf.fields(form, printed={"date_went_missing": "22/10/2026"}),
            finding="contradiction",
        )
    )
    made.append(
        example(
            only(alert(FOUR, 3), *WHO, "sex", "home"),
            "strange: PDF of labels and words in narrow columns",
            "form.pdf",
            "PDF",
            pdf.flat_columns,
        )
    )
    made.append(
        example(
            only(full, *WHO, "sex", "risk_level"),
            "strange: old code page text",
            "form.txt",
            "text",
            lambda form: text.colons(form).decode().encode("cp1252"),
        )
    )
    made.append(
        example(
            only(full, *WHO, "sex", "risk_level"),
            "strange: text in UTF-16",
            "form.txt",
            "text",
            lambda form: text.colons(form).decode().encode("utf-16"),
        )
    )
    return made


def _letter(name: str, form: Form, content: bytes, **more: Any) -> Example:
    return example(form, f"strange: {name}", "letter.eml", "letter", lambda _form: content, **more)
