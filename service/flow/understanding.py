"""Everything a letter says, read in one pass over hostile bytes. It runs in the sandbox and touches nothing but its argument."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from service.forms.blocks import Unreadable
from service.forms.corrections import read_numbered_answers
from service.forms.formats import is_picture
from service.forms.guards import PASTE, PERSON_READS
from service.forms.reading import Reading, SourceFile, read_files
from service.forms.recognise import PICTURE, refusal
from service.mail.bounce import BounceReport, read_bounce
from service.mail.classify import Sort, from_a_house, must_not_be_answered, our_delivery_id, sort_of
from service.mail.decision import Decision, QualityAnswer, read_check, read_decision
from service.mail.enclosed import enclosed_files
from service.mail.message import IncomingEmail, parse
from service.mail.quoting import new_text
from service.mail.response import Response, read_response

TOO_MUCH = (
    "What was sent takes longer to read, or more memory, than any form should, so reading it was stopped. "
    f"{PERSON_READS} To be quicker, send only the form, {PASTE}"
)


class TookTooLong(BaseException):
    """The time for reading one letter is used up. No reader may take it for an error of its own, so it is no Exception."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """One letter, understood. *refused_file* is the sentence about a file that must not or cannot be read.

    *by_hand* when only a person can read what was sent: a scan, a picture, something protected, or far too much.
    """

    email: IncomingEmail = field(repr=False)
    sort: Sort
    own_delivery_id: str | None
    bounce: BounceReport | None = field(repr=False)
    new_text: str = field(repr=False)
    decision: Decision = field(repr=False)
    check: QualityAnswer = field(repr=False)
    response: Response = field(repr=False)
    answers: dict[int, str] = field(repr=False)
    reading: Reading | None = field(repr=False)
    refused_file: str | None = field(repr=False)
    by_hand: bool = False
    answerable: bool = True  # an automatic answer to it could start no loop
    from_a_house: bool = False

    @property
    def from_a_person(self) -> bool:
        """Whether a person wrote it, as far as its form tells."""
        return self.sort in _HUMAN


_HUMAN = (Sort.NEW, Sort.REPLY, Sort.FORWARD)


def understand(raw: bytes, today: date) -> Understood:
    """Read one letter whole: who, what sort, what it answers, and the form it carries."""
    email = parse(raw)
    sort = sort_of(email)
    text = new_text(email)
    reading, refused = _form(email, text, sort, today) if sort in _HUMAN else (None, None)
    return Understood(
        # The files are in the stored bytes; what is understood needs only their names.
        email=replace(
            email, attachments=tuple(replace(one, content=b"") for one in email.attachments), attached_letters=(), html_source="", raw=b""
        ),
        sort=sort,
        own_delivery_id=our_delivery_id(email),
        bounce=read_bounce(email) if sort in (Sort.BOUNCE, Sort.DSN_SUCCESS) else None,
        new_text=text,
        decision=read_decision(email),
        check=read_check(email),
        response=read_response(email),
        answers=read_numbered_answers(text),
        reading=reading,
        refused_file=refused.says if refused else None,
        by_hand=refused is not None and refused.by_hand,
        answerable=not must_not_be_answered(email),
        from_a_house=from_a_house(email),
    )


def files_of(email: IncomingEmail, text: str) -> list[SourceFile]:
    """Return what may hold a form: the files first, also those of letters within the letter, then the body."""
    return [SourceFile(name=one.name, content_type=one.content_type, content=one.content) for one in enclosed_files(email, text)]


def read_submission(files: Sequence[SourceFile], *, today: date, subject: str = "") -> Reading | None:
    """Read the submission the files hold together; raises Unreadable also when all there is to read is a picture."""
    reading = read_files(files, today=today, subject=subject)
    if reading is None and any(is_picture(one.name, one.content) for one in files):
        raise Unreadable(refusal(PICTURE, ""), by_hand=True)
    return reading


def _form(email: IncomingEmail, text: str, sort: Sort, today: date) -> tuple[Reading | None, Unreadable | None]:
    try:
        files = files_of(email, text)
        # a picture beside an answer is no form, but a letter that brings nothing else may be a photographed one
        return (read_files if sort is Sort.REPLY else read_submission)(files, today=today, subject=email.subject), None
    except Unreadable as refused:
        return None, refused
    except (TookTooLong, MemoryError):
        return None, Unreadable(TOO_MUCH, by_hand=True)
