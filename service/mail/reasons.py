"""The reason an approver writes below the word: the first lines after it that are words of their own, not a greeting or a footer."""

import re
from collections.abc import Sequence

_SIGN_OFF = re.compile(
    r"^\W*(?:(?:kind|best|warm|many|with)\b.{0,30}\b(?:regards|wishes|thanks)|(?:regards|thanks|thank you|cheers|best|yours|diolch|cofion)"
    r"(?:\s+\S+){0,3})\W*$|^\W*(?:sent from|get outlook|anfonwyd o|on behalf|from:)|^\W*--",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"\b(?:confidential|intended (?:recipient|addressee)|disclaimer|privileged|virus|monitor(?:ed|ing)|environment before print)\b"
    r"|www\.|https?:|@",
    re.IGNORECASE,
)
DISCLAIMER = re.compile(
    r"\bintended (?:recipients?|addressees?)\b|\b(?:views|opinions) (?:or \w+ )?expressed\b|\bfreedom of information\b|\bprivacy notice\b"
    r"|\bregistered office\b|\bbefore printing\b|\bwelcomes? correspondence\b|\bcorrespondence in welsh\b|\bcroesaw\w* gohebiaeth\b"
    r"|\bgohebiaeth yn gymraeg\b|\brhyddid gwybodaeth\b|\bhysbysiad preifatrwydd\b|\bderbynn(?:ydd|wyr) bwriadedig\b"
    r"|\b(?:this|the|any|all|our|y|yr) (?:\w+ )?(?:e-?mails?|messages?|communications?|transmission|e-?bost|neges)\b.{0,160}"
    r"\b(?:confidential|privileged|monitor(?:ed|ing)|recorded|disclos\w+|scanned|virus\w*|in error|by mistake|solely"
    r"|cyfrinachol|ar gam|firws|fonitro)\b"
    r"|\bconfidential\w*\b.{0,160}\b(?:this|the) (?:e-?mail|message|communication)",
    re.I,
)
_TITLES = frozenset(("mr", "mrs", "ms", "miss", "dr", "prof", "cllr"))
_FEWEST_LETTERS = 8


def first_words(lines: Sequence[str], *, name: str) -> list[str]:
    """Return the first paragraph of *lines* up to a sign-off or the writer's own name; none when that comes first, or a disclaimer."""
    said: list[str] = []
    for line in lines:
        words = line.strip()
        if not words:
            if said:
                break
            continue
        if _SIGN_OFF.search(words[:200]) or _is_name(words, name):
            break
        said.append(words)
    return [] if DISCLAIMER.search(" ".join(said)[:4000]) else said


def reason_below(new_text: str, *, name: str) -> str:
    """Return what is written below the first line of a reply, up to the sign-off; empty when that is only a name or a footer."""
    own = first_words(new_text.strip().splitlines()[1:], name=name)
    footer = next((i for i, words in enumerate(own) if _FOOTER.search(words)), len(own))
    said = " ".join(own[:footer])
    return said if sum(letter.isalpha() for letter in said) >= _FEWEST_LETTERS and len(said.split()) > 1 else ""


def _is_name(line: str, name: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", line[:200].casefold()) if word not in _TITLES]
    known = set(re.findall(r"[^\W\d_]+", name.casefold()))
    return bool(words) and (set(words) <= known or (len(words) > 1 and set(words[:2]) <= known))
