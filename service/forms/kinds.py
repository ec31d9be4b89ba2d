"""Tells what kind of submission a form is from its title first, then from what it answers."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from service.forms.blocks import Block, Document, Line
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


_TITLES: tuple[tuple[Kind, str], ...] = (
    (Kind.PLACEMENT_NOTIFICATION, r"\b(?:new|change of|termination of|end of|notification of) placement\b|"
     r"\bplacement (?:notification|notice)\b"),
    (Kind.CASE_ALERT, r"^\W*alert form\W*$|\bpriority one alert\b|\b(?:local|case) alert\b|^\W*child protection case alert"),
    (Kind.WITHDRAWAL, r"\bwithdraw(?:al|n|ing)?\b|\bsent in error\b"),
    (Kind.FOUND, r"\b(?:found|located|de-?alert)\b(?!.*\bnot (?:yet )?been (?:found|located)\b)"),
    (Kind.RENEWAL, r"\brenew(?:al|ed|ing)?\b|\bstill missing\b|\bre-?notification\b|\bsix.?month(?:ly|s)?\b"),
    (Kind.UPDATE, r"\bupdat(?:e|ed|ing)\b"),
    (Kind.ALERT, r"\bmissing\b.{0,60}\b(?:alert|notification|register|form|template)|\b(?:alert|notification|referral)\b.{0,80}\bmissing\b|"
     r"\bnational (?:child protection )?(?:missing child(?:ren)? )?(?:notification )?alert\b|"
     r"\bnational missing\b|\bmissing (?:family|children).{0,20}alert\b|"
     r"\bnotification\b.{0,60}\bchild protection (?:plan|alert)|\bnotification of missing\b|\bmfa\b|\bmcfa\b|\bnotification alert\b"),
)  # fmt: skip
_RECEIVED = re.compile(
    r"\bto all custodians\b|\bplease check your (?:records|database|systems)\b|\backnowledge receipt of this alert\b", re.IGNORECASE
)
_TITLE_WORDS = re.compile(
    r"\b(?:missing|alert|notification|notice|placement|found|update|renewal|withdrawal|withdrawn|referral|report|hysbysiad|pro-?forma)\b",
    re.IGNORECASE,
)
_PROSE = re.compile(r"[.!?]\s+\S|[.!?,]$|^(?:dear|hi|hello|good (?:morning|afternoon)|please|i |we |see |find |kind|many)\b", re.IGNORECASE)
_ANSWER = re.compile(r"^(?!found|update|renewal|withdrawal|notification|national)[^:]{1,60}:\s*\S", re.IGNORECASE)
_TITLE_WITHIN = 12


def find_title(document: Document, labels: Labels) -> str | None:
    """Find the title of a form: an early line or merged row that reads like a title and not like prose or an answer."""
    for text in _early(document.blocks):
        plain = re.sub(r"^\s*(?:title|form|subject)\s*:\s*", "", text, flags=re.IGNORECASE).strip()
        if (
            2 <= len(plain.split()) <= 24
            and _TITLE_WORDS.search(plain)
            and not _PROSE.search(plain)
            and not _ANSWER.search(plain)
            and labels.find(plain) is None
        ):
            return re.sub(r"\s+", " ", plain).rstrip(":")
    return None


def _early(blocks: tuple[Block, ...]) -> list[str]:
    texts: list[str] = []
    for block in blocks[:_TITLE_WITHIN]:
        if isinstance(block, Line):
            texts.append(block.text)
        else:
            texts += [row[0].text for row in block.rows[:3] if sum(1 for cell in row if cell.text.strip()) == 1]
    return texts[:_TITLE_WITHIN]


def kind_of(title: str | None, fields: Mapping[str, Any], text: str) -> Kind:
    """Tell the kind of a submission; unknown when neither its title nor its answers say."""
    if _RECEIVED.search(text):
        return Kind.RECEIVED_ALERT
    if title is not None:
        for kind, pattern in _TITLES:
            if re.search(pattern, title, re.IGNORECASE):
                return kind
    found = fields["found"]
    if found is not None and (found["date"] or found["physically_seen"] or found["seen_by"] or found["deceased"]):
        return Kind.FOUND
    if fields["date_went_missing"] and fields["children"]:
        return Kind.ALERT
    return Kind.UNKNOWN
