"""Understands the heading of a part that no list knows by the people it names: "Other adults believed to be with the children"."""

import re

from service.forms.labels import Labels, Section

_ADULTS = re.compile(r"\b(?:adults?|parents?|carers?|guardians?)\b(?!['’]?s?['’]? views?\b)", re.IGNORECASE)
_CHILDREN = re.compile(r"\b(?:child(?:ren)?|bab(?:y|ies)|young (?:person|people)|siblings?|subjects?|pupils?)\b", re.IGNORECASE)
_WITH_CHILD = re.compile(
    r"(?:\b(?:with|of|for|caring for|linked to|connected to|accompanying|responsible for)\s+(?:the\s+|missing\s+){0,2})"
    r"(?:child(?:ren)?|bab(?:y|ies)|young (?:person|people)|subjects?)\b|\bchild(?:ren)?['’]?s?['’]?\s+(?=parents?|carers?)",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"^(?:(?:the|any|all|other|known|key|details of)\s+){0,4}(?:relatives?|people|persons?|"
    r"individuals?|extended family)\b(?!.*\bmissing\b)|\b(?:referrers?|referring|officers?|informants?|callers?|complet(?:ed|ing)|"
    r"report(?:ed|ing))\b(?!.*\bmissing\b)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.?!:]\s*\S|[.?!]$|\b(?:is|are|was|were|has|have|had|will|said|says|do|does|did)\b|\d{2}", re.IGNORECASE)
_NUMBERED = re.compile(r"^\W*(?:(?:section|part|box)\s+\w{1,3}\b|\(?\w{1,2}[.)])\s*[:.)–—-]?\s*", re.IGNORECASE)
_LONGEST = 12


def section_of_heading(text: str, labels: Labels) -> Section | None:
    """Find the part that a heading opens. One about people whom we cannot place is somebody else's: nothing in it is the family's."""
    if (opened := labels.section(text)) is not None:
        return opened
    plain = _NUMBERED.sub("", text.strip())
    if len(plain.split()) > _LONGEST or _SENTENCE.search(plain.rstrip(":")) or labels.find(plain.rstrip(":")) is not None:
        return None
    if _ADULTS.search(plain):
        return Section("elsewhere" if _CHILDREN.search(_WITH_CHILD.sub(" ", plain)) else "adults")
    return Section("elsewhere") if _ELSEWHERE.search(plain) and not labels.is_known(plain) else None
