"""Names as people write them: given and family name told apart, other names split off, every letter kept as it is written."""

import re
from dataclasses import dataclass, field
from datetime import date

from service.forms.dates import Age, age_in, date_spans

_PARTICLES = frozenset(
    {"van", "von", "de", "der", "den", "di", "da", "dos", "du", "la", "le", "el", "al", "bin", "binti", "bint", "ibn", "ben", "ap", "ab",
     "ferch", "verch", "mac", "mc", "st", "ter", "ten", "zu", "abu"}
)  # fmt: skip
_TITLE = re.compile(r"^(?:mr|mrs|ms|miss|mx|master|mister|dr|mr\s*(?:&|and)\s*mrs)\b\.?\s+(?=\S)", re.IGNORECASE)
_MARKER = (
    r"(?:a\s?[./]?\s?k\s?[./]?\s?a\b\.?|(?:also |otherwise |previously |formerly |sometimes |better )?known (?:as|by)\b|"
    r"formerly\b|previously\b|n[ée]e\b|alias(?:es)?\b|maiden name\b|birth name\b|other names?\b|nicknamed?\b|goes by\b|hefyd\b)"
)
_MARKERS = re.compile(rf"(?:^|(?<=[\s,;/(])){_MARKER}\s*[:\-–]?\s*", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]{1,120})[)\]]")
_NICKNAME = re.compile(r"(?:(?<=\s)|^)(?:“([^“”]{1,40})”|\"([^\"]{1,40})\"|‘([^‘’]{1,40})’)(?=[\s,)]|$)")
_APOSTROPHE_NICKNAME = re.compile(r"(?<=\s)'([^\W\d_][^']{0,39})'(?=[\s,)])")
_ROLES = re.compile(
    r"(?:birth |step[ -]?|foster |grand|maternal |paternal |mother'?s |father'?s |mum'?s |dad'?s |great[ -]|ex[ -]|half[ -])*"
    r"(?:mother|father|mum|dad|parent|partner|husband|wife|boyfriend|girlfriend|carer|guardian|aunt|auntie|uncle|cousin|sister|brother|"
    r"sibling|grandmother|grandfather|grandparent|gran|nan|friend|lodger|mam|tad)",
    re.IGNORECASE,
)
_BORN = re.compile(r"[\s,;–-]*\b(?:d\.?\s?o\.?\s?b\.?|born(?: on)?|date of birth|b\.)\s*[:\-–]?\s*$", re.IGNORECASE)
_AGED = re.compile(
    r"[\s,;–-]*(?:\(\s*(?:aged?\s*)?\d{1,2}\s*(?:years?(?: old)?|yrs?(?: old)?|y\s?/?\s?o|months?(?: old)?)?\s*\)|\baged? \d{1,2}\b|"
    r",\s*\d{1,2}(?:\s*(?:years?|yrs?)(?: old)?)?\s*$)",
    re.I,
)
_SEX = re.compile(r"^(?:m|f|male|female|boy|girl)$", re.IGNORECASE)
_DUE = re.compile(r"[\s,;(–-]*\b(?:e\.?d\.?d\.?|due(?: date| on)?|expected)\s*[:\-–]?\s*$", re.IGNORECASE)
_NO_NAME = frozenset(
    {"said", "says", "told", "saw", "no", "the", "this", "that", "these", "those", "it", "its", "is", "are", "was", "were", "be",
     "been", "has", "have", "had", "does", "did", "would", "should", "could", "must", "on", "at", "in", "to", "from", "for", "with",
     "by", "as", "if", "but", "because", "when", "where", "who", "what", "which", "how", "not", "please", "see", "above", "below",
     "here", "there", "you", "your", "their", "her", "his", "our", "all", "any", "each", "every", "only", "also", "before", "after",
     "about", "into", "than", "then", "complete", "send", "record", "enter", "insert", "write", "give", "check", "tick", "delete",
     "circle"}
)  # fmt: skip
_LONGEST_NAME = 10
_DATE = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")
_BULLET = re.compile(r"^\s*(?:[-•·*–—▪]|\(?\d{1,2}[.)])\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What the words in a box for a name say: the name, other names, and what people add behind it."""

    name: str = field(repr=False)
    aliases: tuple[str, ...] = field(default=(), repr=False)
    role: str | None = None
    born: str | None = field(default=None, repr=False)
    age: Age | None = None
    sex: str | None = None
    due: str | None = field(default=None, repr=False)


def without_bullet(line: str) -> str:
    """Take off the dash or number a list line begins with."""
    return _BULLET.sub("", line).strip()


def may_be_name(words: str) -> bool:
    """Tell whether words could be somebody's name: no sentence, no instruction and no date. Whatever else people are called is kept."""
    if _DATE.search(words):
        return False
    listed = [word.strip(".,;:()") for word in words.split()]
    small = [word for word in listed if word in _NO_NAME]  # a name may be spelt like one of these, and then has a capital
    return len(listed) <= _LONGEST_NAME and not (small and (len(listed) > 2 or len(small) == len(listed)))


def split_name(words: str) -> tuple[str, str]:
    """Split a full name into given names and family name: "EXAMPLE, Amy", "Amy EXAMPLE", "Amy van Example", "Siân ferch Rhys"."""
    words = re.sub(r"\s+", " ", words).strip()
    if "," in words:
        family, _, given = words.partition(",")
        return without_title(given.strip(" ,")), family.strip()
    words = without_title(words)
    parts = words.split(" ")
    if len(parts) == 1:
        return words, ""
    shouted = [_is_shouted(part) for part in parts]
    if shouted[0] and len(parts[0]) > 2 and not all(shouted):  # "JJ Example" begins with initials, "EXAMPLE Amy" with a family name
        end = next(index for index, loud in enumerate(shouted) if not loud)
        return " ".join(parts[end:]), " ".join(parts[:end])
    if shouted[-1] and not all(shouted):
        start = len(parts) - next(index for index, loud in enumerate(reversed(shouted)) if not loud)
    else:
        start = len(parts) - 1
    while start > 1 and parts[start - 1].casefold() in _PARTICLES:
        start -= 1
    return " ".join(parts[:start]), " ".join(parts[start:])


def without_title(words: str) -> str:
    """Take off Mr, Mrs, Ms, Miss and their like."""
    return _TITLE.sub("", words)


def split_aliases(text: str) -> list[str]:
    """Split other names into a list; a hyphen or an apostrophe never parts a name."""
    found: list[str] = []
    for piece in re.split(r"[;\n]", text):
        for part in _by_comma(_MARKERS.sub("\n", without_bullet(piece))):
            part = part.strip(" \t.,:()[]").strip('“”"‘ ')
            found += [part] if part and part.casefold() not in ("and", "or") else []
    return list(dict.fromkeys(found))


def take_aliases(text: str, *, whole_name: bool = False) -> tuple[str, tuple[str, ...]]:
    """Take other names out of a box for a name: "Amy Example aka Amy Sample", "Example (née Brown)", "Josephine “Jo” Example"."""
    aliases: list[str] = []

    def bracket(match: re.Match[str]) -> str:
        if not _MARKERS.match(match[1].strip()):
            return match[0]
        aliases.extend(split_aliases(match[1]))
        return ""

    rest = _BRACKETS.sub(bracket, text)
    marker = _MARKERS.search(rest)
    if marker is not None and rest[: marker.start()].strip(" ,;(–-"):
        aliases += split_aliases(rest[marker.start() :])
        rest = rest[: marker.start()].rstrip(" ,;(–-/")
    patterns = (_NICKNAME, _APOSTROPHE_NICKNAME) if whole_name else (_NICKNAME,)
    for pattern in patterns:
        for match in pattern.finditer(rest):
            nickname = next(group for group in match.groups() if group).strip()
            if nickname and rest.replace(match[0], "").strip():
                aliases.append(nickname)
                rest = re.sub(r"\s+", " ", rest.replace(match[0], " ", 1)).strip()
    return (rest.strip(), tuple(dict.fromkeys(aliases))) if rest.strip() else (text, ())


def read_named(text: str, *, today: date, birth: bool = True) -> Named:
    """Read the words in a box for one person's whole name."""
    rest, due = _take_due(text, today)
    rest, born = _take_birth(rest, today, birth)
    rest, aliases = take_aliases(rest, whole_name=True)
    role: str | None = None
    for match in _BRACKETS.finditer(rest):
        if _ROLES.fullmatch(match[1].strip()):
            role, rest = match[1].strip(), (rest[: match.start()] + rest[match.end() :]).strip()
            break
    sex: str | None = None
    for match in _BRACKETS.finditer(rest):
        if _SEX.match(match[1].strip()):
            sex, rest = match[1].strip(), f"{rest[: match.start()]} {rest[match.end() :]}".strip()
            break
    age = None
    if (aged := _AGED.search(rest)) and rest[: aged.start()].strip():
        age, rest = age_in(aged[0]), rest[: aged.start()] + rest[aged.end() :]
    rest = re.sub(r"[(\[]\s*[)\]]", "", rest)
    return Named(name=re.sub(r"\s+", " ", rest).strip(" ,;–"), aliases=aliases, role=role, born=born, age=age, sex=sex, due=due)


def split_people(text: str) -> list[str]:
    """Split a box that names several people, one a line, numbered, or between semicolons; a comma alone may only turn a name round."""
    lines = [without_bullet(line).strip(" ,;") for line in re.split(r"[;\n]|(?<=\s)(?=\d\)\s|\d\.\s\D)", text)]
    lines = [line for line in lines if line and re.search(r"[^\W_]", line)]
    if len(lines) != 1:
        return lines
    parts = [part.strip(" ,") for part in _split_outside_brackets(lines[0], r",\s*(?:and|&)\s+|\s+(?:and|&)\s+|,\s*")]
    joined = re.search(r"\s(?:and|&)\s", lines[0]) or all(re.search(r"\d", part) for part in parts)  # each with a birth
    is_list = len(parts) > 2 or (len(parts) == 2 and joined)
    looks_like_names = all(part and len(part.split()) <= 6 and not part[0].islower() for part in parts)
    return parts if is_list and looks_like_names and not _MARKERS.search(lines[0]) else lines


def _take_due(text: str, today: date) -> tuple[str, str | None]:
    """Take the date an unborn baby is expected out of a box for its name: "Unborn Example EDD 05/01/2027"."""
    for span in date_spans(text, today=today):
        marked = _DUE.search(text[: span.start])
        if marked is not None and marked.start() and span.when is not None:
            return f"{text[: marked.start()]} {text[span.end :].lstrip(' )')}".strip(), text[span.start : span.end]
    return text, None


def _take_birth(text: str, today: date, birth: bool) -> tuple[str, str | None]:
    for span in date_spans(text, today=today, birth=birth):
        before = text[: span.start]
        marked = _BORN.search(before.rstrip("( "))
        if span.when is None or (len(span.when) < 10 and not marked):
            continue
        head = before[: marked.start()] if marked else before
        tail = text[span.end :]
        if re.search(r"[(\[]\s*$", head) and re.match(r"\s*[)\]]", tail):
            head, tail = re.sub(r"[(\[]\s*$", "", head), re.sub(r"^\s*[)\]]", "", tail)
        if head.strip(" ,;–-("):
            return f"{head.rstrip(' ,;–-(')} {tail.lstrip(' ,;–-)')}".strip(), text[span.start : span.end]
    return text, None


def _by_comma(text: str) -> list[str]:
    parts = [part for part in re.split(r"[,\n]|\s+(?:and|&|or)\s+|\s/\s|(?<=\w)/(?=\w)", text) if part.strip()]
    if len(parts) == 2 and "," in text and parts[0].strip().isupper() and not parts[1].strip().isupper():
        return [text]  # "SAMPLE, Amy" is one name turned round
    return parts


def _split_outside_brackets(text: str, pattern: str) -> list[str]:
    masked = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", lambda match: "\0" * len(match[0]), text)
    parts, start = [], 0
    for match in re.finditer(pattern, masked):
        parts.append(text[start : match.start()])
        start = match.end()
    return [*parts, text[start:]]


def _is_shouted(part: str) -> bool:
    letters = [character for character in part if character.isalpha()]
    return len(letters) > 1 and part.upper() == part and part.lower() != part
