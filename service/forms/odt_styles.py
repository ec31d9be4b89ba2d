"""What OpenDocument styles say that matters for reading: struck out, hidden, or a heading."""

from lxml import etree

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_MOST_PARENTS = 20


class Styles:
    """The styles of one document, automatic and named."""

    def __init__(self, *parts: etree._Element | None) -> None:
        self._styles: dict[tuple[str, str], etree._Element] = {}
        for part in parts:
            for style in part.iter(STYLE + "style") if part is not None else ():
                self._styles.setdefault((style.get(STYLE + "family", ""), style.get(STYLE + "name", "")), style)

    def is_struck(self, family: str, name: str | None, *, inherited: bool) -> bool:
        """Tell whether the words of a style are struck out or hidden; a style that is silent keeps what is *inherited*."""
        for style in self._line(family, name):
            properties = style.find(STYLE + "text-properties")
            if properties is None:
                continue
            if properties.get(TEXT + "display") == "none":
                return True
            through = properties.get(STYLE + "text-line-through-style") or properties.get(STYLE + "text-line-through-type")
            if through is not None:
                return bool(through != "none")
        return inherited

    def is_heading(self, name: str | None) -> bool:
        """Tell whether a paragraph has the style of a title or heading."""
        return any(style.get(STYLE + "name", "").casefold().startswith(("title", "heading")) for style in self._line("paragraph", name))

    def _line(self, family: str, name: str | None) -> list[etree._Element]:
        found: list[etree._Element] = []
        while name and (style := self._styles.get((family, name))) is not None and len(found) < _MOST_PARENTS:
            found.append(style)
            name = style.get(STYLE + "parent-style-name")
        return found
