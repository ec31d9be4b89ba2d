"""The authorities here beside a newer official list (ONS or mySociety): what became of whom, by code and former code. Changes nothing."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from directory.authority import Authority, find_by_name
from directory.cells import BadCell, Row, Unreadable
from directory.sheets import rows_of

# Counties, unitary authorities, metropolitan districts and London boroughs of England, councils of Scotland and of Wales (ONS register of
# geographic codes). Districts below a county and districts of Northern Ireland do not answer for child protection.
_ANSWERS = re.compile(r"(E06|E08|E09|E10|S12|W06)\d{6}")
_CODE = re.compile(r"(ctyua|utla|lad)\d\dcd|gss[-_]code")
_NAME = re.compile(r"(ctyua|utla|lad)\d\dnm|official[-_]name|name")
_FORMER = re.compile(r"former[-_]gss[-_]codes|former[-_]codes")
_ALL = frozenset(f"{kind}{year:02}{what}" for kind in ("ctyua", "utla", "lad") for year in range(100) for what in ("cd", "nm"))


class Became(StrEnum):
    """What the official list says became of an authority."""

    NEW = "new"
    RECODED = "has another code"
    RENAMED = "has another name"
    GONE = "is not in the list"
    RETURNED = "is in the list and has ended here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: *gss_code* is the code here (for a new one: in the list), *official* what the list says in its place."""

    gss_code: str
    became: Became
    name: str
    official: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Official:
    code: str
    name: str
    former: tuple[str, ...]


def reconcile(raw: bytes, authorities: Iterable[Authority], *, on: date) -> tuple[Difference, ...]:
    """Compare, ordered by code. Raises Unreadable for a list without one column of codes and one of names, or one that is not whole."""
    official = {row.code: row for row in _official(raw)}
    known = {authority.gss_code: authority for authority in authorities}
    _refuse_half_a_list(official, (code for code, authority in known.items() if authority.is_current(on)))
    by_former = {former: row for row in official.values() for former in row.former}
    by_name = {row.name.casefold(): row for row in official.values() if row.code not in known}
    found, taken = [], set()
    for code, authority in known.items():
        if not _ANSWERS.fullmatch(code) or not authority.is_current(on):
            if code in official and authority.valid_to is not None and authority.valid_to < on:
                found.append(Difference(gss_code=code, became=Became.RETURNED, name=authority.name))
            continue
        now = official.get(code)
        follower = by_former.get(code) or by_name.get(authority.name.casefold()) or by_name.get(authority.short_name.casefold())
        if now is not None and not _same_name(now.name, authority):
            found.append(Difference(gss_code=code, became=Became.RENAMED, name=authority.name, official=now.name))
        elif now is None and follower is not None and follower.code not in known:
            taken.add(follower.code)
            found.append(Difference(gss_code=code, became=Became.RECODED, name=authority.name, official=follower.code))
        elif now is None:
            found.append(Difference(gss_code=code, became=Became.GONE, name=authority.name, official=_follower(follower)))
    new = (row for code, row in official.items() if code not in known and code not in taken)
    found += [Difference(gss_code=row.code, became=Became.NEW, name=row.name, official=_origin(row, known)) for row in new]
    return tuple(sorted(found, key=lambda difference: difference.gss_code))


def _official(raw: bytes) -> list[_Official]:
    table = rows_of(raw, _ALL | {"gss-code", "gss_code", "name", "official-name"})
    columns = _columns(next(table, (1, ())))
    rows = []
    for _, cells in table:
        said = {name: str(cells[place]).strip() for name, place in columns.items() if place < len(cells)}
        if _ANSWERS.fullmatch(said.get("code", "")):
            former = tuple(re.findall(r"[A-Z]\d{8}", said.get("former", "")))
            rows.append(_Official(code=said["code"], name=said.get("name", ""), former=former))
    return rows


def _refuse_half_a_list(official: Iterable[str], current: Iterable[str]) -> None:
    listed = Counter(code[:3] for code in official)
    for kind, expected in sorted(Counter(code[:3] for code in current if _ANSWERS.fullmatch(code)).items()):
        if listed[kind] * 2 < expected:
            raise Unreadable(
                f"The list has {listed[kind]} codes that begin with {kind}, where {expected} are known. Take a whole list of all nations, "
                "and of counties and unitary authorities, not of districts."
            )


def _columns(header: Row) -> Mapping[str, int]:
    names = ["" if isinstance(cell, BadCell) else cell.strip().lower() for cell in header[1]]
    found = {}
    for what, pattern in (("code", _CODE), ("name", _NAME), ("former", _FORMER)):
        places = [place for place, name in enumerate(names) if pattern.fullmatch(name)]
        if len(places) > 1 or (not places and what != "former"):
            raise Unreadable(
                f"The list must have one column of codes (such as CTYUA24CD) and one of names (CTYUA24NM); of {what}s it has {len(places)}."
            )
        if places:
            found[what] = places[0]
    return found


def _same_name(name: str, authority: Authority) -> bool:
    found = find_by_name(name)
    names = {each.casefold() for each in (authority.name, authority.short_name, *authority.other_names)}
    return name.casefold() in names or (found is not None and found.gss_code == authority.gss_code)


def _follower(row: _Official | None) -> str:
    return row.code if row else ""


def _origin(row: _Official, known: Mapping[str, Authority]) -> str:
    older = [authority.gss_code for authority in known.values() if row.code in authority.former_codes]
    return " ".join([*older, *(code for code in row.former if code in known)])
