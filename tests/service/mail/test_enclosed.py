"""Letters within letters are opened, whatever wraps them, and who they say they are from counts for nothing."""

from email.message import EmailMessage
from email.policy import SMTP

from service.mail.enclosed import DEEPEST, MOST_FILES, enclosed_files, files_within
from service.mail.message import parse
from service.mail.parts import Attachment
from service.mail.quoting import new_text
from tests.documents.compound import compound, outlook_letter
from tests.documents.envelopes import COVER, forwarded_inline, letter, winmail

FORM = "National Missing Child Alert\n\nDate missing: 20/10/2026\nSurname: Example\nForename: Amy\n"
FORGED = "head@kent.test"


def told(raw: bytes) -> list[tuple[str, str]]:
    email = parse(raw)
    return [(one.name, one.content.decode("utf-8", "replace").replace("\r\n", "\n")) for one in enclosed_files(email, new_text(email))]


def named(raw: bytes) -> list[str]:
    return [name for name, _ in told(raw)]


def test_the_files_come_first_and_the_own_text_last() -> None:
    assert named(letter(COVER, ("form.txt", FORM.encode()))) == ["form.txt", "the letter itself"]


def test_a_forwarded_letter_gives_its_files_and_its_text() -> None:
    inner = letter(FORM, ("form.pdf", b"%PDF-1.4"), sender=FORGED)
    names = named(letter(COVER, inner=inner))
    assert names == ["form.pdf", "the letter inside the letter", "the letter itself"]


def test_letters_are_opened_however_deep_they_lie_within_reason() -> None:
    raw = letter(FORM, ("form.txt", b"x"))
    for _ in range(4):
        raw = letter("See attached.", ("letter.eml", raw))
    assert named(raw)[0] == "form.txt"
    for _ in range(DEEPEST):
        raw = letter("See attached.", ("letter.eml", raw))
    assert named(raw)[0] == "letter.eml"


def test_a_letter_saved_by_outlook_is_opened_with_the_letters_in_it() -> None:
    saved = outlook_letter(FORM, ("form.docx", b"PK"), ("inner.eml", letter(FORM, ("deep.txt", b"x"))))
    assert named(letter(COVER, ("letter.msg", saved))) == [
        "form.docx", "deep.txt", "the letter inside the letter", "the letter inside the letter", "the letter itself"
    ]  # fmt: skip


def test_a_letter_within_a_saved_letter_is_opened() -> None:
    inner = {"__properties_version1.0": b"\x00" * 24, "__substg1.0_1000001F": FORM.encode("utf-16-le")}
    outer = {
        "__properties_version1.0": b"\x00" * 32,
        "__substg1.0_0037001F": "FW: form".encode("utf-16-le"),
        "__attach_version1.0_#00000000": {"__properties_version1.0": b"\x00" * 8, "__substg1.0_3701000D": inner},
    }
    [(name, text)] = told(letter("", ("letter.msg", compound(outer))))
    assert (name, text) == ("the letter inside the letter", FORM.strip())


def test_winmail_is_unwrapped() -> None:
    wrapped = winmail("form.docx", b"PK\x03\x04", body=FORM)
    assert told(letter("", ("winmail.dat", wrapped)))[0] == ("form.docx", "PK\x03\x04")
    assert ("the letter inside the letter", FORM.strip()) in told(letter("", ("winmail.dat", wrapped)))


def test_what_cannot_be_opened_stays_a_file() -> None:
    for broken in (b"\x78\x9f\x3e\x22\x00\x00", outlook_letter(FORM)[:1500], compound({"__properties_version1.0": b""})[:900]):
        assert named(letter(COVER, ("letter.dat", broken))) == ["letter.dat", "the letter itself"]


def test_a_text_forwarded_in_the_body_is_read_apart_from_the_words_above_it() -> None:
    raw = letter(forwarded_inline(FORM), subject="FW: National alert form")
    (_, above), (name, below) = told(raw)
    assert "Please see below" in above
    assert name == "the forwarded letter"
    assert "Surname: Example" in below


def test_a_reply_gives_only_what_is_new() -> None:
    raw = letter(f"Confirmed.\n\nOn 20 Nov 2026, Sam wrote:\n> {FORM}", subject="Re: National alert")
    assert told(raw) == [("the letter itself", "Confirmed.")]


def test_a_page_with_tables_is_read_as_a_page_and_others_as_text() -> None:
    table = "<p>Hello</p><table><tr><td>Surname</td><td>Example</td></tr></table>"
    [(name, page)] = told(letter("Hello\nSurname\nExample", html=table))
    assert (name, "<td>Example</td>" in page) == ("the letter itself", True)
    assert told(letter("Hello", html="<p>Hello</p>")) == [("the letter itself", "Hello")]


def test_logos_of_signatures_are_left_out_and_photographs_are_not() -> None:
    email = EmailMessage(policy=SMTP)
    email["From"], email["To"], email["Subject"] = "sam.worker@kent.test", "alerts@kent.test", "Form"
    email.set_content("See the photograph.")
    for content, name, disposition in (
        (b"\x89PNG", "logo.png", "inline"),
        (b"\x89PNG" * 20_000, "photo.png", "inline"),
        (b"\x89PNG", "a.png", "attachment"),
    ):
        email.add_attachment(content, maintype="image", subtype="png", filename=name, disposition=disposition, cid=f"<{name}>")
    assert named(email.as_bytes()) == ["photo.png", "a.png", "the letter itself"]


def test_ten_thousand_files_are_cut_off() -> None:
    many = EmailMessage(policy=SMTP)
    many["From"], many["Subject"] = "sam.worker@kent.test", "Many"
    for number in range(30):
        many.add_attachment(
            letter("x", *((f"{n}.txt", b"x") for n in range(10))), maintype="application", subtype="x", filename=f"{number}.eml"
        )
    assert len(named(many.as_bytes())) <= MOST_FILES


def test_a_file_from_disk_that_is_a_letter_gives_what_it_holds() -> None:
    for name, content in (("a.msg", outlook_letter(FORM)), ("a.eml", letter(FORM)), ("a.mht", letter(FORM))):
        assert FORM.strip() in files_within(Attachment(name=name, content_type="", content=content))[-1].content.decode()
    form = Attachment(name="form.txt", content_type="", content=FORM.encode())
    assert files_within(form) == (form,)


def test_a_form_behind_quotation_marks_is_read_from_a_letter_that_was_forwarded_again() -> None:
    quoted = "\n".join(f"> {line}" for line in FORM.splitlines())
    raw = letter(f"Please log.\n\nBegin forwarded message:\n\nFrom: Duty <duty@kent.test>\nSubject: FW: alert\n\nsee below\n\n{quoted}\n")
    assert dict(told(raw))["the letter quoted in the forwarded letter"].strip() == FORM.replace("\n\n", "\n\n").strip()
