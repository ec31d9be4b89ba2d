"""What a Word document's styles and run properties do to words: strike them out, hide them, or mark one of several choices."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
OFF = frozenset({"0", "false", "off", "none", "nil"})
PLAIN_FILLS = frozenset({"", "auto", "FFFFFF", "ffffff"})
_TOGGLES = {"strike": "gone", "dstrike": "gone", "vanish": "gone", "b": "bold"}
_DEPTH = 12
Effect = Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of one document: what each does to a run, its name, and which applies where none is named."""

    effects: Mapping[str, Effect] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    default: str = ""

    def of_run(self, properties: etree._Element | None, paragraph_style: str) -> tuple[bool, frozenset[str]]:
        """Tell whether a run is struck out or hidden, and how it is marked."""
        effect: dict[str, bool] = dict(self.effects.get(paragraph_style or self.default, {}))
        if properties is not None:
            named = properties.find(W + "rStyle")
            if named is not None:
                effect |= self.effects.get(str(named.get(W + "val", "")), {})
            effect |= effect_of(properties)
        marks = frozenset(kind for kind, on in effect.items() if on and not kind.startswith("gone"))
        return any(on for kind, on in effect.items() if kind.startswith("gone")), marks

    def is_heading(self, style: str) -> bool:
        """Tell whether a paragraph of this style is a heading."""
        return (self.names.get(style) or style).casefold().startswith(("heading", "title"))

    def is_placeholder(self, style: str) -> bool:
        """Tell whether a run of this style is the grey text of an empty content control."""
        return (self.names.get(style) or style).casefold().replace(" ", "") == "placeholdertext"


def effect_of(properties: etree._Element) -> dict[str, bool]:
    """Read what run properties switch on or off themselves."""
    effect: dict[str, bool] = {}
    for child in properties:
        if not isinstance(child.tag, str):
            continue
        name, value = child.tag.removeprefix(W), str(child.get(W + "val", "1"))
        if name in _TOGGLES:
            effect["bold" if name == "b" else f"gone {name}"] = value not in OFF
        elif name == "highlight":
            effect["highlight"] = value not in OFF
        elif name == "shd":
            effect["highlight"] = effect.get("highlight", False) or str(child.get(W + "fill", "auto")) not in PLAIN_FILLS
        elif name == "u":
            effect["underline"] = value not in OFF
        elif name == "bdr":
            effect["boxed"] = value not in OFF
    return effect


def read_styles(root: etree._Element | None) -> Styles:
    """Read `styles.xml`, each style with what it inherits."""
    if root is None:
        return Styles()
    own: dict[str, tuple[str, dict[str, bool]]] = {}
    names: dict[str, str] = {}
    default = ""
    for style in root.iter(W + "style"):
        identity = str(style.get(W + "styleId", ""))
        based, properties, name = style.find(W + "basedOn"), style.find(W + "rPr"), style.find(W + "name")
        parent = str(based.get(W + "val", "")) if based is not None else ""
        own[identity] = (parent, effect_of(properties) if properties is not None else {})
        names[identity] = str(name.get(W + "val", "")) if name is not None else identity
        if style.get(W + "type") == "paragraph" and str(style.get(W + "default", "0")) not in OFF:
            default = identity
    return Styles({identity: _inherited(identity, own) for identity in own}, names, default)


def _inherited(identity: str, own: Mapping[str, tuple[str, dict[str, bool]]]) -> dict[str, bool]:
    chain: list[dict[str, bool]] = []
    while identity in own and len(chain) < _DEPTH:
        identity, effect = own[identity]
        chain.append(effect)
    merged: dict[str, bool] = {}
    for effect in reversed(chain):
        merged |= effect
    return merged
