"""Which lines of a reply are new, and which belong to a banner, a signature or the letter that is answered (English, Welsh and others)."""

import re
from dataclasses import dataclass
from functools import lru_cache

from service.mail.message import IncomingEmail
from service.mail.visible import BANNER

_WROTE = (
    r"wrote|writes|ysgrifennodd|ysgrifennwyd|schrieb|napisa[łl]|napisał\(a\)|a écrit|a ecrit|escribi[óo]|ha scritto"
    r"|schreef|skrev|escreveu|kirjoitti|написал"
)
_ATTRIBUTION = re.compile(rf"^\s*(?:On|At|Ar|Am|Dnia|W dniu|Le|El|Il|Op|Den|På|Em|\d)\b.*\b(?:{_WROTE})\b.{{0,150}}:\s*$", re.I | re.S)
_ATTRIBUTION_START = re.compile(r"^\s*(?:On|At|Ar|Am|Dnia|W dniu|Le|El|Il|Op|Den|På|Em|\d{1,4}[-/.]\d)\b")
_SHORT_ATTRIBUTION = re.compile(rf"^\s*\S.{{0,200}}(?:@\S+|>)\s+(?:{_WROTE})\s*:\s*$|^\s*ysgrifennodd\b.{{0,200}}:\s*$", re.I)
_QUOTED = re.compile(r"^[\ufeff\u200b \u00a0\t]*[>|]")
_MOMENT = re.compile(
    r"\b\d{1,2}[:.]\d{2}\b|\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\d{1,2}月|\b\d{1,2}(?:st|nd|rd|th)? [^\W\d_]{3,}\b", re.I
)
_SOMEBODY = re.compile(rf"\S@\S|<\s*$|\b(?:{_WROTE})\b", re.I)
_DASHED = re.compile(r"^\s*-{2,}\s*[^\W_].{2,60}?[^\W_]\s*-{2,}\s*$")
_RULE = re.compile(r"^\s*_{10,}\s*$")
_APPLE_FORWARD = re.compile(r"^\s*(?:begin forwarded message|dechrau neges a anfonwyd ymlaen)\s*:\s*$", re.I)
REPLY_MARKER = re.compile(r"please reply above this line|atebwch uwchben y llinell hon", re.I)
_FROM = re.compile(r"^\s*\*?(?:from|oddi wrth|gan|von|od|de|da|van|fra|från|lähettäjä|от)\s*:\*?\s*\S", re.I)
_FIELD = re.compile(r"^\s*\*?[^\W\d_][\w \-/]{0,24}\s?:\*?(?:\s|$)")
_SECOND = re.compile(
    r"^\s*\*?(?:sent|date|to|subject|anfonwyd|dyddiad|at|pwnc|gesendet|datum|an|betreff|wys[łl]an[oe]|data|do|temat|envoyé|à|objet"
    r"|enviado|para|asunto"
    r"|inviato|oggetto|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne)\s?:",
    re.I,
)
_MARKING = re.compile(
    r"^[\W_]*(?:(?:security )?(?:classification|marking|sensitivity)\W{1,4}|(?:dosbarthiad|marc diogelwch)\W{1,4})?"
    r"(?:official(?:[\W_]{1,3}sensitive)?|swyddogol(?:[\W_]{1,3}sensitif)?|not protectively marked|unclassified)"
    r"(?:\W{1,4}(?:personal|commercial|private|personol|masnachol|sensitive|sensitif|official|swyddogol))*[\W_]*$",
    re.I,
)
_SIGNATURE = re.compile(r"^-- ?$")
_DEVICE = re.compile(
    r"^\s*(?:sent from (?:my |outlook|mail for|yahoo|samsung|the all)|get outlook for|anfonwyd o(?:'|’)?m? )"
    r"|^\s*gesendet von |^\s*wysłane z "
    r"|^[\s(<]*(?:sent (?:from|with|using)|envoyé (?:depuis|de|avec)|(?:diese nachricht wurde )?von meinem|enviado (?:desde|do)|inviato "
    r"(?:da|dal)"
    r"|verzonden (?:vanaf|met|vanuit)|skickat från|sendt fra|lähetetty|отправлено|anfonwyd (?:o|gan|drwy|gyda))\b.{0,40}\b(?:i?phone"
    r"|ipad|ipod"
    r"|android|galaxy|samsung|huawei|blackberry|windows|airmail|sparrow|k-9|handy|mobil\w*|mobile|smartphone|tablet|ffôn|dyfais)\b.{0,60}$"
    r"|^\s*(?:iphone|ipad|android)から送信",
    re.I,
)
_BLANK = re.compile(r"^[\s\u00a0\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028\u2029\u2060-\u2069\ufeff]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Divided:
    """A reply divided: its new lines, its signature, and what stands from the quotation on."""

    new: tuple[str, ...]
    signature: tuple[str, ...]
    below: tuple[str, ...]
    forwarded: bool = False


def blank(line: str) -> bool:
    """Say whether nothing on *line* is visible."""
    return _BLANK.match(line) is not None


def _header_block(lines: list[str], start: int) -> bool:
    """Say whether the header lines of a quoted letter begin at *start*, in whatever language."""
    known = _FROM.match(lines[start]) is not None
    if not _FIELD.match(lines[start]) or not (known or "@" in lines[start]):
        return False
    near = [line for line in lines[start : start + 10] if not blank(line)][:5]
    fields = 0
    for line in near:
        if not _FIELD.match(line):
            break
        fields += 1
    return (known and fields >= 2 and ("@" in lines[start] or _SECOND.match(near[1]) is not None)) or (fields >= 3 and "@" in lines[start])


def starts_quotation(lines: list[str], i: int) -> bool:
    """Say whether the letter that is answered begins at line *i*."""
    line = lines[i][:2000]
    stripped = line.lstrip("\ufeff\u200b \u00a0\t")
    if stripped.startswith(">") or REPLY_MARKER.search(line) or _APPLE_FORWARD.match(line) or _DASHED.match(line):
        return True
    if _RULE.match(line):
        after = next((j for j in range(i + 1, min(i + 4, len(lines))) if not blank(lines[j])), None)
        return (
            after is None or _header_block(lines, after) or _FROM.match(lines[after]) is not None or bool(REPLY_MARKER.search(lines[after]))
        )
    if _SHORT_ATTRIBUTION.match(line) or _header_block(lines, i):
        return True
    if (_MOMENT.search(line) or _SOMEBODY.search(line)) and len(line) < 500 and _announces(lines, i):
        return True
    if _ATTRIBUTION_START.match(line):
        joined = ""
        for nearby in lines[i : i + 5]:
            if blank(nearby):
                break
            joined += " " + nearby[:500]
            if nearby.rstrip().endswith(":") and _ATTRIBUTION.match(joined):
                return True
    return False


def _announces(lines: list[str], i: int) -> bool:
    """Say whether the words, in any language, that announce marked lines begin at *i*: somebody and a moment."""
    joined = ""
    for j in range(i, min(i + 4, len(lines))):
        if blank(lines[j]) or _QUOTED.match(lines[j]):
            return False
        joined += " " + lines[j][:500]
        after = next((k for k in range(j + 1, min(j + 4, len(lines))) if not blank(lines[k])), None)
        if after is not None and _QUOTED.match(lines[after]):
            ended = joined.rstrip().endswith((":", "："))
            somebody = _SOMEBODY.search(joined) if ended else "@" in joined
            # a line above that belongs to the writer stays theirs
            return bool(somebody) and _MOMENT.search(joined) is not None and not _announces(lines, i + 1)
    return False


def _skip_banners(lines: list[str], whole_paragraphs: bool) -> int:
    """Return the index of the first line behind the banners that a gateway put on top, and the lines that mark how secret a letter is."""
    i = 0
    while True:
        while i < len(lines) and (blank(lines[i]) or _MARKING.match(lines[i][:200])):
            i += 1
        if i >= len(lines) or not BANNER.match(lines[i]):
            return i
        i += 1
        while whole_paragraphs and i < len(lines) and not blank(lines[i]) and not starts_quotation(lines, i):
            i += 1


@lru_cache(maxsize=4)  # one letter is asked about a dozen times
def divide(text: str, *, from_html: bool = False) -> Divided:
    """Divide the text of a reply; in text made from HTML a banner is one line, elsewhere a paragraph."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    begin = _skip_banners(lines, not from_html)
    end = next((i for i in range(begin, len(lines)) if starts_quotation(lines, i)), len(lines))
    sign = next((i for i in range(begin, end) if _SIGNATURE.match(lines[i]) or _DEVICE.match(lines[i])), end)
    forwarded = end < len(lines) and bool(re.search(r"forward|ymlaen|weitergeleitet", lines[end], re.I))
    return Divided(new=tuple(lines[begin:sign]), signature=tuple(lines[sign:end]), below=tuple(lines[end:]), forwarded=forwarded)


def unquoted_below(divided: Divided) -> tuple[str, ...]:
    """Return the lines from the quotation on that carry no quotation mark: the quoted letter of some clients, or an answer below."""
    return tuple(line for line in divided.below if not line.lstrip("\ufeff\u200b \u00a0\t").startswith(">"))


def quoted_below(divided: Divided) -> tuple[str, ...]:
    """Return the lines that carry quotation marks, without them: in a letter that was forwarded several times, what it is about."""
    marked = (line.lstrip("\ufeff\u200b \u00a0\t") for line in divided.below)
    return tuple(re.sub(r"^(?:>\s?)+", "", line) for line in marked if line.startswith(">"))


def new_text(email: IncomingEmail) -> str:
    """Return what the writer of a reply wrote: without banner, signature and the letter that is answered."""
    has_text = any(text is not None and text.strip() for text, _ in email.segments)
    divided = divide(email.plain_view, from_html=not has_text)
    if not any(not blank(line) for line in divided.new) and divided.below and not divided.forwarded:
        answers = _answers_below(divided.below)
        if answers:
            return answers
    return "\n".join(divided.new).strip()


def _answers_below(below: tuple[str, ...]) -> str:
    """Return what somebody wrote who wrote nothing above: under marked quotations, between them, or below an unmarked heading."""
    marked = [i for i, line in enumerate(below) if _QUOTED.match(line)]
    if not marked:
        return _under_heading(below)
    tail = _unsigned(below[marked[-1] + 1 :])
    between = [line for line in below[marked[0] : marked[-1]] if not blank(line) and not _QUOTED.match(line)]
    if between and not all(starts_quotation(list(below), i) for i in range(marked[0], marked[-1]) if below[i] in between):
        # answers between the questions mean nothing without them
        return "\n".join(_unsigned(below)).strip()
    return "\n".join(tail).strip()


def _under_heading(below: tuple[str, ...]) -> str:
    """Return the lines under "… wrote:" when no program marked a quotation; nothing where our own letter stands there."""
    if not any(_ATTRIBUTION_START.match(line) for line in below[:2]) or any(REPLY_MARKER.search(line) for line in below):
        return ""
    end = next((i for i, line in enumerate(below[:5]) if line.rstrip().endswith(":")), None)
    return "" if end is None else "\n".join(_unsigned(below[end + 1 :])).strip()


def _unsigned(lines: tuple[str, ...]) -> tuple[str, ...]:
    return lines[: next((i for i, line in enumerate(lines) if _SIGNATURE.match(line) or _DEVICE.match(line)), len(lines))]
