"""A local case alert (Kent's Alert Form): which of the published categories it is, whether the child is in care, and whether it ends one.

The categories are those of the Kent procedure, section 4, "Category of Cases to be Alerted"; the keys are those of the policies.
"""

import re
from dataclasses import dataclass

from service.forms.blocks import EMPTY, TICKED
from service.forms.reading import Reading
from service.forms.told_found import is_found

# the narrower first: "plan missing, National Alert required" also says that a child on a plan is missing
_CATEGORIES = {
    "unexpected_death": r"\b(?:unexpected(?:ly)? (?:death|died)|child (?:has )?died|"
    r"death of (?:a |the )?child|died in unexpected|child death)\b",
    "severe_injury": r"\b(?:severe(?:ly)?|serious(?:ly)?|life.?threatening|life.?changing) injur(?:y|ies|ed)\b",
    "media_interest": r"\bmedia (?:interest|attention|coverage)\b|\bpress interest\b",
    "organised_abuse": r"\b(?:organi[sz]ed|large.?scale|complex)(?:\s*/\s*large.?scale)? abuse\b",
    "serious_incident": r"\bserious incident\b",
    "national_alert_required": r"\bnational alert (?:is )?required\b|\bnational alert[:\s]+(?:yes|required)",
    "care_missing": r"\b(?:child(?:ren)?|young person) in care\b.{0,80}\bmissing\b|\bmissing from care\b|"
    r"\bmissing\b.{0,60}\b(?:child(?:ren)? in care|looked after|from (?:his |her |their )?(?:placement|foster))|"
    r"\b(?:cic|lac|uasc|looked after child)\b.{0,60}\bmissing\b",
    "plan_missing": r"\b(?:child in need|cin|child protection|cp plan|cpp)\b.{0,80}\bmissing\b|"
    r"\bmissing\b.{0,80}\b(?:child in need|child protection plan|cp plan)\b",
}  # fmt: skip
_IN_CARE = frozenset({"care_order", "interim_care_order", "accommodated_section_20", "emergency_protection_order", "looked_after", "uasc"})
_LABEL = re.compile(r"\bcategory\b|\btype of (?:alert|case)\b|\breason for (?:the )?alert\b|\bnature of (?:the )?alert\b", re.IGNORECASE)
_SAYS_IN_CARE = re.compile(
    r"\b(?:child|young person|children) in care\b[^|\n]{0,20}[|:?]\s*(yes|no)\b|\bin care\??\s*[|:]?\s*(yes|no)\b", re.IGNORECASE
)
_DE_ALERT = re.compile(r"\bde-?alert\b|\balert (?:is )?(?:ended|closed|no longer needed)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAlert:
    """A local case alert. *category* is empty when the form does not tell; *ends* when it ends an earlier alert."""

    category: str
    in_care: bool | None
    ends: bool = False

    @property
    def missing_from_care(self) -> bool:
        """Whether it is about a child in care who is missing."""
        return self.category == "care_missing" or (self.in_care is True and self.category in ("plan_missing", "national_alert_required"))


def case_alert_of(reading: Reading) -> CaseAlert:
    """Read which case alert this is from its ticked category, or else from its title and its words."""
    category = category_of(reading)
    return CaseAlert(category=category or "", in_care=in_care(reading), ends=_ends(reading))


def category_of(reading: Reading) -> str | None:
    """Tell the category of a case alert; None when its words name none, or several without a tick."""
    ticked = _ticked_lines(reading.text)
    answered = [line for line in reading.text.splitlines() if _LABEL.search(line) and TICKED not in line and EMPTY not in line]
    for lines in (ticked, answered, [reading.form_title or ""]):
        named = _named("\n".join(lines))
        if named:
            return named[0] if len(named) == 1 or named[0] == "national_alert_required" else None
    if ticked or EMPTY in reading.text:
        return None  # a list of categories was printed, and none of them chosen
    named = _named(reading.text)
    if "national_alert_required" in named:
        return "national_alert_required"
    if not named and reading.fields["date_went_missing"]:
        return {True: "care_missing", False: "plan_missing"}.get(bool(in_care(reading))) if _statuses(reading) else None
    return named[0] if len(named) == 1 else None


def in_care(reading: Reading) -> bool | None:
    """Tell whether a child of the alert is in care; None when the form does not say."""
    statuses = _statuses(reading)
    if statuses & _IN_CARE:
        return True
    if match := _SAYS_IN_CARE.search(reading.text):
        return (match[1] or match[2]).casefold() == "yes"
    if category_of_ticks(reading.text) == "care_missing":
        return True
    return False if statuses else None


def category_of_ticks(text: str) -> str | None:
    """Tell the category whose box is ticked; None when not exactly one is."""
    named = _named("\n".join(_ticked_lines(text)))
    return named[0] if len(named) == 1 else None


def _statuses(reading: Reading) -> set[str]:
    return {status for child in reading.fields["children"] for status in child["legal_status"]}


def _ticked_lines(text: str) -> list[str]:
    """Return the words beside ticked boxes; the boxes of a list stand before their words or behind them."""
    lines = []
    for line in text.splitlines():
        if TICKED not in line:
            continue
        before = line.strip()[:1] in (TICKED, EMPTY)
        pieces = re.split(f"([{TICKED}{EMPTY}])", line)
        for index, piece in enumerate(pieces):
            if piece == TICKED:
                lines.append(pieces[index + 1] if before else pieces[index - 1])
    return lines


def _named(text: str) -> list[str]:
    named = [key for key, pattern in _CATEGORIES.items() if re.search(pattern, text, re.IGNORECASE)]
    if "national_alert_required" in named or "care_missing" in named:
        named = [key for key in named if key != "plan_missing"]
    return named


def _ends(reading: Reading) -> bool:
    found = reading.fields["found"] or {}
    said = bool(found.get("date") or found.get("physically_seen") or found.get("deceased"))
    return said or bool(_DE_ALERT.search(reading.form_title or "")) or any(is_found(line) for line in reading.text.splitlines()[:12])
