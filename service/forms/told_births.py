"""People whom a letter names with their birth, "Amy Example (DOB 04/03/2018)", and the sentence that says since when they are missing."""

import re
from dataclasses import dataclass, field
from datetime import date

from service.forms.dates import date_spans, dates_in, first_day
from service.forms.told_found import QUESTION, Said

_WORD = r"(?!(?i:dob|born|aged?)\b)[A-Z]\w*(?:['’-]\w+)*"
_NAME = rf"{_WORD}(?: (?:{_WORD}|de|van|der|al|bin|ap|ferch)){{0,3}} {_WORD}"
_BEFORE = re.compile(
    rf"(?P<name>{_NAME})(?P<rest>\s*,?\s*(?P<open>[(\[])?\s*(?P<says>(?i:d\.?\s?o\.?\s?b\.?|date of birth|born(?: on)?|b\.))?[\s:–-]*)$"
)
_NOT_IN_NAMES = re.compile(
    r"^(?:Re|Regarding|Update|For|The|Please|Hi|Dear|Found|Missing|Child|Alert|And|Fw|Fwd|Mum|Dad|Mother|Father)\s+", re.I
)
_ROLE = re.compile(r"\b(?P<role>mum|mam|mother|dad|father)\b(?:['’]s name)?(?:\s+is|\s*[,:(–-]+|\s+\(?called|)\s*\(?$", re.IGNORECASE)
_ROLES = {"mum": "mother", "mam": "mother", "mother": "mother", "dad": "father", "father": "father"}
_ADULT_AT = 18
_MISSING_SINCE = re.compile(
    r"\b(?:(?:has|have) (?:both |all |now )?been missing|(?:is|are) (?:both |all |now )?missing|(?:has|have) (?:both |all )?gone missing|"
    r"(?:both |all )?went missing)\b(?!\s+again)[^.;]{0,60}?\b(?:since|on|from)\b(?P<when>[^.;]{4,60})",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\b(?:alert|circulate|circulation|notification|notify)\b", re.IGNORECASE)
_NOT_NOW = re.compile(
    r"\b(?:not|never|previous(?:ly)?|last (?:year|time)|in the past|if|whether|when|would|should|could|may|might)\b|n['’]t\b", re.I
)
_REQUEST = re.compile(r"\W*(?:please|kindly|(?:can|could|would) (?:you|this|we|it))\b", re.IGNORECASE)
_WONDERS = re.compile(r"\b(?:question|query|advice|advise|wonder(?:ing|ed)?|not sure|unsure|do (?:i|we) (?:still )?need)\b", re.IGNORECASE)
_POLICE = re.compile(
    r"\bpolice (?:ref(?:erence)?|log|incident|cad|crime ref(?:erence)?)\.?(?: (?:no|number|num)\.?)?(?: is)?\s*[:\s–-]\s*"
    r"(?P<ref>[A-Z\d][\w/-]*\d[\w/-]*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Born:
    """One person whom a letter names with a birth; *role* only where the letter calls them mother or father."""

    name: str = field(repr=False)
    when: str = field(repr=False)
    role: str | None = None
    sentence: str = field(default="", repr=False)


def take_births(sentence: str, *, today: date) -> tuple[str, tuple[Born, ...]]:
    """Take the births out of a sentence, so that what it says of a name follows the name. A date without a name keeps its place."""
    found: list[Born] = []
    plain = sentence
    for span in reversed(date_spans(sentence, today=today, birth=True)):
        before = _BEFORE.search(sentence[: span.start])
        if before is None or span.when is None or len(span.when) < len("2018-03-04"):
            continue
        closed = sentence[span.end :].lstrip().startswith((")", "]"))
        if not before["says"] and not (before["open"] and closed):  # a bare date behind a name may be any date
            continue
        end = span.end + (len(sentence[span.end :]) - len(sentence[span.end :].lstrip()) + 1 if before["open"] and closed else 0)
        name, start = before["name"], before.start("name")
        while (lead := _NOT_IN_NAMES.match(name)) and " " in name[lead.end() :]:
            name, start = name[lead.end() :], start + lead.end()
        role = _ROLE.search(f"{before['name'][: len(before['name']) - len(name)]}" or sentence[:start]) or _ROLE.search(sentence[:start])
        found.append(Born(name=name, when=span.when, role=_ROLES[role["role"].casefold()] if role else None, sentence=sentence))
        plain = plain[: before.start("rest")] + plain[end:]
    return plain, tuple(reversed(found))


def is_child(one: Born, today: date) -> bool:
    """Tell whether somebody is under 18 today."""
    born = first_day(one.when)
    return one.role is None and (today.year - born.year - ((today.month, today.day) < (born.month, born.day))) < _ADULT_AT


def missing_since(sentences: list[tuple[str, tuple[Born, ...]]], *, today: date) -> tuple[Said, tuple[Born, ...]] | None:
    """Read an alert that was written as a letter: children named with their births, missing since a day, and a request to tell others.

    None unless one sentence says all of the first, in plain terms, and another (or the same) asks for an alert.
    """
    wonders = [plain for plain, _ in sentences if QUESTION.search(plain) and not _REQUEST.match(plain)]
    if any(_ASKS.search(plain) for plain in wonders) or any(_WONDERS.search(plain) for plain, _ in sentences):
        return None
    if not any(_ASKS.search(plain) for plain, _ in sentences if plain not in wonders):
        return None
    for plain, births in sentences:
        told = _MISSING_SINCE.search(plain)
        children = tuple(one for one in births if is_child(one, today))
        if told is None or not children or QUESTION.search(plain) or _NOT_NOW.search(plain[: told.end()]):
            continue
        when = dates_in(told["when"], today=today)
        if len(when) != 1 or len(when[0]) < len("2018-03-04") or first_day(when[0]) > today:
            continue
        said: Said = {"date_went_missing": (when[0], births[0].sentence)}
        police = {(match["ref"], one) for one, _ in sentences for match in _POLICE.finditer(one)}
        if len(police) == 1:
            reference, sentence = police.pop()
            said["police_reference"] = (reference, sentence)
        return said, children
    return None
