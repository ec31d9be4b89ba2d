"""Understands the heading of a part that no list knows by the people it begins with: "Other adults believed to be with the children"."""

import re

from service.forms.labels import Labels, Section

_LEAD = (
    r"^\W*(?:(?:section|part|box)\s+\w{1,3}\W+|\(?\w{1,2}[.)]\s*)?"
    r"(?:(?:details|particulars|information|list)\s+(?:of|about|on|for)\s+|about\s+)?"
    r"(?:(?:the|any|all|other|known|key|main|significant|missing|named|linked)\s+){0,4}"
)
_ADULTS = re.compile(rf"{_LEAD}(?:adults?|parents?|carers?|guardians?)\b(?!['’]?s?\s+views?\b)", re.IGNORECASE)
_ELSEWHERE = re.compile(
    rf"{_LEAD}(?:referrers?|referring|relatives?|people|persons?|individuals?|extended family)\b(?!.*\bmissing\b)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.?!:]\s*\S|[.?!]$|\b(?:is|are|was|were|has|have|had|will|said|says|do|does|did)\b|\d{2}", re.IGNORECASE)
_LONGEST = 12


def section_of_heading(text: str, labels: Labels) -> Section | None:
    """Find the part that a heading opens. One about people whom we cannot place is somebody else's: nothing in it is the family's."""
    if (opened := labels.section(text)) is not None:
        return opened
    plain = text.strip()
    if len(plain.split()) > _LONGEST or _SENTENCE.search(plain.rstrip(":")) or labels.find(plain.rstrip(":")) is not None:
        return None
    if _ADULTS.search(plain):
        return Section("adults")
    return Section("elsewhere") if _ELSEWHERE.search(plain) and not labels.is_known(plain) else None
