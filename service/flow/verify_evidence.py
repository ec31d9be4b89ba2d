"""Checks an evidence pack of National Alerts: python verify_evidence.py PACK.zip [--key FILE] [--expect SHA256]

It stands alone: Python 3.10 or later, nothing to install, no connection. It recomputes every hash and says in plain words what holds.
--expect is the hash that the service wrote down when the pack was made; --key is a file with the key of the audit trail in hexadecimal.
"""

import argparse
import email
import hashlib
import hmac
import json
import re
import struct
import sys
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from email import policy
from io import BytesIO
from itertools import pairwise
from pathlib import Path

SEAL = 64  # the pack ends with the SHA-256, in hexadecimal, of everything before its last record
_END = 22
_MARKER = re.compile(rb"\x00[:&]?[a-z_]+\x00")
Finding = tuple[bool, str]


class Pack:
    """The files of a pack, with the decision it is about."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(BytesIO(data)) as held:
            names = held.namelist()
            if len(set(names)) != len(names):
                raise ValueError("two files have one name")
            self.files = {name: held.read(name) for name in names}
        self.manifest = json.loads(self.files["manifest.json"])
        self.decision = json.loads(self.files["decision.json"])
        self.recipients = json.loads(self.files["recipients.json"])
        self.sent = json.loads(self.files["sent.json"])
        self.events = json.loads(self.files["audit.json"])


def findings(data: bytes, *, key: bytes | None = None, expect: str | None = None) -> Iterator[Finding]:
    """Say, one after the other, what holds and what does not."""
    yield _sealed(data)
    if expect is not None:
        yield hashlib.sha256(data).hexdigest() == expect.lower(), "The pack is the one the service wrote down when it was made."
    try:
        pack = Pack(data)
    except Exception as broken:
        yield False, f"The pack can be opened and read. ({type(broken).__name__})"
        return
    for part in (_listed, _reply, _bound, _letters, _given, _trail):
        try:
            yield from part(pack)
        except Exception as broken:
            yield False, f"What the pack says is complete. ({part.__name__.strip('_')}: {type(broken).__name__})"
    if key is not None:
        good = all(hmac.compare_digest(_mac(key, one), one["mac"]) for one in pack.events)
        yield good, "Every event of the audit trail carries the seal that only the service's key makes."


def _sealed(data: bytes) -> Finding:
    says = "Not one byte of the pack differs from what was sealed when it was made."
    end, comment = data[-_END - SEAL : -SEAL], data[-SEAL:]
    body = data[: -_END - SEAL]
    if len(end) != _END or hashlib.sha256(body).hexdigest().encode() != comment:
        return False, says
    files, size, offset = struct.unpack("<8xH2x2L2x", end)
    whole = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, files, files, size, offset, SEAL)
    return end == whole and size + offset == len(body), says


def _listed(pack: Pack) -> Iterator[Finding]:
    there = {name: hashlib.sha256(content).hexdigest() for name, content in pack.files.items() if name != "manifest.json"}
    yield there == pack.manifest["files"], f"All {len(there)} files are those that the list names, none more, each with its hash."


def _reply(pack: Pack) -> Iterator[Finding]:
    said = pack.decision
    if said["way"] != "mail":
        yield "reply.eml" not in pack.files, "The decision was given on the web page, so there is no reply."
        return
    if "reply.eml" not in pack.files:
        yield False, "The reply that decided is in the pack."
        return
    raw = pack.files["reply.eml"]
    same = hashlib.sha256(raw).hexdigest() == said["reply_sha256"]
    yield same, "The reply is, byte for byte, the one that was received: its hash is the one kept on the day."
    letter = email.message_from_bytes(raw, policy=policy.compat32)
    yield headers_used(letter.items()) == said["headers_used"], "The headers that were judged are those of the reply."


def _bound(pack: Pack) -> Iterator[Finding]:
    said = pack.decision
    letter = hashlib.sha256(pack.files["letter.frozen"]).hexdigest()
    yield letter == said["letter_sha256"], "The letter is the one that was frozen for the decision."
    lines = sorted(f"{gss} {address.casefold()}" for gss, _, address in pack.recipients)
    who = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    yield who == said["recipients_sha256"], f"The {len(lines)} recipients are those that were frozen for the decision."
    bound = hashlib.sha256(f"{letter} {who}".encode()).hexdigest()
    yield bound == said["content_sha256"], "The decision binds to exactly this letter and exactly these recipients."


def _letters(pack: Pack) -> Iterator[Finding]:
    approved, pieces = {(gss, address) for gss, _, address in pack.recipients}, _MARKER.split(pack.files["letter.frozen"])
    if pack.decision["verdict"] != "approve":
        yield not pack.sent, "Nothing was sent on a refusal."
        return
    there = {name for name in pack.files if name.startswith("sent/")}
    same = there == {one["file"] for one in pack.sent} and all(
        hashlib.sha256(pack.files[one["file"]]).hexdigest() == one["sha256"] for one in pack.sent
    )
    yield same, f"The {len(pack.sent)} letters made for sending have the hashes that are listed."
    yield all((one["gss_code"], one["address"]) in approved for one in pack.sent), "Each was made for a recipient that was approved."
    yield (
        all(_is_made_from(pieces, pack.files[one["file"]]) for one in pack.sent),
        "Each is the approved letter with its own slots filled in.",
    )


def _is_made_from(pieces: list[bytes], wire: bytes) -> bool:
    """Whether all the fixed pieces of the frozen letter stand in *wire*, in their order and from its first byte to its last."""
    if not wire.startswith(pieces[0]) or not wire.endswith(pieces[-1]):
        return False
    at = len(pieces[0])
    for piece in pieces[1:]:
        at = wire.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True


def _given(pack: Pack) -> Iterator[Finding]:
    said = pack.decision
    when, asked, ends = (datetime.fromisoformat(said[name]) for name in ("decided_at", "asked_at", "not_after"))
    yield asked <= when <= ends, f"It was decided while the request stood open: {said['decided_at']}."
    yield said["approver"]["address"] != said["submitted_by"], "Whoever decided did not send the notice in."
    checks: Mapping[str, str] = said["checks"]
    failed = [name for name, result in checks.items() if result != "pass"]
    yield bool(checks) and not failed, f"Every check made before it counted was passed: {', '.join(checks)}."


def _trail(pack: Pack) -> Iterator[Finding]:
    numbers = [one["number"] for one in pack.events]
    yield numbers == sorted(set(numbers)), f"The {len(numbers)} events of the audit trail stand in their order."
    next_to = [(one, other) for one, other in pairwise(pack.events) if other["number"] == one["number"] + 1]
    yield all(other["before"] == one["mac"] for one, other in next_to), "Events that follow each other are chained to each other."
    said = pack.decision
    wanted = {"approve": "notice_approved", "reject": "notice_refused", "return": "notice_returned"}[said["verdict"]]
    decided = (wanted, said["approver"]["id"], said["notice_id"], said["decided_at"], said["content_sha256"])
    places = ("action", "actor", "subject_id", "at")
    told = [(*(one[name] for name in places), json.loads(one["detail"]).get("content")) for one in pack.events]
    yield decided in told, "The audit trail tells of the same decision, by the same person, at the same moment, on the same content."


def _mac(key: bytes, one: Mapping[str, object]) -> str:
    facts = [one[name] for name in ("number", "at", "action", "actor", "case_id", "subject_id", "detail", "before")]
    return hmac.new(key, json.dumps(facts).encode(), hashlib.sha256).hexdigest()


USED = (
    "from", "sender", "reply-to", "to", "delivered-to", "subject", "date", "message-id", "in-reply-to", "references", "return-path",
    "authentication-results", "arc-authentication-results", "auto-submitted", "precedence", "received", "content-type",
    "x-ms-exchange-organization-authas", "x-ms-exchange-organization-authsource", "x-ms-exchange-organization-scl",
    "x-forefront-antispam-report", "x-ms-exchange-crosstenant-authas",
)  # fmt: skip


def headers_used(items: "Iterator[tuple[str, str]] | list[tuple[str, str]]") -> list[list[str]]:
    """Return the headers that a decision is judged by, in the order in which they stand."""
    return [[name, " ".join(str(value).split())] for name, value in items if name.lower() in USED]


def main(words: list[str]) -> int:
    """Check the pack that is named and return 0 only when everything holds."""
    asks = argparse.ArgumentParser(description="Checks an evidence pack of National Alerts.")
    asks.add_argument("pack", type=Path)
    asks.add_argument("--expect", help="the hash that the service wrote down for this pack")
    asks.add_argument("--key", type=Path, help="a file with the key of the audit trail, in hexadecimal")
    said = asks.parse_args(words)
    key = bytes.fromhex(said.key.read_text().strip()) if said.key else None
    found = list(findings(said.pack.read_bytes(), key=key, expect=said.expect))
    for holds, says in found:
        print(("HOLDS   " if holds else "FAILS   ") + says)
    if said.expect is None:
        print("NOT CHECKED  Whether the whole pack was made anew. Give --expect with the hash from the audit trail of the service.")
    if key is None:
        print("NOT CHECKED  The seals of the audit trail. Only the service's key can: --key, or `national-alerts audit verify` there.")
    good = all(holds for holds, _ in found)
    print("EVERYTHING THAT WAS CHECKED HOLDS." if good else "THIS PACK CANNOT BE RELIED ON.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
