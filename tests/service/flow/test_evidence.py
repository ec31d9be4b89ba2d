"""The evidence of a decision: whole, complete, and checked by a script that stands alone."""

import hashlib
import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from service.domain.approval import Verdict
from service.domain.errors import NotFound
from service.flow.decide import decide_on_web
from service.flow.evidence import EvidencePack, _zipped, evidence_of
from service.flow.stop import stop_on_web
from service.flow.verify_evidence import findings
from tests.databases import MASTER
from tests.service.flow.home import AUTHORITIES, Home
from tests.service.flow.walk import HELEN, LEEDS, PRIYA, approve, ask_approvers, go_live, last_notice, person, the_case


async def pack_of(home: Home) -> EvidencePack:
    return await evidence_of(home.house, (await the_case(home)).id, None, home.now, actor="test")


def files_of(pack: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pack)) as held:
        return {name: held.read(name) for name in held.namelist() if name != "manifest.json"}


def failures(pack: bytes, **more: object) -> list[str]:
    return [says for holds, says in findings(pack, **more) if not holds]  # type: ignore[arg-type]


async def test_a_decision_by_reply_comes_with_everything_and_all_of_it_holds(home: Home) -> None:
    await go_live(home)
    pack = await pack_of(home)
    assert failures(pack.content, expect=pack.sha256, key=MASTER.derive("audit chain")) == []
    files = files_of(pack.content)
    said = json.loads(files["decision.json"])
    assert (said["verdict"], said["way"], said["approver"]["address"]) == ("approve", "mail", HELEN)
    assert {"C2", "C4", "C6", "C10", "C11", "C13"} <= set(said["checks"])
    assert b"APPROVE" in files["reply.eml"]
    assert ["From", HELEN] in said["headers_used"]
    assert any(name == "Authentication-Results" for name, _ in said["headers_used"])
    assert len([name for name in files if name.startswith("sent/")]) == len(AUTHORITIES)
    left = {wire for envelope, wire in home.mailer.sent if envelope.recipient.startswith("duty@")}
    assert {files[name] for name in files if name.startswith("sent/")} == left
    assert home.mailer.to(HELEN)[0] == files["request.eml"]


async def test_a_decision_on_the_page_holds_too_and_a_refusal_sent_nothing(home: Home) -> None:
    await ask_approvers(home)
    notice = await last_notice(home)
    await decide_on_web(home.house, notice.id, await person(home, HELEN), Verdict.REJECT, "Wrong child.", notice.version, home.now)
    pack = await pack_of(home)
    assert failures(pack.content) == []
    assert "reply.eml" not in files_of(pack.content)


async def test_after_a_stop_and_a_new_approval_the_pack_is_about_the_new_decision(home: Home) -> None:
    await go_live(home)
    first = await pack_of(home)
    await stop_on_web(home.house, (await last_notice(home)).id, await person(home, PRIYA), home.now)
    assert failures(first.content) == []
    assert failures((await pack_of(home)).content) == []


async def test_without_a_decision_there_is_no_pack_and_taking_one_is_written_down_with_its_hash(home: Home) -> None:
    await ask_approvers(home)
    with pytest.raises(NotFound):
        await pack_of(home)
    await approve(home)
    pack = await pack_of(home)
    async with home.database.read() as work:
        events = await work.audit.of_case((await the_case(home)).id)
    (taken,) = [one for one in events if one["action"] == "evidence_taken"]
    assert json.loads(str(taken["detail"])) == {"pack": pack.sha256}


async def test_one_byte_changed_anywhere_is_noticed(home: Home) -> None:
    await go_live(home)
    content = (await pack_of(home)).content
    places = random.Random(4).sample(range(len(content)), 300)
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        places += [one.header_offset + at for one in held.infolist() for at in range(0, 30, 4)]
    for place in {*places, *range(len(content) - 100, len(content))}:
        changed = bytearray(content)
        changed[place] ^= 1
        assert failures(bytes(changed)), place
    assert failures(content[:-1]) and failures(content + b" ") and failures(b"") and failures(content[: len(content) // 2])


CONTENT = ("decision.json", "reply.eml", "letter.frozen", "recipients.json", "sent", "audit.json")


@pytest.mark.parametrize("name", CONTENT)
async def test_whoever_changes_a_file_and_seals_the_pack_anew_is_still_found_out(home: Home, name: str) -> None:
    await go_live(home)
    pack = await pack_of(home)
    files = files_of(pack.content)
    changed = next(one for one in files if one.startswith(name))
    swaps = {
        "decision.json": (b'"approve"', b'"reject"'),
        "reply.eml": (b"APPROVE", b"REJECT "),
        "letter.frozen": (b"Amy", b"Ann"),
        "recipients.json": (LEEDS.encode(), b"thief@elsewhere.test"),
        "sent": (b"Amy", b"Ann"),
        "audit.json": (b"notice_approved", b"notice_refused_"),
    }
    before, after = swaps[name]
    assert before in files[changed]
    files[changed] = files[changed].replace(before, after)
    forged = _zipped(files)
    assert failures(forged)
    assert "The pack is the one the service wrote down when it was made." in failures(forged, expect=pack.sha256)


async def test_with_the_key_a_changed_event_shows_even_when_the_pack_was_made_anew(home: Home) -> None:
    await go_live(home)
    files = files_of((await pack_of(home)).content)
    files["audit.json"] = files["audit.json"].replace(b"letter_handled", b"letter_ignored")
    assert failures(_zipped(files), key=MASTER.derive("audit chain"))


async def test_the_script_in_the_pack_checks_it_alone(home: Home, tmp_path: Path) -> None:
    await go_live(home)
    pack = await pack_of(home)
    script, good, bad = tmp_path / "verify_evidence.py", tmp_path / "good.zip", tmp_path / "bad.zip"
    script.write_bytes(files_of(pack.content)["verify_evidence.py"])
    good.write_bytes(pack.content)
    bad.write_bytes(pack.content.replace(b"sent/", b"gone/", 1))

    def check(*words: object) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(script), *map(str, words)], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    assert hashlib.sha256(good.read_bytes()).hexdigest() == pack.sha256
    status, said = check(good, "--expect", pack.sha256)
    assert status == 0 and "EVERYTHING THAT WAS CHECKED HOLDS." in said and "FAILS" not in said
    status, said = check(bad)
    assert status == 1 and "THIS PACK CANNOT BE RELIED ON." in said
