"""Builds small Word documents for the tests, part by part, so that every layout can be written down."""

import zipfile
from datetime import date
from io import BytesIO
from xml.sax.saxutils import escape

from service.forms.reading import Reading, SourceFile, read_files

TODAY = date(2026, 11, 24)
TITLE = "National Alert Notification of a Missing Child"
_NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def run(text: str, *, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*inline: str, style: str = "") -> str:
    mark = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{mark}{''.join(one if one.startswith('<w:') else run(one) for one in inline)}</w:p>"


def cell(content: str) -> str:
    inner = content if content.startswith(("<w:p>", "<w:sdt>")) else "".join(paragraph(line) for line in content.split("\n"))
    return f"<w:tc>{inner}</w:tc>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(one if one.startswith(('<w:tc>', '<w:sdt><w:sdtPr/>')) else cell(one) for one in cells)}</w:tr>"


def table(*rows: tuple[str, ...]) -> str:
    return f"<w:tbl>{''.join(row(*one) for one in rows)}</w:tbl>"


def control(content: str, *, tag: str = "", title: str = "", extra: str = "") -> str:
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="{escape(title)}"/><w:tag w:val="{escape(tag)}"/>{extra}</w:sdtPr>'
        f"<w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )


def checkbox(ticked: bool) -> str:
    glyph = run("☒" if ticked else "☐")
    return control(glyph, extra=f'<w14:checkbox><w14:checked w14:val="{int(ticked)}"/></w14:checkbox>')


def legacy_checkbox(ticked: bool) -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/><w:checked w:val="{int(ticked)}"/></w:checkBox>'
        '</w:ffData></w:fldChar></w:r><w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def package(parts: dict[str, str | bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(*blocks: str) -> bytes:
    body = f'<?xml version="1.0" encoding="UTF-8"?><w:document {_NS}><w:body>{"".join(blocks)}</w:body></w:document>'
    return package({"[Content_Types].xml": TYPES, "word/document.xml": body})


def read(content: bytes | str, name: str = "form.docx") -> Reading:
    if isinstance(content, str):
        content, name = content.encode(), "the letter itself"
    reading = read_files([SourceFile(name, "application/octet-stream", content)], today=TODAY)
    assert reading is not None
    return reading


def read_form(*blocks: str) -> Reading:
    return read(docx(paragraph(TITLE, style="Title"), *blocks))
