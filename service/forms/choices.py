"""Finds which of the choices a form offers was made: by a tick beside it, or by bold, highlight, underline or a circle on it alone.

A list of choices of which none, or too many, are marked is left as it stands: it is an offer, not an answer.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from service.forms.blocks import EMPTY, TICKED, Cell
from service.forms.labels import load_labels, words_of
from service.forms.wording import is_format

_STRONG = re.compile(r"[^\n\t|;•●▪]+")
_WEAK = re.compile(r"[^\n\t|;•●▪/,\\]+|\\")
_WORD = re.compile(r"[^\s/|,;]+")
_TICK = re.compile(r"^(?:x|X|✓|✔|🗸|☒|☑|✗|✘|\[\s*[xX]\s*\]|\(\s*[xX]\s*\)|√)$")
_BOXES = re.compile(f"[{TICKED}{EMPTY}☑□]|\\[ ?\\]")
_WRAPPED = re.compile(
    r"^(?:[✓✔]\s*\S.*|\[[^\[\]]+\]|\([^()]+\)|\*+[^*]+\*+|_+[^_]+_+|[>»→]\s*\S.*|.*\S\s*(?:✓|✔|\((?:circled|selected|chosen|ticked)\)))$",
    re.IGNORECASE,
)
_GLYPHS = re.compile(f"[{TICKED}{EMPTY}☑✓✔🗹🗷□◻❏❑]")
_LONGEST_OFFER = 900
_LONGEST_OPTION = 60
_SEVERAL = frozenset({"category", "status"})
_WHOLE = {"answer": 2, "sex": 2, "risk": 2, "category": 4, "status": 3, "ethnicity": 3}
Span = tuple[int, int]
Piece = tuple[str, frozenset[str]]


@lru_cache(maxsize=20_000)
def groups_of(text: str) -> frozenset[str]:
    """Name the lists of choices that hold *text* as one of their options."""
    if len(text) > _LONGEST_OPTION:
        return frozenset()
    words = words_of(_BOXES.sub(" ", text))
    return frozenset(group for group, options in load_labels().choices.items() if words in options)


def is_tick(text: str) -> bool:
    """Tell whether a cell holds nothing but a mark that chooses."""
    return bool(_TICK.match(text.strip()))


def is_offer(text: str) -> bool:
    """Tell whether the words are only the choices a form offers, none of them marked."""
    if not text or len(text) > _LONGEST_OFFER or _GLYPHS.search(text):
        return False
    found = _options(text)
    if found is None:
        return False
    group, spans = found
    offered = {words_of(text[start:end]) for start, end in spans}
    if group == "answer":
        return bool(offered & {"yes", "y", "oes", "ydy"}) and bool(offered & {"no", "n", "nac oes", "nac ydy"})
    if group == "sex":
        return bool(offered & {"male", "m", "boy", "gwryw"}) and bool(offered & {"female", "f", "girl", "benyw"})
    return len(offered) >= _WHOLE[group] and (
        group != "risk" or len(offered & {"low", "medium", "high", "low risk", "medium risk", "high risk"}) >= 2
    )


def settle(pieces: Sequence[Piece]) -> str:
    """Join runs of text; where choices are offered and some, not all, are marked, write them as ticked and empty boxes."""
    text = "".join(piece for piece, _ in pieces)
    kinds = frozenset(kind for _, marks in pieces for kind in marks)
    if not kinds or not text.strip() or _BOXES.search(text) or len(text) > _LONGEST_OFFER:
        return text
    marked = [marks for piece, marks in pieces for _ in piece]
    whole = _ticked(text, marked, kinds)
    if whole is not None:
        return whole
    settled, at = [], 0
    for line in text.split("\n"):
        settled.append(_settle_line(line, marked[at : at + len(line)], kinds))
        at += len(line) + 1
    return "\n".join(settled)


def settle_written(text: str) -> str:
    """Write choices as boxes where one is marked in plain characters: "[Yes] / No", "Yes / *No*", "Ⓨ / N"."""
    if len(text) > _LONGEST_OFFER or _BOXES.search(text) or not re.search(r"[\[(*_>»→✓✔Ⓐ-ⓩ]", text):
        return text
    marked: list[frozenset[str]] = [frozenset()] * len(text)
    for match in _WEAK.finditer(text):
        raw = match[0].strip()
        enclosed = len(raw) == 1 and unicodedata.normalize("NFKC", raw) != raw
        if (enclosed or _WRAPPED.match(raw)) and not is_format(raw.strip("()[]")):
            marked[match.start() : match.end()] = [frozenset({"written"})] * (match.end() - match.start())
    return _ticked(text, marked, frozenset({"written"})) or text


def settle_row(cells: Sequence[Cell], marks: Sequence[frozenset[str]]) -> list[Cell]:
    """Write choices in neighbouring cells as boxes where one cell alone is shaded, bold or highlighted."""
    settled = list(cells)
    if not any(marks):
        return settled
    at = 1
    while at < len(cells):
        end, shared = at, groups_of(cells[at].text)
        while end < len(cells) and (both := shared & groups_of(cells[end].text)):
            shared, end = both, end + 1
        kinds = {kind for mark in marks[at:end] for kind in mark}
        chosen = {frozenset(index for index in range(at, end) if kind in marks[index]) for kind in kinds}
        partial = [one for one in chosen if 0 < len(one) < end - at]
        if end - at > 1 and len(partial) == 1 and len(partial[0]) == 1 and not any(_BOXES.search(cell.text) for cell in cells[at:end]):
            for index in range(at, end):
                mark = TICKED if index in partial[0] else EMPTY
                settled[index] = replace(cells[index], text=f"{mark} {cells[index].text}")
        at = max(end, at + 1)
    return settled


def _settle_line(line: str, marked: list[frozenset[str]], kinds: frozenset[str]) -> str:
    """Settle the choices of one line, of which the beginning may be a label."""
    starts = [0, *(match.end() for match in re.finditer(r"[:?\t]\s*| {3,}", line))]
    for start in starts:
        ticked = _ticked(line[start:], marked[start:], kinds)
        if ticked is not None:
            return line[:start] + ticked
    return line


def _ticked(text: str, marked: list[frozenset[str]], kinds: frozenset[str]) -> str | None:
    """Write the choices in *text* as boxes; None when there are no choices, or no telling which was made."""
    found = _options(text)
    if found is None:
        return None
    group, spans = found
    answers: set[frozenset[int]] = set()
    for kind in kinds:
        chosen = frozenset(
            number
            for number, (start, end) in enumerate(spans)
            if sum(kind in marked[at] for at in range(start, end) if not text[at].isspace()) * 2 > len(re.sub(r"\s", "", text[start:end]))
        )
        if 0 < len(chosen) < len(spans):
            answers.add(chosen)
    if len(answers) != 1:
        return None
    chosen = answers.pop()
    if len(chosen) > 1 and group not in _SEVERAL:
        return None
    boxes = ((TICKED if number in chosen else EMPTY, text[start:end]) for number, (start, end) in enumerate(spans))
    return " ".join(f"{box} {option.strip().strip('[]()*_>»→✓✔').strip()}" for box, option in boxes)


def _options(text: str) -> tuple[str, list[Span]] | None:
    """Take *text* apart into at least two options of one list, with their places; None when anything else stands in it."""
    for pattern in (_STRONG, _WEAK):
        spans = [span for match in pattern.finditer(text) if (span := _trimmed(text, match.span())) is not None]
        if len(spans) > 1 and (group := _common(text[start:end] for start, end in spans)):
            return group, spans
    words = [match.span() for match in _WORD.finditer(text)]
    while words and (is_format(text[words[-1][0] :]) or is_format(text[words[max(len(words) - 3, 0)][0] :])):
        cut = len(words) - 1 if is_format(text[words[-1][0] :]) else max(len(words) - 3, 0)
        words = words[:cut]
    if 2 <= len(words) <= 60:
        for group in load_labels().choices:
            spans_ = _segmented(text, words, group)
            if spans_ is not None and len(spans_) > 1:
                return group, spans_
    return None


def _trimmed(text: str, span: Span) -> Span | None:
    """Leave out what is only space or guidance: "(delete as appropriate)", "or", a lone star."""
    start, end = span
    piece = re.sub(
        r"\((?:please )?(?:delete|circle|tick|select)[^()]*\)|\*?\s*(?:please )?(?:delete|circle|tick) as (?:appropriate|applicable)",
        "",
        text[start:end],
    )
    bare = piece.strip(" .\u00a0")
    if not words_of(bare) or is_format(bare.strip("()[]*_")) or bare.casefold() == "or":
        return None
    at = text.index(bare, start)
    return at, at + len(bare)


def _common(options: object) -> str | None:
    shared: frozenset[str] | None = None
    for option in options:  # type: ignore[attr-defined]
        groups = groups_of(option)
        shared = groups if shared is None else shared & groups
        if not shared:
            return None
    return next((group for group in load_labels().choices if shared and group in shared), None)


def _segmented(text: str, words: list[Span], group: str) -> list[Span] | None:
    options = load_labels().choices[group]
    spans: list[Span] = []
    at = 0
    while at < len(words):
        if words_of(text[words[at][0] : words[at][1]]) in ("", "or"):
            at += 1
            continue
        for end in range(min(len(words), at + 6), at, -1):
            if words_of(text[words[at][0] : words[end - 1][1]]) in options:
                spans.append((words[at][0], words[end - 1][1]))
                at = end
                break
        else:
            return None
    return spans


def fold(cells: Sequence[Cell]) -> list[Cell]:
    """Put choices that stand in cells of their own, with ticks in or between them, into one cell: "Yes | x | No | " is "☒ Yes ☐ No"."""
    folded: list[Cell] = []
    at = 0
    while at < len(cells):
        end = _run(cells, at)
        if end is None:
            folded.append(cells[at])
            at += 1
        else:
            folded.append(replace(cells[at], text=grid_text([cells[at:end]]), across=sum(cell.across for cell in cells[at:end])))
            at = end
    return folded


def _run(cells: Sequence[Cell], start: int) -> int | None:
    """Find where a run of choices and ticks that begins at *start* ends; None when fewer than two choices stand there."""
    shared: frozenset[str] | None = None
    options, end = 0, start
    for at in range(start, len(cells)):
        text = cells[at].text.strip()
        if not text or is_tick(text) or not words_of(_BOXES.sub("", text)):
            continue
        groups = groups_of(text)
        both = groups if shared is None else groups & shared
        if not both:
            break
        shared, options, end = both, options + 1, at + 1
    if options < 2 or (start and not cells[start].text.strip() and not any(is_tick(cell.text) for cell in cells[start:end])):
        return None
    while end < len(cells) and (not cells[end].text.strip() or is_tick(cells[end].text)):
        end += 1
    return end


def is_option_row(cells: Sequence[Cell], group: str) -> bool:
    """Tell whether a row holds nothing but options of one list, ticks and empty cells."""
    filled = [cell.text for cell in cells if cell.text.strip() and not is_tick(cell.text) and words_of(_BOXES.sub("", cell.text))]
    return bool(filled) and all(group in groups_of(text) for text in filled)


def grid_text(rows: Sequence[Sequence[Cell]]) -> str:
    """Write a grid of options and ticks as boxes. A tick may stand in the cell before or after its option, the same way in all rows."""
    before = after = True
    for row in rows:
        texts = [cell.text.strip() for cell in row]
        if any(is_tick(text) for text in texts):
            before &= _paired(texts, 0)
            after &= _paired(texts, 1)
    written: list[str] = []
    for row in _ticked_below(rows):
        texts = [cell.text.strip() for cell in row]
        for at, text in enumerate(texts):
            option = _BOXES.sub("", text).strip()
            if not words_of(option) or is_tick(text):
                continue
            beside = (texts[at + 1 : at + 2] if after else texts[max(at - 1, 0) : at]) if before != after else []
            ticked = TICKED in text or "☑" in text or bool(beside and is_tick(beside[0]))
            written.append(f"{TICKED if ticked else EMPTY} {option}")
    return " ".join(written)


def _ticked_below(rows: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """Put ticks that stand in a row below their options beside them."""
    joined: list[Sequence[Cell]] = []
    number = 0
    while number < len(rows):
        row, below = rows[number], rows[number + 1] if number + 1 < len(rows) else ()
        options = len(row) > 1 and all(words_of(cell.text) and not _GLYPHS.search(cell.text) and not is_tick(cell.text) for cell in row)
        ticks = len(below) == len(row) and all(not words_of(_BOXES.sub("", cell.text)) or is_tick(cell.text) for cell in below)
        if options and ticks and any(is_tick(cell.text) for cell in below):
            marks = [TICKED if is_tick(cell.text) else EMPTY for cell in below]
            joined.append([replace(cell, text=f"{mark} {cell.text}") for mark, cell in zip(marks, row, strict=True)])
            number += 2
        else:
            joined.append(row)
            number += 1
    return joined


def _paired(texts: Sequence[str], first: int) -> bool:
    """Tell whether a tick or an empty cell stands before (*first* 0) or behind (1) every option of a row."""
    marks = [not words_of(_BOXES.sub("", text)) or is_tick(text) for text in texts]
    if len(marks) % 2 and marks[-1] and not (marks[0] and not texts[0]):  # one more empty cell at the end
        marks.pop()
    return len(marks) % 2 == 0 and all(mark == ((at + first) % 2 == 0) for at, mark in enumerate(marks))
