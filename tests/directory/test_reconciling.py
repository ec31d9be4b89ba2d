"""A newer official list is compared by code, former code and name, and a list that is not whole is refused."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from directory.authority import Authority, shipped
from directory.cells import Unreadable
from directory.reconciling import Became, Difference, reconcile

ON = date(2026, 11, 28)
CURRENT = tuple(authority for authority in shipped() if authority.is_current(ON))
KENT = next(authority for authority in CURRENT if authority.gss_code == "E10000016")


def listed(rows: Iterable[tuple[str, ...]], header: str = "FID,CTYUA27CD,CTYUA27NM,CTYUA27NMW") -> bytes:
    return ("\ufeff" + "\r\n".join([header, *(",".join(f'"{cell}"' for cell in row) for row in rows)])).encode()


def official(*, change: dict[str, tuple[str, ...]] | None = None, more: tuple[tuple[str, ...], ...] = ()) -> bytes:
    rows = ((change or {}).get(a.gss_code, (a.gss_code, a.short_name)) for a in CURRENT)
    return listed(("1", *row, "") for row in (*rows, *more) if row)


def test_the_list_that_is_known_already_makes_no_difference_and_districts_are_left_out() -> None:
    assert reconcile(official(more=(("E07000001", "A District"), ("N09000001", "A District"))), shipped(), on=ON) == ()


def test_a_new_name_a_new_code_and_an_end_are_told_apart() -> None:
    changed = official(change={"E10000016": ("E10000016", "Kent and Coast"), "E06000001": ("E06000099", "Hartlepool"), "E06000035": ()})
    assert reconcile(changed, shipped(), on=ON) == (
        Difference(gss_code="E06000001", became=Became.RECODED, name="Hartlepool Borough Council", official="E06000099"),
        Difference(gss_code="E06000035", became=Became.GONE, name="Medway Council"),
        Difference(gss_code="E10000016", became=Became.RENAMED, name=KENT.name, official="Kent and Coast"),
    )


def test_a_former_code_in_the_list_finds_the_authority_under_its_new_code_and_name() -> None:
    rows = [(a.gss_code, a.name, "") for a in CURRENT if a is not KENT]
    found = reconcile(
        listed([*rows, ("E10000099", "Greater Kent", "E10000016")], "gss-code,official-name,former-gss-codes"), shipped(), on=ON
    )
    assert found == (Difference(gss_code="E10000016", became=Became.RECODED, name=KENT.name, official="E10000099"),)


def test_a_new_authority_is_told_with_the_code_it_comes_from() -> None:
    known = [replace(a, former_codes=("E06000098",)) if a is KENT else a for a in CURRENT]
    found = reconcile(official(more=(("E06000097", "East Example"), ("E06000098", "Old Example"))), known, on=ON)
    assert found == (
        Difference(gss_code="E06000097", became=Became.NEW, name="East Example"),
        Difference(gss_code="E06000098", became=Became.NEW, name="Old Example", official="E10000016"),
    )


def test_an_authority_that_ended_here_and_is_still_listed_is_told() -> None:
    ended = [replace(a, valid_to=ON - timedelta(days=1)) if a is KENT else a for a in CURRENT]
    assert reconcile(official(), ended, on=ON) == (Difference(gss_code="E10000016", became=Became.RETURNED, name=KENT.name),)


@pytest.mark.parametrize(
    ("header", "reason"),
    [("code,name", "of codes it has 0"), ("LAD24CD,LAD25CD", "of codes it has 2"), ("LAD24CD,town", "of names it has 0")],
)
def test_a_list_whose_columns_are_not_certain_is_refused(header: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        reconcile(listed([("E10000016", "Kent")], header), shipped(), on=ON)
    assert reason in refused.value.says


def without(kind: str) -> list[Authority]:
    return [authority for authority in CURRENT if not authority.gss_code.startswith(kind)]


@pytest.mark.parametrize("kind", ["E10", "S12", "W06"])
def test_half_a_list_is_refused_and_nobody_is_said_to_have_ended(kind: str) -> None:
    with pytest.raises(Unreadable, match=f"0 codes that begin with {kind}"):
        reconcile(listed(("1", a.gss_code, a.name, "") for a in without(kind)), shipped(), on=ON)
