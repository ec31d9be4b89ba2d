"""The origin test at the command line: what it sends, what it asks of people, and what it says when it is not passed."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.database.keys import MasterKey
from service.database.unit_of_work import Database, Work
from service.demo.server import DemoMailServer
from service.flow.origin import standing_of
from service.mail.authenticity import parse_profile
from service.mail.message import parse
from tests.databases import prove_origin
from tests.service.commands.test_commands import KENT, give, operator

__all__ = ["operator"]
PROFILE = "rfc8601:mx.kent.test"
WHO = ("--approver", "helen@kent.test", "--outside-address", "spoof@outside.test")


@pytest.fixture
def kent(operator: CliRunner, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The operator of Kent, whose origin profile nobody has tested."""
    for name, value in (("HOST", "127.0.0.1"), ("USER", "alerts"), ("PASSWORD", "x"), ("ADDRESS", "alerts@kent.test"), ("TLS", "false")):
        monkeypatch.setenv(f"NATIONAL_ALERTS_IMAP__{name}", value)
    monkeypatch.setenv("NATIONAL_ALERTS_ORIGIN", PROFILE)
    give(operator, "database", "upgrade")
    give(operator, "authority", "add", KENT, "--mailbox", "alerts@kent.test")
    for name, role in (("helen", "approver"), ("priya", "quality")):
        give(operator, "people", "add", f"{name}@kent.test", "--name", name.title(), "--gss-code", KENT, "--role", role)
    return operator


def in_the_database(tmp_path: Path, step: Callable[[Work], object]) -> object:
    async def go() -> object:
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'alerts.db'}", MasterKey(b"k" * 32))
        async with database.begin() as work:
            done = await step(work)  # type: ignore[misc]
        await database.close()
        return done

    return asyncio.run(go())


def test_before_the_test_it_says_that_replies_approve_nothing(kent: CliRunner) -> None:
    status, says = give(kent, "origin", "show")
    assert status == 0
    assert "Replies approve nothing: the origin test has not passed" in says
    status, says = give(kent, "origin", "test")
    assert (status, "Say who takes part" in says) == (2, True)


def test_it_writes_the_letters_of_an_outsider_and_says_how_each_is_sent(kent: CliRunner, tmp_path: Path) -> None:
    status, says = give(kent, "origin", "test", *WHO, "--folder", str(tmp_path / "letters"))
    assert status == 1
    for words in ("Letter 1 is queued", "Send each from a machine outside", "Origin test 5 ", "not arrived yet", "--refused 2"):
        assert words in says
    senders = [parse((tmp_path / "letters" / f"origin-{number}.eml").read_bytes()).from_address for number in (2, 3, 4)]
    assert senders == ["helen@kent.test", "helen@kent.test", "spoof@outside.test"]
    assert give(kent, "origin", "test")[0] == 1  # the same test goes on: nobody has to be named again
    assert give(kent, "audit", "verify")[0] == 0


def test_it_sends_them_itself_through_a_server_outside_and_tells_what_was_refused(kent: CliRunner) -> None:
    async def go() -> tuple[int, str, list[bytes]]:
        refuse: dict[str, str] = {}
        async with DemoMailServer(
            accounts={"alerts@kent.test": "x"}, mailbox_of=lambda _: "alerts@kent.test", reply_to_rcpt=lambda one: refuse.get(one)
        ) as server:
            outside = ("--outside", f"127.0.0.1:{server.smtp_port}")
            status, says = await asyncio.to_thread(give, kent, "origin", "test", *WHO, *outside)
            arrived = server.letters("alerts@kent.test")
            refuse["alerts@kent.test"] = "550 5.7.1 The sender is not proved"
            says += (await asyncio.to_thread(give, kent, "origin", "test", *WHO, *outside, "--again"))[1]
        return status, says, arrived

    status, says, arrived = asyncio.run(go())
    assert status == 1
    assert "Letter 4 was taken by the mail server." in says
    assert len(arrived) == 3
    assert "Letter 2 was not taken: 550 5.7.1 The sender is not proved" in says


def test_what_was_refused_is_noted_but_the_reply_has_to_come(kent: CliRunner, tmp_path: Path) -> None:
    give(kent, "origin", "test", *WHO, "--folder", str(tmp_path))
    status, says = give(kent, "origin", "test", *(word for number in "2345" for word in ("--refused", number)))
    assert (status, says.count("refused")) == (1, 4)
    status, says = give(kent, "origin", "test", "--refused", "1")
    assert (status, "Letter 1 has to arrive" in says) == (2, True)


def test_a_proved_profile_is_shown_with_its_date_and_an_old_proof_is_asked_for_again(kent: CliRunner, tmp_path: Path) -> None:
    in_the_database(tmp_path, lambda work: prove_origin(work, PROFILE, "alerts@kent.test", datetime(2026, 1, 5, 9, tzinfo=UTC)))
    status, says = give(kent, "origin", "test")
    assert status == 0
    assert "Proved by the test of 5 January 2026" in says
    assert "Prove it again" in says
    standing = in_the_database(tmp_path, lambda work: standing_of(work, parse_profile(PROFILE), "alerts@kent.test"))
    assert getattr(standing, "proved_at", None)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--approver", "priya@kent.test", "--outside-address", "s@outside.test"), "not the registered address of an approver"),
        (("--approver", "helen@kent.test", "--outside-address", "nobody"), "Say who takes part"),
    ],
)
def test_nobody_but_an_approver_takes_part(kent: CliRunner, words: tuple[str, ...], says: str) -> None:
    status, said = give(kent, "origin", "test", *words)
    assert (status, says in said) == (2, True)


def test_without_a_profile_there_is_nothing_to_test(kent: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATIONAL_ALERTS_ORIGIN", "none")
    assert give(kent, "origin", "test")[0] == 2
    assert "NATIONAL_ALERTS_ORIGIN is none" in give(kent, "origin", "show")[1]


def test_a_profile_nobody_defined_is_refused_at_the_start(kent: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATIONAL_ALERTS_ORIGIN", "exchange")
    status, says = give(kent, "run")
    assert status == 2
    assert "NATIONAL_ALERTS_ORIGIN: " in says
    assert "must be one of" in says
