"""Sentences that say a child was found, or has died, and what they add: when, where, seen by whom; in doubt, none of it.

A sentence counts only when it is about a child, is no question, sets no condition and is not denied: "Amy has NOT been found", "once she is
found", "police found her phone" and "in 2024 Amy was found at her aunt's" say that nobody was found.
"""

import re
from datetime import date
from typing import Any

from service.forms.dates import dates_in

Said = dict[str, tuple[Any, str]]

CHILD = (
    r"(?:(?:the|both|all|my|our|these|two|three|four|five|missing|unborn|older|younger|eldest|youngest|of) ){0,4}"
    r"(?:child(?:ren)?|bab(?:y|ies)|siblings?|sibling group|famil(?:y|ies)|girls?|boys?|young (?:person|people)|yp|kids|twins|brothers?|"
    r"sisters?)"
)
_WORD = r"[A-Z]\w*(?:['’-](?!s\b)\w+)*"
_NAME = rf"(?:{_WORD}(?:(?:,? and |, | & | ){_WORD}){{0,5}})"
_SUBJECT = rf"(?P<who>(?i:\b(?:she|he|they|both|{CHILD}))|\b{_NAME})"
_SOON = (
    r"(?:\s+(?i:now|since|just|also|all|both|safely|finally|thankfully|happily|today|yesterday|this (?:morning|afternoon|evening)|"
    r"last night|sadly)){0,3}"
)
_WAS = rf"(?:\s+(?i:has|have|had){_SOON}\s+(?i:been)|['’](?i:s|ve){_SOON}\s+(?i:been)|\s+(?i:was|were))"
_NOT_OUT = (
    r"(?!\s+(?i:to (?!be safe|be well|an? |the |her |his |their )|that\b|out\b|guilty\b|"
    r"not\b|it\b|wanting\b|no\b|nothing\b|dead\b|deceased\b))"
)
_VERB = r"(?i:found|located|traced|recovered)"
_HOME = (
    rf"(?:\s+(?i:has|have|is|are|was|were)|['’](?i:s|ve|re))?{_SOON}\s+"
    r"(?i:returned (?:home|safely|to (?:her|his|their|the|our|placement|care|school))|come (?:back )?home|came (?:back )?home|"
    r"back (?:at |in )?(?:home|placement|care|with)|turned up|been returned|reappeared|home safe|arrived (?:back )?home|no longer missing)"
)
_AFTER_THEM = (
    r"(?=\s*(?:$|[,.;!:–-]|(?i:at|in|on|with|by|safe|safely|alive|this|yesterday|today|last|and|near|living|staying|late|early|earlier|"
    r"hiding|when|after|unharmed)\b))"
)
_THEM = rf"(?i:(?:both |all )?(?:her|him|them))\b{_AFTER_THEM}|(?i:{CHILD})\b(?!['’])|{_NAME}(?![\w'’])"
_IS_FOUND = (
    re.compile(rf"{_SUBJECT}{_WAS}{_SOON}\s+{_VERB}\b{_NOT_OUT}"),
    re.compile(rf"{_SUBJECT}{_HOME}\b"),
    re.compile(rf"\b{_VERB}\s+(?P<who>{_THEM})(?!['’])"),
    re.compile(
        rf"^(?P<who>{_NAME}|(?i:{CHILD})\b)\s+{_VERB}"
        r"(?=\s*(?:$|[-–:,.!(\[]|(?i:safe|alive|and|today|yesterday|in|at|on)\b))"
    ),
)
_HAS_DIED = re.compile(
    rf"(?P<who>(?i:\b{CHILD})|\b{_NAME})(?:\s+(?i:has|have))?{_SOON}\s+(?i:died|passed away)\b|"
    rf"{_SUBJECT.replace('?P<who>', '?P<whom>')}{_WAS}{_SOON}\s+(?i:found (?:dead|deceased))\b|(?i:\b(?:of |about )?the death of {CHILD}\b)"
)
_DENIED = re.compile(
    r"\b(?:not|never|no|none|neither|nor|nobody|cannot|unable|failed|without|yet to|hardly|"
    r"if|when|once|until|till|unless|whether|should|would|could|may|might|must|hope\w*|hoping|pray\w*|wish\w*|in case|before|"
    r"in the event|as soon as|after|think|thinks|believe[sd]?|thought|possibly|maybe|perhaps|apparently|alleged\w*|unconfirmed|"
    r"claim\w*|rumou?r\w*|reportedly|suspect\w*|expect\w*|like(?:ly)?)\b|n['’]t\b",
    re.IGNORECASE,
)
_IN_THE_PAST = re.compile(
    r"\b(?:previous(?:ly)?|last (?:time|year|month)|(?:last|earlier|another|first|other|past) (?:occasion|episode|time)s?|in the past|"
    r"in (?:19|20)\d\d|historic\w*|used to|years ago|months ago)\b",
    re.IGNORECASE,
)
_HANGS_ON = re.compile(r"(?:\b(?:to|with|from|by|for|about|near|like)\s*|(?<!both )(?<!all )(?<!each )(?<!some )\bof\s*)$", re.IGNORECASE)
_SEVERAL = re.compile(
    r"\b(?:both|all|they|them|children|siblings|sibling group|family|families|babies|girls|boys|twins|kids|people)\b", re.I
)
_NO_NAMES = frozenset(
    word.capitalize()
    for words in (
        "i we it this that there these nothing nobody none no yes you all the a an her his their our my its what who",
        "if when once until unless whether should before after since yesterday today could would may in on at and but so as for with",
        "police officers mother father mum dad parents aunt uncle grandmother grandfather partner mr mrs ms miss dr social school team",
        "records checks information good great bad news update evidence items clothing phone car passport passports body found alert",
        "hi hello dear please fwd fw national missing monday tuesday wednesday thursday friday saturday sunday",
    )
    for word in words.split()
)
QUESTION = re.compile(
    r"\?\s*$|^\s*(?:how|who|what|when|where|why|which|has|have|is|are|was|were|do|does|did|should|will|would|can|could|may|any)\b(?=[^.!]*$)",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?P<where>(?:at|in)\s+(?!\d|about\b|around\b|approximately\b|night\b|lunch|midnight|midday|good\b|safe\b|person\b|a safe\b|"
    r"the care of\b|the (?:weekend|early|morning|afternoon|evening|night|end)\b|last\b|this\b|all\b|error\b).{1,120}?)"
    r"(?=\s*(?:[,.;!(–]|\s-\s|$)|\s+(?:by|on|yesterday|today|this|last|and|after|following|who|where|when|with|seen|but|during|before|"
    r"safe|late|early)\b)",
    re.IGNORECASE,
)
_SEEN_BY = re.compile(
    r"(?<!last )\b(?:seen|sighted|visited)(?:\s+(?:today|yesterday|in person|alive|safe and well|safe|and spoken to|physically|"
    r"face to face)){0,3}\s+by\s+(?P<by>.{1,120}?)(?=\s*(?:[,.;!(–]|\s-\s|$)|\s+(?:on|at|and|who|yesterday|today|this|last|in)\b)",
    re.IGNORECASE,
)
_I_SAW = re.compile(
    r"\b(?:i|we)(?: have|['’]ve)?(?: just| now| physically| personally| both| all){0,3} (?:saw|seen|visited) "
    r"(?:her|him|them|both|all|the child\w*|[A-Z]\w+)\b|"
    r"\b(?:has|have|was|were)(?: all| both| now){0,2} (?:been )?physically (?:seen|sighted)\b",
    re.IGNORECASE,
)
_NOT_SEEN = re.compile(
    r"(?:\b(?:not|yet to|waiting to|still to)|n['’]t)\s+(?:yet\s+)?(?:been\s+|be\s+)?(?:physically\s+)?(?:seen|sighted|visited)\b", re.I
)


def is_found(sentence: str) -> bool:
    """Tell whether a sentence says that a child has been found."""
    return any(_affirms(pattern, sentence) for pattern in _IS_FOUND)


def has_died(sentence: str) -> bool:
    """Tell whether a sentence says that a child has died."""
    return _affirms(_HAS_DIED, sentence)


def names_found(sentence: str) -> list[str]:
    """Name the children a sentence says were found, when it names them."""
    found: list[str] = []
    for pattern in (*_IS_FOUND, _HAS_DIED):
        for match in pattern.finditer(sentence):
            _, who = _who(match)
            if not _holds(match, sentence) or _is_a_child(who) or not who[:1].isupper():
                continue
            names = (name for name in re.split(r",? and |, | & ", who) if name)
            found += [name for name in names if not any(word in _NO_NAMES for word in name.split())]
    return list(dict.fromkeys(found))


def speaks_of_several(sentence: str) -> bool:
    """Tell whether a sentence says that several children were found without naming each of them."""
    subjects = (_who(match)[1] for pattern in _IS_FOUND for match in pattern.finditer(sentence) if _holds(match, sentence))
    return any(_SEVERAL.search(who) for who in subjects if _is_a_child(who) or who[:1].islower())


def facts_in(found: list[str], sentences: list[str], *, today: date) -> Said:
    """Read when, where and by whom: dates and places from the sentences that say *found*, "seen by" from any."""
    said: Said = {}
    for one in found:
        before, _, behind = one.partition(" seen ")
        for path, words in (("found.date", before), ("found.date_seen", behind)):
            when = dates_in(words, today=today)
            if len(when) == 1 and len(when[0]) == 10:
                said.setdefault(path, (when[0], one))
        verb = re.search(rf"{_VERB}|(?i:back|returned|turned up|safe)", one)
        if verb and (place := _PLACE.search(one, verb.end())):
            said.setdefault("found.where", (place["where"].strip(), one))
    for one in sentences:
        if QUESTION.search(one):
            continue
        if _NOT_SEEN.search(one):
            said["found.physically_seen"] = (False, one)
        elif (by := _SEEN_BY.search(one)) and not _DENIED.search(one[: by.start()]):
            said.setdefault("found.seen_by", (by["by"].strip(), one))
            said.setdefault("found.physically_seen", (True, one))
        elif _I_SAW.search(one) and not _DENIED.search(one):
            said.setdefault("found.physically_seen", (True, one))
    return said


def _affirms(pattern: re.Pattern[str], sentence: str) -> bool:
    if QUESTION.search(sentence) or _IN_THE_PAST.search(sentence):
        return False
    return any(_holds(match, sentence) for match in pattern.finditer(sentence))


def _holds(match: re.Match[str], sentence: str) -> bool:
    """Tell whether nothing before the match denies it, and its subject is a child and not an officer or the first word of a sentence."""
    lead, who = _who(match)
    before = re.split(r"[,;:–]|\bbut\b|\s-\s", sentence[: match.start()] + lead)[-1]
    if _DENIED.search(before) or _HANGS_ON.search(before) or re.match(r"\s*(?:\?|['’]s\b)", sentence[match.end() :]):
        return False
    return not who[:1].isupper() or _is_a_child(who) or re.findall(_WORD, who)[-1] not in _NO_NAMES


def _who(match: re.Match[str]) -> tuple[str, str]:
    """Part the subject into capital words that are no names, such as "If" or "Yesterday", and the rest."""
    groups = match.groupdict()
    words = (groups.get("who") or groups.get("whom") or "").split(" ")
    start = 0
    while start < len(words) - 1 and words[start].strip(",") in _NO_NAMES and not _is_a_child(" ".join(words[start:])):
        start += 1
    return "".join(f"{word} " for word in words[:start]), " ".join(words[start:])


def _is_a_child(who: str) -> bool:
    return bool(re.fullmatch(rf"(?:she|he|they|both|{CHILD})", who, re.IGNORECASE))
