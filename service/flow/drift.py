"""Notes which labels and titles of forms the reader does not know, so that `labels.toml` can follow the forms as they change."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files

from rapidfuzz import fuzz, process

from service.database.unit_of_work import Work
from service.database.unknown_words import UnknownWords
from service.domain.people import IssuingAuthority
from service.forms.kinds import Kind, kind_of
from service.forms.labels import words_of
from service.forms.reading import Reading
from service.forms.shapes import blank_fields

_LONGEST = 160
_CLOSE_ENOUGH = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWords:
    """One label or title that the reader does not know, and what a person would add to `labels.toml` to teach it.

    *line* is ready to be pasted; *belongs_to* is the field whose labels are most like it, empty when none is.
    """

    seen: UnknownWords
    line: str = field(repr=False)
    belongs_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What is new in the forms of one authority."""

    authority: str
    labels: tuple[NewWords, ...]
    titles: tuple[UnknownWords, ...]


async def note(work: Work, authority: IssuingAuthority, reading: Reading, now: datetime) -> None:
    """Count what the reader did not know in a form, in the caller's transaction."""
    labels = {words_of(label): label for label in reading.unknown_labels}
    for compared, label in labels.items():
        if compared:
            await work.unknown.note(authority.id, kind="label", words=label[:_LONGEST], compared=compared, at=now)
    title = reading.form_title or ""
    if words_of(title) and kind_of(title, blank_fields(), "") is Kind.UNKNOWN:
        await work.unknown.note(authority.id, kind="title", words=title[:_LONGEST], compared=words_of(title), at=now)


async def drift_of(work: Work, authority: IssuingAuthority) -> Drift:
    """Return what is new in the forms of one authority, the most frequent first."""
    seen = await work.unknown.of_authority(authority.id)
    return Drift(
        authority=authority.name,
        labels=tuple(_new(one) for one in seen if one.kind == "label"),
        titles=tuple(one for one in seen if one.kind == "title"),
    )


def _new(seen: UnknownWords) -> NewWords:
    words = words_of(seen.words)
    close = process.extractOne(words, _variants().keys(), scorer=fuzz.token_sort_ratio, score_cutoff=_CLOSE_ENOUGH)
    # A TOML string and a JSON string of plain words are written alike.
    return NewWords(seen=seen, line=f"{json.dumps(words, ensure_ascii=False)},", belongs_to=_variants()[close[0]] if close else "")


@cache
def _variants() -> Mapping[str, str]:
    """Return every label that is known, with its field. A suggestion may be loose, because a person decides; the reader never is."""
    known = tomllib.loads(files("service.forms").joinpath("labels.toml").read_text(encoding="utf-8"))["fields"]
    return {
        words_of(label): name
        for name, entry in known.items()
        for label in (*entry.get("variants", ()), *entry.get("bare", ()), *entry.get("inside", ()), entry["says"])
    }
