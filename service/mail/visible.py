"""HTML to the text that an eye would see.

Hidden elements are left out, struck-out words are marked with tildes, quotations get the `> ` of plain text, signatures the `-- ` line,
and a table row is one line. Nothing is fetched and nothing is run.
"""

import re
from functools import lru_cache
from itertools import zip_longest
from typing import Any, NamedTuple

from lxml import etree
from lxml import html as lxml_html

LARGEST_HTML = 2_000_000
DEEPEST = 200
LONGEST_KNOWN = 500  # characters of a style that is worth keeping in mind
SEPARATOR = "_" * 32
SIGNATURE_LINE = "-- "

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_UNSEEN = frozenset(
    [
        "head",
        "style",
        "script",
        "title",
        "template",
        "object",
        "iframe",
        "svg",
        "math",
        "meta",
        "link",
        "select",
        "datalist",
        "xml",
    ]
)
_STRUCK = frozenset(("s", "strike", "del"))
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|(?<![-\w])color\s*:\s*transparent"
    r"|font-size\s*:\s*(?:0*(?:\.0*)?(?:px|pt|em|rem|%)?|0*[01]?(?:\.\d+)?(?:px|pt)|0*\.[0-2]\d*(?:em|rem)|\d(?:\.\d+)?%)\s*(?:!important\s*)?(?:;|$)"
    r"|opacity\s*:\s*0*(?:\.0\d*)?\s*(?:!important\s*)?(?:;|$)"
    r"|text-indent\s*:\s*-\d{3,}|(?:left|top)\s*:\s*-\d{3,}|clip\s*:\s*rect\(0",
    re.I,
)
_NO_SIZE = re.compile(r"(?<![\w-])(?:max-)?(?:height|width)\s*:\s*0(?:\.0*)?(?:px|pt|em|%)?\s*(?:!important\s*)?(?:;|$)", re.I)
_OVERFLOW = re.compile(r"overflow(?:-[xy])?\s*:\s*hidden", re.I)
_STRIKING = re.compile(r"text-decoration[\w-]*\s*:[^;]*line-through", re.I)
_SIDE_BY_SIDE = re.compile(r"display\s*:\s*(?:inline-)?(?:flex|grid)", re.I)
_INLINE = re.compile(r"display\s*:\s*inline|float\s*:\s*(?:left|right)", re.I)
_PRE = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.I)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{0,2000})\}")
_COLOUR = re.compile(r"(?<![-\w])color\s*:\s*([^;!]{1,40})", re.I)
_BACKGROUND = re.compile(r"background(?:-color)?\s*:\s*([^;!]{1,60})", re.I)
_SIGNATURE_CLASS = re.compile(r"gmail_signature(?!_prefix)|moz-signature|ms-outlook-\w+-signature|applemailsignature|yahoo_signature", re.I)
_SIGNATURE_ID = re.compile(r"signature(?:-\w+)?|composer_signature|ms-outlook-mobile-signature|applemailsignature\w*", re.I)
_REPLY_HEADER_ID = re.compile(r"(?:x_)*(?:divrplyfwdmsg|outlookmessageheader)", re.I)
_BOXED = re.compile(r"background|border\s*:|border-(?:style|color|left)", re.I)
BANNER = re.compile(
    r"^[\W_]*(?:\[\s*(?:allanol\s*/\s*)?external\b|\[\s*allanol\b|caution\s*:|external\s+e-?mail\b|you don['’]?t often get e-?mail from\b"
    r"|some people who received this message don['’]?t often"
    r"|this (?:e-?mail|message) (?:originated|was sent|came|has come) from (?:outside|an external)"
    r"|daeth (?:yr|y) (?:e-?bost|neges) (?:hwn|hon) o(?:['’]r| du) (?:tu )?allan|nid ydych (?:chi )?yn aml yn (?:cael|derbyn) e-?byst"
    r"|warning\s*:\s*(?:this|external)|rhybudd\s*:|gochelwch\s*:|e-?bost allanol\b)",
    re.I,
)


def _rgb(colour: str) -> tuple[int, int, int] | None:
    """Return the channels of a colour, or None when it is not understood."""
    colour = {"white": "#fff", "black": "#000"}.get(colour.strip().lower(), colour.strip().lower())
    if found := re.match(r"#([0-9a-f]{6}|[0-9a-f]{3})\b", colour):
        digits = found[1] if len(found[1]) == 6 else "".join(d * 2 for d in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if found := re.match(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})", colour):
        return int(found[1]), int(found[2]), int(found[3])
    return None


class _Look(NamedTuple):
    """What a style says that an eye would notice."""

    hides: bool
    ink: str | None
    paper: str | None
    pre: bool
    inline: bool
    side_by_side: bool
    strikes: bool
    boxed: bool


def _look(style: str) -> _Look:
    inks, papers = _COLOUR.findall(style), _BACKGROUND.findall(style)
    return _Look(
        hides=bool(_HIDING.search(style) or (_NO_SIZE.search(style) and _OVERFLOW.search(style))),
        ink=inks[-1] if inks else None,
        paper=papers[-1] if papers else None,
        pre=bool(_PRE.search(style)),
        inline=bool(_INLINE.search(style)),
        side_by_side=bool(_SIDE_BY_SIDE.search(style)),
        strikes=bool(_STRIKING.search(style)),
        boxed=bool(_BOXED.search(style)),
    )


_known_look = lru_cache(maxsize=256)(_look)  # a letter says the same few styles over and over


class _Reader:
    def __init__(self, tree: Any) -> None:
        self.sheet: dict[str, str] = {}
        for sheet in tree.iter("style"):
            for names, rules in _RULE.findall((sheet.text or "")[:200_000]):
                for name in names.lower().split(","):
                    self.learn(name.strip(), rules.strip())

    def learn(self, name: str, rules: str) -> None:
        if re.fullmatch(r"[\w-]*[.#][\w-]+", name):
            self.sheet[name] = self.sheet.get(name, "") + rules + ";"
        elif (last := re.search(r"[\s>+~:]([\w-]*[.#][\w-]+)$", name)) and (_HIDING.search(rules) or _STRIKING.search(rules)):
            # whether the whole selector fits is not worked out: what it may hide stays, marked as struck out
            self.sheet[last[1]] = self.sheet.get(last[1], "") + "text-decoration:line-through;"

    def look_of(self, node: Any) -> _Look:
        style = node.get("style") or ""
        if self.sheet:
            tag = str(node.tag).lower()
            own = [f".{c}" for c in (node.get("class") or "").lower().split()[:20]] + [f"#{(node.get('id') or '').lower()}"]
            style = "".join(self.sheet.get(n, "") + self.sheet.get(tag + n, "") for n in own) + style
        return _known_look(style) if len(style) <= LONGEST_KNOWN else _look(style)

    @staticmethod
    def hidden(node: Any, look: _Look, on_background: bool) -> bool:
        if look.hides or node.get("hidden") is not None:
            return True
        ink = node.get("color") if look.ink is None else look.ink
        colour = _rgb(ink) if ink else None
        if colour is None:
            return False
        paper = _rgb(node.get("bgcolor") or "" if look.paper is None else look.paper)
        if paper is not None:
            return max(abs(one - other) for one, other in zip(colour, paper, strict=True)) <= 24
        return min(colour) >= 0xF0 and not on_background and look.paper is None

    def children(self, node: Any, depth: int, pre: bool, paper: bool) -> list[str]:
        lines = [""]
        self._text(lines, node.text, pre)
        for child in node:
            self.element(lines, child, depth + 1, pre, paper)
            self._text(lines, child.tail, pre)
        return lines

    @staticmethod
    def _text(lines: list[str], text: str | None, pre: bool) -> None:
        if not text:
            return
        text = text.replace("\x00", "")
        if pre:
            first, *rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            lines[-1] += first
            lines.extend(rest)
            return
        text = _SPACE.sub(" ", text)
        lines[-1] += text.lstrip(" ") if not lines[-1] or lines[-1].endswith(" ") else text

    def element(self, lines: list[str], node: Any, depth: int, pre: bool, paper: bool) -> None:
        if not isinstance(node.tag, str) or depth > DEEPEST:
            return
        tag = node.tag.lower().split("}")[-1]
        look = self.look_of(node)
        if tag in _UNSEEN or self.hidden(node, look, paper):
            return
        if tag == "br":
            lines.append("")
            return
        if tag == "img":
            alt = (node.get("alt") or "").strip()
            if 0 < len(alt) <= 8 and not any(c.isascii() for c in alt):
                lines[-1] += alt
            return
        paper = paper or look.paper is not None or node.get("bgcolor") is not None
        pre = pre or tag == "pre" or look.pre
        inner = self.row(node, depth, pre, paper) if tag == "tr" else self.children(node, depth, pre, paper)
        if look.side_by_side:
            inner = [" ".join(line.strip() for line in inner if line.strip())]
        if tag in _STRUCK or look.strikes:
            inner = [f"~~{line}~~" if line.strip() else line for line in inner]
        self.place(lines, inner, node, tag, look)

    def place(self, lines: list[str], inner: list[str], node: Any, tag: str, look: _Look) -> None:
        if tag not in _BLOCKS or look.inline:
            lines[-1] += inner[0].lstrip(" ") if not lines[-1] else inner[0]
            lines.extend(inner[1:])
            if tag in ("td", "th"):
                lines[-1] += " "
            return
        while len(inner) > 1 and not inner[-1].strip():
            inner.pop()
        while len(inner) > 1 and not inner[0].strip() and tag != "p":
            inner.pop(0)
        if (tag == "table" or look.boxed) and sum(map(len, inner)) < 1500:
            seen = [line.strip() for line in inner if line.strip()]
            if seen and BANNER.match(seen[0]) and "" not in seen and not any(BANNER.match(s) for s in seen[1:]) and "\u2029" not in seen[0]:
                inner = ["", " ".join(seen) + "\u2029", ""]
        elif len(inner) > 1 and BANNER.match(inner[0].strip()) and not any(str(child.tag).lower() in _BLOCKS for child in node):
            # lines broken within one paragraph: the banner ends where the paragraph does
            end = next((i for i, line in enumerate(inner) if not line.strip()), len(inner))
            inner = [" ".join(line.strip() for line in inner[:end]), *inner[end:]]
        if lines[-1].strip():
            lines.append("")
        name, ident = node.get("class") or "", node.get("id") or ""
        if tag == "blockquote":
            inner = ["> " + line for line in inner]
        elif tag == "hr":
            inner = [""]
        elif _SIGNATURE_CLASS.search(name) or _SIGNATURE_ID.fullmatch(ident):
            inner = [SIGNATURE_LINE, *inner]
        elif _REPLY_HEADER_ID.fullmatch(ident):
            inner = [SEPARATOR, *inner]
        if not lines[-1].strip():
            lines.pop()
        if tag == "p" and lines and lines[-1].strip():
            lines.append("")
        lines.extend(inner)
        if tag in ("p", "table"):
            lines.append("")
        lines.append("")

    def row(self, node: Any, depth: int, pre: bool, paper: bool) -> list[str]:
        cells: list[list[str]] = []
        for cell in node:
            part: list[str] = [""]
            self.element(part, cell, depth + 1, pre, paper)
            part = [line for line in part if line.strip()]
            if part:
                cells.append(part)
        if len(cells) == 1:
            return cells[0]
        return [" ".join(piece.strip() for piece in pieces if piece) for pieces in zip_longest(*cells, fillvalue="")] or [""]


def visible_text(markup: str) -> str:
    """Return what a reader of this HTML sees, one line for each line on the screen."""
    if not markup.strip():
        return ""
    markup = re.sub(r"<\?xml[^>]*\?>", "", markup[:LARGEST_HTML].replace("\x00", ""))
    try:
        parser = lxml_html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
        tree = lxml_html.document_fromstring(markup, parser=parser)
        lines = [""]
        _Reader(tree).element(lines, tree, 0, False, False)
    except (etree.LxmlError, ValueError, RecursionError, AssertionError, TypeError):
        return ""
    tidy: list[str] = []
    for line in lines:
        line = SIGNATURE_LINE if line == SIGNATURE_LINE else line.replace("\u2029", "").rstrip()
        if line or (tidy and tidy[-1]):
            tidy.append(line)
    return "\n".join(tidy).strip("\n")
