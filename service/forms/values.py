"""Turns the words under a label into the value of a field, or says why they cannot be one. Nothing here guesses."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.forms.blocks import EMPTY, TICKED
from service.forms.dates import read_date

_PLACEHOLDER = re.compile(
    r"^\s*(?:[\[<«{(]*\s*(?:click|tap|type|enter|insert|choose|select|pick|please (?:select|enter|choose|insert|complete|tick)|add|specify|"
    r"your|name of|date of|dd)\b[^\]>»]{0,100}[\]>»]+\s*|[\[<«]\s*[\]>»]|"
    r"(?:click|tap|click or tap) (?:here|to|or)\b.{0,60}|choose an item\.?|"
    r"select an? (?:item|option)\.?|(?:enter|insert|type) (?:text|date|name)(?: here)?\.?|"
    r"(?:please )?(?:select|choose)(?: one)?\.{0,3}|please tick|"
    r"d{1,2}\s*[/.\-]\s*m{1,2}\s*[/.\-]\s*y{2,4}|[_.…\-–—\s/]+|"
    r"\(?\*?\s*(?:please\s+)?(?:delete|circle|tick) as (?:appropriate|applicable)\)?)\s*$",
    re.IGNORECASE | re.DOTALL,
)
_CHOICE_GUIDANCE = re.compile(
    r"[(\[*]*\s*(?:please\s+)?(?:delete|circle|tick|select)\s+(?:as\s+)?(?:appropriate|applicable|one)\s*[)\]*]*", re.I
)
_UNCHOSEN = re.compile(
    r"^\s*(?:yes\s*[/|]\s*no(?:\s*[/|]\s*(?:not known|n/?a|don'?t know|unknown))?|y\s*/\s*n|m\s*/\s*f(?:\s*/\s*u)?|"
    r"male\s*/\s*female(?:\s*/\s*\w+)?|"
    r"low\s*/\s*medium\s*/\s*high|medium\s*/\s*high)\s*\*?\s*$",
    re.IGNORECASE,
)
_NOT_KNOWN = re.compile(
    r"^\W*(?:not\s+(?:yet\s+)?known|unknown|n\s*/\s*a|na|not\s+applicable|tbc|tba|"
    r"to be (?:confirmed|advised)|no information(?: available)?|not available|"
    r"don'?t know|do not know|not recorded|not stated|anhysbys|ddim yn hysbys)\W*$",
    re.IGNORECASE,
)
_NONE = re.compile(r"^\W*(?:none(?: known| identified| given)?|nil|no|no known \w+(?: \w+)?)\W*$", re.IGNORECASE)
_YES = re.compile(r"^\W*(?:yes|y|true|oes|ydy|ydw)\b", re.IGNORECASE)
_NO = re.compile(r"^\W*(?:no|n|false|nac oes|nac ydy|nac ydw)\b(?!\s*(?:t\b|information))", re.IGNORECASE)
_TICK_ALIKE = str.maketrans(
    {"☑": TICKED, "✓": TICKED, "✔": TICKED, "🗹": TICKED, "🗷": TICKED, "□": EMPTY, "◻": EMPTY, "❏": EMPTY, "❑": EMPTY}
)


@dataclass(frozen=True, slots=True)
class Converted:
    """A value, or None with the *problem* that stops it from being one; *says* is what to tell the sender."""

    value: Any = field(default=None, repr=False)
    says: str | None = None


def chosen_words(text: str) -> str | None:
    """Reduce *text* to what was entered: ticked options only, no placeholder, no unmade choice. None when nothing was entered."""
    text = text.translate(_TICK_ALIKE).replace("\u00a0", " ").strip()
    text = re.sub(r"^\[\s*[xX]\s*\](?=\s|$)|(?<=\s)\[\s*[xX]\s*\](?=\s|$)", TICKED, text)
    text = re.sub(r"(?:^|(?<=\s))\[ ?\](?=\s*\w)", EMPTY, text)
    text = _CHOICE_GUIDANCE.sub("", text).strip()
    if TICKED in text or EMPTY in text:
        ticked = _ticked(text)
        return ", ".join(ticked) if ticked else None
    if not text or _PLACEHOLDER.match(text) or _UNCHOSEN.match(text):
        return None
    return re.sub(r"^[\s/|]+(?=\w+$)|(?<=\w)\s*[/|]\s*$", "", text).strip() or None  # "Yes /" is left when "No" was struck out


def is_not_known(text: str) -> bool:
    """Tell whether the words say that the answer is not known or does not apply."""
    return bool(_NOT_KNOWN.match(text))


def _ticked(text: str) -> list[str]:
    """List the options that are ticked, whether the boxes stand before or after their words."""
    pieces = [piece.strip(" \t\n,;/|") for piece in re.split(f"([{TICKED}{EMPTY}])", text)]
    marks = [index for index, piece in enumerate(pieces) if piece in (TICKED, EMPTY)]
    before = not pieces[0] or bool(pieces[-1])
    if len(marks) == 1 and not pieces[0] and not pieces[-1]:
        return ["Yes"] if pieces[marks[0]] == TICKED else []
    step = 1 if before else -1
    return [pieces[index + step] or "Yes" for index in marks if pieces[index] == TICKED]


def _boolean(text: str, today: date) -> Converted:
    if re.fullmatch(r"[xX✓✔]|yes, yes", text.strip()):
        return Converted(True)
    yes, no = _YES.match(text), _NO.match(text)
    others = [word.casefold() for word in re.findall(r"\w+", text)]
    if (yes and re.search(r",\s*no\s*$", text, re.I)) or (no and "yes" in others):
        return Converted(says="Both yes and no are given. Please answer yes or no.")
    if yes or no:
        return Converted(bool(yes))
    return Converted(says="We could not tell whether this is yes or no. Please answer yes or no.")


def _date(text: str, today: date) -> Converted:
    when = read_date(text, today=today)
    return (
        Converted(when)
        if when
        else Converted(says="We could not read one date here. Please write it as day/month/year, such as 12/04/2019.")
    )


def _birth_date(text: str, today: date) -> Converted:
    when = read_date(text, today=today, birth=True)
    return Converted(when) if when else _date("", today)


def _one_of(choices: dict[str, str], says: str) -> Callable[[str, date], Converted]:
    def convert(text: str, today: date) -> Converted:
        found = {value for pattern, value in choices.items() if re.search(pattern, text, re.IGNORECASE)}
        return Converted(found.pop()) if len(found) == 1 else Converted(says=says)

    return convert


def _some_of(choices: dict[str, str], says: str) -> Callable[[str, date], Converted]:
    def convert(text: str, today: date) -> Converted:
        negated = re.search(r"\b(?:not|no longer|never|previously|until|ended|formerly)\b", text, re.IGNORECASE)
        found = [value for pattern, value in choices.items() if re.search(pattern, text, re.IGNORECASE)]
        return Converted(list(dict.fromkeys(found))) if found and not negated else Converted(says=says)

    return convert


def _text(text: str, today: date) -> Converted:
    return Converted(text)


def _list(text: str, today: date) -> Converted:
    if _NONE.match(text):
        return Converted([])
    parts = [re.sub(r"^\s*(?:[-•·*–]|\d{1,2}[.)])\s+", "", part).strip() for part in re.split(r"[;\n]", text)]
    return Converted([part for part in parts if part])


def _names(text: str, today: date) -> Converted:
    if _NONE.match(text):
        return Converted([])
    return Converted([part.strip() for part in re.split(r"[;,\n/]|\s+and\s+", text) if part.strip()])


_SEX = _one_of(
    {r"\b(?:female|girl|f|benyw)\b": "female", r"\b(?:male|boy|m|gwryw)\b": "male", r"\b(?:other|non.?binary|indeterminate)\b": "other",
     r"\bnot (?:yet )?known\b|\bunknown\b": "not_known"},
    "Please answer female, male, other or not known.",
)  # fmt: skip
_LEGAL_STATUS = _some_of(
    {r"child protection plan|\bcpp?\b|\bcp plan\b|on cpr": "child_protection_plan", r"child in need|\bcin\b": "child_in_need",
     r"section 47|\bs\.?\s?47\b": "section_47", r"interim care order|\bico\b": "interim_care_order",
     r"(?<!interim )care order": "care_order", r"supervision order": "supervision_order",
     r"section 20|\bs\.?\s?20\b|accommodated": "accommodated_section_20", r"emergency protection|\bepo\b": "emergency_protection_order",
     r"looked[ -]after|\blac\b|child in care": "looked_after", r"unaccompanied|\buasc\b": "uasc"},
    "We could not match the legal status. Please say, for example, child protection plan, section 47 or care order.",
)  # fmt: skip
_CATEGORIES = _some_of(
    {r"neglect|\bneg\b": "neglect", r"physical|\bphy\b": "physical", r"sexual|\bsab\b": "sexual", r"emotional|\bemo\b": "emotional",
     r"multiple|\bmul\b": "multiple"},
    "We could not match the category. Please say neglect, physical, sexual, emotional or multiple.",
)  # fmt: skip
_RISK = _one_of(
    {r"\blow\b|\bisel\b": "low", r"\bmedium\b": "medium", r"\bhigh\b": "high"}, "Please give one risk level: low, medium or high."
)
_EXCEPTIONAL = _one_of(
    {r"section 47|\bs\.?\s?47\b": "section_47", r"abduct": "abducted", r"removed": "removed"},
    "We could not match the exceptional criterion. Please say section 47, abducted or removed.",
)

_BOOLEANS = (
    "children.unborn", "adults.parental_responsibility", "adults.in_custody", "whereabouts.locality_known",
    "whereabouts.temporarily_absent",
    "whereabouts.staying_with_family_or_friends", "whereabouts.believed_missing_by_others", "whereabouts.parent_in_custody",
    "whereabouts.agencies_have_knowledge", "media_strategy.considered", "media_strategy.necessary", "media_strategy.media_to_be_informed",
    "found.physically_seen", "found.deceased",
)  # fmt: skip
_DATES = (
    "date_went_missing", "date_last_seen", "children.expected_delivery_date", "children.plan_start", "agencies_contacted.date",
    "strategy_discussion_date", "found.date", "found.date_seen",
)  # fmt: skip
CONVERTERS: dict[str, Callable[[str, date], Converted]] = {
    **dict.fromkeys(_BOOLEANS, _boolean),
    **dict.fromkeys(_DATES, _date),
    **dict.fromkeys(("children.date_of_birth", "adults.date_of_birth"), _birth_date),
    **dict.fromkeys(("links_to_areas", "associates", "vehicles", "phones"), _list),
    **dict.fromkeys(("children.aliases", "adults.aliases"), _names),
    "children.sex": _SEX,
    "children.legal_status": _LEGAL_STATUS,
    "children.plan_categories": _CATEGORIES,
    "risk_level": _RISK,
    "exceptional_criterion": _EXCEPTIONAL,
}
LISTS = frozenset(
    {"links_to_areas", "associates", "vehicles", "phones", "children.aliases", "adults.aliases", "children.legal_status",
     "children.plan_categories", "agencies_contacted", "addresses"}
)  # fmt: skip


def convert(field_name: str, text: str, *, today: date) -> Converted:
    """Convert entered words to the value of a canonical field (without indexes)."""
    if field_name == "exceptional_criterion" and (_NONE.match(text)):
        return Converted(None)
    if field_name == "children.sex" and re.fullmatch(r"\W*(?:not known|unknown)\W*", text, re.IGNORECASE):
        return Converted("not_known")
    return CONVERTERS.get(field_name, _text)(text, today)
