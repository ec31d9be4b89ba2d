"""Contacts go in and out by the command line, and the list is checked."""

import base64
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from directory.authority import shipped, today
from service.__main__ import cli

KENT, MEDWAY = "E10000016", "E06000035"


def give(*arguments: str) -> tuple[int, str]:
    ran = CliRunner().invoke(cli, ["directory", *arguments], catch_exceptions=False)
    return ran.exit_code, ran.output.strip()


@pytest.fixture(autouse=True)
def loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "database_url": f"sqlite+aiosqlite:///{tmp_path / 'alerts.db'}",
        "master_key": base64.b64encode(b"k" * 32).decode(),
    }.items():
        monkeypatch.setenv(f"NATIONAL_ALERTS_{name.upper()}", value)
    CliRunner().invoke(cli, ["database", "upgrade"], catch_exceptions=False)
    give("load")


def contacts(tmp_path: Path, *rows: str) -> str:
    file = tmp_path / "contacts.csv"
    file.write_text("\n".join(("gss_code,role,address", *rows)), encoding="utf-8")
    return str(file)


def test_faults_are_told_by_row_and_nothing_is_imported(tmp_path: Path) -> None:
    status, says = give("import", contacts(tmp_path, f"{KENT},custodian,a@kent.gov.uk", f"{MEDWAY},,b c@medway.gov.uk"), "--why", "list")
    assert status == 2
    assert "Row 3: The role is missing" in says
    assert "Row 3: The address contains a space" in says
    assert "medway.gov.uk" not in says
    assert give("export", str(tmp_path / "out.csv"))[1] == "0 contacts written."


def test_a_change_shows_old_and_new_and_a_new_domain_waits_for_a_second_person(tmp_path: Path) -> None:
    give("import", contacts(tmp_path, f"{KENT},custodian,a@kent.gov.uk", f"{MEDWAY},custodian,a@medway.gov.uk"), "--why", "first list")
    status, says = give("import", contacts(tmp_path, f"{KENT},custodian,b@kent.gov.uk"), "--why", "new", "--dry-run")
    assert status == 0
    assert "Would be: 0 added, 1 changed, 1 not in the file." in says
    assert all(address in says for address in ("a@kent.gov.uk", "b@kent.gov.uk", "a@medway.gov.uk"))
    status, says = give("import", contacts(tmp_path, f"{KENT},custodian,a@kent-gov.uk.com"), "--why", "new")
    assert status == 3
    assert "another directory administrator must agree" in says
    give("export", str(tmp_path / "out.csv"))
    assert "kent-gov" not in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_was_exported_is_imported_again_and_changes_nothing(tmp_path: Path, suffix: str) -> None:
    give("import", contacts(tmp_path, f"{KENT},custodian,a@kent.gov.uk", f"{MEDWAY},custodian,a@medway.gov.uk"), "--why", "first list")
    out = tmp_path / f"out{suffix}"
    assert give("export", str(out)) == (0, "2 contacts written.")
    assert give("import", str(out), "--why", "again") == (0, "0 added, 0 changed, 0 not in the file.")
    assert give("export", str(out))[0] == 2
    assert suffix == ".csv" or load_workbook(out).worksheets[0].max_row == 3


def test_an_import_is_put_back_by_its_batch(tmp_path: Path) -> None:
    give("import", contacts(tmp_path, f"{KENT},custodian,a@kent.gov.uk"), "--why", "first list")
    says = give("import", contacts(tmp_path, f"{KENT},custodian,b@kent.gov.uk"), "--why", "second list")[1]
    batch = says.rpartition("Batch ")[2].rstrip(".")
    assert give("undo-import", batch, "--why", "wrong file") == (0, "1 changes put back.")
    assert give("undo-import", batch, "--why", "wrong file")[0] == 2
    assert give("undo-import", "unknown", "--why", "wrong file")[0] == 2
    give("export", str(tmp_path / "out.csv"))
    assert "a@kent.gov.uk" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")


def test_to_leave_an_authority_without_its_first_address_waits_for_a_second_person(tmp_path: Path) -> None:
    says = give("import", contacts(tmp_path, f"{KENT},custodian,a@kent.gov.uk"), "--why", "first list")[1]
    status, says = give("undo-import", says.rpartition("Batch ")[2].rstrip("."), "--why", "wrong file")
    assert (status, "another directory administrator must agree" in says) == (3, True)
    assert give("export", str(tmp_path / "out.csv"))[1] == "1 contacts written."


def test_a_domain_that_was_allowed_by_name_needs_no_second_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = contacts(tmp_path, f"{KENT},custodian,a@kent-trust.org.uk", f"{MEDWAY},custodian,a@medway.gov.uk")
    edit = ("edit", KENT, "--address", "a@kent-trust.org.uk", "--why", "first list")
    assert give("import", file, "--why", "first list")[0] == 3
    assert "The domain is not one that authorities use." in give(*edit)[1]
    monkeypatch.setenv("NATIONAL_ALERTS_ALLOWED_DOMAINS", '["kent-trust.org.uk"]')
    assert give(*edit) == (0, "Changed.")
    assert give("import", file, "--why", "first list")[0] == 0
    assert "note" not in give("check", "--offline")[1]


def test_a_file_that_is_not_there_and_an_unknown_kind_are_refused(tmp_path: Path) -> None:
    assert give("import", str(tmp_path / "none.csv"), "--why", "list")[0] == 2
    assert give("export", str(tmp_path / "out.ods"))[0] == 2


def test_the_check_names_gaps_and_differences_from_an_official_list(tmp_path: Path) -> None:
    give("import", contacts(tmp_path, f"{KENT},duty desk,amy.sample@kent.gov.uk"), "--why", "first list")
    official = tmp_path / "ons.csv"
    current = [authority for authority in shipped() if authority.is_current(today()) and authority.gss_code != MEDWAY]
    official.write_text("CTYUA27CD,CTYUA27NM\n" + "".join(f'{a.gss_code},"{a.name}"\n' for a in current), encoding="utf-8")
    status, says = give("check", "--offline", "--official", str(official))
    assert status == 1
    assert f"{MEDWAY} Medway Council is not in the list" in says
    assert "no address: 211, note: 1, role: 3" in says
    official.write_text("code,name\n", encoding="utf-8")
    assert give("check", "--offline", "--official", str(official))[0] == 2
