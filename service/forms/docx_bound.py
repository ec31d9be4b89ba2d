"""Looks up what an empty content control is bound to: forms that case systems fill keep their answers in a part beside the document."""

import re

from lxml import etree

from service.forms.blocks import Unreadable
from service.forms.docx_styles import W
from service.forms.guards import Archive, parse_xml

_DS = "{http://schemas.openxmlformats.org/officeDocument/2006/customXml}"
_STEP = re.compile(r"(?:([\w.-]+):)?([\w.-]+)(?:\[(\d{1,4})\])?$")
_PREFIX = re.compile(r"xmlns:([\w.-]+)\s*=\s*[\"']([^\"']*)[\"']")
_MOST_STEPS = 30
_LONGEST = 20_000


class Bound:
    """The data parts of one document, parsed when first asked for."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._stores: dict[str, etree._Element] | None = None

    def text(self, control: etree._Element) -> str:
        """Read the words a control is bound to; empty when it is bound to nothing we can find.

        Only plain paths of elements are followed: a path is a stranger's program otherwise.
        """
        binding = control.find(f"{W}sdtPr/{W}dataBinding")
        if binding is None:
            return ""
        store = self._all().get(str(binding.get(W + "storeItemID", "")).casefold())
        steps = str(binding.get(W + "xpath", "")).strip("/").split("/")
        if store is None or len(steps) > _MOST_STEPS:
            return ""
        spaces = dict(_PREFIX.findall(str(binding.get(W + "prefixMappings", ""))))
        found: etree._Element | None = None
        for number, step in enumerate(steps):
            match = _STEP.match(step)
            if match is None or (match[1] and match[1] not in spaces):
                return ""
            name = f"{{{spaces[match[1]]}}}{match[2]}" if match[1] else match[2]
            candidates = [store] if number == 0 else list(found) if found is not None else []
            same = [child for child in candidates if child.tag == name]
            at = int(match[3] or 1) - 1
            if not 0 <= at < len(same):
                return ""
            found = same[at]
        return "".join(found.itertext()).strip()[:_LONGEST] if found is not None else ""

    def _all(self) -> dict[str, etree._Element]:
        if self._stores is None:
            self._stores = {}
            for name in self._archive.names():
                if not re.fullmatch(r"customXml/itemProps\d+\.xml", name):
                    continue
                part = name.replace("itemProps", "item")
                if part not in self._archive:
                    continue
                try:
                    identity = str(parse_xml(self._archive.read(name)).get(_DS + "itemID", "")).casefold()
                    self._stores[identity] = parse_xml(self._archive.read(part))
                except Unreadable:  # the form itself can still be read
                    continue
        return self._stores
