"""A letter on the triage table: who sent it, what it carries, and which of our rows it names. Rules ask it; it decides nothing."""

from dataclasses import dataclass

from service.database.origin_tests import OriginLetter
from service.database.received import ReceivedEmail
from service.database.unit_of_work import Work
from service.domain.approval import Approval
from service.domain.case import Case
from service.domain.delivery import Delivery
from service.domain.errors import ServiceError
from service.domain.people import IssuingAuthority, Person
from service.domain.reference import references_in
from service.flow.house import House
from service.flow.understanding import Understood
from service.flow.verify import request_without_token
from service.mail.authenticity import OriginResult, judge_origin
from service.mail.origin_letters import code_in
from service.mail.tokens import carried_delivery_ids, digest, find_carried


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter on the triage table, with everything a rule may ask about it."""

    row: ReceivedEmail
    said: Understood
    authority: IssuingAuthority
    sender: Person | None
    approval: Approval | None
    unknown_decision_token: bool  # it carries a decision token that nobody gave out
    check: tuple[str, str] | None  # notice and person of a quality assurance token
    stop: tuple[str, str | None] | None  # notice and person of the token of a receipt; without a person, whoever sent the notice in
    case: Case | None
    case_by_token: bool
    delivery: Delivery | None
    answers: bool  # whether the delivery was named by its own answer token
    from_a_known_domain: bool  # nobody we know, but at a mail domain whose members may send forms in
    origin_failed: bool
    from_an_authority: bool  # a form, proved to come from the mail domain of an authority in the directory
    ours: bool  # it carries the mark of a letter that left here; another house's letters carry marks of their own
    earlier_twin: str | None
    origin_test: OriginLetter | None
    came_back: Delivery | None  # the letter of ours that this is

    @property
    def in_junk(self) -> bool:
        """Whether the mail server filed it as junk."""
        return "junk" in self.row.folder.casefold() or "spam" in self.row.folder.casefold()

    @property
    def form(self) -> str | None:
        """The kind of form it carries, if any."""
        return self.said.reading.kind if self.said.reading else None

    @property
    def from_the_reporter(self) -> bool:
        """Whether it comes from somebody who may tell us about this case."""
        if self.case is None or self.sender is None:
            return self.case is not None and self.from_a_known_domain and self.address == self.case.reporter_address
        return self.sender.issuing_authority_id == self.case.issuing_authority_id

    @property
    def may_send_in(self) -> bool:
        """Whether somebody wrote it whose forms are taken: a person we know, or anybody at a domain we know."""
        return self.sender is not None or self.from_a_known_domain

    @property
    def from_a_known_place(self) -> bool:
        """Whether somebody we know wrote it, or, proved, somebody at an authority in the directory."""
        return self.may_send_in or self.from_an_authority

    @property
    def address(self) -> str:
        """The address it came from, as far as it is plain; the registered one of a person we know."""
        return self.sender.address if self.sender else self.said.email.from_address or ""


class Held(ServiceError):  # noqa: N818
    """The letter needs a person; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a room made of a letter. With *held* it stays in quarantine for a person, with that reason and a task of that kind."""

    case_id: str | None = None
    held: str = ""
    task: str = "letter_to_read"


async def put_on_the_table(work: Work, house: House, row: ReceivedEmail, said: Understood) -> Letter:
    """Find everything of ours that a letter names; a token is believed before a subject line. Raises Held for a mailbox of nobody."""
    authority = await work.people.authority_at(row.mailbox)
    if authority is None:
        raise Held("No issuing authority uses this mailbox.")
    email = said.email
    approval, check, stop, case, delivery, answers, unknown = None, None, None, None, None, False, False
    for carried in find_carried(email, authority.mailbox):
        token_hash = digest(carried.token)
        if carried.letter == "d":
            found = await work.approvals.by_token(token_hash)
            approval, unknown = approval or found, unknown or found is None
        elif carried.letter in "av" and (named := await work.deliveries.by_token(token_hash)):
            delivery, answers = named, True
        elif given := await work.sessions.token(token_hash):
            if given.purpose == "check" and given.holder_id:
                check = (given.subject_id, given.holder_id)
            elif given.purpose == "stop" and given.not_after >= row.received_at:
                stop = (given.subject_id, given.holder_id)
            elif given.purpose == "correct":
                case = await work.cases.get(given.subject_id)
    by_token = case is not None
    for reference in references_in(email.subject):
        case = case or await work.cases.by_reference(reference)
    if delivery is None:
        for _, named_id in carried_delivery_ids(email, authority.mailbox.rpartition("@")[2], authority.mailbox):
            delivery = delivery or await work.deliveries.get(named_id)
    sender = await work.people.at_address(email.from_address) if email.from_address else None
    if not (approval or check or stop or by_token or answers):
        asked_by = delivery.token_subject if delivery and delivery.token_purpose in ("", "d") else ""
        approval = await request_without_token(work, sender, case, said.decision, asked_by)
    origin = judge_origin(house.origin, email).result
    came_back = await work.deliveries.get(said.own_delivery_id) if said.own_delivery_id else None
    return Letter(
        row=row,
        said=said,
        authority=authority,
        sender=sender,
        approval=approval,
        unknown_decision_token=unknown,
        check=check,
        stop=stop,
        case=case,
        case_by_token=by_token,
        delivery=delivery,
        answers=answers,
        from_a_known_domain=sender is None
        and origin is not OriginResult.FAIL
        and await _is_a_known_domains(work, authority.id, email.from_address),
        origin_failed=origin is OriginResult.FAIL,
        from_an_authority=said.reading is not None and origin is OriginResult.PASS and await _is_an_authoritys(work, email.from_address),
        ours=came_back is not None,
        earlier_twin=await work.received.earlier_with_message_id(row.id, email.message_id) if email.message_id else None,
        origin_test=await _of_the_origin_test(work, house, authority, email.subject),
        came_back=came_back,
    )


async def _of_the_origin_test(work: Work, house: House, authority: IssuingAuthority, subject: str) -> OriginLetter | None:
    """The letter of the origin test whose code the subject carries, if it tests our present profile at this mailbox."""
    code = code_in(subject)
    test = await work.origin_tests.get(code) if code else None
    return test if test and (test.mailbox, test.profile) == (authority.mailbox.casefold(), house.origin.key) else None


async def _is_an_authoritys(work: Work, address: str | None) -> bool:
    domain = (address or "").rpartition("@")[2].casefold()
    return bool(domain) and any(one.address.rpartition("@")[2].casefold() == domain for one in await work.register.all_contacts())


async def _is_a_known_domains(work: Work, authority_id: str, address: str | None) -> bool:
    """Whether anybody at this domain may send forms in; somebody whose work here was ended may not."""
    if not address or not await work.known_domains.knows(authority_id, address.rpartition("@")[2]):
        return False
    return await work.people.any_at(address) is None
