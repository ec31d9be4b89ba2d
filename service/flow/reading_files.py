"""Reads a submission from files on disk exactly as triage reads one from a letter; a form designer's way to try a template."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from service.flow.sandbox import CannotUnderstand, run_apart
from service.flow.understanding import TOO_MUCH, files_of, read_submission
from service.forms.blocks import Unreadable
from service.forms.reading import Reading, SourceFile
from service.mail.enclosed import files_within
from service.mail.message import parse
from service.mail.parts import Attachment
from service.mail.quoting import new_text


class NothingToRead(Exception):  # noqa: N818
    """A file is not there or cannot be opened."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


def read_paths_apart(paths: Sequence[Path], *, today: date) -> Reading | None:
    """Read the submission in *paths* in a child process with limits. Raises Unreadable or NothingToRead."""
    try:
        return run_apart(read_paths, tuple(paths), today=today)
    except CannotUnderstand:
        raise Unreadable(TOO_MUCH, by_hand=True) from None


def read_paths(paths: Sequence[Path], *, today: date) -> Reading | None:
    """Read the submission in *paths* in this very process; a letter (.eml, .msg) is read whole. Raises Unreadable or NothingToRead."""
    files: list[SourceFile] = []
    subject = ""
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError:
            raise NothingToRead("The file cannot be opened. Check its name and whether you may read it.") from None
        if path.suffix.lower() == ".eml":
            email = parse(content)
            subject = subject or email.subject
            files += files_of(email, new_text(email))
        else:
            inner = files_within(Attachment(name=path.name, content_type="", content=content))
            files += [SourceFile(name=one.name, content_type=one.content_type, content=one.content) for one in inner]
    return read_submission(files, today=today, subject=subject)
