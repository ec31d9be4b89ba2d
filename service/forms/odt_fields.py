"""What was entered into the fields of an OpenDocument form: form controls, content controls, and fields that came from Word."""

from lxml import etree

from service.forms.blocks import EMPTY, TICKED, Control

LOEXT = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"
FIELD = "{urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0}"
_FORM = "{urn:oasis:names:tc:opendocument:xmlns:form:1.0}"
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"


class FormControls:
    """The controls of the document's own forms, by the id under which the page shows them."""

    def __init__(self, body: etree._Element) -> None:
        self._controls = {
            str(one.get(_XML_ID) or one.get(_FORM + "id")): one
            for one in body.iter()
            if isinstance(one.tag, str) and one.tag.startswith(_FORM) and (one.get(_XML_ID) or one.get(_FORM + "id"))
        }

    def shown(self, identifier: str | None) -> Control | None:
        """Return the control that the page shows under *identifier* with what was entered."""
        element = self._controls.get(identifier or "")
        if element is None:
            return None
        kind, label = element.tag.removeprefix(_FORM), element.get(_FORM + "label", "")
        if kind in ("checkbox", "radio"):
            state = element.get(_FORM + "current-state" if kind == "checkbox" else _FORM + "current-selected")
            state = state or element.get(_FORM + "state" if kind == "checkbox" else _FORM + "selected")
            text = f"{TICKED if state in ('checked', 'true') else EMPTY} {label}".strip()
        elif kind == "listbox":
            options = (one for one in element.findall(_FORM + "option") if one.get(_FORM + "current-selected") == "true")
            text = ", ".join(one.get(_FORM + "label") or one.get(_FORM + "value") or "" for one in options)
        elif kind in ("text", "textarea", "combobox", "formatted-text", "number", "date"):
            text = element.get(_FORM + "current-value") or element.get(_FORM + "value") or ""
        else:
            return None
        return Control(tag=element.get(_FORM + "name", ""), title=element.get(_FORM + "title") or label, text=text)


def content_control(element: etree._Element, typed: str) -> tuple[str, Control | None]:
    """Return what stands on the page for a content control and the control itself; nothing while it shows its placeholder."""
    if element.get(LOEXT + "checkbox") == "true":
        typed = TICKED if element.get(LOEXT + "checked") == "true" else EMPTY
    elif element.get(LOEXT + "showing-place-holder") == "true":
        return "", None
    title, tag = element.get(LOEXT + "alias", ""), element.get(LOEXT + "tag", "")
    return typed, Control(tag=tag, title=title, text=typed.strip()) if title or tag else None


def field_mark(element: etree._Element) -> str:
    """Return what a Word form field shows that its text does not: a tick, or the chosen entry of a list."""
    kind = element.get(FIELD + "type", "")
    given = [(one.get(FIELD + "name"), one.get(FIELD + "value", "")) for one in element.findall(FIELD + "param")]
    if kind.endswith("FORMCHECKBOX"):
        return TICKED if ("Checkbox_Checked", "true") in given else EMPTY
    if kind.endswith("FORMDROPDOWN"):
        entries = [value for name, value in given if name == "Dropdown_ListEntry"]
        chosen = next((value for name, value in given if name == "Dropdown_Selected"), "")
        return entries[int(chosen)] if chosen.isdigit() and len(chosen) < 4 and int(chosen) < len(entries) else ""
    return ""
