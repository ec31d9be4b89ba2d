"""The case that the letter tests write about: one full form, one with next to nothing in it, and every letter's contexts."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from service.domain.difference import Change, Difference
from service.mail import compose, compose_alarm, compose_answers, compose_cover, compose_directory, compose_notices
from service.mail.compose import Context, FindingLine, Question, Sender
from service.mail.prefab import Slots
from tests.service.mail import letters_about_what_is_due

FOLDER = Path(__file__).parents[3] / "mail_templates"
REFERENCE = "KEN-2026-0042-K"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BARE = Sender(authority="Kent County Council", address="alerts@kent.test", phone="01632 960100")
SENDER = Sender(
    authority="Kent County Council", address="alerts@kent.test", phone="01632 960100", out_of_hours="01632 960199", team="Safeguarding"
)
FULL: dict[str, Any] = {
    "date_went_missing": "2026-10-20",
    "date_last_seen": "2026-10-19",
    "last_seen": "At school, by her class teacher",
    "children": [
        {
            "family_name": "Example",
            "given_names": "Amy Jane",
            "aliases": ["Amy Sample"],
            "date_of_birth": "2018-03-04",
            "unborn": False,
            "expected_delivery_date": None,
            "sex": "female",
            "ethnicity": "White British",
            "legal_status": ["child_protection_plan"],
            "plan_start": "2026-02-11",
            "plan_categories": ["neglect"],
            "identifiers": {"nhs_number": "999 000 0018"},
            "description": "Brown hair, scar on left hand",
            "school": "Sample Primary School",
        },
    ],
    "adults": [
        {
            "name": "Jo Example",
            "aliases": ["Jo Sample"],
            "date_of_birth": "1994-07-01",
            "relationship": "mother",
            "parental_responsibility": True,
            "in_custody": False,
            "address": None,
            "phone": None,
            "risk": None,
        }
    ],
    "addresses": [
        {"kind": "home", "text": "1 Example Road, Exampleton", "postcode": "ZZ99 9ZZ", "confidential": False},
        {"kind": "refuge", "text": "7 Hidden Lane", "postcode": "ZZ98 8ZZ", "confidential": True},
    ],
    "links_to_areas": ["Leeds (maternal aunt)", "Poland"],
    "associates": [],
    "vehicles": ["Blue Ford Fiesta ZZ99 ZZZ"],
    "phones": [],
    "circumstances": "She did not come to school on Tuesday.",
    "actions_taken": "Home visits on 21 and 23 October.",
    "reason_for_concern": "Neglect.",
    "exceptional_criterion": None,
    "risk_level": "high",
    "police_reference": "XY/12345/26",
    "media_strategy": {"considered": True, "necessary": False, "media_to_be_informed": False},
    "social_worker": {"name": "Sam Worker", "team": "Team 4", "phone": "01632 960001", "email": "sam.worker@kent.test"},
    "team_manager": {"name": "Max Manager", "team": None, "phone": None, "email": None},
    "out_of_hours_contact": None,
    "police_contact": None,
    "found": {
        "date": "2026-11-20",
        "where": "At her aunt's flat in Leeds",
        "found_authority": "Leeds City Council",
        "seen_by": "Pat Officer",
        "date_seen": "2026-11-21",
        "physically_seen": True,
        "deceased": False,
    },
}
BEN: dict[str, Any] = {"family_name": "Example", "given_names": "Ben", "date_of_birth": "2021-06-11", "sex": "male"}
FAMILY = {**FULL, "children": [{**FULL["children"][0], "status": "found"}, BEN]}
BEFORE = {**FULL, "risk_level": "medium", "vehicles": [], "phones": ["07700 900001"]}
DIFFERENCES = (
    Difference(label="Risk level", before="medium", after="high", kind=Change.CHANGED),
    Difference(label="Vehicles", before="", after="Blue Ford Fiesta ZZ99 ZZZ", kind=Change.ADDED),
    Difference(label="Phones", before="07700 900001", after="", kind=Change.REMOVED),
)
NAMES = ("Amy", "Example", "Sample", "Exampleton", "Leeds")
FINDING = FindingLine(outcome="not_met", says="Only 12 days have passed.", source="Kent 2.4.3", label="Date missing")


def contexts(*, full: bool) -> dict[str, Context]:
    """Return a context for every letter, with everything known or with as little as can be."""
    sender, fields = (SENDER, FULL) if full else (BARE, {})
    case: dict[str, Any] = {"sender": sender, "reference": REFERENCE}
    notice: dict[str, Any] = {**case, "number": 2, "as_at": NOON}
    read = [("Child", "Amy Jane Example"), ("Date missing", "20 October 2026")] if full else []
    findings = [FINDING] if full else []
    answer_by = NOON if full else None
    extra: dict[str, Any] = (
        {"reminders": ["Write a case note on Mosaic and upload the form."], "helplines": [("Missing People", "116 000")]} if full else {}
    )
    ask = [Question(number=n, label=f"Label {n}", why="It matters.", source="Kent 2.4.3") for n in ((1, 2, 3, 4) if full else (1,))]
    return {
        "submission_receipt": compose.receipt(
            **case, read=read, next_step="Quality assurance looks at it next.", decide_by=answer_by, questions=2 * full, **extra
        ),
        "submission_questions": compose.questions(**case, questions=ask),
        **letters_about_what_is_due.contexts(sender, REFERENCE, full=full),
        "quality_request": compose.quality_request(
            **case,
            kind="alert",
            read=read,
            findings=findings,
            stage=1,
            stages=2 if full else 1,
            post="Service Manager" if full else "",
            post_held=not full,
            differences=DIFFERENCES if full else (),
            since="the last notice" if full else "",
        ),
        "approval_request": compose.approval_request(
            **case,
            kind="alert",
            letter_subject="NATIONAL ALERT – child missing",
            letter_text="What we ask\n\nCheck.\n" if full else "",
            recipients=212 if full else 1,
            decide_by=NOON,
            expires_at=NOON,
            findings=findings,
            against=len(findings),
            checked_by=["Priya Checker, Service Manager"] if full else (),
            days_missing=35 if full else None,
            left_out=["Authority X: no address works"] if full else (),
            differences=DIFFERENCES if full else (),
        ),
        "approval_handed_on": compose.approval_request(
            **case,
            instead_of="Alex Head",
            kind="alert",
            letter_subject="NATIONAL ALERT – child missing",
            letter_text="What we ask\n\nCheck.\n" if full else "",
            recipients=212 if full else 1,
            decide_by=NOON,
            expires_at=NOON,
            findings=findings,
            against=len(findings),
            checked_by=["Priya Checker, Service Manager"] if full else (),
            days_missing=35 if full else None,
            left_out=["Authority X: no address works"] if full else (),
            differences=DIFFERENCES if full else (),
        ),
        "directory_confirm": compose_directory.confirm(
            sender=sender,
            authority="Leeds City Council",
            address="duty@leeds.test",
            role="custodian",
            phone="01632 960123" if full else "",
            out_of_hours="01632 960124" if full else "",
            instead=full,
            shared=full,
        ),
        "directory_verify": compose_directory.verify(
            sender=sender, authority="Leeds City Council", address="duty@leeds.test", role="custodian"
        ),
        "directory_changed": compose_directory.changed(
            sender=sender, authority="Leeds City Council", address="duty@leeds.test", by="Ada Admin", at=NOON, gone=full
        ),
        "exercise": compose_directory.exercise(sender=sender),
        "glass_broken": compose_cover.glass_broken(
            sender=sender, by="Alex Admin", role="approver", reason="Both approvers are ill.", at=NOON, until=NOON
        ),
        "alarm": compose_alarm.alarm(
            sender=sender,
            title="The inbox has not been read for 6 minutes",
            check="Is the mail server up?",
            began=NOON,
            over=None if full else NOON,
            still=["The clocks differ"] if full else (),
        ),
        "canary": compose_alarm.canary(sender=sender),
        "approval_reminder": compose_cover.approval_reminder(
            **case,
            kind="alert",
            since=NOON,
            also_asked=["Pat Deputy"] if full else [],
            deputies_at=NOON,
            phone_at=NOON,
            on_the_page=not full,
        ),
        "decision_on_the_page": compose.decision_on_the_page(
            sender=SENDER, reference=REFERENCE, reasons=["It is your first decision here."]
        ),
        "sending_stopped": compose.sending_stopped(
            **case, kind="alert", by="Alex Head", at=NOON, way="web page", left=14 if full else 0, halted=198 if full else 0
        ),
        "decision_unclear": compose.decision_unclear(
            **case, reason="The first line was not one of the words we asked for.", asks="why_approve" if full else "words"
        ),
        "decision_taken": compose.decision_taken(
            **case,
            kind="alert",
            decided="approved" if full else "refused",
            by="Alex Head",
            at=NOON,
            way="email reply",
            recipients=212 * full,
            reason="" if full else "Too early.",
            can_stop=full,
            **extra,
        ),
        "alert": compose_notices.alert(fields, **notice, answer_by=answer_by),
        "update": compose_notices.update(fields, **notice, before=BEFORE if full else None, answer_by=answer_by),
        "renewal": compose_notices.update(fields, **notice, before=BEFORE if full else None, answer_by=answer_by),
        "found": compose_notices.found(fields, **notice),
        "found_in_part": compose_notices.found_in_part(FAMILY if full else {}, **notice, before=FULL if full else None),
        "deceased": compose_notices.deceased(fields, **notice),
        "withdrawal": compose_notices.withdrawal(**notice),
        "answer_thanks": compose_answers.answer_thanks(
            **case, noted="2: Known to us", at=NOON, said="She is at our school." if full else ""
        ),
        "answer_matters": compose_answers.answer_matters(
            **case,
            authority="Leeds City Council",
            answer="Possible match",
            said="We think\nwe know them." if full else "",
            phone="01632 960200" if full else "",
            at=NOON,
            confirmed=not full,
        ),
        "sign_in_link": compose.sign_in_link(sender=sender, minutes=15),
        "security_notice": compose.security_notice(sender=sender, says="A passkey was set up for your sign-in.", at=NOON),
        "origin_test": compose.origin_test(sender=sender, subject="Origin test 1 0123456789abcdef0123456789abcdef"),
        "bounce_task": compose_answers.bounce_task(
            sender=sender, authority="Leeds City Council", said="The mailbox is full.", reference=REFERENCE
        ),
    }


def slots(**changes: Any) -> Slots:
    """Return one recipient's slots, with *changes*."""
    given: dict[str, Any] = {
        "to_name": "Leeds City Council",
        "to_address": "duty@leeds.test",
        "message_id": "0123456789abcdef0123456789abcdef@kent.test",
        "date": NOON,
        "reply_to": "alerts+a.tokentokentoken@kent.test",
        "delivery_id": "0123456789abcdef0123456789abcdef",
        "link": "https://alerts.kent.test/answer/tokentokentoken",
        "number": "4821",
        "token": "tokentokentoken",
        "authority": "Leeds City Council",
    }
    return Slots(**(given | changes))
