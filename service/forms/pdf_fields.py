"""The form fields of a fillable PDF (AcroForm): what was entered, what they show on paper, and where on the page they stand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTChar, LTComponent, LTContainer
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import MATRIX_IDENTITY, decode_text

from service.forms.blocks import EMPTY, TICKED, Control

_MOST_WIDGETS = 2_000
_DEEPEST = 20
_HIDDEN = 0b100010  # hidden, or not to be viewed
_PASSWORD, _COMB, _RADIO, _PUSH = 1 << 13, 1 << 24, 1 << 15, 1 << 16
_FRAME_PARTS = re.compile(r"^(?:#?\w*subform|form|topmostsubform|page|xfa)\d*$", re.IGNORECASE)
_BARE_STATE = re.compile(r"^(?:on|\d+|choice\s?\d+|option\s?\d+|value_?\d*|)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """One field where the page shows it. *text* is the value, *shown* what stands on paper; *is_box* for ticks."""

    control: Control
    text: str = field(repr=False)
    shown: str = field(repr=False)
    is_box: bool
    x0: float
    x1: float
    top: float
    bottom: float


def has_xfa(catalog: dict[str, Any]) -> bool:
    """Tell whether the file holds an XFA form."""
    form = resolve1(catalog.get("AcroForm"))
    return isinstance(form, dict) and "XFA" in form


def widgets_on(page: Any, catalog: dict[str, Any]) -> list[Widget]:
    """List the fields of one page; *page* is pdfminer's."""
    form = resolve1(catalog.get("AcroForm"))
    resources = resolve1(form.get("DR")) if isinstance(form, dict) else None
    resources = resources if isinstance(resources, dict) else {}
    return [widget for one in _annotations(page) if (widget := _widget(one, page, resources)) is not None]


def _annotations(page: Any) -> Iterator[dict[str, Any]]:
    listed = resolve1(page.annots)
    for one in listed[:_MOST_WIDGETS] if isinstance(listed, list) else ():
        annotation = resolve1(one)
        if isinstance(annotation, dict) and _name(annotation.get("Subtype")) == "Widget":
            flags = resolve1(annotation.get("F"))
            if not (isinstance(flags, int) and flags & _HIDDEN):
                yield annotation


def _widget(annotation: dict[str, Any], page: Any, resources: dict[str, Any]) -> Widget | None:
    line = list(_line_of(annotation))
    place = _place(annotation, page)
    kind, flags = _name(_first(line, "FT")), _first(line, "Ff")
    flags = flags if isinstance(flags, int) else 0
    if place is None or kind not in ("Tx", "Ch", "Btn") or (kind == "Btn" and flags & _PUSH) or (kind == "Tx" and flags & _PASSWORD):
        return None
    tag, title = _full_name(line), _string(_first(line, "TU"))
    x0, x1, top, bottom = place
    if kind == "Btn":
        text, shown, word = _button(annotation, line, is_radio=bool(flags & _RADIO))
    else:
        text = _string(_first(line, "V")) if kind == "Tx" else _choice(line)
        shown, word = _shown(annotation, page, resources, text, is_comb=bool(flags & _COMB)), text
    control = Control(tag=tag, title=title, text=word)
    return Widget(control=control, text=text, shown=shown, is_box=kind == "Btn", x0=x0, x1=x1, top=top, bottom=bottom)


def _line_of(annotation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the field and those it descends from, which lend it their type, name and value."""
    seen = 0
    current: Any = annotation
    while isinstance(current, dict) and seen < _DEEPEST:
        yield current
        current, seen = resolve1(current.get("Parent")), seen + 1


def _first(line: list[dict[str, Any]], key: str) -> Any:
    return next((resolve1(one[key]) for one in line if one.get(key) is not None), None)


def _full_name(line: list[dict[str, Any]]) -> str:
    """Return the field's full name without the frame that form designers put around every name."""
    names = [re.sub(r"\[\d+\]", "", _string(resolve1(one["T"]))) for one in reversed(line) if "T" in one]
    return ".".join(name for name in names if name and not _FRAME_PARTS.match(name))


def _place(annotation: dict[str, Any], page: Any) -> tuple[float, float, float, float] | None:
    box, frame = resolve1(annotation.get("Rect")), page.mediabox
    numbers = [resolve1(one) for one in box] if isinstance(box, list) else []
    if len(numbers) != 4 or not all(isinstance(one, int | float) for one in numbers) or page.rotate:
        return None
    left, right = sorted((numbers[0] - frame[0], numbers[2] - frame[0]))
    low, high = sorted((numbers[1] - frame[1], numbers[3] - frame[1]))
    height = frame[3] - frame[1]
    return float(left), float(right), float(height - high), float(height - low)


def _button(annotation: dict[str, Any], line: list[dict[str, Any]], *, is_radio: bool) -> tuple[str, str, str]:
    """Return the box as the value says, as the page shows it, and the word of what is chosen."""
    normal = resolve1((resolve1(annotation.get("AP")) or {}).get("N"))
    states = [str(state) for state in normal if str(state) != "Off"] if isinstance(normal, dict) else []
    value, shown = _name(_first(line, "V")), _name(resolve1(annotation.get("AS")))
    own = states[0] if states else (shown if shown not in ("", "Off") else "")
    is_on = value not in ("", "Off") and (value == own or (not own and shown == value))
    if not value:
        is_on = shown not in ("", "Off")
    word = _state_word(own, line) if is_radio and is_on else (TICKED if is_on else "")
    return TICKED if is_on else EMPTY, TICKED if shown not in ("", "Off") else EMPTY, word or (TICKED if is_on else "")


def _state_word(state: str, line: list[dict[str, Any]]) -> str:
    """Return the word for a chosen button: the state's own name, or where that is a number, the option it stands for."""
    if not _BARE_STATE.match(state):
        return state
    options = _first(line, "Opt")
    if isinstance(options, list) and state.isdigit() and int(state) < len(options):
        return _string(resolve1(options[int(state)]))
    return ""


def _choice(line: list[dict[str, Any]]) -> str:
    value, options = _first(line, "V"), _first(line, "Opt")
    chosen = [_string(resolve1(one)) for one in value] if isinstance(value, list) else [_string(value)]
    shown: dict[str, str] = {}
    for one in options[:1000] if isinstance(options, list) else ():
        pair = resolve1(one)
        if isinstance(pair, list) and len(pair) == 2:
            shown[_string(resolve1(pair[0]))] = _string(resolve1(pair[1]))
    return ", ".join(shown.get(one, one) for one in chosen if one)


def _string(value: Any) -> str:
    value = resolve1(value)
    if isinstance(value, PDFStream):
        value = value.get_data()[:100_000]
    if isinstance(value, bytes):
        value = decode_text(value)
    if not isinstance(value, str):
        return str(value.name) if isinstance(value, PSLiteral) else ""
    return re.sub(r"\r\n?", "\n", value).replace("\x00", "").strip()


def _name(value: Any) -> str:
    value = resolve1(value)
    if isinstance(value, PSLiteral):
        return value.name if isinstance(value.name, str) else value.name.decode("latin-1")
    return decode_text(value) if isinstance(value, bytes) else ""


def _shown(annotation: dict[str, Any], page: Any, resources: dict[str, Any], value: str, *, is_comb: bool) -> str:
    """Return what the page shows for a field: the value, unless its appearance spells something else."""
    normal = resolve1((resolve1(annotation.get("AP")) or {}).get("N"))
    if not isinstance(normal, PDFStream) or is_comb:
        return value
    own = resolve1(normal.get("Resources"))
    printed = _spelt(normal, page, own if isinstance(own, dict) and own.get("Font") else resources)
    return value if same_words(printed, value) else printed


def same_words(printed: str, value: str) -> bool:
    """Tell whether paper and field agree: what is printed may be cut where its box ends, or not be drawn at all."""
    bare, wanted = re.sub(r"\W+", "", printed).casefold(), re.sub(r"\W+", "", value).casefold()
    return not bare or wanted.startswith(bare)


def _spelt(appearance: PDFStream, page: Any, resources: dict[Any, Any]) -> str:
    manager = PDFResourceManager()
    device = PDFPageAggregator(manager, laparams=None)
    interpreter = PDFPageInterpreter(manager, device)
    try:
        device.begin_page(page, MATRIX_IDENTITY)
        interpreter.render_contents(resources, [appearance])
        device.end_page(page)
        chars = sorted(_chars(device.get_result()), key=lambda one: (-round(one.y0), one.x0))
    except Exception:  # an appearance that cannot be drawn shows nothing; pdfminer raises many kinds
        return ""
    text, last = "", None
    for char in chars:
        if last is not None:
            apart = abs(char.y0 - last.y0) > 0.5 * last.height or char.x0 - last.x1 > 0.15 * last.height
            text += " " if apart and not text.endswith(" ") else ""
        text += char.get_text()
        last = char
    return text.strip()


def _chars(component: LTComponent) -> Iterator[LTChar]:
    if isinstance(component, LTChar):
        yield component
    elif isinstance(component, LTContainer):
        for inner in component:
            yield from _chars(inner)
