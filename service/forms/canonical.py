"""Answers that are one or several of a few canonical words: legal status, category, criterion, risk, sex. What has ended is not current."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.forms.dates import date_spans, first_day

PLAN_ENDED = "The form says that the child is not, or is no longer, subject to a child protection plan. What is the child's status now?"
_ENDED = re.compile(
    r"\b(?:not|no(?!\.)|no longer|never|non|previous(?:ly)?|former(?:ly)?|ended|ceased|discharged|closed|expired|revoked|lapsed|"
    r"stepped down|removed from (?:the )?(?:plan|register|cpr)|de-?registered|historic(?:al)?|in the past|until|came off|taken off|"
    r"gynt|daeth i ben)\b",
    re.IGNORECASE,
)
_SOUGHT = re.compile(r"\b(?:applied|applying|application|sought|seeking|pending|proposed|considered|considering|planned)\b", re.IGNORECASE)
_UNTIL = re.compile(r"\buntil\b", re.IGNORECASE)
_CLAUSES = re.compile(r"[;\n()\[\],]|\.\s+(?=[A-Z])|\s[-–—]\s|\b(?:but|and|now|currently|then|bellach)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, in canonical words; *says* tells what to ask when nothing, or something contradictory, was."""

    value: Any = None
    says: str | None = None
    contradiction: bool = False


@dataclass(frozen=True, slots=True)
class _Choices:
    words: dict[str, str]
    says: str
    several: bool = False


CHOICES: dict[str, _Choices] = {
    "children.sex": _Choices(
        {r"\b(?:female|girl|f|benyw)\b": "female", r"\b(?:male|boy|m|gwryw)\b": "male",
         r"\b(?:other|non.?binary|indeterminate|intersex)\b": "other",
         r"\bnot (?:yet )?known\b|\bunknown\b|\bnot (?:yet )?determined\b": "not_known"},
        "Please answer female, male, other or not known.",
    ),
    "children.legal_status": _Choices(
        {r"child(?:ren)? protection(?! (?:conference|enquir))|\bcpp?\b|\bcp[ -]plan\b|\bon (?:the )?(?:cpr|cp register)\b|amddiffyn plant":
             "child_protection_plan",
         r"child(?:ren)? in need|\bcin\b|\bsection 17\b|\bs\.?\s?17\b": "child_in_need",
         r"section 47|\bs\.?\s?47\b": "section_47",
         r"interim care order|\bico\b|\bs(?:ection|\.)?\s?38\b": "interim_care_order",
         r"(?<!interim )care order|\bs(?:ection|\.)?\s?31\b": "care_order",
         r"supervision order": "supervision_order",
         r"section 20|\bs\.?\s?20\b|\bsection 76\b|\bs\.?\s?76\b|accommodated": "accommodated_section_20",
         r"emergency protection|\bepo\b|\bs(?:ection|\.)?\s?44\b": "emergency_protection_order",
         r"looked[ -]after|\blac\b|\bcla\b|child(?:ren)? in care|\bcic\b": "looked_after",
         r"unaccompanied|\buasc\b": "uasc"},
        "We could not match the legal status. Please say, for example, child protection plan, section 47 or care order.",
        several=True,
    ),
    "children.plan_categories": _Choices(
        {r"neglect|\bneg\b|esgeulust": "neglect", r"physical|\bphy\b|corfforol": "physical", r"sexual|\bsab\b|rhywiol": "sexual",
         r"emotional|\bemo\b|emosiynol": "emotional", r"multiple|\bmul\b": "multiple"},
        "We could not match the category. Please say neglect, physical, sexual, emotional or multiple.",
        several=True,
    ),
    "risk_level": _Choices(
        {r"\blow\b|\bisel\b": "low", r"\bmedium\b|\bcanolig\b": "medium", r"\bhigh\b|\buchel\b": "high"},
        "Please give one risk level: low, medium or high.",
    ),
    "exceptional_criterion": _Choices(
        {r"section 47|\bs\.?\s?47\b": "section_47", r"abduct": "abducted", r"removed": "removed"},
        "We could not match the exceptional criterion. Please say section 47, abducted or removed.",
    ),
}  # fmt: skip


def choose(name: str, text: str, *, today: date) -> Choice:
    """Choose the canonical words for an answer; clauses that say no, no longer or not yet choose nothing."""
    choices = CHOICES[name]
    if name == "children.sex":
        return _one(choices, text)
    current, ended = _sorted_out(choices, text, today)
    if not choices.several:
        return Choice(current[0]) if len(current) == 1 else Choice(says=choices.says)
    if name == "children.legal_status" and "child_protection_plan" in ended and "child_protection_plan" not in current:
        return Choice(current or None, PLAN_ENDED, contradiction=True)
    return Choice(current) if current else Choice(says=choices.says)


def _one(choices: _Choices, text: str) -> Choice:
    found = {value for pattern, value in choices.words.items() if re.search(pattern, text, re.IGNORECASE)}
    return Choice(found.pop()) if len(found) == 1 and not re.search(r"\btrans", text, re.IGNORECASE) else Choice(says=choices.says)


def _sorted_out(choices: _Choices, text: str, today: date) -> tuple[list[str], list[str]]:
    """Sort what the clauses name into current and ended. A clause that only says "ended" speaks of the one before it."""
    current: list[str] = []
    ended: list[str] = []
    last: list[str] = []
    for clause in _CLAUSES.split(text):
        named = [value for pattern, value in choices.words.items() if re.search(pattern, clause, re.IGNORECASE)]
        over = bool(_ENDED.search(clause)) and not _runs_on(clause, today)
        if named and _SOUGHT.search(clause):
            last = []
        elif named:
            (ended if over else current).extend(named)
            last = named
        elif over:
            ended += last
            current = [one for one in current if one not in last]
    order = list(choices.words.values())
    return sorted(set(current), key=order.index), sorted(set(ended), key=order.index)


def _runs_on(clause: str, today: date) -> bool:
    """Tell whether "until" names a day that has not come yet."""
    if not _UNTIL.search(clause):
        return False
    ends = [span.when for span in date_spans(clause, today=today) if span.when]
    return bool(ends) and first_day(ends[-1]) >= today
