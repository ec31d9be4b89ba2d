"""Word's XML, part by part: runs, paragraphs, cells, tables, controls, legacy fields, text boxes, and the package around them."""

import zipfile
from io import BytesIO
from xml.sax.saxutils import escape

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NAMES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": _W,
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
        "w15": "http://schemas.microsoft.com/office/word/2012/wordml",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "v": "urn:schemas-microsoft-com:vml",
    }.items()
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_MARKS = {
    "bold": "<w:b/>", "underline": '<w:u w:val="single"/>', "strike": "<w:strike/>", "double strike": "<w:dstrike/>",
    "highlight": '<w:highlight w:val="yellow"/>', "circle": '<w:bdr w:val="single" w:sz="8" w:space="0" w:color="FF0000"/>',
    "hidden": "<w:vanish/>", "placeholder": '<w:rStyle w:val="PlaceholderText"/>', "shaded": '<w:shd w:val="clear" w:fill="FFFF00"/>',
}  # fmt: skip


class Xml(str):
    """Words that are XML already."""

    __slots__ = ()


def run(text: str, *marks: str) -> Xml:
    """One run of text; line ends and tabs become Word's own."""
    inner = escape(text).replace("\n", '</w:t><w:br/><w:t xml:space="preserve">').replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
    return Xml(f'<w:r><w:rPr>{"".join(_MARKS[mark] for mark in marks)}</w:rPr><w:t xml:space="preserve">{inner}</w:t></w:r>')


def _inline(part: str) -> str:
    return part if isinstance(part, Xml) else run(part)


def para(*parts: str, style: str = "") -> Xml:
    """One paragraph of runs; plain words become a run."""
    mark = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return Xml(f"<w:p>{mark}{''.join(_inline(part) for part in parts)}</w:p>")


def paras(text: str) -> Xml:
    """One paragraph for each line."""
    return Xml("".join(para(line) for line in text.split("\n")))


def cell(content: str, *, span: int = 1, merge: str = "", turned: bool = False) -> Xml:
    """One table cell. *merge* is "restart" or "continue"; *turned* writes upwards."""
    inner = content if isinstance(content, Xml) else paras(content)
    if not inner.startswith(("<w:p>", "<w:tbl>", "<w:sdt>")):
        inner = para(Xml(inner))
    if inner.endswith("</w:tbl>"):
        inner = Xml(inner + para(""))  # Word wants a paragraph after a nested table
    properties = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    if merge:
        properties += '<w:vMerge w:val="restart"/>' if merge == "restart" else "<w:vMerge/>"
    properties += '<w:textDirection w:val="btLr"/>' if turned else ""
    return Xml(f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>")


def row(*cells: str) -> Xml:
    """One table row; what is no cell yet becomes one."""
    made = (one if isinstance(one, Xml) and one.startswith(("<w:tc>", "<w:sdt><w:sdtPr><w:id")) else cell(one) for one in cells)
    return Xml(f"<w:tr>{''.join(made)}</w:tr>")


def table(*rows: str) -> Xml:
    """One table of rows."""
    return Xml(f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr>{"".join(rows)}</w:tbl>')


def control(content: str, *, tag: str = "", title: str = "", extra: str = "", placeholder: bool = False) -> Xml:
    """A content control around runs, paragraphs, cells or rows."""
    inner = content if isinstance(content, Xml) else run(content, *(["placeholder"] if placeholder else []))
    names = (f'<w:alias w:val="{escape(title)}"/>' if title else "") + (f'<w:tag w:val="{escape(tag)}"/>' if tag else "")
    shows = "<w:showingPlcHdr/>" if placeholder else ""
    return Xml(f"<w:sdt><w:sdtPr>{names}{shows}{extra}</w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>")


def date_control(shown: str, iso: str) -> Xml:
    """A date picker."""
    return control(shown, extra=f'<w:date w:fullDate="{iso}T00:00:00Z"><w:dateFormat w:val="dd/MM/yyyy"/><w:lid w:val="en-GB"/></w:date>')


def drop_down(chosen: str, options: tuple[str, ...]) -> Xml:
    """A drop-down list with its choice, or Word's invitation to choose when *chosen* is empty."""
    listed = "".join(f'<w:listItem w:displayText="{escape(one)}" w:value="{escape(one)}"/>' for one in ("Choose an item.", *options))
    return control(chosen or "Choose an item.", extra=f"<w:dropDownList>{listed}</w:dropDownList>", placeholder=not chosen)


def tick(ticked: bool) -> Xml:
    """A check box control."""
    state = f'<w14:checkbox><w14:checked w14:val="{int(ticked)}"/><w14:checkedState w14:val="2612"/></w14:checkbox>'
    return control("☒" if ticked else "☐", extra=state)


def _legacy(properties: str, instruction: str, result: str) -> Xml:
    begin = f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{properties}</w:ffData></w:fldChar></w:r>'
    told = f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    return Xml(f'{begin}{told}{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>')


def legacy_text(text: str, name: str = "Text1") -> Xml:
    """A text field of Word 97."""
    return _legacy(f'<w:name w:val="{name}"/><w:textInput/>', "FORMTEXT", run(text or "     "))


def legacy_choice(chosen: str, options: tuple[str, ...]) -> Xml:
    """A drop-down field of Word 97: the choice is an index."""
    listed = "".join(f'<w:listEntry w:val="{escape(one)}"/>' for one in options)
    return _legacy(
        f'<w:name w:val="Dropdown1"/><w:ddList><w:result w:val="{options.index(chosen)}"/>{listed}</w:ddList>', "FORMDROPDOWN", ""
    )


def legacy_tick(ticked: bool) -> Xml:
    """A check box field of Word 97."""
    box = f'<w:name w:val="Check1"/><w:checkBox><w:sizeAuto/><w:default w:val="0"/><w:checked w:val="{int(ticked)}"/></w:checkBox>'
    return _legacy(box, "FORMCHECKBOX", "")


def deleted(text: str) -> Xml:
    """Words that a tracked change takes out."""
    who = 'w:id="1" w:author="Sam Worker" w:date="2026-11-01T10:00:00Z"'
    return Xml(f'<w:del {who}><w:r><w:delText xml:space="preserve">{escape(text)}</w:delText></w:r></w:del>')


def inserted(text: str) -> Xml:
    """Words that a tracked change puts in."""
    return Xml(f'<w:ins w:id="2" w:author="Sam Worker" w:date="2026-11-01T10:00:00Z">{run(text)}</w:ins>')


def text_box(content: Xml) -> Xml:
    """A text box as Word saves it: the new drawing, and the same words again for old readers."""
    inner = f"<w:txbxContent>{content}</w:txbxContent>"
    shape = f"<wps:wsp><wps:txbx>{inner}</wps:txbx></wps:wsp>"
    drawing = f"<w:drawing><wp:anchor><a:graphic><a:graphicData>{shape}</a:graphicData></a:graphic></wp:anchor></w:drawing>"
    old = f"<w:pict><v:shape><v:textbox>{inner}</v:textbox></v:shape></w:pict>"
    choice = f'<mc:AlternateContent><mc:Choice Requires="wps">{drawing}</mc:Choice><mc:Fallback>{old}</mc:Fallback></mc:AlternateContent>'
    return Xml(f"<w:p><w:r>{choice}</w:r></w:p>")


def heading(text: str) -> Xml:
    """A heading, by style."""
    return para(text, style="Heading2")


def package(*body: str, header: str = "", footer: str = "", comment: str = "", parts: dict[str, bytes] | None = None) -> bytes:
    """Return the .docx; *header* and *footer* are XML of their parts, *parts* are files put in besides."""
    extras = {name: xml for name, xml in (("header", header), ("footer", footer)) if xml}
    refers = "".join(f'<w:{name}Reference w:type="default" r:id="{name}1"/>' for name in extras)
    related = "".join(f'<Relationship Id="{name}1" Type="{_OFFICE}/{name}" Target="{name}1.xml"/>' for name in extras)
    types = "".join(f'<Override PartName="/word/{name}1.xml" ContentType="{_KIND}.{name}+xml"/>' for name in extras)
    files: dict[str, bytes] = dict(parts or {})
    for name, xml in extras.items():
        tag = {"header": "hdr", "footer": "ftr"}[name]
        files[f"word/{name}1.xml"] = f"<w:{tag} {_NAMES}>{xml}</w:{tag}>".encode()
    if comment:
        related += f'<Relationship Id="c1" Type="{_OFFICE}/comments" Target="comments.xml"/>'
        types += f'<Override PartName="/word/comments.xml" ContentType="{_KIND}.comments+xml"/>'
        files["word/comments.xml"] = (
            f'<w:comments {_NAMES}><w:comment w:id="0" w:author="QA">{para(comment)}</w:comment></w:comments>'.encode()
        )
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    files |= {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{_KIND}.document.main+xml"/>{types}</Types>'
        ).encode(),
        "_rels/.rels": (
            f'<Relationships xmlns="{relations}">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
        ).encode(),
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{relations}">{related}</Relationships>'.encode(),
        "word/document.xml": (
            f"<w:document {_NAMES}><w:body>{''.join(one if isinstance(one, Xml) else para(one) for one in body)}"
            f"<w:sectPr>{refers}</w:sectPr></w:body></w:document>"
        ).encode(),
    }
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", *sorted(set(files) - {"[Content_Types].xml"})):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()
