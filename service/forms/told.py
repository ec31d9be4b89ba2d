"""What a letter without a form tells in plain words: found, died, withdraw, renew, news, or somebody else's alert; in doubt, nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from service.forms.told_births import Born, is_child, missing_since, take_births
from service.forms.told_found import CHILD, QUESTION, Said, facts_in, has_died, is_found, names_found, speaks_of_several

_LONGEST = 20_000
_ASKED = r"(?:please|kindly|can|could|would you|(?:i|we)(?:'d| would) like|need|want|wish|ask(?:ing)?|request(?:ing|ed)?|let'?s|to)"
_IT = r"(?:alert|notification|notice|form|submission|referral)\b"
_ERROR = r"(?:in error|by mistake|by accident|accidentally|mistakenly|wrongly|erroneously)\b"
_OUR = r"(?:(?:of|the|this|our|my|national|missing|child) ){0,4}"
_STILL = r"(?:she|he|they|" + CHILD + r"|[a-z][\w'’-]{1,30})"
_HALF_YEAR = r"\b(?:six|6)[- ]?month(?:s|ly)?\b"
_AGAIN = re.compile(
    r"\b(?:missing|gone|left|absconded|run (?:off|away)|ran (?:off|away)|disappeared|went)\s+(?:missing\s+)?(?:once )?again\b",
    re.IGNORECASE,
)
_DE_ALERT = re.compile(r"\bde-?alert\b|\bstand down\b.{0,30}\b(?:alert|search)", re.IGNORECASE)
_WITHDRAW = re.compile(
    rf"\b{_ASKED}\b.{{0,60}}\b(?:withdraw|cancel|retract|rescind|disregard|ignore|recall|stop|remove|delete)\b.{{0,60}}\b{_IT}|"
    rf"\b(?:withdraw|cancel|retract|rescind|recall)(?:ing|al|n|led)?\s+{_OUR}{_IT}|"
    rf"\b{_IT}.{{0,40}}\bno longer (?:needed|required|necessary)\b|\bno longer (?:need|require|want)\w*\b.{{0,40}}\b{_IT}|"
    r"^(?:please\s+)?(?:withdraw|cancel)(?: it| this)?(?: please)?[.!]?$",
    re.IGNORECASE,
)
_IN_ERROR = re.compile(
    rf"\b(?:{_IT}|it|this|that)\b.{{0,40}}\b(?:sent|submitted|issued|raised|made|completed)\b.{{0,30}}\b{_ERROR}|"
    rf"\b(?:sent|submitted|issued|raised)\b.{{0,60}}\b{_IT}.{{0,20}}\b{_ERROR}|"
    r"\bshould (?:not|never) have been (?:sent|issued|raised|submitted)\b",
    re.IGNORECASE,
)
_NEVER_MIND = re.compile(
    r"(?:\b(?:do not|never|not)|\bdon['’]t)\s+(?:yet\s+)?(?:to\s+)?(?:want to\s+)?"
    r"(?:withdraw|cancel|retract|ignore|renew|stop|remove|delete)\b",
    re.IGNORECASE,
)
_RENEW = re.compile(
    rf"\b(?:renew(?:al|ed|ing)?|re-?issue|re-?circulate|re-?send|extend)\b.{{0,60}}\b{_IT}|"
    rf"\b{_IT}.{{0,60}}\b(?:renew(?:al|ed|ing)?|re-?issued|extended)\b|\bplease renew\b|\bre-?notification\b|"
    rf"{_HALF_YEAR} (?:renewal|notification|alert)|\bstill missing\b.{{0,60}}{_HALF_YEAR}|{_HALF_YEAR}.{{0,60}}\bstill missing\b",
    re.IGNORECASE,
)
_NOTHING_NEW = (
    r"^(?:there (?:is|are|has been|have been) |still )?no (?:further |new |other )?(?:changes?|news|updates?|information|sightings?|"
    r"developments?)\b(?! (?:to|of|in|about) the (?:meeting|time|date|venue|agenda))|^nothing new\b"
)
_NO_NEWS = re.compile(_NOTHING_NEW, re.IGNORECASE)
_NEWS = re.compile(
    r"^(?:(?:national|alert|case|this is|here is|an?|the|brief|quick|short|monthly|three-monthly|quarterly|four-week(?:ly)?) ){0,5}"
    r"update\b(?!\s+(?:me|us|required|needed|please|due))|\b(?:an?|the|my|our) update (?:on|to|for|regarding|re|about)\b|"
    r"\bupdated? information\b|\bnew information\b|\bplease note the following (?:update|changes?)\b|\bto update you\b|"
    rf"{_NOTHING_NEW}|\b{_STILL}(?:\s+(?:is|are|remains?)(?:\s+still)?|\s+still)\s+missing\b|"
    r"(?:\b(?:has|have|was|were)\s+not|n['’]t)\s+(?:yet\s+)?(?:been\s+)?(?:found|located|traced)\b|\byet to be (?:found|located|traced)\b|"
    rf"\b{_STILL}\s+(?:was|were|(?:has|have)\s+been)\s+(?:seen|sighted|spotted)\b|"
    r"\b(?:possible|new|another|a) sightings?\b|\bwhereabouts (?:are |remain |is )?(?:still )?unknown\b",
    re.IGNORECASE,
)
_ASKS_FOR_NEWS = re.compile(
    r"\b(?:any|need|await\w*|require|provide|send|give|want|chas\w+|for) (?:\w+ ){0,3}(?:update|news|information)\b|"
    r"\bwill (?:\w+ )?(?:update|keep)\b|\bkeep \w+ updated\b|\b(?:please|can you|could you|kindly) (?:\w+ )?update\b|\bupdate (?:me|us)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\bto all (?:child protection )?(?:custodians|local authorities|authorities|designated officers)\b|\bdear (?:all )?custodians?\b|"
    r"\bcheck (?:whether |if |that )?.{0,40}(?:\byour (?:records|databases?|systems?|registers?|lists?)\b|\bknown to (?:you|your)\b)|"
    r"\backnowledge receipt of this alert\b|"
    r"\bplease (?:circulate|share|cascade) (?:this|the) (?:national )?(?:alert|notification) (?:to|with|within) your\b|"
    r"\bif (?:the|this|any of the) (?:family|child|children) (?:is|are|becomes?|comes?) (?:known )?to (?:your|the) (?:attention|authority)",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"\bnotif(?:y|ication|ying)\b.{0,80}\b(?:placed|placement)\b|\b(?:placed|placement)\b.{0,80}\bnotif(?:y|ication|ying)\b|"
    r"\bplacement in your (?:area|authority)\b",
    re.IGNORECASE,
)
_OPENS_A_QUESTION = re.compile(r"\s*(?:how|should|who|what|when|why|do|does|is|are|was|has|have)\b", re.IGNORECASE)
_SIGN_OFF = re.compile(
    r"^\s*(?:--|kind(?:est)? regards|many thanks|regards|thanks|thank you|best wishes|best|yours|cheers|diolch|cofion)\b[\w ,]*[,.!]?\s*$",
    re.I,
)
_GREETING = re.compile(
    r"^\s*(?:dear|hi|hello|good (?:morning|afternoon|evening)|hiya|morning|afternoon|annwyl|helo)\b[^.!?\n]{0,60}?(?:,|\n|$)\s*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^\s{0,3}(?:>\s?)?(?:Q(?:uestion)?\s*)?\(?\d{1,2}\s*(?:[:)]|\.(?!\d)|[-–—]\s)", re.IGNORECASE)
_REPLY = re.compile(r"^\s*(?:re|aw|sv|fwd?|wg|ymateb|atb)\s*:", re.IGNORECASE)
_REFERENCE = re.compile(r"\[[^\]]*\]|\b[A-Z]{3}-\d{4}-\d{4}-[A-Z]\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a letter tells. *said* holds, by the path of a field, its value and the sentence that says so; *names* likewise."""

    kind: str
    said: Said = field(default_factory=dict, repr=False)
    names: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    born: tuple[Born, ...] = field(default=(), repr=False)  # whom the letter names with their birth: those children, and parents


def told_in(text: str, subject: str, *, today: date) -> Told | None:
    """Read what a letter tells in plain words; None when it only asks, thanks or attaches, or when we cannot be sure."""
    body = list(_sentences(text[:_LONGEST], is_reply=_is_reply(subject)))
    first = [] if _is_reply(subject) else [own_subject(subject)]
    whole = [*first, *body]
    read = [take_births(one, today=today) for one in whole]
    told = _told([plain for plain, _ in read], len(first), today)
    alert = missing_since(read, today=today) if told is None and not _is_reply(subject) and not _REFERENCE.search(subject) else None
    if alert is not None:
        parents = tuple(one for _, births in read for one in births if one.role is not None)
        return Told(kind="alert", said=alert[0], born=(*alert[1], *parents))
    return _as_written(told, read, whole, today) if told is not None else None


def _told(sentences: list[str], start: int, today: date) -> Told | None:
    """Read the sentences; those from *start* on are the letter's own."""
    plain = [one for one in sentences if not QUESTION.search(one)]
    if any(_OTHERS.search(one) for one in plain):
        return Told(kind="received_alert")
    if any(_IN_ERROR.search(one) for one in plain):
        return Told(kind="withdrawal")
    if any(_AGAIN.search(one) for one in sentences):
        return None
    if (ended := _told_end(sentences, today)) is not None:
        return ended
    if any(_DE_ALERT.search(one) and not _NEVER_MIND.search(one) for one in plain):
        return Told(kind="found")
    asked = [one for one in sentences if not _OPENS_A_QUESTION.match(one)]
    for kind, pattern in (("withdrawal", _WITHDRAW), ("renewal", _RENEW), ("placement_notification", _PLACED)):
        if any(pattern.search(one) and not _NEVER_MIND.search(one) for one in asked):
            return Told(kind=kind)
    return _told_news(plain, [one for one in sentences[start:] if one in plain])


def _as_written(told: Told, read: list[tuple[str, tuple[Born, ...]]], whole: list[str], today: date) -> Told:
    """Give each fact the sentence as it was written, and name the one child that a letter names with a birth."""
    written = {plain: sentence for (plain, _), sentence in zip(read, whole, strict=True)}
    said = {path: (value, written.get(sentence, sentence)) for path, (value, sentence) in told.said.items()}
    names = tuple((name, written.get(sentence, sentence)) for name, sentence in told.names)
    children = {(one.name, one.when): one for _, births in read for one in births if is_child(one, today)}
    if told.kind == "found":
        found = {name.casefold() for name, _ in names}
        born = tuple(one for one in children.values() if one.name.casefold() in found)
    else:
        born = tuple(children.values()) if len(children) == 1 and told.kind in ("update", "renewal", "withdrawal") else ()
    news = said.get("circumstances")
    if news is not None:
        told_news = " ".join(written.get(plain, plain) for plain, _ in read if plain in news[0])
        said["circumstances"] = (told_news, told_news)
    return replace(told, said=said, names=names, born=born)


def own_subject(subject: str) -> str:
    """Return the words of a subject line, without the case reference."""
    return _REFERENCE.sub(" ", subject).strip(" -–:.")


def _told_end(sentences: list[str], today: date) -> Told | None:
    found = [one for one in sentences if is_found(one)]
    died = [one for one in sentences if has_died(one)]
    if not found and not died:
        return None
    # "Both are found. Amy was at school." is about both, so one name must not stand for all
    names = {} if any(speaks_of_several(one) for one in found) else {name: one for one in (*found, *died) for name in names_found(one)}
    said: Said = {"found.deceased": (True, died[0])} if died else facts_in(found, sentences, today=today)
    return Told(kind="found", said=said, names=tuple(names.items()))


def _told_news(plain: list[str], body: list[str]) -> Told | None:
    told = [one for one in plain if _NEWS.search(one) and not _ASKS_FOR_NEWS.search(one)]
    if not told:
        return None
    news = " ".join(one for one in body if not re.match(r"(?:please|thank|many thanks|i hope)", one, re.IGNORECASE))
    if not news or all(_NO_NEWS.search(one) for one in told):
        return Told(kind="update")
    return Told(kind="update", said={"circumstances": (news, news)})


def _is_reply(subject: str) -> bool:
    """Tell whether the subject is another letter's; without one we take the letter for an answer, the more careful reading."""
    return bool(_REPLY.match(subject)) or not subject.strip()


def _sentences(text: str, *, is_reply: bool) -> Iterator[str]:
    """Yield the sentences of a letter up to its sign-off; answers to our numbered questions are not its own words."""
    lines: list[str] = []
    for line in text.splitlines():
        if (_SIGN_OFF.match(line) and lines) or (is_reply and _NUMBERED.match(line)):
            break
        lines.append(line)
    for paragraph in re.split(r"\n\s*\n", "\n".join(lines)):
        words = " ".join(_GREETING.sub("", paragraph, count=1).split())
        for sentence in re.findall(r".+?(?:[.!?]+(?=\s|$)|$)", words):
            if sentence.strip():
                yield sentence.strip()
