"""How fast forms are read: documents per second of each format, beside a bare parse by the library below, and a very large table."""

import re
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
LARGE = (3000, 10)  # rows and columns: 30,000 cells


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
    "txt": ("split lines", lambda content: content.decode("utf-8", "replace").splitlines()),
    "eml": ("email", _letter),
}


def run(console: Console) -> str:
    """Measure, print a table, and return the part of results.md."""
    rows = []
    with tempfile.TemporaryDirectory() as place, Progress(console=console, transient=True) as progress:
        files: dict[str, list[Path]] = {}
        for example in every_example():
            if example.exits == (0,):
                files.setdefault(example.format, []).append(write(example, Path(place)))
        bar = progress.add_task("Reading", total=len(files) + 1)
        for form, paths in sorted(files.items()):
            library, parse = BARE[form]
            contents = [path.read_bytes() for path in paths]
            ours = _each(lambda paths=paths: [read_paths([path], today=TODAY) for path in paths]) / len(paths)
            bare = _each(lambda contents=contents, parse=parse: [parse(content) for content in contents]) / len(paths)
            rows.append(
                (form, str(len(paths)), f"{1 / ours:.0f}", f"{1000 * ours:.1f}", library, f"{1000 * bare:.2f}", f"{ours / bare:.0f}")
            )
            progress.advance(bar)
        large = _large(Path(place))
        progress.advance(bar)
    head = ("Format", "Documents", "Documents a second", "ms each", "Bare parse by", "ms each, bare", "Times the bare parse")
    shown = Table(*head, title="Reading forms, one core")
    for one in rows:
        shown.add_row(*one)
    console.print(shown)
    console.print(large)
    lines = ["| " + " | ".join(one) + " |" for one in (head, ("---",) * len(head), *rows)]
    return "\n".join([*lines, "", large])


def _each(work: Callable[[], object]) -> float:
    """Return the median seconds of one pass; the first pass warms up and does not count."""
    work()
    passes: list[float] = []
    started = time.perf_counter()
    while len(passes) < 3 or time.perf_counter() - started < SECONDS_EACH:
        before = time.perf_counter()
        work()
        passes.append(time.perf_counter() - before)
    return statistics.median(passes)


_MEASURE = """
import resource, sys, time
from pathlib import Path
from bench.score_documents import TODAY
from service.flow.reading_files import read_paths
from service.forms.reading import Unreadable
idle, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
try:
    read_paths([Path(sys.argv[1])], today=TODAY)
    end = "read"
except Unreadable as refused:
    end = "left to a person: " + refused.says
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f"{time.perf_counter() - started:.1f} s, {peak / 1024:.0f} MB at most ({idle / 1024:.0f} MB before it), {end}")
"""


def _large(place: Path) -> str:
    rows, columns = LARGE
    cells = [row(*(cell(f"Word {n} {k}") for k in range(columns))) for n in range(rows)]
    content = package(
        "National Alert Notification of a Missing Child", table(row("Surname", "Example"), row("Date missing", "20/10/2026")), table(*cells)
    )
    file = place / "large.docx"
    file.write_bytes(content)
    told = subprocess.run([sys.executable, "-c", _MEASURE, str(file)], check=False, capture_output=True, text=True, timeout=300)  # noqa: S603
    outcome = told.stdout.strip() or f"failed: {re.sub(r'[^A-Za-z: ]', '', told.stderr.strip().splitlines()[-1])}"
    return f"A .docx with a table of {rows * columns:,} cells: {outcome}"
