"""Reduces the words of a label to what is compared: small words, plurals, numbering, brackets and house styles of writing set aside."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

_GUIDANCE = re.compile(
    r"^\s*(?:\(.*\)|"
    r"(?:please|e\.?g\.?\b|for example|this is (?:the |child)|if (?:yes|no|there|not|more|different|known|so|applicable)\b|"
    r"includ(?:e|ing)\b|"
    r"text box(?:es)? (?:will|expand)|(?:this )?(?:must|should) (?:be|include|only)\b|state\b(?=.*\b(?:if|whether|below|all)\b)|"
    r"write\b.{0,40}\b(?:here|below)\b|use a?\s?(?:separate|block|extra)\b|"
    r"(?:tick|circle|delete|complete|record|enter|insert|specify|select|choose)\b"
    r"(?=.*\b(?:below|box(?:es)?|appropriate|applicable|all|here|each|one|sheet)\b)|"
    r"continue on\b|note:|nb\b|n\.b\.|guidance\b|\*).*)$",
    re.IGNORECASE | re.DOTALL,
)
_FORMATS = r"d{1,2}\W?m{1,2}\W?y{2,4}|day\W+month\W+year|hh\W?mm"
_TAIL = re.compile(
    r"[\s,;–—-]*(?:\(?\s*(?:(?:if|where|when|as) (?:known|applicable|any|available|appropriate|relevant|possible)|"
    r"please (?:state|specify|give|tick|circle|complete|delete|select|provide|list|describe|indicate|record|print)\b[\w ,/]{0,50}|"
    r"(?:tick|circle|delete) as (?:appropriate|applicable)|block (?:capitals|letters)|optional|mandatory|required|"
    rf"\by\s?/\s?n|yes\s?/\s?no|\bm\s?/\s?f|{_FORMATS})\s*\)?|\*)\s*[:?.]?\s*$",
    re.IGNORECASE,
)
_LONGEST_TAIL = 80
_TAIL_HINTS = ("known", "applic", "any", "avail", "approp", "relevant", "possib", "please", "capital", "letter", "option", "mandat",
               "requir",
               "/n", "/ n", "/f", "/ f", "yy", "mm", "year", "*")  # fmt: skip
_NUMBERING = re.compile(
    r"^\s*(?:(?:(?i:section|part|question)\s+\w{1,3}\s*[:.)–—-]|[Qq]?\d{1,2}(?:\.\d{1,2})*[.)]|\(?[a-zA-Z][.)]|"
    r"\(?[ivxIVX]{1,4}[.)]|\d{1,2}\.\d{1,2}|Q\d{1,2}\b|[•·▪*-])\s+|\(?\d{1,2}\)\s*)+"
)
_JOINED_PLURAL = re.compile(r"(?<=\w)\s?[(\[/](s|es|ren|au)[)\]]?(?!\w)", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")

_NUMBERS = re.compile(r"\b(?:(?:mobile|cell|contact) )?(?:tele)?(?:phone|mobile|tel) (?:numbers|nos)\b|\bcontact numbers\b")
FILLERS = frozenset(
    {"the", "a", "an", "of", "is", "are", "was", "were", "has", "have", "been", "do", "does", "did", "please", "state", "specify", "give",
     "provide", "enter", "insert", "confirm", "record", "any", "details", "detail", "all", "this", "that", "these", "those"}
)  # fmt: skip
_SYNONYMS = tuple(
    (f" {short} ", f" {long} ")
    for long, shorts in (
        ("child", ("young person", "yp", "child ren", "children", "c yp", "cyp", "ubb")),
        ("child", ("child or child", "child and child", "child child", "child s")),
        ("edd", ("expected date delivery", "estimated date delivery", "expected delivery date", "estimated delivery date",
                 "expected due date", "estimated due date", "e d d", "expected edd", "estimated edd")),
        ("dob", ("date birth", "birth date", "d o b", "date and place birth", "birthdate", "d ob", "do b", "birthday")),
        ("aka", ("a k a", "also known as", "also known a")),
        ("forename", ("first name", "given name", "christian name", "fore name", "firstname", "given forename")),
        ("surname", ("last name", "family name", "lastname", "sur name")),
        ("forename", ("forename s", "forename forename")),
        ("surname", ("surname surname", "surname s")),
        ("email", ("e mail", "email address", "e mail address", "mail address")),
        ("phone", ("telephone", "tel", "phone")),
        ("mobile", ("mobile phone", "mobile tel", "mob", "cell phone")),
        ("phone", ("phone number", "phone no", "phone num", "phone nr", "phone phone", "phone n")),
        ("mobile", ("mobile number", "mobile no", "mobile num")),
        ("number", ("no", "num", "nr")),
        ("postcode", ("post code", "postal code")),
        ("local authority", ("la",)),
        ("social worker", ("sw", "sws", "s w", "socialworker")),
        ("gp", ("g p",)),
        ("child protection plan", ("cp plan", "cpp", "cp p")),
        ("date", ("date and time", "time and date", "date time", "day and date", "date day", "day date", "dates")),
        ("name", ("name s", "full name", "names")),
        ("dob", ("dob dob",)),
    )
    for short in shorts
)  # fmt: skip


def is_guidance(text: str) -> bool:
    """Tell whether the words only say how to fill in the form."""
    return len(text) < 400 and bool(_GUIDANCE.match(text))


@lru_cache(maxsize=20_000)
def words_of(label: str) -> str:
    """Reduce a label to its words, without case and punctuation."""
    text = unicodedata.normalize("NFKC", label).casefold().replace("&", " and ").replace("_", " ").replace("[", " ").replace("]", " ")
    text = re.sub(r"['\u2018\u2019`\u00b4\u00ad\u200b]", "", text)
    return " ".join(re.findall(r"[^\W_]+", text))


@lru_cache(maxsize=20_000)
def canonical(words: str) -> str:
    """Reduce words to those that carry the meaning, in one spelling: "DOB of the mothers" and "Date of birth: mother" alike."""
    listed = _NUMBERS.sub("phonelist", re.sub(r"\bl a\b", "la", words))
    kept = [_singular(word) for word in listed.split() if word not in FILLERS]
    text = f" {' '.join(kept)} "
    for short, long in _SYNONYMS:
        if short in text:
            text = text.replace(short, long)
    return re.sub(r" (?:if|where) (?:known|applicable|different)$", "", text.strip()) or words


def _singular(word: str) -> str:
    if word in ("aliases", "alias"):
        return "alias"
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("sses"):
        return word[:-2]
    return f"{word[:-3]}y" if word.endswith("ies") and len(word) > 4 else word[:-1]


def plural_joined(label: str) -> str:
    """Write "Forename(s)" and "child/ren" in one word."""
    return _JOINED_PLURAL.sub(lambda match: match[1], label.strip())


def readings(label: str, may_drop: Callable[[str], bool]) -> Iterator[str]:
    """Yield ways to read a label as words, the whole first: without numbering, guidance, and the brackets that *may_drop* allows."""
    label = plural_joined(label)
    texts = [label, _NUMBERING.sub("", label, count=1), *_without_guidance(label)]
    for text in tuple(texts):
        bare = _NUMBERING.sub("", text, count=1)
        bare = _BRACKETS.sub(lambda match: " " if may_drop(match[1]) else match[0], bare).strip()
        texts.append(bare)
        while (shorter := _without_tail(bare)) != bare and shorter.strip():
            texts.append(shorter)
            bare = shorter
    seen: set[str] = set()
    for text in texts:
        words = words_of(text)
        if words and words not in seen:
            seen.add(words)
            yield words


def _without_tail(text: str) -> str:
    ending = text[-_LONGEST_TAIL:].casefold()
    return _TAIL.sub("", text) if any(hint in ending for hint in _TAIL_HINTS) else text


def _without_guidance(label: str) -> Iterator[str]:
    """Yield the part before a line break, colon or dash when all that follows is guidance."""
    for split in (r"\n", r"[:?]\s", r"\s[-–—]\s"):
        first, *rest = re.split(split, label, maxsplit=1)
        if rest and first.strip() and (not rest[0].strip() or is_guidance(rest[0])):
            yield first


def is_format(text: str) -> bool:
    """Tell whether bracketed words only show how to write the answer: "dd/mm/yy", "M/F", "if known", "*delete as appropriate"."""
    return is_guidance(text) or bool(_TAIL.fullmatch(text)) or not text.strip()


def parts_of(label: str) -> list[str]:
    """Split a label that gives its name twice: "Surname / Family name", "Enw | Name", or on two lines."""
    return [part for part in re.split(r"\s*[/|\n]\s*|\s[-–—]\s", label.strip().rstrip(":：?")) if part.strip()]
