"""The authorities of the United Kingdom and the Crown Dependencies, as shipped: names, codes, neighbours and their place on the map.

Public facts only, read once from `directory/data`; see SOURCES.md there for where they come from.
"""

import csv
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """One authority that answers for child protection in its area."""

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


class HexPosition(NamedTuple):
    """Column and row of an authority on the hexagon map (odd-r layout, row 0 in the north)."""

    q: int
    r: int


@cache
def shipped() -> tuple[Authority, ...]:
    """Return every authority in the shipped list, ordered by name."""
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


def neighbours_of(gss_code: str) -> tuple[str, ...]:
    """Return the GSS codes of the neighbours of an authority, ordered by code; none for an unknown code."""
    return _neighbours().get(gss_code, ())


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
    )


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
