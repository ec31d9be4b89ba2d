"""Exercises: one letter to everybody who would get an alert, which says that no child is missing.

A directory administrator prepares it and an approver lets it go: nothing leaves for every authority by one person's word. Its figures are
its own; no figure of alerts counts it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from directory.confirming import Asks, Question, Said
from directory.exercises import Exercise
from service.database.delivery_rows import WAITING
from service.database.ids import new_id
from service.database.unit_of_work import Work
from service.domain.audience import Addressee, bound_content, fingerprint
from service.domain.delivery import Delivery, DeliveryState
from service.domain.due import local_date
from service.domain.errors import ChangedMeanwhile, NotAllowed, NotFound
from service.domain.people import IssuingAuthority, Role
from service.flow.confirm import LOST, missed_by, question_delivery
from service.flow.house import House
from service.flow.post import freeze_letter, sender_of
from service.mail import compose_directory
from service.mail.prefab import readable


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One authority in an exercise; *state* is a word of WORDS."""

    gss_code: str
    name: str
    state: str


WORDS = {
    "answered": "Answered",
    "elsewhere": "Answered: not for us",
    "silent": "Sent, no answer",
    "lost": "Not received",
    "waiting": "Waiting to be sent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """How an exercise stands: every authority is in exactly one place."""

    exercise: Exercise
    subject: str
    text: str = field(repr=False)
    recipients: int
    places: tuple[Place, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many authorities are in each state."""
        found = Counter(one.state for one in self.places)
        return {state: found[state] for state in WORDS}

    @property
    def misses(self) -> tuple[Place, ...]:
        """Return those that did not answer as they should."""
        return tuple(one for one in self.places if one.state != "answered")


async def prepare(house: House, authority_id: str, *, by: str, now: datetime) -> str:
    """Freeze the letter of an exercise for an approver to let go, and return its id; NotAllowed while another is open."""
    async with house.begin() as work:
        if any(one.closed_at is None for one in await work.exercises.all()):
            raise NotAllowed("Another exercise is not closed yet. Close it first.")
        authority = await work.people.authority(authority_id)
        context = compose_directory.exercise(sender=sender_of(authority))
        wire = freeze_letter(house, authority, "exercise", context)
        letter = await work.letters.add(wire, kind="exercise", case_id=None, key_id=None, at=now)
        recipients = await _recipients(work, now)
        if not recipients:
            raise NotAllowed("No authority has an address yet.")
        exercise = Exercise(
            id=new_id(),
            issuing_authority_id=authority_id,
            letter_id=letter.id,
            content_sha256=bound_content(letter.sha256, fingerprint(recipients)),
            started_by=by,
            started_at=now,
        )
        await work.exercises.add(exercise)
        await work.tasks.add(
            kind="exercise_to_approve",
            role=Role.APPROVER,
            at=now,
            subject_id=exercise.id,
            says=f"An exercise to {len(recipients)} authorities waits for an approver, at /exercises.",
        )
        work.audit.add("exercise_prepared", at=now, actor=by, subject_id=exercise.id, content=exercise.content_sha256)
        return exercise.id


async def approve(house: House, exercise_id: str, *, by: str, now: datetime) -> int:
    """Queue exactly the letter that was prepared, to exactly those it was prepared for, and return how many.

    Refused to who prepared it, and when the directory has changed since.
    """
    async with house.begin() as work:
        exercise = await _the(work, exercise_id)
        if exercise.started_by == by:
            raise NotAllowed("You prepared this exercise, so somebody else has to approve it.")
        letter, recipients = await work.letters.get(exercise.letter_id), await _recipients(work, now)
        if bound_content(letter.sha256, fingerprint(recipients)) != exercise.content_sha256:
            raise NotAllowed("The directory has changed since this exercise was prepared. Close it and prepare another.")
        if not await work.exercises.approve(exercise_id, by=by, at=now):
            raise ChangedMeanwhile
        authority = await work.people.authority(exercise.issuing_authority_id)
        await _queue(work, house, authority, exercise, recipients, now)
        await work.tasks.settle_subject(subject_id=exercise_id, by=by, at=now)
        work.audit.add("exercise_approved", at=now, actor=by, subject_id=exercise_id, recipients=len(recipients))
        return len(recipients)


async def close(house: House, exercise_id: str, *, by: str, now: datetime) -> int:
    """End an exercise: what has not left is stopped, and everybody who did not answer becomes a task. Return how many did not."""
    async with house.begin() as work:
        results = await results_of(work, exercise_id)
        if not await work.exercises.close(exercise_id, by=by, at=now):
            raise ChangedMeanwhile
        await work.deliveries.withdraw_of_letter(results.exercise.letter_id, at=now)
        for question in await work.questions.of_exercise(exercise_id):
            await work.questions.end(question.id, at=now)
        for one in results.misses:
            await work.tasks.add(
                kind="exercise_missed",
                role=Role.DIRECTORY,
                at=now,
                subject_id=missed_by(one.gss_code),
                says=f"{one.name} did not answer the exercise ({WORDS[one.state].casefold()}). Phone them and check the address."[:300],
            )
        await work.tasks.settle_subject(subject_id=exercise_id, by=by, at=now)
        work.audit.add("exercise_closed", at=now, actor=by, subject_id=exercise_id, misses=len(results.misses))
        return len(results.misses)


async def results_of(work: Work, exercise_id: str) -> Results:
    """Return how an exercise stands; raises NotFound."""
    exercise = await _the(work, exercise_id)
    subject, text, _ = readable((await work.letters.get(exercise.letter_id)).wire)
    sent = {one.id: one for one in await work.deliveries.of_letter(exercise.letter_id)}
    asked = await work.questions.of_exercise(exercise_id)
    places = [Place(gss_code=one.gss_code, name=sent[one.id].recipient_name, state=_state(one, sent[one.id])) for one in asked]
    recipients = len(places) if exercise.approved_at else len(await _recipients(work))
    by_name = tuple(sorted(places, key=lambda one: one.name))
    return Results(exercise=exercise, subject=subject, text=text, recipients=recipients, places=by_name)


def _state(question: Question, delivery: Delivery) -> str:
    if question.answer is not None:
        return "elsewhere" if question.answer is Said.NOT_OURS else "answered"
    if delivery.state in LOST or delivery.state is DeliveryState.WITHDRAWN:
        return "lost"
    return "waiting" if delivery.state in WAITING else "silent"


async def _the(work: Work, exercise_id: str) -> Exercise:
    found = await work.exercises.one(exercise_id)
    if found is None:
        raise NotFound
    return found


async def _recipients(work: Work, now: datetime | None = None) -> tuple[Addressee, ...]:
    found = await work.register.recipients(on=local_date(now) if now else None)
    return tuple(Addressee(gss_code=one.gss_code, name=one.name, address=one.address) for one in found)


async def _queue(
    work: Work, house: House, authority: IssuingAuthority, exercise: Exercise, recipients: tuple[Addressee, ...], now: datetime
) -> None:
    contacts = await work.register.primary_contacts()
    made = [
        question_delivery(house, authority, Asks.EXERCISE, exercise.letter_id, one.name, contacts[one.gss_code], now) for one in recipients
    ]
    hashes = {name: token_hash for _, each, _ in made for name, token_hash in each.items()}
    await work.deliveries.queue([delivery for delivery, _, _ in made], hashes)
    await work.questions.add([replace(question, exercise_id=exercise.id) for _, _, question in made])
