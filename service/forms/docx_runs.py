"""Reads the runs of a Word paragraph: their text and marks, content controls and legacy form fields within, and what is not there.

Deleted, struck out and hidden words, placeholders and field codes are not there.
"""

import re
from dataclasses import dataclass, field

from lxml import etree

from service.forms.blocks import EMPTY, TICKED, Control, Unreadable
from service.forms.choices import Piece
from service.forms.docx_bound import Bound
from service.forms.docx_styles import OFF, Styles, W
from service.forms.guards import BROKEN

W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MAXIMUM_DEPTH = 60
_TICKED_CODES = ("F0FE", "F0FD", "F052", "F053", "F054", "F0FC", "F0FB", "F078", "F050", "F04F", "2612", "2611", "2713", "2714", "1F5F9")
_EMPTY_CODES = ("F0A8", "F06F", "F0A1", "F0A3", "F071", "F072", "2610", "25A1")
_GROUPING = (W15 + "repeatingSection", W15 + "repeatingSectionItem", W + "group", W + "docPartObj")
_SYMBOLS = dict.fromkeys(_TICKED_CODES, TICKED) | dict.fromkeys(_EMPTY_CODES, EMPTY)
_PRIVATE = {int(code, 16): mark for code, mark in _SYMBOLS.items() if code.startswith("F0")}
_WINGDINGS = {ord("þ"): TICKED, ord("ý"): TICKED, ord("ü"): TICKED, ord("û"): TICKED, ord("x"): TICKED, ord("¨"): EMPTY, ord("o"): EMPTY,
              ord("q"): EMPTY}  # fmt: skip
_ENCLOSED = re.compile(r"^\s*eq\s+\\o.*?\(\s*[○◯◌□△◇]\s*,\s*(.{1,20}?)\)\s*$", re.IGNORECASE)
_SKIPPED = frozenset(
    W + name
    for name in ("del", "moveFrom", "sdtPr", "sdtEndPr", "rPr", "pPr", "tblPr", "tcPr", "trPr", "tblGrid", "instrText", "delText",
                 "delInstrText", "rt")
)  # fmt: skip


@dataclass(slots=True)
class _Field:
    """A field being read: its codes, the form field's data if it is one, and where its result began."""

    data: etree._Element | None
    start: int
    codes: str = ""
    in_result: bool = False


@dataclass(slots=True)
class Inline:
    """The text and the controls of one paragraph, and the text boxes anchored in it."""

    pieces: list[Piece] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    fields: list[_Field] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Join the pieces as they stand."""
        return "".join(text for text, _ in self.pieces)


def shown(parent: etree._Element) -> list[etree._Element]:
    """List the children that are there to be read; of alternatives only the first."""
    children = [child for child in parent if isinstance(child.tag, str) and child.tag not in _SKIPPED]
    return children[:1] if parent.tag == MC + "AlternateContent" else children


class Runs:
    """Reads paragraphs of one document."""

    def __init__(self, styles: Styles, bound: Bound | None) -> None:
        self.styles = styles
        self.bound = bound

    def inline(self, paragraph: etree._Element) -> Inline:
        """Read one paragraph."""
        inline = Inline()
        self.read(paragraph, inline, style_of(paragraph), 0)
        return inline

    def read(self, parent: etree._Element, inline: Inline, style: str, depth: int) -> None:
        """Read all runs under *parent*, through every wrapper Word may put around them."""
        if depth > MAXIMUM_DEPTH:
            raise Unreadable(BROKEN)
        for child in shown(parent):
            if child.tag == W + "r":
                self.run(child, inline, style, depth)
            elif child.tag == W + "sdt":
                self._control_within(child, inline, style, depth)
            elif child.tag == W + "txbxContent":
                inline.boxes.append(child)
            else:
                self.read(child, inline, style, depth + 1)

    def run(self, run: etree._Element, inline: Inline, style: str, depth: int) -> None:
        """Read one run, unless it is struck out or hidden."""
        properties = run.find(W + "rPr")
        gone, marks = self.styles.of_run(properties, style)
        if gone:
            for mark in run.iter(W + "fldChar"):  # the words are gone, the field around them is not
                _follow(mark, inline)
            return
        symbols = _font(properties).startswith("wingdings")
        for child in run:
            if not isinstance(child.tag, str):
                continue
            name = child.tag.removeprefix(W)
            if name == "t":
                if _is_result(inline):
                    text = (child.text or "").translate(_PRIVATE)
                    inline.pieces.append((text.translate(_WINGDINGS) if symbols else text, marks))
            elif name == "tab":
                inline.pieces.append(("\t", marks))
            elif name in ("br", "cr"):
                inline.pieces.append(("\n", frozenset()))
            elif name == "noBreakHyphen":
                inline.pieces.append(("-", marks))
            elif name == "sym":
                inline.pieces.append((_SYMBOLS.get(str(child.get(W + "char", "")).upper(), ""), marks))
            elif name == "instrText" and inline.fields:
                inline.fields[-1].codes += child.text or ""
            elif name == "fldChar":
                _follow(child, inline)
            elif name in ("drawing", "pict", "object") or child.tag == MC + "AlternateContent":
                self.read(child, inline, style, depth + 1)

    def is_placeholder(self, sdt: etree._Element) -> bool:
        """Tell whether a content control shows only what to enter."""
        properties = sdt.find(W + "sdtPr")
        if properties is None or properties.find(W14 + "checkbox") is not None:
            return False
        mark = properties.find(W + "showingPlcHdr")
        if mark is not None and mark.get(W + "val", "1") not in OFF:
            return True
        texts = [text for text in sdt.iter(W + "t") if (text.text or "").strip()]
        named = [_run_style(text.getparent()) for text in texts]
        return bool(named) and all(style and self.styles.is_placeholder(style) for style in named)

    def entered(self, sdt: etree._Element, text: str) -> Control | None:
        """Make the control of what was entered; None for a control that only groups others."""
        properties = sdt.find(W + "sdtPr")
        if properties is None or any(properties.find(name) is not None for name in _GROUPING):
            return None
        content = sdt.find(W + "sdtContent")
        if content is not None and (next(content.iter(W + "tbl"), None) is not None or next(content.iter(W + "sdt"), None) is not None):
            return None
        tag, title = properties.find(W + "tag"), properties.find(W + "alias")
        date = properties.find(W + "date")
        box = properties.find(W14 + "checkbox")
        if box is not None:
            mark = box.find(W14 + "checked")
            text = TICKED if mark is not None and mark.get(W14 + "val", "1") not in OFF else EMPTY
        elif date is not None and date.get(W + "fullDate") and text:
            text = str(date.get(W + "fullDate"))[:10]
        return Control(
            tag=str(tag.get(W + "val", "")) if tag is not None else "",
            title=str(title.get(W + "val", "")) if title is not None else "",
            text=text,
        )

    def bound_text(self, sdt: etree._Element) -> str:
        """Read what an empty control is bound to."""
        return self.bound.text(sdt) if self.bound is not None else ""

    def _control_within(self, sdt: etree._Element, inline: Inline, style: str, depth: int) -> None:
        content = sdt.find(W + "sdtContent")
        inner = Inline()
        if content is not None and not self.is_placeholder(sdt):
            self.read(content, inner, style, depth + 1)
        text = inner.text.strip() or self.bound_text(sdt)
        if not text and not inner.boxes:
            return
        control = self.entered(sdt, text)
        changed = control is not None and control.text != inner.text.strip()
        inline.pieces.extend([(control.text, frozenset())] if control is not None and changed else inner.pieces)
        inline.controls.extend(inner.controls)
        inline.boxes.extend(inner.boxes)
        if control is not None:
            inline.controls.append(control)


def style_of(paragraph: etree._Element) -> str:
    """Name the style of a paragraph."""
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return str(style.get(W + "val", "")) if style is not None else ""


def _run_style(run: etree._Element | None) -> str:
    style = run.find(f"{W}rPr/{W}rStyle") if run is not None else None
    return str(style.get(W + "val", "")) if style is not None else ""


def _font(properties: etree._Element | None) -> str:
    fonts = properties.find(W + "rFonts") if properties is not None else None
    return str(fonts.get(W + "ascii", "")).casefold() if fonts is not None else ""


def _is_result(inline: Inline) -> bool:
    """Tell whether text here is seen: outside fields, or in the result of one that has no value of its own."""
    return all(one.in_result and _choice(one.data) is None for one in inline.fields)


def _follow(mark: etree._Element, inline: Inline) -> None:
    """Follow a field: begin (with a form field's data), codes, separate, result, end."""
    kind = mark.get(W + "fldCharType")
    if kind == "begin":
        data = mark.find(W + "ffData")
        inline.fields.append(_Field(data, len(inline.pieces)))
        entered = _choice(data)
        if entered:
            inline.pieces.append((entered, frozenset()))
    elif kind == "separate" and inline.fields:
        inline.fields[-1].in_result = True
    elif kind == "end" and inline.fields:
        _finish(inline.fields.pop(), inline)


def _finish(ended: _Field, inline: Inline) -> None:
    if enclosed := _ENCLOSED.match(ended.codes):
        inline.pieces.append((enclosed[1], frozenset({"boxed"})))
    if ended.data is None:
        return
    name, help_ = ended.data.find(W + "name"), ended.data.find(W + "statusText")
    text = "".join(text for text, _ in inline.pieces[ended.start :]).strip()
    tag = str(name.get(W + "val", "")) if name is not None else ""
    inline.controls.append(Control(tag=tag, title=str(help_.get(W + "val", "")) if help_ is not None else "", text=text))


def _choice(data: etree._Element | None) -> str | None:
    """Read the value a legacy check box or drop-down list keeps in its data; None when the field is neither."""
    if data is None:
        return None
    box = data.find(W + "checkBox")
    if box is not None:
        mark = box.find(W + "checked")
        mark = box.find(W + "default") if mark is None else mark
        return TICKED if mark is not None and mark.get(W + "val", "1") not in OFF else EMPTY
    choices = data.find(W + "ddList")
    if choices is not None:
        result = choices.find(W + "result")
        entries = [str(entry.get(W + "val", "")) for entry in choices.findall(W + "listEntry")]
        chosen = int(result.get(W + "val", "0")) if result is not None and str(result.get(W + "val", "0")).isdigit() else 0
        # the first entry without a recorded choice is only what the list shows before anyone has chosen
        return entries[chosen] if result is not None and chosen < len(entries) else ""
    return None
