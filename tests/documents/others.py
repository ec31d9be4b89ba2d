"""What is not ours to cascade, what is no submission at all, and what must be refused."""

import zipfile
from io import BytesIO

from tests.documents import layouts_pdf as pdf
from tests.documents import layouts_word as word
from tests.documents.compound import compound
from tests.documents.contents import alert
from tests.documents.envelopes import letter
from tests.documents.form import Example, Form, Item, Section, example
from tests.documents.layouts_text import colons
from tests.documents.values import EXAMPLE
from tests.documents.word import package, para, row, table


def _items(*pairs: tuple[str, str, str]) -> tuple[Item, ...]:
    return tuple(Item(key=path or words, label=words, shown=shown, expects={path: shown} if path else {}) for words, path, shown in pairs)


def placement_notice(title: str = "STATUTORY NOTIFICATION OF NEW PLACEMENT") -> Form:
    """A notice that a looked-after child was placed in our area."""
    child = (
        *_items(("Surname", "family_name", "Sample"), ("Forename", "given_names", "Kit")),
        Item(key="date_of_birth", label="D.O.B.", shown="09/08/2011", expects={"date_of_birth": "2011-08-09"}),
        Item(key="legal_status", label="Legal Status", shown="Care Order", expects={"legal_status": ["care_order"]}),
    )
    placed = _items(
        ("Placing Authority", "originating_authority", "Leeds City Council"),
        ("Date of placement", "", "02/11/2026"),
        ("Type of placement (eg. Foster Carer, Adoptive)", "", "Foster Carer"),
        ("Name of carers", "", "Morgan and Ash Carer"),
        ("Placement address", "", "4 Sample Close, Bradford"),
        ("Independent Reviewing Officer", "", "Val Reviewer"),
        ("Expected duration of placement", "", "Six months"),
    )
    sections = (
        Section(title="Details of the child", items=child, owner="children[0]"),
        Section(title="Placement", items=placed),
        Section(
            title="Social worker",
            items=_items(("Social Worker", "social_worker.name", "Jamie Keyworker"), ("Tel No", "social_worker.phone", "01632 960071")),
        ),
    )
    return Form(title=title, kind="placement_notification", sections=sections)


def case_alert() -> Form:
    """Kent's local alert to a senior manager."""
    child = (
        *_items(("Surname", "family_name", "Example"), ("First name", "given_names", "Robin")),
        Item(key="date_of_birth", label="Date of birth", shown="17/03/2013", expects={"date_of_birth": "2013-03-17"}),
    )
    case = _items(
        ("Alert to", "", "Service Manager and Assistant Director"),
        ("Priority", "", "Priority One alert"),
        (
            "Category of case to be alerted",
            "",
            "Case which may receive media interest and needs to be brought to the attention of senior management",
        ),
        ("Brief summary of incident", "", "A newspaper rang the school about a fall at home."),
        ("Action required", "", "Press office to be told."),
    )
    return Form(
        title="Alert Form (case alert)",
        kind="case_alert",
        sections=(
            Section(title="Case alert", items=case),
            Section(title="Child", items=child, owner="children[0]"),
        ),
    )


RECEIVED = """To all Custodians and Designated Officers,

NATIONAL ALERT - MISSING CHILD

Please find below a national alert issued by Sampleshire County Council. Please check your records and ask your local police, NHS trust
and education partners whether this child is known in your area, and let us know if you have any information.

Surname: Sample
Forename: Ola
Date of birth: 05/06/2015
Missing since: 1 September 2026

If this child is known to you please ring Sampleshire Children's Services on 01632 960080 quoting SAM/2026/17.
"""


def other_kinds() -> list[Example]:
    """Return forms that look like alerts and are none."""
    placement, notice = placement_notice(), case_alert()
    leaving = ("addresses", "adults", "circumstances", "actions_taken", "reason_for_concern", "date_went_missing")
    return [
        example(placement, "placement notification", "notification.docx", "two columns", word.two_columns, tolerates=leaving),
        example(
            placement_notice("Notification of change of placement (Regulation 13)"),
            "change of placement",
            "notice.txt",
            "text",
            colons,
            tolerates=leaving,
        ),
        example(notice, "Kent case alert", "alert.docx", "two columns", word.two_columns, tolerates=leaving),
        Example(
            name="another authority's alert",
            file="letter.eml",
            format="eml",
            layout="mail body",
            kind="received_alert",
            says=RECEIVED,
            build=lambda: letter(RECEIVED, sender="custodian@sampleshire.test", subject="National alert: missing child"),
            tolerates=(*leaving, "originating_authority"),
            fields={
                "children": [{"family_name": "Sample", "given_names": "Ola", "date_of_birth": "2015-06-05"}],
                "date_went_missing": "2026-09-01",
            },
        ),
    ]


def no_submissions() -> list[Example]:
    """Return plain letters and files with no submission in them."""
    thanks = (
        "Dear all,\n\nThank you for coming on Tuesday. The minutes follow.\nThe next meeting is on 4 December 2026 in room 3.\n\n"
        "Kind regards\nSam Worker\n"
    )
    question = (
        "Hello,\n\nWho is the right person to ask about the missing children procedure? Our number is 01632 960090.\n\nSam Worker\nTeam 4\n"
    )
    told = [
        ("minutes of a meeting", "minutes.txt", thanks.encode()),
        ("a question by mail", "letter.eml", letter(question, subject="Missing children procedure")),
        ("an empty document", "empty.docx", package(para(""))),
        (
            "a newsletter",
            "news.docx",
            package(para("Staff newsletter", style="Title"), para("The canteen opens at eight. Cycle to work day is 3 May.")),
        ),
        (
            "a rota",
            "rota.docx",
            package(table(row("Name", "Monday", "Tuesday"), row("Sam Worker", "Duty", "Leave"), row("Alex Manager", "Leave", "Duty"))),
        ),
    ]
    return [
        Example(
            name=name,
            file=file,
            format=file.rpartition(".")[2],
            layout="no submission",
            kind=None,
            exits=(3,),
            build=lambda content=content: content,
        )
        for name, file, content in told
    ]


def _archive(*names: str, docx: bytes = b"") -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), docx or b"words")
    return out.getvalue()


def _with_macros(docx: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(docx)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "[Content_Types].xml":
                content = content.replace(
                    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                    b"application/vnd.ms-word.document.macroEnabled.main+xml",
                )
            new.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
        new.writestr(zipfile.ZipInfo("word/vbaProject.bin", (2026, 1, 1, 0, 0, 0)), b"\xd0\xcf\x11\xe0macro")
    return out.getvalue()


def _with_dtd(docx: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(docx)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                content = b'<!DOCTYPE x [<!ENTITY e "Example">]>' + content
            new.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def refused() -> list[Example]:
    """Return files that only a person can read, or that nobody should open."""
    form = alert(EXAMPLE)
    docx = word.two_columns(form)
    encrypted = compound({"EncryptionInfo": b"\x04\x00\x04\x00\x40\x00\x00\x00<encryption/>", "EncryptedPackage": b"\x00" * 6000})
    old_word = compound({"WordDocument": b"\xec\xa5\xc1\x00" + b"\x00" * 5000, "1Table": b"\x00" * 4200})
    told = [
        ("macros, named .docm", "form.docm", _with_macros(docx)),
        ("macros, named .docx", "form.docx", _with_macros(docx)),
        ("an archive", "forms.zip", _archive("form.docx", docx=docx)),
        ("a program", "form.exe", b"MZ" + b"\x00" * 400),
        ("a program named as a form", "form.docx", b"MZ" + b"\x00" * 400),
        ("an encrypted document", "form.docx", encrypted),
        ("a PDF with a password", "form.pdf", pdf.locked(form)),
        ("a scanned PDF", "form.pdf", pdf.scanned(form)),
        ("a damaged .doc", "form.doc", old_word),
        ("a document type definition", "form.docx", _with_dtd(docx)),
        ("a damaged .docx", "form.docx", docx[: len(docx) // 2]),
    ]
    return [
        Example(
            name=name,
            file=file,
            format=file.rpartition(".")[2],
            layout="refused",
            kind=None,
            exits=(2,),
            build=lambda content=content: content,
        )
        for name, file, content in told
    ]
