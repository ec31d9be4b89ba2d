"""Everything a letter says, read in one pass over hostile bytes. It runs in the sandbox and touches nothing but its argument."""

from dataclasses import dataclass, field, replace
from datetime import date

from service.forms.corrections import read_numbered_answers
from service.forms.reading import Reading, SourceFile, Unreadable, read_files
from service.mail.bounce import BounceReport, read_bounce
from service.mail.classify import Sort, our_delivery_id, sort_of
from service.mail.decision import Decision, QualityAnswer, read_check, read_decision
from service.mail.message import IncomingEmail, parse
from service.mail.quoting import new_text
from service.mail.response import Response, read_response


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """One letter, understood. *refused_file* is the sentence about a file that must not or cannot be read."""

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
    reading, refused = _form(email, text, today) if sort in _HUMAN else (None, None)
    return Understood(
        # The files are in the stored bytes; what is understood needs only their names.
        email=replace(email, attachments=tuple(replace(one, content=b"") for one in email.attachments), attached_letters=()),
        sort=sort,
        own_delivery_id=our_delivery_id(email),
        bounce=read_bounce(email) if sort in (Sort.BOUNCE, Sort.DSN_SUCCESS) else None,
        new_text=text,
        decision=read_decision(email),
        check=read_check(email),
        response=read_response(email),
        answers=read_numbered_answers(text),
        reading=reading,
        refused_file=refused,
    )


def files_of(email: IncomingEmail, text: str) -> list[SourceFile]:
    """Return what may hold a form: the files first, then the body."""
    files = [SourceFile(name=one.name, content_type=one.content_type, content=one.content) for one in email.attachments]
    if text.strip():
        files.append(SourceFile(name="the letter itself", content_type="text/plain", content=text.encode()))
    return files


def _form(email: IncomingEmail, text: str, today: date) -> tuple[Reading | None, str | None]:
    try:
        return read_files(files_of(email, text), today=today), None
    except Unreadable as refused:
        return None, refused.says
