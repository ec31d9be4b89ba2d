"""Reads a submission from files on disk exactly as triage reads one from a letter; a form designer's way to try a template."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from service.flow.understanding import files_of
from service.forms.reading import Reading, SourceFile, read_files
from service.mail.message import parse
from service.mail.quoting import new_text


class NothingToRead(Exception):  # noqa: N818
    """A file is not there or cannot be opened."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


def read_paths(paths: Sequence[Path], *, today: date) -> Reading | None:
    """Read the submission in *paths*; a letter (.eml) is read whole. Raises Unreadable or NothingToRead."""
    files: list[SourceFile] = []
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError:
            raise NothingToRead("The file cannot be opened. Check its name and whether you may read it.") from None
        if path.suffix.lower() == ".eml":
            email = parse(content)
            files += files_of(email, new_text(email))
        else:
            files.append(SourceFile(name=path.name, content_type="", content=content))
    return read_files(files, today=today)
