"""The evidence of one decision as a ZIP: what was asked, what came back, each check, what left and to whom, and a script that checks it."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

from service.database.notices import Cascade
from service.database.unit_of_work import Work
from service.domain.approval import Approval
from service.domain.audience import bound_content
from service.domain.case import Case
from service.domain.errors import NotFound
from service.domain.notice import Notice
from service.flow import verify_evidence
from service.flow.deliver import slots_for
from service.flow.house import House
from service.flow.post import sender_of
from service.mail.prefab import personalise

_VERIFIER = Path(verify_evidence.__file__).read_bytes()
_DAY = (1980, 1, 1, 0, 0, 0)
_README = """Evidence of one decision about a national alert.

decision.json     who decided what, when and how; each check with its result; the hashes the decision binds to
reply.eml         the reply that decided, as it was received (only for a decision by reply)
request.eml       the letter that asked for the decision
letter.frozen     the letter that was approved; what differs between recipients stands as marked slots
recipients.json   who was to get it: code, name, address
sent/, sent.json  the letters as they were made for sending, each with its hash and what became of it
findings.json     what the rules found, with the sentence each rests on
audit.json        the audit trail of the case, with everything its seals are made of
manifest.json     every file with its SHA-256

To check it: python verify_evidence.py PACK.zip

This pack holds a child's details and the personal links of authorities. Keep it as you keep the file of the case.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePack:
    """One pack, its file name and the hash that is written down about it."""

    name: str
    sha256: str
    content: bytes = field(repr=False)


async def evidence_of(house: House, case_id: str, notice_id: str | None, now: datetime, *, actor: str) -> EvidencePack:
    """Make the pack of the newest decision on a notice, or of the case, and write down who took it; raises NotFound without one."""
    async with house.begin() as work:
        case = await work.cases.get(case_id)
        notice, approval = await _decision(work, case, notice_id)
        content = _zipped(await _files(work, house, case, notice, approval))
        digest = hashlib.sha256(content).hexdigest()
        work.audit.add("evidence_taken", at=now, actor=actor, case_id=case.id, subject_id=approval.id, pack=digest)
    return EvidencePack(name=f"{case.reference.lower()}-{notice.number}-evidence.zip", sha256=digest, content=content)


async def _decision(work: Work, case: Case, notice_id: str | None) -> tuple[Notice, Approval]:
    given = [
        (notice, approval)
        for notice in await work.notices.of_case(case.id)
        if notice_id in (None, notice.id)
        for approval in await work.approvals.of_notice(notice.id)
        if approval.used_at is not None
    ]
    if not given:
        raise NotFound
    return max(given, key=lambda one: (one[1].used_at, one[1].id))


async def _files(work: Work, house: House, case: Case, notice: Notice, approval: Approval) -> dict[str, bytes]:
    frozen, letter_sha256 = await _frozen_for(work, notice, approval)
    letter = await work.letters.get(frozen.letter_id)
    files = {
        "README.txt": _README.encode(),
        "verify_evidence.py": _VERIFIER,
        "letter.frozen": letter.wire,
        "recipients.json": _json([[one.gss_code, one.name, address] for one in frozen.recipients for address in one.addresses]),
        "findings.json": _json([asdict(one) for one in notice.findings]),
        "audit.json": _json(await work.audit.of_case(case.id)),
    }
    sent = []
    for one in await work.deliveries.letters_of(notice.id):
        if one.letter_id != frozen.letter_id or one.attempts == 0:
            continue
        wire, name = personalise(letter.wire, slots_for(house, one)), f"sent/{one.id}.eml"
        files[name] = wire
        facts = {"gss_code": one.gss_code, "address": one.address, "state": one.state, "attempts": one.attempts, "code": one.smtp_code}
        sent.append({"file": name, "sha256": hashlib.sha256(wire).hexdigest(), "accepted_at": _moment(one.accepted_at), **facts})
    files["sent.json"] = _json(sent)
    asked = await work.deliveries.about("approval_request", approval.id)
    if asked is not None:
        files["request.eml"] = personalise((await work.letters.get(asked.letter_id)).wire, slots_for(house, asked))
    reply: dict[str, object] = {}
    if approval.received_email_id is not None:
        raw = files["reply.eml"] = await work.received.raw(approval.received_email_id)
        kept = await work.received.get(approval.received_email_id)
        headers = verify_evidence.headers_used(message_from_bytes(raw, policy=policy.compat32).items())
        reply = {"reply_sha256": kept.sha256, "received_at": _moment(kept.received_at), "folder": kept.folder, "headers_used": headers}
    files["decision.json"] = _json(await _facts(work, case, notice, approval, frozen, letter_sha256) | reply)
    return files


async def _frozen_for(work: Work, notice: Notice, approval: Approval) -> tuple[Cascade, str]:
    """Return the freeze that the decision binds to; a notice may have been frozen again since."""
    for frozen in reversed(await work.notices.freezes(notice.id)):
        letter = await work.letters.get(frozen.letter_id)
        if bound_content(letter.sha256, frozen.recipients_sha256) == approval.content_sha256:
            return frozen, letter.sha256
    raise NotFound("The letter that this decision was about is not there any more.")


async def _facts(work: Work, case: Case, notice: Notice, approval: Approval, frozen: Cascade, letter_sha256: str) -> dict[str, object]:
    approver = await work.people.person(approval.approver_id)
    authority = await work.people.authority(case.issuing_authority_id)
    person: Mapping[str, object] = {"id": approver.id, "name": approver.name, "address": approver.address, "title": approver.title}
    return {
        "case": case.reference,
        "authority": sender_of(authority).authority,
        "policy": f"{case.policy} {case.policy_version}",
        "notice_id": notice.id,
        "notice": f"{notice.kind}, number {notice.number}",
        "submitted_by": notice.submitted_by,
        "approval_id": approval.id,
        "request_number": approval.number,
        "approver": person,
        "as_deputy": approval.as_deputy,
        "asked_at": _moment(approval.asked_at),
        "not_after": _moment(approval.not_after),
        "decided_at": _moment(approval.used_at),
        "verdict": approval.verdict,
        "way": approval.way,
        "reason": approval.reason,
        "checks": dict(await work.approvals.checks_of(approval)),
        "notice_version": approval.notice_version,
        "letter_sha256": letter_sha256,
        "recipients_sha256": frozen.recipients_sha256,
        "content_sha256": approval.content_sha256,
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """Zip the files with a list of their hashes, and seal the whole: the comment is the hash of all that stands before the last record."""
    manifest = {"made_by": "National Alerts", "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in {"manifest.json": _json(manifest), **files}.items():
            pack.writestr(zipfile.ZipInfo(name, _DAY), content, zipfile.ZIP_DEFLATED)
        pack.comment = b"0" * verify_evidence.SEAL
    data = made.getvalue()
    end = len(data) - 22 - verify_evidence.SEAL
    return data[: -verify_evidence.SEAL] + hashlib.sha256(data[:end]).hexdigest().encode()
