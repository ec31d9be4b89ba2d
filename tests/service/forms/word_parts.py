"""Builds the parts of Word documents that only Word makes: merged cells, text boxes, legacy fields, styles, parts beside the text."""

from typing import Any

from service.forms.reading import Reading

from .documents import TITLE, TYPES, cell, package, paragraph, read, row, run

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
W15 = 'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def merged(content: str, *, down: str = "", across: int = 1, shade: str = "") -> str:
    """Make a cell that spans rows (down: "restart" or "continue") or columns, or is shaded."""
    span = f'<w:gridSpan w:val="{across}"/>' if across > 1 else ""
    mark = f'<w:vMerge w:val="{down}"/>' if down else ""
    fill = f'<w:shd w:val="clear" w:fill="{shade}"/>' if shade else ""
    return cell(content).replace("<w:tc>", f"<w:tc><w:tcPr>{span}{mark}{fill}</w:tcPr>", 1)


def grid(*rows: tuple[str, ...]) -> str:
    return f"<w:tbl>{''.join(row(*one) for one in rows)}</w:tbl>"


def box(inner: str) -> str:
    """Make a text box the way Word does: once as a drawing, once more for old readers."""
    shape = f"<w:txbxContent>{inner}</w:txbxContent>"
    return (
        f'<w:r><mc:AlternateContent {MC}><mc:Choice Requires="wps"><w:drawing>{shape}</w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict>{shape}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def legacy(name: str, data: str, result: str = "") -> str:
    shown = f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(result)}' if result else ""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="{name}"/>{data}</w:ffData></w:fldChar></w:r>'
        f'<w:r><w:instrText>FORMTEXT</w:instrText></w:r>{shown}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def with_parts(body: str, parts: dict[str, str]) -> Reading:
    content = f'<w:document {W} {W15} xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"><w:body>'
    document = f"{content}{paragraph(TITLE)}{body}</w:body></w:document>"
    whole: dict[str, str | bytes] = {"[Content_Types].xml": TYPES, "word/document.xml": document}
    return read(package({**whole, **parts}))


def child(reading: Reading, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = reading.fields["children"][number]
    return found
