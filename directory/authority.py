"""The authorities of the United Kingdom and the Crown Dependencies, as shipped: names, codes, neighbours and their place on the map.

Public facts only, read once from `directory/data`; see SOURCES.md there for where they come from.
"""

import csv
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

_LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """One authority that answers for child protection in its area, from *valid_from* to *valid_to* (both included; None is open).

    *successors* are the codes of those that follow it. *version* and *edited* say what became of it in the register and are not compared.
    """

    gss_code: str
    name: str
    short_name: str
    nation: str
    region: str
    kind: str
    code: str
    in_uk: bool
    police_force: str = ""
    former_codes: tuple[str, ...] = ()
    delivery_note: str = ""
    reorganisation_note: str = ""
    other_names: tuple[str, ...] = ()
    delivered_by: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()
    version: int = field(default=0, compare=False)
    edited: bool = field(default=False, compare=False)

    def is_current(self, on: date) -> bool:
        """Say whether it answers for its area on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


def day_of(moment: datetime) -> date:
    """Return the day in the United Kingdom: an authority begins and ends at midnight there."""
    return moment.astimezone(_LONDON).date()


def today() -> date:
    """Return the day it is in the United Kingdom."""
    return day_of(datetime.now(UTC))


class HexPosition(NamedTuple):
    """Column and row of an authority on the hexagon map (odd-r layout, row 0 in the north)."""

    q: int
    r: int


@cache
def shipped() -> tuple[Authority, ...]:
    """Return every authority in the shipped list, ordered by name: former and future ones too."""
    rows = csv.DictReader(_text("authorities.csv").splitlines())
    return tuple(sorted((_authority(row) for row in rows), key=lambda authority: authority.name.casefold()))


@cache
def by_gss() -> Mapping[str, Authority]:
    """Return the shipped authorities by GSS code."""
    return MappingProxyType({authority.gss_code: authority for authority in shipped()})


@cache
def neighbour_pairs() -> tuple[tuple[str, str, str], ...]:
    """Return each pair of neighbouring authorities once, with the reason they count as neighbours."""
    rows = csv.DictReader(_text("neighbours.csv").splitlines())
    return tuple((row["a"], row["b"], row["basis"]) for row in rows)


def neighbours_of(gss_code: str, on: date | None = None) -> tuple[str, ...]:
    """Return the GSS codes of the neighbours of an authority (those of a day, when given), by code; none for an unknown code."""
    found = _neighbours().get(gss_code, ())
    return found if on is None else tuple(code for code in found if by_gss()[code].is_current(on))


@cache
def hex_positions() -> Mapping[str, HexPosition]:
    """Return the place of every authority on the hexagon map by GSS code."""
    places = json.loads(_text("hexmap.json"))
    return MappingProxyType({gss: HexPosition(q=int(place["q"]), r=int(place["r"])) for gss, place in places.items()})


def find_by_name(text: str) -> Authority | None:
    """Find the one authority that people mean by a name; None when the name is unknown or fits more than one."""
    wanted = _normalised(text)
    for key, index in ((wanted, _full_names()), (_bare(wanted), _bare_names())):
        found = index.get(key, frozenset()) if key else frozenset()
        if found:
            return by_gss()[next(iter(found))] if len(found) == 1 else None
    return None


def _authority(row: Mapping[str, str]) -> Authority:
    return Authority(
        gss_code=row["gss_code"],
        name=row["name"],
        short_name=row["short_name"],
        nation=row["nation"],
        region=row["region"],
        kind=row["kind"],
        code=row["code"],
        in_uk=row["in_uk"] == "true",
        police_force=row["police_force"],
        former_codes=tuple(row["former_codes"].split()),
        delivery_note=row["delivery_note"],
        reorganisation_note=row["reorganisation_note"],
        other_names=tuple(name for name in row["other_names"].split("|") if name),
        delivered_by=row["delivered_by"],
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        successors=tuple(row["successors"].split()),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def _neighbours() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for a, b, _ in neighbour_pairs():
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return {gss: tuple(sorted(others)) for gss, others in found.items()}


@cache
def _full_names() -> Mapping[str, frozenset[str]]:
    return _index({authority.gss_code: {_normalised(name) for name in _names(authority)} for authority in shipped()})


@cache
def _bare_names() -> Mapping[str, frozenset[str]]:
    return _index({authority.gss_code: _bare_forms(authority) for authority in shipped()})


def _names(authority: Authority) -> tuple[str, ...]:
    return (authority.name, authority.short_name, *authority.other_names)


def _bare_forms(authority: Authority) -> set[str]:
    forms = {_bare(_normalised(name)) for name in _names(authority)}
    words = _normalised(authority.name).split()
    short = _normalised(authority.short_name)
    # "Leicester County Council" must stay unknown: "city" and "county" count only where the official name has them.
    if "city" in words:
        forms |= {f"{short} city", f"city of {short}"}
    if "county" in words:
        forms.add(f"{short} county")
    return forms


def _index(forms: Mapping[str, set[str]]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for gss, names in forms.items():
        for name in names:
            found.setdefault(name, set()).add(gss)
    return {name: frozenset(codes) for name, codes in found.items()}


def _normalised(text: str) -> str:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
    words = re.sub(r"[^a-z0-9]+", " ", re.sub(r"['’.]", "", plain.replace("&", " and "))).split()
    return " ".join(words)


def _bare(normalised: str) -> str:
    without = re.sub(r"\b(london borough of|royal borough of|lb of|rb of|metropolitan borough of)\b", " ", normalised)
    without = re.sub(r"\b(the|council|borough|metropolitan|district|corporation|mbc|mdc|lb|rb)\b", " ", without)
    return " ".join(without.split())


def _text(name: str) -> str:
    return files("directory").joinpath("data", name).read_text(encoding="utf-8")
