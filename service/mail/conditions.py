"""Whether the comment below an approval puts a condition on it or takes it back (English and Welsh): such an approval asks back.

The sentences of a disclaimer speak of conditions too, and are left out; so are clauses that only ask to be told something.
"""

import re
from collections.abc import Iterator, Sequence

from service.mail.reasons import DISCLAIMER

_START = r"(?:^|[.;:!,(\u2010-\u2015-]\s*|\b(?:but|and|ond|though|yes|ok|okay|fine|good|iawn)\s+)"
_SENT = r"(?:is|are|was|goes|go|gone|has|have|had|been|being|'s|\s)*\s*(?:sent|out|issued|circulated|released|done|through|live)\b"
_SENDING = (
    r"\b(?:send|sent|sending|release|circulate|publish|go ahead|goes|approval|approved?|content|agree|anfon\w*|cymeradw\w*"
    r"|happy(?! to (?:talk|discuss|help|speak|chat|explain)))\b"
)
_IF = (
    r"(?<!see )(?<!check )(?<!ask )(?<!know )(?<!sure )(?<!me )\bif\b(?! (?:you|anyone|anybody|any|anything|there|need|needed|necessary)\b)"
)
_OS = r"\bos\b(?! (?:gwel\w+|oes|hoffech|ydych|dych|hoffet|bydd angen|gallaf)\b)"
_BEING_ON_A_PLAN = re.compile(
    r"\b(?!this\b|it\b|that\b|approval\b|decision\b|all\b)[\w'-]+\s+(?:is|are|was|were|remains?|has been|have been)\s+(?:\w+\s+){0,2}"
    r"subject to\s+(?:[\w-]+\s+){0,4}(?:plans?|orders?|proceedings|bail)\b(?! (?:being|is|are)\b)",
    re.I,
)
_CONDITION = re.compile(
    "|".join(
        (
            r"\bonly (?:if|when|once|after|where|with|on condition|as long)\b",
            r"\bunless\b(?! otherwise)",
            r"\bprovid(?:ed|ing) (?:that|you|we|they|legal|police|nobody|no one)\b",
            rf"{_START}(?:this is |only )?provid(?:ed|ing)\b(?! by\b)",
            r"\bsubject to\b",
            r"\b(?:as|so) long as\b|\bon (?:the )?(?:condition|understanding|proviso)\b",
            r"\bconditional(?:ly)?\b|\bin principle\b|\bassuming\b",
            r"^pending\b|\bpending (?:legal|police|confirmation|the|your|his|her|their|an?|receipt|advice|agreement)\b",
            r"\bcondition that\b|\bsend only\b|\bonly (?:send|to)\b|\b(?:fine|ok|okay|good)\b[^.,;!?]{0,20}\bif\b(?! you\b)",
            # what is to be done first, or otherwise, is not done in the letter as it stands
            r"(?:^|[.;,!]\s*|\bplease )(?:check|ask|ring|call|tell|take|remove|change|correct|fix|speak|talk)\b[^.;!?]{0,60}\bfirst\b",
            r"(?:^|[.;,!]\s*|\b(?:please|but) )(?:remove|take out|leave out|(?:do not|don't) include|tynnwch|hepgorwch|gadewch allan)\b",
            r"^not (?:before|until)\b|\bnot (?:to )?(?:go|be sent|send|be released|release)(?: it| this| out)? (?:until|before)\b",
            r"\bbefore (?:sending|(?:you|we) (?:send|release|circulate)|(?:it|this|that|they|anything) (?:goes|go|is sent|is released))\b",
            rf"{_SENDING}[^.,;!?]{{0,40}}{_IF}",
            rf"{_START}(?:only |please )?{_IF}",
            r"\b(?:send|release|circulate|publish|go ahead)\b[^.,;!?]{0,40}\b(?:when|after|until|till)\b",
            r"^(?:please )?(?:when|until|till|except|excluding|apart from|but not)\b",
            r"\boni bai\b|\bar (?:yr )?amod\b|\byn amodol\b|\bcyn belled\b|\bhyd nes\b|\bmewn egwyddor\b",
            r"\bdim ond (?:os|pan|ar [oô]l|wedi|unwaith)\b",
            r"\bcyn (?:anfon|i chi anfon|ei anfon|iddo fynd|iddi fynd)\b",
            rf"{_START}{_OS}|{_SENDING}[^.,;!?]{{0,40}}{_OS}|^(?:pan|nes|ac eithrio|heblaw|ar [oô]l i)\b",
        )
    ),
    re.I,
)
_WITHDRAWN = re.compile(
    "|".join(
        (
            r"\bhold (?:off|fire|on|back)\b|\bon hold\b|(?:^|[.;,!]\s*|\b(?:please|but)\s+)hold\b",
            r"(?<!need to )\bwait (?:for|until|till|please)\b|^(?:please )?(?:wait|stop|not yet)\b|^no(?:[.,!]|$)",
            r"\b(?:do not|don't|dont|not to|must not|should not|shouldn't) (?:be )?(?:send|sent|release|circulate|publish|go ahead|use)\b",
            r"\bsecond thoughts?\b|\bchanged? my mind\b|\b(?:ignore|disregard|scrap|cancel) (?:that|this|it|the above|my)\b",
            r"\bstop (?:this|it|the (?:alert|notice)|sending)\b|\bactually,? (?:please )?(?:no|not|do not|don't|hold|wait|reject|return)\b",
            r"(?:\b(?:not|cannot|never|without|ddim)\b|n't\b)[^.;!?]{0,30}\b(?:approv|cymeradw)|\bni(?:d)? (?:ch|g)ymeradwy",
            r"\b(?:approved?|cymeradwyo)\s*\?",
            r"\b(?:take|took) (?:that|it) back\b|\bwithdr[ae]w\b",
            r"\bpeidiwch (?:ag|â|a)(?:'i)? (?:anfon|ei anfon|rhyddhau|defnyddio)|\bdaliwch\b(?! ati)|\bdal (?:yn [oô]l|arni)\b",
            r"\barhoswch\b|\baros (?:am|nes|tan)\b|\bnewid fy meddwl\b|\banwybyddwch\b",
        )
    ),
    re.I,
)
_ONCE = re.compile(
    r"(?<!\bat )(?<!\bthan )\bonce\b(?! (?:again|more|a|an|every|per|or twice|upon)\b)"
    rf"(?! (?:it|this|that|they|the alert|the notice)?\s*{_SENT})|(?<!\bar )\bunwaith\b(?! (?:eto|yr wythnos|y dydd)\b)",
    re.I,
)
_TELLING = re.compile(
    r"\b(?:ring|call|phone|tell|e-?mail|text|contact|inform|update|copy|let|notify|message|confirm"
    r"|ffoni\w*|rhowch wybod|dywed\w*|e-?bosti\w*|cysyllt\w*)\b[^.;!?]{0,80}$",
    re.I,
)
_OWN_START = re.compile(
    r"^(?:but|and|only|subject to|provid(?:ed|ing)|once|hold|please|do not send|don't send|unless\b(?! otherwise))\b", re.I
)
_LONGEST = 20_000


def holds_back(comment: Sequence[str]) -> bool:
    """Say whether the lines of *comment* make the decision above them depend on something, or withdraw it; nobody's comment is endless."""
    return sum(map(len, comment)) > _LONGEST or any(_conditional(said) for said in _sayings(comment))


def _sayings(comment: Sequence[str]) -> Iterator[str]:
    """Yield each paragraph as one line, and each line of it, as what begins a line may begin a condition."""
    paragraph: list[str] = []
    for line in (*comment, ""):
        # what is invisible could part a word, and the marks of mail programs stand before one
        words = " ".join(re.sub("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff*_]", "", line).replace("\u2019", "'").split())
        if words:
            paragraph.append(words)
        elif paragraph:
            joined = " ".join(paragraph)
            if _OWN_START.match(joined) or not DISCLAIMER.search(joined):
                yield from (joined, *paragraph)
            paragraph = []


def _conditional(said: str) -> bool:
    said = _BEING_ON_A_PLAN.sub("", said)
    if _CONDITION.search(said) or _WITHDRAWN.search(said):
        return True
    return any(not _only_asks_to_be_told(said[: found.start()]) for found in _ONCE.finditer(said))


def _only_asks_to_be_told(before: str) -> bool:
    clause = re.split(r"[.;!?]", before[-200:])[-1]
    return _TELLING.search(clause) is not None and re.search(_SENDING, clause, re.I) is None
