"""What OpenDocument styles say that matters for reading: struck out, hidden, or a heading."""

from collections.abc import Mapping

from lxml import etree

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_LOEXT = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"
_MOST_PARENTS = 20
Effect = Mapping[str, bool]


class Styles:
    """The styles of one document, automatic and named."""

    def __init__(self, *parts: etree._Element | None) -> None:
        self._styles: dict[tuple[str, str], etree._Element] = {}
        for part in parts:
            for style in part.iter(STYLE + "style") if part is not None else ():
                self._styles.setdefault((style.get(STYLE + "family", ""), style.get(STYLE + "name", "")), style)

    def effect(self, family: str, name: str | None, inherited: Effect) -> Effect:
        """Tell what a style does to words, on top of what they *inherited*: "gone" strikes out or hides, all else marks."""
        found = dict(inherited)
        for style in reversed(self._line(family, name)):
            properties = style.find(STYLE + "text-properties")
            if properties is not None:
                found |= _effect_of(properties)
        return found

    def is_shaded(self, name: str | None) -> bool:
        """Tell whether a cell of a table has a ground of its own."""
        cells = (style.find(STYLE + "table-cell-properties") for style in self._line("table-cell", name))
        return any(cell is not None and _is_coloured(cell.get(_FO + "background-color")) for cell in cells)

    def is_heading(self, name: str | None) -> bool:
        """Tell whether a paragraph has the style of a title or heading."""
        return any(style.get(STYLE + "name", "").casefold().startswith(("title", "heading")) for style in self._line("paragraph", name))

    def _line(self, family: str, name: str | None) -> list[etree._Element]:
        found: list[etree._Element] = []
        while name and (style := self._styles.get((family, name))) is not None and len(found) < _MOST_PARENTS:
            found.append(style)
            name = style.get(STYLE + "parent-style-name")
        return found


def marks_of(effect: Effect) -> frozenset[str]:
    """Name the marks that words bear."""
    return frozenset(kind for kind, on in effect.items() if on and not kind.startswith("gone"))


def is_gone(effect: Effect) -> bool:
    """Tell whether words are struck out or hidden."""
    return any(on for kind, on in effect.items() if kind.startswith("gone"))


def _effect_of(properties: etree._Element) -> dict[str, bool]:
    effect: dict[str, bool] = {}
    if (shown := properties.get(TEXT + "display")) is not None:
        effect["gone hidden"] = shown == "none"
    through = properties.get(STYLE + "text-line-through-style") or properties.get(STYLE + "text-line-through-type")
    if through is not None:
        effect["gone struck"] = through != "none"
    if (weight := properties.get(_FO + "font-weight")) is not None:
        effect["bold"] = weight in ("bold", "600", "700", "800", "900")
    if (line := properties.get(STYLE + "text-underline-style")) is not None:
        effect["underline"] = line != "none"
    if (ground := properties.get(_FO + "background-color")) is not None:
        effect["highlight"] = _is_coloured(ground)
    if (border := properties.get(_FO + "border") or properties.get(_LOEXT + "border")) is not None:
        effect["boxed"] = border != "none"
    return effect


def _is_coloured(colour: str | None) -> bool:
    return colour is not None and colour.casefold() not in ("", "transparent", "#ffffff", "auto")
