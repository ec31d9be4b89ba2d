"""How fast forms are read: documents per second of each format beside a bare parse by the library below, and files far too large."""

import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path

import lxml.etree
import lxml.html
import pypdf
from reportlab.pdfgen.canvas import Canvas
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from striprtf.striprtf import rtf_to_text

from bench.score_documents import TODAY
from service.flow.reading_files import read_paths
from tests.documents.catalogue import every_example
from tests.documents.make import write
from tests.documents.word import cell, package, row, table

SECONDS_EACH = 1.5


def _package(part: str) -> Callable[[bytes], object]:
    def parse(content: bytes) -> object:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return lxml.etree.fromstring(archive.read(part))

    return parse


def _letter(content: bytes) -> object:
    return [part.get_payload(decode=True) for part in message_from_bytes(content, policy=policy.default).walk()]


BARE: dict[str, tuple[str, Callable[[bytes], object]]] = {
    "docx": ("zipfile, lxml", _package("word/document.xml")),
    "odt": ("zipfile, lxml", _package("content.xml")),
    "pdf": ("pypdf text", lambda content: [page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages]),
    "rtf": ("striprtf", lambda content: rtf_to_text(content.decode("ascii"))),
    "html": ("lxml.html", lxml.html.fromstring),
    "eml": ("email", _letter),
}


def run(console: Console) -> str:
    """Measure, print the tables, and return the part of results.md."""
    with tempfile.TemporaryDirectory() as place, Progress(console=console, transient=True) as progress:
        files: dict[str, list[Path]] = {}
        for example in every_example():
            if example.exits == (0,):
                files.setdefault(example.format, []).append(write(example, Path(place)))
        bar = progress.add_task("Reading", total=len(files) + len(LARGE))
        rows = []
        for form, paths in sorted(files.items()):
            rows.append(_format(form, paths))
            progress.advance(bar)
        large = []
        for words, make in LARGE.items():
            large.append((words, *_outcome(make(Path(place)))))
            progress.advance(bar)
    return "\n\n".join(
        (
            _shown(
                console,
                ("Format", "Documents", "A second", "ms each", "Bare parse by", "ms bare", "Ratio"),
                rows,
                "Processor time, one core",
            ),
            _shown(console, ("File", "Seconds", "MB at most", "Ends"), large, "Files that are far too large"),
        )
    )


def _shown(console: Console, head: tuple[str, ...], rows: list[tuple[str, ...]], title: str) -> str:
    table = Table(*head, title=title)
    for one in rows:
        table.add_row(*one)
    console.print(table)
    return "\n".join([f"{title}:", "", *("| " + " | ".join(one) + " |" for one in (head, ("---",) * len(head), *rows))])


def _format(form: str, paths: list[Path]) -> tuple[str, ...]:
    ours = _each(lambda: [read_paths([path], today=TODAY) for path in paths]) / len(paths)
    told = (form, str(len(paths)), f"{1 / ours:.0f}", f"{1000 * ours:.1f}")
    if form not in BARE:
        return *told, "–", "–", "–"
    library, parse = BARE[form]
    contents = [path.read_bytes() for path in paths]
    bare = _each(lambda: [parse(content) for content in contents]) / len(paths)
    return *told, library, f"{1000 * bare:.2f}", f"{ours / bare:.0f}"


def _each(work: Callable[[], object]) -> float:
    """Return the median processor seconds of one pass, which a busy machine changes little; the first pass does not count."""
    work()
    passes: list[float] = []
    started = time.process_time()
    while len(passes) < 3 or time.process_time() - started < SECONDS_EACH:
        before = time.process_time()
        work()
        passes.append(time.process_time() - before)
    return statistics.median(passes)


_MEASURE = """
import resource, sys, time
from pathlib import Path
from bench.score_documents import TODAY
from service.flow.reading_files import read_paths
from service.forms.reading import Unreadable
started = time.perf_counter()
try:
    read_paths([Path(sys.argv[1])], today=TODAY)
    end = "read"
except Unreadable as refused:
    end = "left to a person" if refused.by_hand else "refused"
print(f"{time.perf_counter() - started:.1f}|{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}|{end}")
"""


def _outcome(file: Path) -> tuple[str, ...]:
    told = subprocess.run([sys.executable, "-c", _MEASURE, str(file)], check=False, capture_output=True, text=True, timeout=300)  # noqa: S603
    file.unlink()
    return tuple(told.stdout.strip().split("|")) if told.stdout else ("–", "–", f"failed with status {told.returncode}")


def _many_cells(place: Path) -> Path:
    cells = [row(*(cell(f"Word {n} {k}") for k in range(10))) for n in range(3000)]
    form = table(row("Surname", "Example"), row("Date missing", "20/10/2026"))
    file = place / "cells.docx"
    file.write_bytes(package("National Alert Notification of a Missing Child", form, table(*cells)))
    return file


def _many_pages(place: Path) -> Path:
    file = place / "pages.pdf"
    canvas = Canvas(str(file), invariant=1)
    for n in range(5000):
        canvas.drawString(50, 700, f"Surname: Example {n}")
        canvas.showPage()
    canvas.save()
    return file


def _zip_of_nothing(place: Path) -> Path:
    file = place / "bomb.docx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(2048):
                part.write(bytes(2**20))
    return file


LARGE: dict[str, Callable[[Path], Path]] = {
    ".docx, 30,000 cells": _many_cells,
    ".docx, 2 GB unpacked": _zip_of_nothing,
    ".pdf, 5,000 pages": _many_pages,
}
