"""The decision in a reply: one word on the first new line, in English or Welsh, and nothing that could mean something else.

Who sent the reply, and whether it may be believed, is judged elsewhere. Doubt is `unclear`, and `unclear` never approves.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import takewhile

from email_reply_parser import EmailReplyParser

from service.mail.classify import Sort, is_reaction, our_delivery_id, sort_of
from service.mail.conditions import holds_back
from service.mail.message import IncomingEmail
from service.mail.parts import decode_words
from service.mail.quoting import REPLY_MARKER, Divided, blank, divide, unquoted_below
from service.mail.reasons import first_words


class Verdict(StrEnum):
    """What a reply to a decision request says."""

    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    HOLD = "hold"
    UNCLEAR = "unclear"
    NOT_A_DECISION = "not_a_decision"


class Check(StrEnum):
    """What a reply to a quality assurance request says."""

    PASS = "pass"  # noqa: S105
    RETURN = "return"
    UNCLEAR = "unclear"
    NOT_A_CHECK = "not_a_check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One reading of a reply: the verdict, the number typed behind the word, the reason. *views_differ*: text and HTML disagree."""

    verdict: Verdict
    number: str | None = None
    reason: str | None = field(default=None, repr=False)
    views_differ: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityAnswer:
    """One reading of a quality assurance reply."""

    answer: Check
    number: str | None = None
    question: str | None = field(default=None, repr=False)


_DECIDE = {
    "approve": ("approve", "approved", "i approve", "cymeradwyo", "cymeradwywyd"),
    "reject": ("reject", "rejected", "gwrthod"),
    "return": ("return", "dychwelyd"),
    "hold": ("hold", "dal"),
}
_CHECK = {"pass": ("pass", "passed", "pasio"), "return": ("return", "dychwelyd")}
_WITH_REASON = frozenset(("reject", "return"))
_WITH_WORDS = _WITH_REASON | {"hold"}
_GO = frozenset(("approve", "pass"))

_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a\u202c\u2060-\u2064\u2066-\u2069\ufeff"
_GAP = rf"[\s\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000{_INVISIBLE}]"
_QUOTES = "\"'`´“”„‟‘’‚‛«»‹›"
_EDGE = rf"(?:{_GAP}|[{_QUOTES}])*"
_LONGEST_LINE = 5000
_TOP = 600
_NEAR_TOP = 9
_CONDITION = re.compile(
    r"^(?:if|unless|only if|only when|once|when|provided|providing|subject to|as long as|except|but|or|and|not"
    r"|never|os|oni bai|pan|ond|neu|a|ac|ar yr amod|yn amodol)\b|^[?/,&]|^\W*$",
    re.I,
)
_UNTIL = re.compile(r"^(?:until|till|nes|hyd nes|tan)\b", re.I)
# `*APPROVE*` is how mail programs write bold in plain text
_BOLD = re.compile(r"(?<![\w*])(\*{1,2})(?=[^*])([^*]{1,300})\1(?![\w*])")


class _Grammar:
    def __init__(self, words: dict[str, tuple[str, ...]]) -> None:
        self.verdicts = {word: verdict for verdict, group in words.items() for word in group}
        spelled = "|".join(re.escape(w).replace(r"\ ", f"{_GAP}+") for w in sorted(self.verdicts, key=len, reverse=True))
        typed = rf"(?:{_GAP}+\#?|\#)"
        # ASCII only: without it the dotless i of Turkish and the long s would count as i and s
        self.exact = re.compile(rf"{_EDGE}(?P<word>{spelled})(?:{typed}(?P<number>[0-9]{{1,12}}))?{_EDGE}[.!]?{_EDGE}", re.A | re.I)
        self.reasoned = re.compile(
            rf"{_EDGE}(?P<word>{spelled})(?:{typed}(?P<number>[0-9]{{3,12}})(?![0-9/.,-]*[0-9])[.,;]?)?(?P<sep>{_GAP}*[:\u2010-\u20"
            rf"15-]{_GAP}*|{_GAP}+)(?P<reason>\S.*)",
            re.A | re.I | re.S,
        )
        # within words of prose only what is shouted, or has a number, is a decision of its own
        self.shouted = re.compile(
            rf"\b(?:{'|'.join(w.upper() for w in self.verdicts if ' ' not in w)})\b|\b(?i:{spelled}){typed}[0-9]{{3,12}}\b"
        )

    def verdict_of(self, word: str) -> str:
        return self.verdicts[re.sub(rf"{_GAP}+", " ", word).casefold()]

    def read_line(self, line: str) -> tuple[str, str | None, str | None] | None:
        """Return verdict, number and reason of a line that is as a whole a decision, else None."""
        line = _BOLD.sub(r"\2", line[:_LONGEST_LINE])
        if not line.isascii() and re.search("[\u202d\u202e]", line):
            return None
        if match := self.exact.fullmatch(line):
            return self.verdict_of(match["word"]), match["number"], None
        match = self.reasoned.fullmatch(line)
        if match is None or (verdict := self.verdict_of(match["word"])) not in _WITH_WORDS:
            return None
        reason = match["reason"].strip(" \u00a0")
        colon = re.search(r"\S", match["sep"]) is not None
        conditional = _CONDITION.match(reason) or (verdict != "hold" and _UNTIL.match(reason))
        if not any(map(str.isalpha, reason)) or (conditional and not (colon and verdict == "return")) or self.another(verdict, reason):
            return None
        return verdict, match["number"], reason

    def shouts_another(self, verdict: str, line: str) -> bool:
        """Say whether within a line of comment stands a decision, in capitals or with its number, that is not *verdict*."""
        found = (re.match(r"[a-z ]+[a-z]", match[0].casefold()) for match in self.shouted.finditer(line[:_LONGEST_LINE]))
        return any(word is not None and self.verdicts.get(word[0]) != verdict for word in found)

    def another(self, verdict: str, reason: str) -> bool:
        """Say whether another decision stands in the words behind the first: two decisions on one line."""
        if self.exact.fullmatch(reason) or (not reason.isupper() and self.shouted.search(reason)):
            return True
        words = re.findall(r"\w+", reason.casefold())
        if verdict == "hold":
            return not self.verdicts.keys().isdisjoint(words) or reason.endswith("?")
        return bool(words) and words[0] in self.verdicts and words[0] not in ("return", "hold", "dal", "pass")


_DECISIONS = _Grammar(_DECIDE)
_CHECKS = _Grammar(_CHECK)
_UNCLEAR: tuple[str, str | None, str | None] = ("unclear", None, None)


def _offered(lines: Sequence[str], grammar: _Grammar) -> set[int]:
    """Return the places of lines that offer the words to choose from, as our own letter does: three or more words together."""
    starts: list[tuple[int, str]] = []
    places: set[int] = set()

    def close() -> None:
        if len({word for _, word in starts}) >= min(3, len(set(grammar.verdicts.values()))):
            places.update(i for i, _ in starts)
        starts.clear()

    opening = re.compile(rf"{_EDGE}(?P<word>{'|'.join(map(re.escape, grammar.verdicts))})\b", re.A | re.I)
    for i, line in enumerate(lines):
        if blank(line):
            continue
        if found := opening.match(line):
            starts.append((i, grammar.verdict_of(found["word"])))
        else:
            close()
    close()
    return places


def _near_top(below: Sequence[str]) -> set[int]:
    """Return the places of the first lines of a letter of ours, which may offer one word only; an answer below it stands at the end."""
    shown = [i for i, line in enumerate(below) if not blank(line)]
    top = next((place for place, i in enumerate(shown) if REPLY_MARKER.search(below[i][:_LONGEST_LINE])), len(shown))
    return set(shown[top : max(top, min(top + _NEAR_TOP, len(shown) - _NEAR_TOP))])


def _same(one: tuple[str, str | None, str | None], other: tuple[str, str | None, str | None]) -> bool:
    return one[0] == other[0] and (one[1] is None or other[1] is None or one[1] == other[1])


def _contradicted(first: tuple[str, str | None, str | None], divided: Divided, later: Sequence[str], grammar: _Grammar) -> bool:
    below = unquoted_below(divided)
    offered = _offered(below, grammar)
    rest = [(line, first[0] in _WITH_WORDS) for line in later]
    rest += [(line, True) for line in divided.signature if first[0] in _GO]
    if first[0] not in _GO:
        offered |= _near_top(below)
    rest += [(line, True) for i, line in enumerate(below) if i not in offered]
    for line, lenient in rest:
        other = grammar.read_line(line)
        if other is None or _same(first, other):
            continue
        # quoted prose such as "Return interview is booked" begins with a word; it decides only with a number, a colon or in capitals
        emphatic = other[1] is not None or re.match(rf"{_EDGE}\S+{_GAP}*[:\u2010-\u2015-]", line) or line.split(None, 1)[0].isupper()
        if not lenient or emphatic or grammar.exact.fullmatch(line[:_LONGEST_LINE]):
            return True
    # a number that only a later line has would escape the comparison with the request
    numbers = {again[1] for line in later if (again := grammar.read_line(line)) is not None} - {None, first[1]}
    return bool(numbers) or any(grammar.shouts_another(first[0], line) for line in later)


def _answered_below(divided: Divided) -> Sequence[str]:
    """Return the lines under a marked quotation, up to a footer: a comment too."""
    marked = [i for i, line in enumerate(divided.below) if line.lstrip("\ufeff\u200b \u00a0\t").startswith(">")]
    # GroupWise marks only the head of the letter it quotes: `>>> … >>>`
    if not marked or divided.below[marked[-1]].rstrip().endswith(">>>"):
        return ()
    return list(takewhile(lambda line: not re.match(r"\s*[-_]{2,}", line), divided.below[marked[-1] + 1 :]))


def _second_reader_agrees(lines: Sequence[str]) -> bool:
    """Say whether email-reply-parser finds the same first new line.

    It knows no Welsh, no banners and no disclaimers, so it does not divide the letter; but what it takes for quoted or signed is not
    taken for new. It gets only the top, as its pattern for "On … wrote:" takes cubic time, and no backslash, of which it makes patterns.
    """
    top = "\n".join(lines)[:_TOP].replace("\\", "/")
    shown = EmailReplyParser.parse_reply(top)
    return next((line.strip() for line in shown.split("\n") if not blank(line)), "") == top.split("\n", 1)[0].strip()


def _read_view(text: str, from_html: bool, grammar: _Grammar, name: str) -> tuple[str, str | None, str | None]:
    divided = divide(text, from_html=from_html)
    place = next((i for i, line in enumerate(divided.new) if not blank(line)), None)
    if place is None:
        return _UNCLEAR
    first = grammar.read_line(divided.new[place])
    later = divided.new[place + 1 :]
    if first is None or _contradicted(first, divided, later, grammar):
        return _UNCLEAR
    verdict, number, reason = first
    if verdict in _GO and (
        holds_back(later)
        or holds_back(_answered_below(divided))
        or not _second_reader_agrees([*divided.new[place:], *divided.signature, *divided.below])
    ):
        return _UNCLEAR
    if verdict in _WITH_REASON:
        told = next((i for i, line in enumerate(later) if blank(line)), len(later)) if reason else len(later)
        reason = " ".join(([reason] if reason else []) + first_words(later[:told], name=name)) or None
    return verdict, number, reason


_INCOMPLETE = frozenset(("could not be read in full", "too many parts", "nested too deep", "text cut short"))


_Reading = tuple[str, str | None, str | None]


def _views(email: IncomingEmail, grammar: _Grammar) -> list[_Reading]:
    """Read a letter as its text shows it and as its HTML shows it."""
    has_text = any(text is not None and text.strip() for text, _ in email.segments)
    has_html = any(markup is not None for _, markup in email.segments)
    if not email.segments or _INCOMPLETE & set(email.problems):
        return [_UNCLEAR]
    name = decode_words(email.first("From"))
    read = [_read_view(email.plain_view, not has_text, grammar, name)]
    if has_html:
        read.append(_read_view(email.html_view, True, grammar, name))
    return read


def _differ(views: Sequence[_Reading]) -> bool:
    return views[0][:2] != views[-1][:2]


def _read(views: Sequence[_Reading]) -> _Reading:
    return _UNCLEAR if _differ(views) else views[0]


_MACHINES = frozenset((Sort.AUTO_REPLY, Sort.CHALLENGE, Sort.BOUNCE, Sort.DSN_SUCCESS, Sort.FEEDBACK, Sort.READ_RECEIPT, Sort.CALENDAR))


_DOUBTFUL = frozenset((Sort.ENCRYPTED, Sort.FORWARD, Sort.LIST, Sort.SPAM, Sort.MALFORMED))


_ANSWERED_INVITATION = re.compile(r"\s*(?:accepted|declined|tentative|tentatively accepted|derbyniwyd|gwrthodwyd|petrus)\s*:", re.I)


def _by_machine(email: IncomingEmail, sort: Sort) -> bool:
    if "calendarmessage" in email.first("Content-Class").lower() or _ANSWERED_INVITATION.match(email.subject):
        return True
    return email.return_path == "" or our_delivery_id(email) is not None or sort in _MACHINES or is_reaction(email)


def read_decision(email: IncomingEmail) -> Decision:
    """Read an approver's reply."""
    sort = sort_of(email)
    if _by_machine(email, sort):
        return Decision(verdict=Verdict.NOT_A_DECISION)
    if sort in _DOUBTFUL:
        return Decision(verdict=Verdict.UNCLEAR)
    views = _views(email, _DECISIONS)
    verdict, number, reason = _read(views)
    return Decision(verdict=Verdict(verdict), number=number, reason=reason, views_differ=_differ(views))


def read_check(email: IncomingEmail) -> QualityAnswer:
    """Read a quality assurance reply: PASS, or RETURN and a question, with the strictness of a decision."""
    sort = sort_of(email)
    if _by_machine(email, sort):
        return QualityAnswer(answer=Check.NOT_A_CHECK)
    if sort in _DOUBTFUL:
        return QualityAnswer(answer=Check.UNCLEAR)
    answer, number, question = _read(_views(email, _CHECKS))
    return QualityAnswer(answer=Check(answer), number=number, question=question)
