"""Old Word documents are read by what is installed, and never so that struck-out words or unticked boxes become answers."""

import os
import shutil
from pathlib import Path

import pytest

from service.forms.blocks import Document, Line, Unreadable
from service.forms.converters import has_antiword, has_office
from service.forms.formats import take_apart
from service.forms.old_word import AMBIGUOUS, CANNOT_CONVERT

from .documents import read
from .old_word_file import old_word

LINES = ("National Missing Child Alert", "Date missing: 20/10/2026", "Child 1")
ROWS = (("Surname", "Example", "Forename", "Siân"), ("Gender", "Male Female", "School", ""))
TOLD = [*LINES, [list(row) for row in ROWS]]


def needs(program: str) -> None:
    """Skip where a converter is not installed; the pipeline installs antiword, so there it must be."""
    if shutil.which(program) is None:
        assert program == "soffice" or os.environ.get("CI") != "true", "antiword is missing: .ci/run should have installed it"
        pytest.skip(f"{program} is not installed here")


def only(monkeypatch: pytest.MonkeyPatch, folder: Path, *programs: str) -> None:
    """Let only *programs* be found."""
    for program in programs:
        found = shutil.which(program)
        assert found is not None
        (folder / program).symlink_to(found)
    monkeypatch.setenv("PATH", str(folder))


def texts(content: bytes) -> list[str | list[list[str]]]:
    document = take_apart("form.doc", "", content)
    assert document is not None
    return [one.text if isinstance(one, Line) else [[cell.text for cell in row] for row in one.rows] for one in document.blocks]


def test_lines_and_tables_are_read_with_antiword(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    needs("antiword")
    only(monkeypatch, tmp_path, "antiword")
    assert texts(old_word(LINES, ROWS)) == TOLD


def test_lines_and_tables_are_read_with_libreoffice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    needs("soffice")
    if not has_office():
        pytest.skip("LibreOffice cannot be cut off from the network here")
    only(monkeypatch, tmp_path, "soffice", "unshare", "dirname", "basename", "uname", "sed", "grep", "ls", "readlink", "true", "sh", "head")
    assert texts(old_word(LINES, ROWS)) == TOLD
    struck = texts(old_word(LINES, ROWS, struck="Male "))
    assert struck[-1] == [["Surname", "Example", "Forename", "Siân"], ["Gender", "Female", "School", ""]]


def test_words_struck_out_are_not_read_as_answers_where_only_antiword_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    needs("antiword")
    only(monkeypatch, tmp_path, "antiword")
    for content in (old_word(LINES, ROWS, struck="Male "), old_word((*LINES, "\x13 FORMCHECKBOX \x14\x15 Yes"), ROWS)):
        with pytest.raises(Unreadable) as caught:
            take_apart("form.doc", "", content)
        assert caught.value.says == AMBIGUOUS


def test_without_a_converter_the_answer_says_how_to_save_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    only(monkeypatch, tmp_path)
    assert not has_antiword()
    with pytest.raises(Unreadable) as caught:
        take_apart("form.doc", "", old_word(LINES, ROWS))
    assert caught.value.says == CANNOT_CONVERT
    assert "save it as a Word document (.docx)" in caught.value.says


def test_a_protected_document_is_for_a_person_and_a_broken_one_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        take_apart("form.doc", "", old_word(LINES, protected=True))
    assert caught.value.by_hand
    needs("antiword")
    only(monkeypatch, tmp_path, "antiword")
    with pytest.raises(Unreadable) as caught:
        take_apart("form.doc", "", old_word(LINES, ROWS)[:3000])
    assert caught.value.by_hand


def test_a_whole_form_is_read() -> None:
    needs("antiword")
    reading = read(old_word((*LINES, "Level of risk: high"), ROWS), "form.doc")
    assert (reading.fields["date_went_missing"], reading.fields["risk_level"]) == ("2026-10-20", "high")
    assert (reading.fields["children"][0]["family_name"], reading.fields["children"][0]["given_names"]) == ("Example", "Siân")
    assert isinstance(take_apart("form.doc", "", old_word(LINES)), Document)
