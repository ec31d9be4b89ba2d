"""A small house with one live case, one notice to check, one to decide and one held letter, made through the stores."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from directory.confirming import Asks, Question
from directory.exercises import Exercise
from service.database.ids import new_id
from service.database.received import NewLetter
from service.database.unit_of_work import Database, Work
from service.domain.approval import LIFE_OF_A_REQUEST, Approval
from service.domain.audience import Addressee, bound_content, fingerprint
from service.domain.case import Case, CaseState
from service.domain.delivery import Answer, Delivery, DeliveryState, Lane
from service.domain.notice import Finding, Notice, NoticeKind, NoticeState
from service.domain.people import Role
from service.flow.post import new_delivery
from service.mail.prefab import freeze
from service.mail.templates import Rendered
from service.mail.tokens import Tokens, digest
from tests.directory.decided import set_contact
from tests.service.forms.documents import docx, paragraph, table

NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)
NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"
TOKENS = Tokens(b"sixteen bytes or more of a secret")
STATES = [
    (DeliveryState.ACCEPTED, Answer.NONE),
    (DeliveryState.ACCEPTED, Answer.ACKNOWLEDGED),
    (DeliveryState.ACCEPTED, Answer.NOT_KNOWN),
    (DeliveryState.QUEUED, Answer.NONE),
    (DeliveryState.BOUNCED, Answer.NONE),
    (DeliveryState.ACCEPTED, Answer.POSSIBLE_MATCH),
    (DeliveryState.ACCEPTED, Answer.PLEASE_READ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """The ids of what was made."""

    people: dict[str, str]
    live: str
    live_notice: str
    check: str
    check_notice: str
    decide: str
    decide_notice: str
    decide_token: str
    elsewhere: str
    elsewhere_notice: str
    email: str
    task: str
    task_elsewhere: str
    unowned: str
    held: str
    held_elsewhere: str
    answer_token: str
    confirm_token: str
    exercise: str
    delivery: str
    bounced: str


FORM = docx(
    paragraph("National Missing Child Alert", style="Title"),
    table(("Your ref", "A1"), ("Date missing", "20th October 2026")),
    table(("Given names", "Amy"), ("Surname", NASTY), ("Legal status", "Child protection plan"), ("Favourite colour", "Green")),
)


def letter(text: str, subject: str = "National alert", *, form: bytes = b"", picture: bytes = b"", program: bytes = b"") -> bytes:
    """Write a letter, with what is attached to it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "sam@reporter.test", "alerts@kent.test", subject, f"<{new_id()}@x.test>"
    mail.set_content(text)
    for content, name in ((form, "form.docx"), (picture, "../photo.png"), (program, "tool.exe")):
        if content:
            mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


async def sow(database: Database) -> Seeds:
    """Make everything."""
    async with database.begin() as work:
        await work.register.load_shipped()
        for one in (await work.register.authorities())[:60]:
            await set_contact(
                work.register,
                gss_code=one.gss_code,
                address=f"{one.code.lower()}@council.test",
                role="Duty",
                who="test",
                why="test",
                at=NOW,
            )
        kent = await work.people.add_authority(
            gss_code="E10000016",
            name="Kent County Council",
            code="KEN",
            policy="national",
            mailbox="alerts@kent.test",
            phone="01632 960001",
        )
        medway = await work.people.add_authority(
            gss_code="E06000035", name="Medway Council", code="MED", policy="national", mailbox="alerts@medway.test"
        )
        people = {role.value: await _person(work, kent, role) for role in Role}
        people["second approver"] = await work.people.add(
            authority_id=kent, name="Second", address="second@kent.test", roles=frozenset({Role.APPROVER})
        )
        people["stranger"] = await work.people.add(
            authority_id=medway, name="Other", address="other@medway.test", roles=frozenset({Role.QUALITY, Role.APPROVER})
        )
        live = await _case(work, kent, "KEN", CaseState.LIVE)
        raw = letter(f"Please send this out.\n{NASTY}", NASTY, form=FORM, picture=b"\x89PNG\r\n\x1a\n picture", program=b"MZ program")
        email_id = await _received(work, "alerts@kent.test", raw, 1)
        live_notice, _ = await _notice(work, live, NoticeState.CASCADED, email_id, frozen=True)
        delivery, bounced = await _board(work, live, live_notice)
        await work.responses.add(
            delivery_id=delivery,
            case_id=live.id,
            gss_code="E06000001",
            answer=Answer.POSSIBLE_MATCH,
            way="link",
            confirmed=True,
            who="Pat",
            words=NASTY,
            at=NOW,
        )
        confirm_token = await _asked(work)
        exercise = await _exercise(work, kent)
        check = await _case(work, kent, "KEN", CaseState.DRAFT)
        check_notice, _ = await _notice(work, check, NoticeState.CHECKING, email_id)
        decide = await _case(work, kent, "KEN", CaseState.DRAFT)
        decide_notice, content = await _notice(
            work, decide, NoticeState.AWAITING_APPROVAL, email_id, frozen=True, passed_by=people["quality"]
        )
        token = ""
        for name in ("approver", "second approver"):
            approval_id = new_id()
            token = TOKENS.issue("d", approval_id)
            await work.approvals.ask(
                Approval(
                    id=approval_id,
                    notice_id=decide_notice.id,
                    approver_id=people[name],
                    notice_version=decide_notice.version,
                    content_sha256=content,
                    number="1234",
                    token_hash=digest(token),
                    asked_at=NOW,
                    not_after=NOW + LIFE_OF_A_REQUEST,
                    used_at=None,
                    verdict=None,
                    way=None,
                )
            )
        elsewhere = await _case(work, medway, "MED", CaseState.DRAFT)
        elsewhere_notice, _ = await _notice(work, elsewhere, NoticeState.CHECKING, email_id)
        held = await _received(work, "alerts@kent.test", letter(f"A letter to read {NASTY}", NASTY, form=FORM), 2, held=True)
        held_elsewhere = await _received(work, "alerts@medway.test", letter("Not for Kent"), 3, held=True)
        await work.tasks.add(
            kind="address_bounced", role=Role.QUALITY, says="Our letter bounced.", at=NOW, case_id=live.id, subject_id=bounced
        )
        await work.tasks.add(kind="check_notice", role=Role.QUALITY, says="Not for Kent to see.", at=NOW, case_id=elsewhere.id)
        await work.tasks.add(kind="letter_to_read", role=Role.QUALITY, says="A letter to Medway.", at=NOW, subject_id=held_elsewhere)
        await work.tasks.add(
            kind="interview_due", role=Role.QUALITY, says="A return interview is due.", at=NOW, case_id=live.id, subject_id="i"
        )
        await work.tasks.add(
            kind="answer_matters", role=Role.QUALITY, says="They may know this family.", at=NOW, case_id=live.id, subject_id=delivery
        )
        await work.tasks.add(kind="plan_due", role=Role.QUALITY, says="A plan ends.", at=NOW, case_id=elsewhere.id, subject_id="p")
        tasks = {one.kind: one.id for one in await work.tasks.open()}
        await work.signals.beat("worker", at=NOW)
        work.audit.add("case_opened", at=NOW, actor=people["quality"], case_id=live.id, kind="alert")
    return Seeds(
        people=people,
        live=live.id,
        live_notice=live_notice.id,
        check=check.id,
        check_notice=check_notice.id,
        decide=decide.id,
        decide_notice=decide_notice.id,
        decide_token=token,
        elsewhere=elsewhere.id,
        elsewhere_notice=elsewhere_notice.id,
        email=email_id,
        task=tasks["interview_due"],
        task_elsewhere=tasks["plan_due"],
        unowned=tasks["answer_matters"],
        held=held,
        held_elsewhere=held_elsewhere,
        answer_token=TOKENS.issue("a", delivery),
        confirm_token=confirm_token,
        exercise=exercise,
        delivery=delivery,
        bounced=bounced,
    )


async def _asked(work: Work) -> str:
    """Ask an authority whether its address is right, and return the token of the link."""
    contact = (await work.register.all_contacts())[0]
    letter_id = (await work.letters.add(b"Is this right?", kind="directory_confirm", case_id=None, key_id=None, at=NOW)).id
    sent = new_delivery(
        kind="directory_confirm",
        letter_id=letter_id,
        lane=Lane.CHASER,
        gss_code=contact.gss_code,
        recipient_name="An authority",
        address=contact.address,
        mailbox="alerts@kent.test",
        token_purpose="v",
        link_path="/confirm/{token}",
        now=NOW,
    )
    token = TOKENS.issue("v", sent.id)
    await work.deliveries.queue([sent], {sent.id: digest(token)})
    asked = Question(id=sent.id, kind=Asks.CONFIRM, gss_code=contact.gss_code, order=0, address=contact.address, asked_at=NOW)
    await work.questions.add([asked])
    return token


async def _exercise(work: Work, kent: str) -> str:
    """Prepare an exercise that waits for its approver."""
    frozen = freeze(
        Rendered(name="exercise", subject="EXERCISE", text="No child is missing.", html="<p>No child is missing.</p>"),
        sender_name="Kent",
        sender_address="alerts@kent.test",
    )
    letter = await work.letters.add(frozen, kind="exercise", case_id=None, key_id=None, at=NOW)
    to = [Addressee(gss_code=one.gss_code, name=one.name, address=one.address) for one in await work.register.recipients()]
    content = bound_content(letter.sha256, fingerprint(to))
    made = Exercise(id=new_id(), issuing_authority_id=kent, letter_id=letter.id, content_sha256=content, started_by="x", started_at=NOW)
    await work.exercises.add(made)
    return made.id


async def _person(work: Work, authority_id: str, role: Role) -> str:
    return await work.people.add(
        authority_id=authority_id, name=f"{role.value.title()} Person", address=f"{role.value}@kent.test", roles=frozenset({role})
    )


async def _case(work: Work, authority_id: str, code: str, state: CaseState) -> Case:
    case_id = new_id()
    seal = await work.keys.new(case_id)
    reference = await work.cases.next_reference(code, 2026)
    case = Case(
        id=case_id,
        reference=reference,
        issuing_authority_id=authority_id,
        state=state,
        outcome=None,
        missing_since=NOW.date() - timedelta(days=35),
        policy="national",
        policy_version="1",
        reporter_address="sam@reporter.test",
        key_id=seal.key_id,
        opened_at=NOW,
        closed_at=None,
        version=1,
    )
    await work.cases.add(case)
    return case


async def _received(work: Work, mailbox: str, raw: bytes, uid: int, *, held: bool = False) -> str:
    new = NewLetter(uid=uid, size=len(raw), complete=True, raw=raw, message_id=None)
    await work.received.keep([new], mailbox=mailbox, folder="INBOX", uidvalidity=1, at=NOW)
    email_id = (await work.received.next_new(1, at=NOW))[0]
    if held:
        await work.received.quarantined(email_id, kind="unknown", rule="nothing else applies", reason="It is not a form.")
    else:
        await work.received.handled(email_id, kind="submission", rule="a form from a person we know")
    return email_id


async def _notice(
    work: Work, case: Case, state: NoticeState, email_id: str, *, frozen: bool = False, passed_by: str | None = None
) -> tuple[Notice, str]:
    notice_id = new_id()
    letter_id, content = None, None
    if frozen:
        wire = freeze(
            Rendered(
                name="alert", subject=f"National alert [{case.reference}]", text=f"Please search. {NASTY}\n", html="<p>Please search.</p>"
            ),
            sender_name="National Alerts",
            sender_address="alerts@kent.test",
        )
        kept = await work.letters.add(wire, kind="alert", case_id=case.id, key_id=case.key_id, at=NOW)
        recipients = tuple(Addressee(gss_code=one.gss_code, name=one.name, address=one.address) for one in await work.register.recipients())
        letter_id, content = kept.id, bound_content(kept.sha256, fingerprint(recipients))
    notice = Notice(
        id=notice_id,
        case_id=case.id,
        kind=NoticeKind.ALERT,
        number=1,
        state=state,
        version=2,
        fields={
            "date_went_missing": "2026-10-20",
            "children": [
                {
                    "given_names": "Amy",
                    "family_name": NASTY,
                    "date_of_birth": "2018-03-04",
                    "legal_status": ["child_protection_plan"],
                    "unborn": False,
                }
            ],
            "risk_level": "high",
            "circumstances": None,
        },
        provenance={
            "date_went_missing": {
                "file": "form.docx",
                "place": "table 1, row 2",
                "label": "Date missing",
                "text": "20th October 2026",
                "method": "label cell",
            },
            "circumstances": {"text": "Not known"},
        },
        findings=(
            Finding(
                rule="wait",
                outcome="met",
                says="Missing for 35 days.",
                source="A National Alert cannot be completed until the child has been missing for 3 weeks.",
            ),
            Finding(rule="risk", outcome="not_met", says=NASTY, source="The risk is medium or high."),
            Finding(
                rule="last_seen",
                outcome="not_answered",
                says="When was Amy last seen?",
                source="Every alert says it.",
                field_path="last_seen",
            ),
            Finding(
                rule="form",
                outcome="contradiction",
                says="Age 9 does not fit 4 March 2018",
                source="The form itself.",
                field_path="children[0].date_of_birth",
                label="DOB",
            ),
            Finding(
                rule="form", outcome="unrecognised", says="We do not know this label.", source="The form itself.", label="Favourite colour"
            ),
        ),
        submitted_by="sam@reporter.test",
        received_email_id=email_id,
        passed_by=passed_by,
        letter_id=letter_id,
        content_sha256=content,
        created_at=NOW,
    )
    await work.notices.add(notice)
    if letter_id:
        await work.notices.freeze(
            notice_id=notice.id, letter_id=letter_id, recipients=recipients, recipients_sha256=fingerprint(recipients), at=NOW
        )
    return notice, content or ""


async def _board(work: Work, case: Case, notice: Notice) -> tuple[str, str]:
    deliveries = []
    for index, one in enumerate(await work.register.recipients()):
        state, answer = STATES[index % len(STATES)]
        delivery_id = new_id()
        deliveries.append(
            Delivery(
                id=delivery_id,
                letter_id=str(notice.letter_id),
                kind="alert",
                lane=Lane.ALERT,
                case_id=case.id,
                notice_id=notice.id,
                gss_code=one.gss_code,
                recipient_name=one.name,
                address=one.address,
                state=state,
                answer=answer,
                confirmed=True,
                attempts=1,
                lease=1,
                mailbox="alerts@kent.test",
                token_purpose="a",
                token_subject=delivery_id,
                link_path="/answer/{token}",
                number="",
                references=(),
                created_at=NOW,
                due_at=NOW,
                accepted_at=NOW,
                answered_at=None,
                smtp_code=None,
                smtp_status=None,
            )
        )
    await work.deliveries.queue(deliveries, {one.id: digest(TOKENS.issue("a", one.id)) for one in deliveries})
    return deliveries[0].id, next(one.id for one in deliveries if one.state is DeliveryState.BOUNCED)


def session_hash(secret: str) -> str:
    """Hash a session secret as the service does."""
    return hashlib.sha256(secret.encode()).hexdigest()
