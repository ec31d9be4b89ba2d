"""The evidence of a decision on the command line."""

import asyncio
import base64
import io
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.__main__ import cli
from service.flow.verify_evidence import main
from tests.service.flow.home import Home
from tests.service.flow.walk import go_live, the_case

KEY = base64.b64encode(b"a master key for the tests only!").decode()


async def written(home: Home, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    monkeypatch.setenv("NATIONAL_ALERTS_DATABASE_URL", home.database.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("NATIONAL_ALERTS_MASTER_KEY", KEY)
    done = await asyncio.to_thread(CliRunner().invoke, cli, ["evidence", *words])
    return done.exit_code, done.stdout + done.stderr


async def test_it_writes_a_pack_that_holds_and_names_its_hash(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    await go_live(home)
    case, out = await the_case(home), tmp_path / "pack.zip"
    status, said = await written(home, monkeypatch, case.reference, "--out", str(out))
    assert status == 0, said
    assert "reply.eml" in zipfile.ZipFile(io.BytesIO(out.read_bytes())).namelist()
    assert out.stat().st_mode & 0o077 == 0
    digest = said.partition("SHA-256: ")[2].split()[0]
    assert main([str(out), "--expect", digest]) == 0
    again, said = await written(home, monkeypatch, case.reference, "--out", str(out))
    assert (again, "a file with this name already" in said) == (2, True)


async def test_a_case_or_a_notice_without_a_decision_is_refused_in_words(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    await go_live(home)
    reference = (await the_case(home)).reference
    for words in (("KEN-2026-0099-X",), (reference, "--notice", "7")):
        status, said = await written(home, monkeypatch, *words)
        assert (status, "There is no decision like that." in said) == (2, True)
