"""Forms are read from disk as from a letter, in a child process, and what cannot be read is told."""

from datetime import date
from pathlib import Path

import pytest

from service.flow.reading_files import NothingToRead, read_paths, read_paths_apart
from service.forms.blocks import Unreadable
from tests.documents.compound import outlook_letter
from tests.documents.envelopes import COVER, letter
from tests.service.flow.test_understanding import FORM, PHOTO, filled

TODAY = date(2026, 11, 24)


def saved(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("form.docx", filled()),
        ("form.txt", FORM.encode()),
        ("letter.eml", letter(COVER, ("form.docx", filled()))),
        ("letter.msg", outlook_letter(COVER, ("form.docx", filled()))),
    ],
)
def test_a_form_and_a_letter_with_a_form_say_the_same(tmp_path: Path, name: str, content: bytes) -> None:
    reading = read_paths([saved(tmp_path, name, content)], today=TODAY)
    assert reading is not None
    assert (reading.kind, reading.fields["date_went_missing"]) == ("alert", "2026-10-20")


def test_the_child_process_reads_the_same_and_tells_the_same(tmp_path: Path) -> None:
    form = saved(tmp_path, "form.txt", FORM.encode())
    assert read_paths_apart([form], today=TODAY) == read_paths([form], today=TODAY)
    with pytest.raises(Unreadable) as caught:
        read_paths_apart([saved(tmp_path, "photo.png", PHOTO)], today=TODAY)
    assert caught.value.by_hand
    with pytest.raises(NothingToRead):
        read_paths_apart([tmp_path / "absent.docx"], today=TODAY)


def test_a_file_without_a_form_gives_nothing(tmp_path: Path) -> None:
    assert read_paths([saved(tmp_path, "letter.txt", b"Thank you for coming on Tuesday.")], today=TODAY) is None
