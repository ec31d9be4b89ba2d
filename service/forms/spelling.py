"""Mends a label that was misspelt, badly scanned or broken in mid-word, never into other words that labels or people really use."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from service.forms.wording import FILLERS, canonical

_SHORTEST = 5
_LONG = 9
_MOST_WORDS = 14
_LOOK_ALIKES = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"))


class Speller:
    """Corrects single words towards *vocabulary*; *real_words* are words of their own and never taken for slips."""

    def __init__(self, vocabulary: Iterable[str], real_words: Iterable[str]) -> None:
        self._words = frozenset(vocabulary) | FILLERS | {"if", "known", "where", "applicable", "and", "or"}
        self.telling = frozenset(real_words)
        self._long = sorted(word for word in self._words if len(word) >= _SHORTEST and word.isalpha())
        self._beginnings = {word[:length] for word in self._words for length in range(2, len(word))}
        self._folded: dict[str, set[str]] = {}
        for word in self._words:
            self._folded.setdefault(_fold(word), set()).add(word)
        self.word = lru_cache(maxsize=20_000)(self._word)

    def may_begin(self, word: str) -> bool:
        """Tell whether *word* could be a word of a label, or the first piece of one that was broken."""
        known = word in self._words or word in self._beginnings or canonical(word) in self._words
        return known or self.word(word) is not None

    def corrections(self, words: str) -> Iterator[str]:
        """Yield the label with its broken words joined, and with at most two wrong words put right."""
        given = words.split()
        if len(given) > _MOST_WORDS:
            return
        wrong = [word for word in given if word not in self._words]
        if not wrong:
            return
        if len(given) > 1 and all(word.isalpha() for word in given) and (joined := self._joined(given)) is not None:
            yield joined
        if len(wrong) <= 2 and all(self.word(word) is not None for word in wrong):
            yield " ".join(word if word in self._words else str(self.word(word)) for word in given)

    def _word(self, given: str) -> str | None:
        """Find the one word that *given* is a slip of: looks alike, two letters swapped, or one wrong (two in a long word)."""
        if given in self._words or given in self.telling:
            return None
        alike = self._folded.get(_fold(given), set())
        if len(alike) == 1 and len(given) >= 3:
            return next(iter(alike))
        if len(given) < _SHORTEST or not given.isalpha():
            return None
        near = extract(given, self._long, scorer=OSA.distance, score_cutoff=2, limit=6)
        slips = [word for word, distance, _ in near if _is_slip(given, word, distance)]
        return slips[0] if len({canonical(word) for word in slips}) == 1 else None

    def _joined(self, given: list[str]) -> str | None:
        """Join words that a conversion broke: "perso n's" is "persons" when the pieces are words only together."""
        joined: list[str] = []
        index = 0
        while index < len(given):
            for end in range(min(len(given), index + 4), index, -1):
                candidate = "".join(given[index:end])
                if candidate in self._words and (end == index + 1 or any(part not in self._words for part in given[index:end])):
                    joined.append(candidate)
                    index = end
                    break
            else:
                return None
        return " ".join(joined)


def _is_slip(given: str, wanted: str, slips: int) -> bool:
    if len(wanted) < 6:
        return slips == 1 and sorted(given) == sorted(wanted) and given[0] == wanted[0]
    return slips <= (1 if len(wanted) < _LONG else 2)


def _fold(word: str) -> str:
    for look, alike in _LOOK_ALIKES:
        word = word.replace(look, alike)
    return word
