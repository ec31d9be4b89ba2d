"""Tells what kind of submission a form is from its title first, then from what it answers."""

import re
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from service.forms.blocks import Block, Document, Line, Table
from service.forms.labels import Labels


class Kind(StrEnum):
    """The kinds of submission."""

    ALERT = "alert"
    UPDATE = "update"
    RENEWAL = "renewal"
    FOUND = "found"
    WITHDRAWAL = "withdrawal"
    PLACEMENT_NOTIFICATION = "placement_notification"
    CASE_ALERT = "case_alert"
    RECEIVED_ALERT = "received_alert"
    UNKNOWN = "unknown"


_NOT_FOUND = re.compile(
    r"\b(?:not|never|n['’]t)(?: yet)?(?: been)? (?:found|located|traced)\b|\byet to be (?:found|located|traced)\b", re.IGNORECASE
)
_BOTH = re.compile(r"\bmissing\s*(?:/|and|or|&)\s*found\b|\bfound\s*(?:/|and|or|&)\s*missing\b", re.IGNORECASE)
_SOMETHING_ELSE = re.compile(
    r"\breturn (?:home |from missing )?interview\b|\b(?:strategy|core group|review|network) (?:meeting|discussion)?\s*"
    r"(?:minutes|record|notes)\b|"
    r"\b(?:conference|court|social work(?:er'?s)?) (?:report|minutes|invitation)\b|\bchild death\b|\brisk management plan\b|"
    r"\btrigger plan\b|"
    r"^(?!.*\b(?:form|notification of|template|pro-?forma|appendix|alert for)\b)"
    r".*\b(?:polic(?:y|ies)|procedures?|protocol|newsletter|bulletin|briefing|training|agenda|minutes|leaflet|flow ?chart|"
    r"guidance(?: notes?)?(?: for| on)?)\b|"
    r"\btransfer[- ]in\b|\bchild rescue alert\b|\bport alert\b|\ball ports\b",
    re.IGNORECASE,
)
_TITLES: tuple[tuple[Kind, str], ...] = (
    (Kind.PLACEMENT_NOTIFICATION, r"\b(?:new|change of|termination of|end of|notification of|out of (?:area|authority)) placement\b|"
     r"\bplacement (?:notification|notice|change|ended)\b|\bnotification of (?:a )?(?:looked after )?child(?:ren)? placed\b|"
     r"\b(?:regulation|reg\.?) (?:5|13)\b|\bplaced in (?:your|another) (?:area|authority)\b"),
    (Kind.CASE_ALERT, r"\bpriority one alert\b|\b(?:local|case|safeguarding unit|need to know) alert\b|\bmissing from care\b|"
     r"^(?!.*\b(?:national|notification|missing (?:family|children and family)|mfa|mcfa|ola|update|found|renew\w*|withdraw\w*|de-?alert)\b)"
     r".*\balert form\b|^\W*alert for child(?:ren)?(?:\W| in need| protection| in care)|"
     r"\balerts? for child(?:ren)? in care\b"),
    (Kind.WITHDRAWAL, r"\bwithdraw(?:al|n|ing)?\b|\bsent in error\b|\bcancell?(?:ed|ation)?\b"),
    (Kind.FOUND, r"\b(?:found|located|traced|de-?alert|no longer missing|safe and well)\b"),
    (Kind.RENEWAL, r"\brenew(?:al|ed|ing)?\b|\bstill missing\b|\bre-?notification\b|\bsix.?month(?:ly|s)?\b|\b6.?month(?:ly|s)?\b"),
    (Kind.UPDATE, r"\bupdat(?:e|ed|ing)\b"),
    (Kind.ALERT, r"\bmissing\b.{0,60}\b(?:alert|notification|register|form|template|pro-?forma)|"
     r"\b(?:alert|notification|referral)\b.{0,100}\bmissing\b|"
     r"\bnational (?:child protection )?(?:missing child(?:ren)? )?(?:notification )?alert\b|"
     r"\bnational missing\b|\bmissing (?:family|children).{0,20}alert\b|\bnational child protection (?:notification|alert)\b|"
     r"\bnotification\b.{0,60}\bchild protection (?:plan|alert)|\bnotification of missing\b|\bmfa\b|\bmcfa\b|\bnotification alert\b|"
     r"\b(?:ola|cp|child protection) alert\b|\balert pro-?forma\b|\bnational (?:circulation|alert)\b|\balert\b.{0,40}\bnational\b|"
     r"\balert\b.{0,20}\bmissing\b|\binter-?authority (?:alert|notification)\b"),
)  # fmt: skip
_RECEIVED = re.compile(
    r"\bto all (?:child protection )?(?:custodians|local authorities|designated officers)\b|\bdear (?:all )?custodians?\b|"
    r"\bplease check (?:if |whether )?.{0,30}\byour (?:records|databases?|systems?|registers?|lists?)\b|"
    r"\backnowledge receipt of this alert\b|\bnational alert (?:received )?from (?:another|other) (?:local )?authorit",
    re.IGNORECASE,
)
_CATEGORY = re.compile(r"\bcategory of (?:the )?(?:cases? to be alerted|case|alert)\b|\balert category\b|\btype of alert\b", re.IGNORECASE)
_PLACED = re.compile(
    r"\b(?:date (?:placed|of placement)|placement (?:start|end|type|address|provider)|name of placement|"
    r"type of placement|placing authority)\b",
    re.IGNORECASE,
)
_TITLE_WORDS = re.compile(
    r"\b(?:missing|alert|notification|notice|placement|found|update|renewal|withdrawal|withdrawn|referral|report|located|de-?alert|interview|"
    r"regulation|hysbysiad|pro-?forma)\b",
    re.IGNORECASE,
)
_PROSE = re.compile(r"[.!?]\s+\S|[.!?,]$|^(?:dear|hi|hello|good (?:morning|afternoon)|please|i |we |see |find |kind|many)\b", re.IGNORECASE)
_ANSWER = re.compile(r"^(?!found|de-?alert|case alert|update|renewal|withdrawal|notification|national)[^:]{1,60}:\s*\S", re.IGNORECASE)
_FORM_WORDS = re.compile(r"(?:\W|\b(?:national|missing|child(?:ren)?|family|protection|alert|notification|notice|form)\b)+", re.IGNORECASE)
_TITLE_WITHIN = 12
_TITLE_FIRST = 2


def find_title(document: Document, labels: Labels) -> str | None:
    """Find the title of a form: an early line or merged row that reads like a title and not like prose or an answer."""
    for number, text in enumerate(_early(document.blocks)):
        plain = re.sub(r"^\s*(?:title|form|subject)\s*:\s*", "", text, flags=re.IGNORECASE).strip()
        if (
            2 <= len(plain.split()) <= 24
            and _TITLE_WORDS.search(plain)
            and not _PROSE.search(plain)
            and (not _ANSWER.search(plain) or (number < _TITLE_FIRST and _is_title_with_colon(plain, labels)))
            and labels.find(plain) is None
        ):
            return re.sub(r"\s+", " ", plain).rstrip(":")
    return None


def _is_title_with_colon(plain: str, labels: Labels) -> bool:
    """Tell "Child missing: Notification to other authorities", which names a form, from a label with its answer."""
    head, _, rest = plain.partition(":")
    target = labels.find(head)
    named = (target is None or target.opens) and bool(_FORM_WORDS.fullmatch(head)) and bool(_TITLE_WORDS.search(head))
    return named and len(rest.split()) > 2 and not re.search(r"\d", plain) and kind_of_title(plain) is not Kind.UNKNOWN


def without_title(document: Document, title: str | None, labels: Labels) -> Document:
    """Leave out the line of the title where it would read as a label with its answer: "Missing Episode – National Alert Form"."""
    if title is None:
        return document
    kept: list[Block] = []
    rest = title  # a long title goes on in the next line
    for block in document.blocks:
        words = " ".join(block.text.split()).rstrip(":") if isinstance(block, Line) else ""
        opens = bool(words) and (labels.section(words) is not None or labels.find(words) is not None)
        if words and rest and not opens and (words == rest or (isinstance(block, Line) and block.heading and rest.startswith(f"{words} "))):
            rest = rest[len(words) :].strip()
        else:
            kept.append(block)
    return replace(document, blocks=tuple(kept))


def _early(blocks: tuple[Block, ...]) -> list[str]:
    texts: list[str] = []
    in_heading = False
    for block in blocks[:_TITLE_WITHIN]:
        if isinstance(block, Table):
            texts += [row[0].text for row in block.rows[:3] if sum(1 for cell in row if cell.text.strip()) == 1]
        elif block.heading and in_heading and not block.blank_before:
            texts[-1] += f" {block.text}"  # a long title that goes on in the next line
        else:
            texts.append(block.text)
        in_heading = isinstance(block, Line) and block.heading
    return texts[:_TITLE_WITHIN]


def kind_of_title(title: str) -> Kind:
    """Tell the kind a title names; unknown when it names none, or two at once ("Missing/found notification")."""
    title = _NOT_FOUND.sub(" ", title)
    if _SOMETHING_ELSE.search(title) or _BOTH.search(title):
        return Kind.UNKNOWN
    return next((kind for kind, pattern in _TITLES if re.search(pattern, title, re.IGNORECASE)), Kind.UNKNOWN)


def kind_of(title: str | None, fields: Mapping[str, Any], text: str, *, told: str | None = None) -> Kind:
    """Tell the kind of a submission; unknown when neither its title nor its answers say.

    *told* is what the letter around a form says in plain words. It counts where the form is one that is sent again: the alert form goes out
    with "Amy was found, please withdraw" above it, and a form that says only what it was for must not send her name round once more.
    """
    if _RECEIVED.search(text) or told == Kind.RECEIVED_ALERT:
        return Kind.RECEIVED_ALERT
    named = kind_of_title(title) if title is not None else Kind.UNKNOWN
    if named in (Kind.ALERT, Kind.UNKNOWN) and told in (Kind.FOUND, Kind.WITHDRAWAL, Kind.RENEWAL):
        return Kind(told)
    if named is Kind.UNKNOWN and title is not None and _SOMETHING_ELSE.search(title):
        return Kind.UNKNOWN
    return named if named is not Kind.UNKNOWN else _kind_of_answers(fields, text, told)


def _kind_of_answers(fields: Mapping[str, Any], text: str, told: str | None) -> Kind:
    found = fields["found"]
    if found is not None and (found["date"] or found["physically_seen"] or found["seen_by"] or found["deceased"]):
        return Kind.FOUND
    if _CATEGORY.search(text):
        return Kind.CASE_ALERT
    if fields["date_went_missing"] and fields["children"]:
        return Kind.ALERT
    if len({one.casefold() for one in _PLACED.findall(text)}) >= 2:
        return Kind.PLACEMENT_NOTIFICATION
    return Kind(told) if told else Kind.UNKNOWN
