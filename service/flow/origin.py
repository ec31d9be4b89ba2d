"""Proves the origin profile of this house with five letters, and lets it count only while they were judged as they must be.

A pass never ends by itself: the clock asks for the test again every month, and one letter judged wrongly ends it at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.database.origin_tests import OriginLetter
from service.database.unit_of_work import Work
from service.domain.delivery import Lane
from service.domain.people import IssuingAuthority, Person, Role
from service.flow.facts import BY_THE_CLOCK
from service.flow.house import House
from service.flow.letter import Done, Letter
from service.flow.post import sender_of, write
from service.mail import compose
from service.mail.authenticity import OriginProfile, OriginResult, judge_origin
from service.mail.origin_letters import subject_of

PROVE_AGAIN = timedelta(days=35)
LOOK_EVERY = timedelta(days=1)
REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One letter of the test: what it is, what it must be judged to be, and how it is sent."""

    number: int
    name: str
    what: str
    must: str
    how: str


FIVE = (
    Asked(
        number=1,
        name="approver_reply",
        what="A real approver answers",
        must="pass",
        how="The service has written to the approver. They answer that letter in the mail program they always use, with any words.",
    ),
    Asked(
        number=2,
        name="outside_host",
        what="The approver's address, sent by a host outside",
        must="not pass",
        how="Send origin-2.eml from a machine outside your network, straight to the server that takes your mail.",
    ),
    Asked(
        number=3,
        name="forged_headers",
        what="The same, with forged headers that say pass and Internal",
        must="not pass",
        how="Send origin-3.eml the same way. With a gateway in front of Exchange Online, send it past the gateway to Exchange too.",
    ),
    Asked(
        number=4,
        name="display_name",
        what="The approver's name before another address",
        must="not the approver",
        how="Send origin-4.eml the same way.",
    ),
    Asked(
        number=5,
        name="forwarded",
        what="An approver's letter through a mailbox outside that forwards by itself",
        must="any result, noted",
        how="The approver writes from their mail program to a mailbox outside that forwards to the shared mailbox, with this subject:",
    ),
)
_SAME_TENANT_MUST = "not pass"  # a letter that was outside did not stay within the tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a profile is proved at a mailbox: since when it counts, or why it does not. *letters* are those of the newest round."""

    proved_at: datetime | None
    why_not: str
    letters: tuple[OriginLetter, ...]


def must_be(asked: Asked, profile: OriginProfile) -> str:
    """Say what a letter must be judged to be under *profile*."""
    return _SAME_TENANT_MUST if asked.name == "forwarded" and profile.kind == "exchange_same_tenant" else asked.must


async def standing_of(work: Work, profile: OriginProfile, mailbox: str) -> Standing:
    """Look how far *profile* is proved: by the newest round that was ended, unless a letter of any round was judged wrongly since."""
    rounds = await work.origin_tests.rounds(mailbox, profile.key)
    newest = rounds[0] if rounds else ()
    for letters in rounds:
        since = letters[0].sent_at
        if wrong := {one.letter for each in rounds for one in each if one.passed is False and (one.judged_at or since) >= since}:
            numbers = " and ".join(str(one.number) for one in FIVE if one.name in wrong)
            return Standing(proved_at=None, why_not=f"the origin test failed at letter {numbers}", letters=newest)
        if {one.letter for one in letters if one.passed} == {one.name for one in FIVE}:
            return Standing(proved_at=since, why_not="", letters=newest)
    return Standing(proved_at=None, why_not=OriginProfile(kind=profile.kind).why_not, letters=newest)


async def with_proof(work: Work, house: House, mailbox: str) -> House:
    """Return the house with its origin profile counting or not, as the test at *mailbox* stands now."""
    if house.origin.kind == "none":
        return house
    standing = await standing_of(work, house.origin, mailbox)
    return replace(house, origin=replace(house.origin, proved=standing.proved_at is not None, why_not=standing.why_not))


async def begin(work: Work, house: House, authority: IssuingAuthority, approver: Person, now: datetime) -> tuple[OriginLetter, ...]:
    """Begin a round: write to the approver, and return the five letters with their codes. A pass from before counts meanwhile."""
    names = [one.name for one in FIVE]
    letters = await work.origin_tests.begin(mailbox=authority.mailbox, profile=house.origin.key, letters=names, at=now)
    await write(
        work,
        house,
        authority,
        "origin_test",
        compose.origin_test(sender=sender_of(authority), subject=subject_of(1, letters[0].id)),
        to_name=approver.name,
        to_address=approver.address,
        lane=Lane.DECISION,
        now=now,
    )
    work.audit.add("origin_test_begun", at=now, subject_id=letters[0].id, kind=house.origin.kind)
    return letters


async def judge_letter(work: Work, house: House, letter: Letter, now: datetime) -> Done:
    """Judge a letter of the test as if the profile counted already, and keep the verdict with the letter it rests on."""
    test, profile = letter.origin_test, replace(house.origin, proved=True)
    assert test is not None
    if now - test.sent_at > PROVE_AGAIN:
        return Done(held="A letter of an origin test came in that is long over.", task="origin_test")
    origin = judge_origin(profile, letter.said.email)
    sender = letter.sender
    approver = sender is not None and Role.APPROVER in sender.roles and sender.issuing_authority_id == letter.authority.id
    if test.letter != "display_name" and not approver:
        return Done(held="A letter of the origin test came in, and its From is not an approver's. Send it again.", task="origin_test")
    believed = approver and origin.result is OriginResult.PASS
    passed = {
        "approver_reply": believed and not letter.in_junk,
        "forwarded": not believed or profile.kind != "exchange_same_tenant",
    }.get(test.letter, not believed)
    await work.origin_tests.judged(test.id, passed=passed, result=origin.result, at=now, received_email_id=letter.row.id)
    work.audit.add(
        "origin_letter_judged",
        at=now,
        subject_id=test.id,
        letter=test.letter,
        result=origin.result,
        passed=passed,
        evidence=origin.evidence,
        email_id=letter.row.id,
    )
    await _tell(work, profile, letter.authority, now)
    return Done()


async def note_refused(
    work: Work, profile: OriginProfile, authority: IssuingAuthority, numbers: Sequence[int], *, by: str, now: datetime
) -> None:
    """Keep that the mail server took a forged letter no further, in the words of the person who saw it. That is as good as a fail."""
    names = {one.name for one in FIVE if one.number in numbers and one.number != 1}
    for one in (await standing_of(work, profile, authority.mailbox)).letters:
        if one.letter in names and one.passed is None:
            await work.origin_tests.judged(one.id, passed=True, result=REFUSED, at=now)
            work.audit.add("origin_letter_refused", at=now, actor=by, subject_id=one.id, letter=one.letter)
    await _tell(work, profile, authority, now)


async def look_at_origin(house: House, *, now: datetime) -> int:
    """Ask for the test where the profile is not proved, or was proved too long ago, and return how often; once a day."""
    if house.origin.kind == "none":
        return 0
    asked = 0
    async with house.begin() as work:
        if not await work.signals.take_turn("origin", before=now - LOOK_EVERY, at=now):
            return 0
        for authority in await work.people.authorities():
            standing = await standing_of(work, house.origin, authority.mailbox)
            if standing.proved_at and now - standing.proved_at < PROVE_AGAIN:
                continue
            unproved = "is not proved: replies approve nothing, only the page does"
            why = "was last proved more than a month ago" if standing.proved_at else unproved
            await work.tasks.add(
                kind="prove_the_origin",
                role=Role.SYSTEM,
                at=now,
                subject_id=_subject(authority),
                says=f"The origin of replies to {authority.code} {why}. Run: national-alerts origin test",
            )
            asked += 1
    return asked


async def _tell(work: Work, profile: OriginProfile, authority: IssuingAuthority, now: datetime) -> None:
    standing = await standing_of(work, profile, authority.mailbox)
    if standing.proved_at is not None and standing.letters[0].sent_at == standing.proved_at:
        await work.tasks.settle_subject(subject_id=_subject(authority), by=BY_THE_CLOCK, at=now)
        work.audit.add("origin_proved", at=now, subject_id=standing.letters[0].id, kind=profile.kind)
    elif any(one.passed is False for one in standing.letters):
        await work.tasks.add(
            kind="origin_test_failed",
            role=Role.SYSTEM,
            at=now,
            subject_id=_subject(authority),
            says=f"For {authority.code} {standing.why_not}. Replies approve nothing now. See: national-alerts origin show",
        )


def _subject(authority: IssuingAuthority) -> str:
    return f"origin {authority.id}"
