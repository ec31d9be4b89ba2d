"""Turns the words under a label into the value of a field, or says why they cannot be one. Nothing here guesses."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from service.forms.blocks import EMPTY, TICKED
from service.forms.canonical import CHOICES, choose
from service.forms.contacts import emails_in, is_telephone
from service.forms.dates import age_in, dates_in, read_date, spoken, weekday_slip
from service.forms.names import split_aliases, without_bullet
from service.forms.places import split_areas

_PLACEHOLDER = re.compile(
    r"^\s*(?:[\[<«{(]*\s*(?:click|tap|type|enter|insert|choose|select|pick|please (?:select|enter|choose|insert|complete|tick)|add|specify|"
    r"your|name of|date of|dd)\b[^\]>»]{0,100}[\]>»]+\s*|[\[<«]\s*[\]>»]|"
    r"(?:click|tap|click or tap) (?:here|to|or)\b.{0,60}|choose an item\.?|"
    r"select an? (?:item|option)\.?|(?:enter|insert|type) (?:text|date|name)(?: here)?\.?|"
    r"(?:please )?(?:select|choose)(?: one)?\.{0,3}|please tick|"
    r"d{1,2}\s*[/.\-]\s*m{1,2}\s*[/.\-]\s*y{2,4}|[_.…\-–—\s/:;,?*|]+|"
    r"\(?\*?\s*(?:please\s+)?(?:delete|circle|tick) as (?:appropriate|applicable)\)?)\s*$",
    re.IGNORECASE | re.DOTALL,
)
_CHOICE_GUIDANCE = re.compile(
    r"[(\[*]{0,3}\s{0,3}(?:please\s{1,3})?\b(?:delete|circle|tick|select)\s{1,3}(?:as\s{1,3})?(?:appropriate|applicable|one)\b\s{0,3}[)\]*]{0,3}",
    re.I,
)
_UNCHOSEN = re.compile(
    r"^\s*(?:yes\s*[/|]\s*no(?:\s*[/|]\s*(?:not known|n/?a|don'?t know|unknown))?|y\s*/\s*n|m\s*/\s*f(?:\s*/\s*u)?|"
    r"male\s*/\s*female(?:\s*/\s*\w+)?|"
    r"low\s*/\s*medium\s*/\s*high|medium\s*/\s*high)\s*\*?\s*$",
    re.IGNORECASE,
)
_NOT_KNOWN = re.compile(
    r"^\W*(?:not\s+(?:yet\s+)?known|unknown|n\s*/\s*[ak]|na|nk|not\s+applicable|tbc|tba|"
    r"to be (?:confirmed|advised|established|obtained)|no information(?: available| held)?|not available|to follow|"
    r"don['’]?t know|do not know|not (?:yet )?(?:recorded|stated|obtained|provided|given|sure|available)|unsure|await(?:ing|ed)|"
    r"anhysbys|ddim yn hysbys|amherthnasol|i['’]w gadarnhau)\W*$",
    re.IGNORECASE,
)
_NIL = re.compile(r"^\W*(?:none(?: known| identified| given)?|nil|dim)\W*$", re.IGNORECASE)
_NONE = re.compile(r"^\W*(?:none(?: known| identified| given)?|nil|no|no known \w+(?: \w+)?)\W*$", re.IGNORECASE)
_NO_ONE_DATE = "We could not read one date here. Please write it as day/month/year, such as 12/04/2019."
_AGE_ONLY = "This is an age. Please give the date of birth as day/month/year, such as 12/04/2019, or say that it is not known."
_NO_PHONE = "We could not read a telephone number here. Please give the whole number with its area code."
_PLATE = re.compile(r"\b(?:[A-Z]{2}\d{2}\s?[A-Z]{3}|[A-Z]\d{1,3}\s?[A-Z]{3}|[A-Z]{3}\s?\d{1,3}[A-Z]?)\b", re.IGNORECASE)
_YES = re.compile(r"^\W*(?:yes|y|true|oes|ydy|ydw)\b", re.IGNORECASE)
_NO = re.compile(r"^\W*(?:no|n|false|nac oes|nac ydy|nac ydw)\b(?!\s*(?:t\b|information))", re.IGNORECASE)
_TICK_ALIKE = str.maketrans(
    {chr(code): None for code in range(32) if code not in (9, 10, 13)}  # marks that programs leave behind and no reader sees
    | {"☑": TICKED, "✓": TICKED, "✔": TICKED, "🗹": TICKED, "🗷": TICKED, "□": EMPTY, "◻": EMPTY, "❏": EMPTY, "❑": EMPTY}
)


@dataclass(frozen=True, slots=True)
class Converted:
    """A value, or None; *says* is what to tell the sender when the words cannot be one, or can and contradict themselves."""

    value: Any = field(default=None, repr=False)
    says: str | None = None
    contradiction: bool = False


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


def says_none(plain: str, text: str) -> bool:
    """Tell whether "none" leaves a name, a number or a place open; where a sentence is asked for, "none" is the answer."""
    return plain not in CONVERTERS and plain not in SENTENCES and bool(_NIL.match(text))


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


def _date(text: str, today: date, birth: bool = False) -> Converted:
    when = read_date(text, today=today, birth=birth)
    if when is None:
        is_age = birth and age_in(text) is not None and not dates_in(text, today=today, birth=True)
        return Converted(says=_AGE_ONLY if is_age else _NO_ONE_DATE)
    slip = weekday_slip(text, today=today, birth=birth)
    if slip is None:
        return Converted(when)
    return Converted(when, says=f"{spoken(slip[0])} is a {slip[1]}, and the form says {slip[2]}. Which is right?", contradiction=True)


def _birth_date(text: str, today: date) -> Converted:
    return _date(text, today, birth=True)


def _text(text: str, today: date) -> Converted:
    return Converted(text)


def _list(text: str, today: date) -> Converted:
    if _NONE.match(text):
        return Converted([])
    parts = (without_bullet(part) for part in re.split(r"[;\n]", text))
    return Converted([part for part in parts if part])


def _areas(text: str, today: date) -> Converted:
    return Converted([] if _NONE.match(text) else split_areas(text))


def _vehicles(text: str, today: date) -> Converted:
    found: list[str] = []
    for line in _list(text, today).value:
        parts = [part.strip() for part in re.split(r",\s*(?:and\s+)?|\s+and\s+", line) if part.strip()]
        found += parts if len(parts) > 1 and all(_PLATE.search(part) for part in parts) else [line]
    return Converted(found)


def _phones(text: str, today: date) -> Converted:
    if _NONE.match(text):
        return Converted([])
    pieces = [piece for line in _list(text, today).value for piece in re.split(r",\s*|\s+(?:and|or)\s+|\s*/\s*(?=[+(]?\d)", line)]
    if not all(is_telephone(piece) for piece in pieces):  # words stand between the numbers: each line is one answer
        pieces = _list(text, today).value
    if all(is_telephone(piece) for piece in pieces):
        return Converted(pieces)
    kept = [piece for piece in pieces if is_telephone(piece)]
    return Converted(kept or None, says=_NO_PHONE)


def _phone(text: str, today: date) -> Converted:
    return Converted(text) if is_telephone(text) else Converted(says=_NO_PHONE)


def _email(text: str, today: date) -> Converted:
    found = emails_in(text)
    return Converted(found[0]) if len(found) == 1 else Converted(says="Please give one email address, such as name@council.gov.uk.")


def _names(text: str, today: date) -> Converted:
    return Converted([] if _NONE.match(text) else split_aliases(text))


def _chosen(name: str, text: str, today: date) -> Converted:
    if name == "exceptional_criterion" and _NONE.match(text):
        return Converted(None)
    if name in LISTS and _NONE.match(text):
        return Converted([])
    choice = choose(name, text, today=today)
    return Converted(choice.value, choice.says, choice.contradiction)


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
    **dict.fromkeys(("children.aliases", "adults.aliases"), _names),
    **dict.fromkeys(("adults.phone", "social_worker.phone", "team_manager.phone"), _phone),
    **dict.fromkeys(("social_worker.email", "team_manager.email"), _email),
    "links_to_areas": _areas,
    "associates": _list,
    "vehicles": _vehicles,
    "phones": _phones,
    **{name: partial(_chosen, name) for name in CHOICES},
}
SENTENCES = frozenset(
    {"last_seen", "circumstances", "actions_taken", "reason_for_concern", "children.description", "adults.risk",
     "agencies_contacted.outcome", "whereabouts.police_information", "found.where"}
)  # fmt: skip
LISTS = frozenset(
    {"links_to_areas", "associates", "vehicles", "phones", "children.aliases", "adults.aliases", "children.legal_status",
     "children.plan_categories", "agencies_contacted", "addresses"}
)  # fmt: skip


def convert(field_name: str, text: str, *, today: date) -> Converted:
    """Convert entered words to the value of a canonical field (without indexes)."""
    return CONVERTERS.get(field_name, _text)(text, today)
