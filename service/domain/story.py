"""How a later form lies over what is known of a case: what it does not answer stays, and no person in it is lost or mixed up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.domain.children import Child, born_meanwhile, children_of, matching
from service.domain.names import words_in

_EMPTY: tuple[object, ...] = (None, "", [], {})
_LISTED = ("links_to_areas", "associates", "vehicles", "phones")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The fields after a later form. *moved* says which place in the case each person of the form has: `children[0]` to `children[1]`."""

    fields: dict[str, Any] = field(repr=False)
    moved: Mapping[str, str]
    added: tuple[int, ...]  # places of children who were not in the case before
    born: tuple[int, ...]  # places of children who were unborn before
    unclear: bool  # a child of the form may be more than one child of the case, and was left out

    def path(self, path: str) -> str:
        """Return where a path of the form is in the case."""
        head, dot, rest = path.partition(".")
        return f"{self.moved.get(head, head)}{dot}{rest}"


def corrected(before: Mapping[str, Any], form: Mapping[str, Any], *, today: date) -> Told:
    """Lay a corrected form over a notice that has not left: its lists replace the old ones, its children are matched."""
    return _told(before, form, on_top_of(before, {name: value for name, value in form.items() if name != "children"}), today, True)


def carried_on(before: Mapping[str, Any], form: Mapping[str, Any], *, today: date) -> Told:
    """Lay a later form over what everyone was told: lists grow, how the child went missing stays readable below what is new."""
    merged = on_top_of(before, {name: value for name, value in form.items() if name not in ("children", "adults", "addresses", *_LISTED)})
    old, new = before.get("circumstances"), form.get("circumstances")
    if old and new and old not in new:
        merged["circumstances"] = f"{new}\n\nBefore: {old}"
    for name in _LISTED:
        merged[name] = _grown(before.get(name) or [], form.get(name) or [])
    merged["adults"] = _people(before.get("adults") or [], form.get("adults") or [], "name")
    merged["addresses"] = _people(before.get("addresses") or [], form.get("addresses") or [], "kind")
    return _told(before, form, merged, today, False)


def on_top_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Lay new answers over old ones; what the new form does not answer stays as it was."""
    merged = dict(before)
    for name, value in after.items():
        if value in _EMPTY:
            merged.setdefault(name, value)
            continue
        old = merged.get(name)
        merged[name] = on_top_of(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _told(before: Mapping[str, Any], form: Mapping[str, Any], merged: dict[str, Any], today: date, correction: bool) -> Told:
    children: list[Child] = [dict(child) for child in children_of(before)]
    known = tuple(children)
    said = [(place, child) for place, child in enumerate(children_of(form)) if _says_something(child)]
    moved, added, born, unclear = dict[str, str](), list[int](), list[int](), False
    for place, child in said:
        target = _target(known, child, before, today)
        if target is None and len(said) == 1 and len(known) == 1 and (correction or not _is_named(child)):
            target = 0  # a corrected form is about the same child, also where the name or the date of birth is what was wrong
        if target == _UNCLEAR:
            unclear = True
        elif target is None and (_is_named(child) or not known):
            children.append(dict(child))
            moved[f"children[{place}]"] = f"children[{len(children) - 1}]"
            added += [len(children) - 1] if known else []
        elif target is not None:
            moved[f"children[{place}]"] = f"children[{target}]"
            was_unborn = bool(known[target].get("unborn")) and bool(child.get("date_of_birth"))
            born += [target] if was_unborn else []
            children[target] = _child(known[target], child, correction=correction, was_unborn=was_unborn)
    return Told(fields={**merged, "children": children}, moved=moved, added=tuple(added), born=tuple(born), unclear=unclear)


_UNCLEAR = -1


def _target(known: Sequence[Child], child: Child, before: Mapping[str, Any], today: date) -> int | None:
    found = matching(known, child)
    if len(found) == 1:
        return found[0]
    if found:
        return _UNCLEAR
    if child.get("unborn"):
        unborn = [place for place, one in enumerate(known) if one.get("unborn")]
        return unborn[0] if len(unborn) == 1 else _UNCLEAR if unborn else None
    return born_meanwhile(known, child, _date(before.get("date_went_missing")), today)


def _child(old: Child, new: Child, *, correction: bool, was_unborn: bool) -> dict[str, Any]:
    merged = on_top_of(old, {name: value for name, value in new.items() if name != "aliases"})
    aliases = list(new.get("aliases") or ())
    merged["aliases"] = aliases if correction and aliases else _grown(old.get("aliases") or [], aliases)
    if was_unborn:
        merged |= {"unborn": False, "expected_delivery_date": None}  # the expected date stays in the earlier version
    return merged


def _grown(old: Sequence[Any], new: Sequence[Any]) -> list[Any]:
    """Put new entries behind old ones; one that begins alike ("Leeds (aunt)", "Leeds (aunt, seen there)") takes its place."""
    begins = {_beginning(one) for one in new}
    return [one for one in old if _beginning(one) not in begins] + list(new)


def _beginning(one: object) -> str:
    return " ".join(str(one).partition("(")[0].casefold().split())


def _people(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], key: str) -> list[dict[str, Any]]:
    merged = [dict(one) for one in old]
    for one in new:
        same = [
            place for place, known in enumerate(merged) if words_in(one.get(key)) and words_in(known.get(key)) == words_in(one.get(key))
        ]
        if len(same) == 1:
            merged[same[0]] = on_top_of(merged[same[0]], one)
        else:
            merged.append(dict(one))
    return merged


def _says_something(child: Child) -> bool:
    return any(value not in (*_EMPTY, False) for value in child.values())


def _is_named(child: Child) -> bool:
    return any(child.get(name) for name in ("given_names", "family_name", "date_of_birth", "expected_delivery_date"))


def _date(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else None
    except ValueError:
        return None
