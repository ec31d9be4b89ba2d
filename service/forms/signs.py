"""Understands long questions by the words that every wording of them holds: "Do friends/neighbours/family believe that they are missing?".

Only whole questions are looked at, and one that also asks for a date, a name or a number is left alone.
"""

from collections.abc import Iterable, Mapping

FEWEST_WORDS = 5
_ASKS_FOR = frozenset(
    {
        "date",
        "when",
        "who",
        "whom",
        "name",
        "number",
        "time",
        "signed",
        "signature",
        "by",
        "how",
        "reference",
        "phone",
        "before",
        "previously",
        "ever",
        "history",
    }
)


class Signs:
    """The signs of each field: sets of words, all of which stand in the question."""

    def __init__(self, signs: Mapping[str, Iterable[str]]) -> None:
        self._signs = [(frozenset(words.split()), name) for name, listed in signs.items() for words in listed]

    def field_of(self, label: str, words: str) -> str | None:
        """Find the field a question asks for from its canonical *words*; the fullest sign wins, and two alike fields are none."""
        asks = label.strip().rstrip(":： )*").endswith("?") or label.rstrip().endswith((":", "："))
        if (
            not asks or "\n" in label.strip() or ("?" not in label and len(label.split()) < FEWEST_WORDS)
        ):  # "Both parents are in prison" is an answer
            return None
        given = frozenset(words.split())
        shown = [(len(sign), name) for sign, name in self._signs if sign <= given and not (given - sign) & _ASKS_FOR]
        fullest = max((size for size, _ in shown), default=0)
        named = {name for size, name in shown if size == fullest}
        return named.pop() if len(named) == 1 else None
