"""Takes an old Word document (.doc) apart with LibreOffice or antiword, or says how to save it; and names other old Office files."""

import re
from io import BytesIO

from lxml import etree

from service.forms import recognise
from service.forms.blocks import Block, Cell, Document, Line, Table, Unreadable
from service.forms.converters import ConversionFailed, as_docbook, as_open_document, has_antiword, has_office
from service.forms.guards import BROKEN, SAVE_AS_DOCX, Archive, parse_xml
from service.forms.odt import read_odt
from service.forms.recognise import FileSort
from service.forms.word_binary import hides_what_counts, is_encrypted, main_text, table_stream

CANNOT_CONVERT = f"This is an old Word document (.doc), which cannot be read here. {SAVE_AS_DOCX}"
AMBIGUOUS = (
    "This is an old Word document (.doc) with tables, tick boxes or struck-out words that cannot be read with certainty in that format. "
    + SAVE_AS_DOCX
)
_LARGEST_STREAM = 30_000_000


def compound_sort(content: bytes) -> FileSort:
    """Name what an OLE compound file is."""
    names, main = _streams(content)
    if "EncryptedPackage" in names:
        return recognise.LOCKED_OFFICE
    if "WordDocument" in names:
        if is_encrypted(main):
            return recognise.LOCKED_OFFICE
        return recognise.OLD_WORD_MACROS if names & {"Macros", "_VBA_PROJECT"} else recognise.OLD_WORD
    if names & {"Workbook", "Book"}:
        return recognise.SHEET_MACROS if "_VBA_PROJECT_CUR" in names else recognise.SHEET
    if "PowerPoint Document" in names:
        return recognise.SLIDES
    if "__properties_version1.0" in names:
        return recognise.LETTER
    if any(name.startswith("\u4840") for name in names):
        return recognise.PROGRAM
    return recognise.BINARY


def read_old_word(content: bytes, file: str) -> Document:
    """Take one old Word document apart; raises Unreadable with how to save it when no program here can read it faithfully."""
    converted = _converted(content, file) if has_office() else None
    plain = _plainly(content, file) if has_antiword() else None
    if plain is not None and not _is_faithful(content, plain):
        if converted is None:
            raise Unreadable(AMBIGUOUS)
        plain = None
    if converted is None and plain is None:
        raise Unreadable(BROKEN if has_antiword() or has_office() else CANNOT_CONVERT)
    # LibreOffice can lose the borders of a table and run its cells together
    if converted is None or (plain is not None and _rows(converted) < _rows(plain)):
        assert plain is not None
        return plain
    return converted


def _converted(content: bytes, file: str) -> Document | None:
    try:
        document = read_odt(Archive(as_open_document(content)), file)
    except ConversionFailed:
        return None
    return document if document.blocks else None


def _plainly(content: bytes, file: str) -> Document | None:
    try:
        return _from_docbook(as_docbook(content), file)
    except ConversionFailed:
        return None


def _rows(document: Document) -> int:
    return sum(len(block.rows) for block in document.blocks if isinstance(block, Table))


def _streams(content: bytes) -> tuple[set[str], bytes]:
    """Return the names of all streams and storages, and the main stream of a Word document."""
    import olefile

    try:
        with olefile.OleFileIO(BytesIO(content)) as compound:
            names = {part for path in compound.listdir(streams=True, storages=True) for part in path}
            main = compound.openstream("WordDocument").read(_LARGEST_STREAM) if "WordDocument" in names else b""
            return names, main
    except Exception as error:  # olefile raises many kinds for broken files
        raise Unreadable(BROKEN) from error


def _is_faithful(content: bytes, document: Document) -> bool:
    """Tell whether antiword showed every word, and none that is struck out or deleted: it loses rows of tables that follow each other."""
    import olefile

    try:
        with olefile.OleFileIO(BytesIO(content)) as compound:
            main = compound.openstream("WordDocument").read(_LARGEST_STREAM)
            name = table_stream(main)
            table = compound.openstream(name).read(_LARGEST_STREAM) if compound.exists(name) else b""
    except Exception as error:  # as above
        raise Unreadable(BROKEN) from error
    return not hides_what_counts(main, table) and _letters(main_text(main, table)) == _letters(_all_text(document))


def _all_text(document: Document) -> str:
    found = []
    for block in document.blocks:
        found += [block.text] if isinstance(block, Line) else [cell.text for row in block.rows for cell in row]
    return " ".join(found)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _from_docbook(docbook: bytes, file: str) -> Document:
    # antiword writes this declaration itself; any other would be refused by the parser's guard
    root = parse_xml(re.sub(rb"<!DOCTYPE book PUBLIC [^>\[]{0,300}>", b"", docbook, count=1))
    blocks: list[Block] = []
    for chapter in root.iter("chapter", "sect1", "sect2", "sect3", "sect4", "sect5"):
        for child in chapter:
            if child.tag == "title":
                _lines(child, blocks, heading=True)
            elif child.tag == "para":
                _paragraph(child, blocks)
            elif child.tag in ("itemizedlist", "orderedlist"):
                for item in child.iter("para"):
                    _lines(item, blocks, heading=False)
    return Document(file=file, is_form=True, blocks=tuple(blocks))


def _paragraph(paragraph: etree._Element, blocks: list[Block]) -> None:
    _lines(paragraph, blocks, heading=False)
    for group in paragraph.iter("tgroup"):
        number = sum(isinstance(block, Table) for block in blocks) + 1
        rows = tuple(tuple(Cell(text=_text(entry)) for entry in row.iter("entry")) for row in group.iter("row"))
        blocks.append(Table(number=number, rows=rows))


def _lines(element: etree._Element, blocks: list[Block], *, heading: bool) -> None:
    tables = element.find(".//informaltable") is not None
    text = (element.text or "") if tables else "".join(element.itertext())
    for number, line in enumerate(one.strip() for one in text.split("\n")):
        if line:
            place = f"paragraph {sum(isinstance(block, Line) for block in blocks) + 1}"
            blocks.append(Line(text=line, place=place, heading=heading, blank_before=number <= 1))


def _text(entry: etree._Element) -> str:
    return "\n".join(line.strip() for line in "".join(entry.itertext()).split("\n") if line.strip())
