"""Every command on a real SQLite database, as an operator gives them one after the other."""

import base64
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.__main__ import cli
from service.policies import text_of

KENT = "E10000016"
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """An operator with settings for an empty database."""
    monkeypatch.setenv("NATIONAL_ALERTS_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'alerts.db'}")
    monkeypatch.setenv("NATIONAL_ALERTS_MASTER_KEY", base64.b64encode(b"k" * 32).decode())
    return CliRunner()


def give(operator: CliRunner, *words: str) -> tuple[int, str]:
    result = operator.invoke(cli, list(words))
    return result.exit_code, " ".join((result.stdout + result.stderr).split())


def test_an_authority_is_set_up_with_its_policy_and_posts(operator: CliRunner) -> None:
    assert give(operator, "database", "upgrade")[0] == 0
    status, says = give(operator, "authority", "add", KENT, "--mailbox", "alerts@kent.test", "--policy", "kent")
    assert status == 0
    assert "Added: Kent County Council." in says
    assert "Service Manager; Practice Development Officer; Service Manager, Safeguarding and Quality Assurance" in says
    person = ("people", "add", "priya@kent.test", "--name", "Priya Checker", "--gss-code", KENT, "--role", "quality")
    assert give(operator, *person, "--title", "Service Manager") == (0, "Added.")
    assert "Service Manager" in give(operator, "people", "list")[1]
    assert give(operator, "audit", "verify")[0] == 0


def test_an_authority_cannot_be_given_a_policy_that_does_not_exist(operator: CliRunner) -> None:
    status, says = give(operator, "authority", "add", KENT, "--mailbox", "alerts@kent.test", "--policy", "surrey")
    assert (status, says.startswith("There is no policy called surrey.")) == (2, True)


def test_a_person_cannot_be_added_to_an_authority_without_an_inbox(operator: CliRunner) -> None:
    give(operator, "database", "upgrade")
    status, says = give(operator, "people", "add", "a@kent.test", "--name", "A", "--gss-code", KENT, "--role", "quality")
    assert (status, "Add it first" in says) == (2, True)


def test_people_are_changed_stood_in_for_and_ended_and_the_last_ones_stay(operator: CliRunner) -> None:
    give(operator, "database", "upgrade")
    give(operator, "authority", "add", KENT, "--mailbox", "alerts@kent.test")
    for name, role in (("helen", "approver"), ("dee", "reporter")):
        assert give(operator, "people", "add", f"{name}@kent.test", "--name", name.title(), "--gss-code", KENT, "--role", role)[0] == 0
    status, says = give(operator, "people", "add", "dee@kent.test", "--name", "Dee", "--gss-code", KENT, "--role", "quality")
    assert (status, says) == (2, "Somebody with this address is here already.")
    days = ("--first-day", "2026-11-24", "--last-day", "2099-11-30")
    assert "a year at most" in give(operator, "people", "deputy", "add", "helen@kent.test", "dee@kent.test", *days)[1]
    days = ("--first-day", "2098-12-24", "--last-day", "2099-01-02")
    assert give(operator, "people", "deputy", "add", "helen@kent.test", "dee@kent.test", *days) == (0, "Added.")
    assert "2099-01-02" in give(operator, "people", "deputy", "list")[1]
    assert give(operator, "people", "deputy", "end", "helen@kent.test", "dee@kent.test") == (0, "Ended.")
    assert give(operator, "people", "deputy", "end", "helen@kent.test", "dee@kent.test")[0] == 2
    assert "Nobody else here is an approver." in give(operator, "people", "end", "helen@kent.test")[1]
    assert give(operator, "people", "change", "dee@kent.test", "--role", "approver", "--phone", "01632 960001") == (0, "Changed.")
    assert give(operator, "people", "end", "helen@kent.test") == (0, "Ended.")
    assert give(operator, "people", "end", "helen@kent.test")[0] == 2
    assert give(operator, "audit", "verify")[0] == 0


def test_mail_domains_are_listed_and_taken_off(operator: CliRunner) -> None:
    give(operator, "database", "upgrade")
    give(operator, "authority", "add", KENT, "--mailbox", "alerts@kent.test")
    assert give(operator, "people", "domain", "add", "trust.test", "--gss-code", KENT) == (0, "Added.")
    assert give(operator, "people", "domain", "list", "--gss-code", KENT) == (0, "trust.test")
    assert "Anybody can have an address there" in give(operator, "people", "domain", "add", "gmail.com", "--gss-code", KENT)[1]
    assert give(operator, "people", "domain", "end", "trust.test", "--gss-code", KENT) == (0, "Ended.")
    assert give(operator, "people", "domain", "end", "trust.test", "--gss-code", KENT)[0] == 2


def test_the_directory_is_loaded_and_contacts_are_imported(operator: CliRunner, tmp_path: Path) -> None:
    give(operator, "database", "upgrade")
    assert "217 authorities added or changed." in give(operator, "directory", "load")[1]
    file = tmp_path / "contacts.csv"
    file.write_text(f"gss_code,role,address\n{KENT},custodian,custodian@kent.gov.uk\n", encoding="utf-8")
    assert give(operator, "directory", "import", str(file), "--why", "first list", "--dry-run")[1].startswith("Would be: 1 added")
    assert give(operator, "directory", "import", str(file), "--why", "first list")[1].startswith("1 added")


def test_missing_settings_are_named(operator: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NATIONAL_ALERTS_DATABASE_URL")
    status, says = give(operator, "people", "list")
    assert (status, "NATIONAL_ALERTS_DATABASE_URL" in says) == (2, True)


def test_a_new_key_is_32_bytes() -> None:
    assert len(base64.b64decode(give(CliRunner(), "new-key")[1])) == 32


def test_the_demonstration_refuses_a_policy_that_does_not_exist() -> None:
    assert give(CliRunner(), "demo", "--once", "--policy", "surrey")[0] == 2


def test_a_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    assert give(CliRunner(), "read", str(tmp_path / "form.docx"))[0] == 2


def test_the_service_does_not_start_with_a_faulty_policy(operator: CliRunner, tmp_path: Path) -> None:
    give(operator, "database", "upgrade")
    for part in ("service", "directory", "mail_templates"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "static"))
    (tmp_path / "service/policies/kent.toml").write_text(text_of("kent").replace("days = 21", "day = 21"), encoding="utf-8")
    for command in (["worker"], ["demo", "--once"]):
        ran = subprocess.run([sys.executable, "-m", "service", *command], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert ran.returncode == 2
        assert "kent.toml: threshold.wait.day: this key is not known here" in ran.stderr
        assert "does not start with a faulty policy" in ran.stderr


def test_the_service_does_not_start_when_a_policy_changed_under_the_same_version(operator: CliRunner, tmp_path: Path) -> None:
    give(operator, "database", "upgrade")
    with sqlite3.connect(tmp_path / "alerts.db") as database:
        database.execute(
            "insert into policies (name, version, text, kept_at) values ('kent', '1', ?, '2026-11-24 10:00:00')",
            [text_of("kent") + "# more"],
        )
    database.close()
    status, says = give(operator, "worker")
    assert (status, says) == (
        2, "The policy kent says something else now than when version 1 was kept. "
           "Put the old text back, or give the changed file kent.toml a new version.",
    )  # fmt: skip


def test_the_service_does_not_start_on_a_database_of_another_shape(operator: CliRunner) -> None:
    status, says = give(operator, "run")
    assert (status, "Back it up and run: national-alerts database upgrade" in says) == (2, True)


def test_resume_says_what_is_held_and_lets_only_a_system_administrator_go_on(operator: CliRunner, tmp_path: Path) -> None:
    give(operator, "database", "upgrade")
    give(operator, "authority", "add", KENT, "--mailbox", "alerts@kent.test")
    give(operator, "people", "add", "alex@kent.test", "--name", "Alex", "--gss-code", KENT, "--role", "system")
    assert give(operator, "resume") == (0, "Letters are not held. Nothing was changed.")
    with sqlite3.connect(tmp_path / "alerts.db") as database:
        held = "INSERT INTO fence (id, database, beats, beat_at, held_at, held_because) VALUES (1, 'x', 5, ?, ?, 'It was restored.')"
        database.execute(held, ("2026-11-24 10:00:00.000000", "2026-11-24 10:00:00.000000"))
    database.close()
    assert "It was restored. Letters that wait to be sent: 0." in give(operator, "resume")[1]
    assert give(operator, "resume", "--by", "sam@kent.test", "--why", "looked at Sent")[0] == 2
    assert give(operator, "resume", "--by", "alex@kent.test", "--why", "looked at Sent") == (0, "Letters leave again. Kept back: 0 of 0.")
    assert give(operator, "audit", "verify")[0] == 0
