"""The policies on the command line: listed, shown in full, and checked."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from service.__main__ import cli
from service.commands import policy_page
from service.domain.policy import SILENT
from service.policies import policy_named, policy_names, text_of


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, list(words))
    return result.exit_code, " ".join((result.stdout + result.stderr).split())


def shown(name: str) -> str:
    """The page of a policy as it stands on a wide screen."""
    screen = Console(width=6000, file=StringIO())
    screen.print(policy_page.page_of(policy_named(name)))
    assert isinstance(screen.file, StringIO)
    return " ".join(screen.file.getvalue().split())


def test_the_policies_here_pass_their_check() -> None:
    assert run("policy", "check") == (0, "5 policies checked: every rule has its sentence.")


def test_a_faulty_file_is_told_with_all_its_faults(tmp_path: Path) -> None:
    good, bad, worse = tmp_path / "good.toml", tmp_path / "bad.toml", tmp_path / "worse.toml"
    good.write_text(text_of("kent"), encoding="utf-8")
    bad.write_text(text_of("kent").replace("days = 21", "day = 21").replace("value = 12", "value = 0"), encoding="utf-8")
    worse.write_text("title = ", encoding="utf-8")
    status, says = run("policy", "check", str(good), str(bad), str(worse))
    assert status == 1
    assert "bad.toml: threshold.wait.day: this key is not known here" in says
    assert "bad.toml: clocks.lapse_months.value:" in says
    assert "worse.toml: This is not TOML" in says
    assert "good.toml" not in says


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert run("policy", "check", str(tmp_path / "kent.toml")) == (
        1, "kent.toml: this file cannot be read as text 1 fault. docs/policies.md says how a policy file is made.",
    )  # fmt: skip


def test_the_list_names_every_policy() -> None:
    status, says = run("policy", "list")
    assert status == 0
    assert all(name in says for name in policy_names())


def test_a_policy_that_does_not_exist_is_refused_with_those_that_do() -> None:
    status, says = run("policy", "show", "surrey")
    assert (status, "There are: bradford, derbyshire, kent, medway, national." in says) == (2, True)


@pytest.mark.parametrize("name", policy_names())
def test_a_policy_can_be_shown_on_a_narrow_screen(name: str) -> None:
    status, says = run("policy", "show", name)
    assert status == 0
    assert policy_named(name).title in says


@pytest.mark.parametrize("name", policy_names())
def test_every_sentence_of_a_policy_stands_on_its_page(name: str) -> None:
    page, policy = shown(name), policy_named(name)
    left_out = {key for key, sentence in policy.sentences.items() if " ".join(sentence.split()) not in page}
    assert {key for key in left_out if not key.startswith("helpline_")} == set()


def test_kents_page_says_what_kent_says() -> None:
    page = shown("kent")
    for words in (
        "Who submits Social worker", "stage 1 Service Manager", "stage 2 Practice Development Officer", "21 days; the last of them counts",
        "Designated Officer must consider it met", "No: the threshold must be met first", "28 days after the alert", "Every 3 months",
        "Every 6 months", "After 12 months", "Within 72 hours", "Liberi", "Passed on after 48 hours", "Is a parent in custody?",
        "Where a child has died in unexpected circumstances", "Every week",
    ):  # fmt: skip
        assert words in page, words


def test_what_the_source_does_not_say_is_said() -> None:
    assert f"Deadline {SILENT}" in shown("kent")
    assert f"Removed without notice {SILENT}" in shown("derbyshire")
    assert f"Return interview {SILENT}" in shown("medway")
    assert "Waiting period None. The source is incomplete" in shown("medway")
    assert "The source gives no rule for national alerts." in shown("bradford")
