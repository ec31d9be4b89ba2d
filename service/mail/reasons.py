"""The reason an approver writes below the word: the first lines after it that are words of their own, not a greeting or a footer."""

import re

_SIGN_OFF = re.compile(
    r"^\W*(?:(?:kind|best|warm|many|with)\b.{0,30}\b(?:regards|wishes|thanks)\b|regards|many thanks|thanks|thank you|cheers|best|yours"
    r"|diolch|cofion|sent from|get outlook|from|on behalf)\b|^\W*--",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"\b(?:confidential|intended (?:recipient|addressee)|disclaimer|privileged|virus|monitor(?:ed|ing)|environment before print)\b"
    r"|www\.|https?:|@",
    re.IGNORECASE,
)
_FEWEST_LETTERS = 8


def reason_below(new_text: str, *, name: str) -> str:
    """Return what is written below the first line of a reply, up to the sign-off; empty when that is only a name or a footer."""
    lines = new_text.strip().splitlines()[1:]
    reason: list[str] = []
    for line in lines:
        words = line.strip()
        if not words:
            if reason:
                break
            continue
        if _SIGN_OFF.search(words) or _FOOTER.search(words) or _is_name(words, name):
            break
        reason.append(words)
    said = " ".join(reason)
    return said if sum(letter.isalpha() for letter in said) >= _FEWEST_LETTERS and len(said.split()) > 1 else ""


def _is_name(line: str, name: str) -> bool:
    words = set(re.findall(r"[^\W\d_]+", line.casefold()))
    return bool(words) and words <= set(re.findall(r"[^\W\d_]+", name.casefold()))
