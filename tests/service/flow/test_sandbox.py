"""The child process: it does the work, its limits hold, and what breaks it breaks nothing else."""

import io
import os
import resource
import struct
import subprocess
import sys
import zipfile
import zlib
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import pytest

from directory.authority import by_gss
from directory.exporting import contacts_xlsx
from service.flow.sandbox import MEMORY_BYTES, WAITING_SECONDS, CannotUnderstand, Sandbox, run_apart
from tests.documents.envelopes import letter as alert
from tests.service.forms.documents import docx
from tests.service.forms.test_guards import many_pages, zeros
from tests.service.web.seeds import letter

TODAY = date(2026, 11, 24)


async def test_one_child_reads_shows_and_hands_out_files() -> None:
    sandbox = Sandbox()
    raw = letter("Child: Amy Example\nDate missing: 20th October 2026\n")
    try:
        assert (await sandbox.understand(raw, date(2026, 11, 24))).new_text.startswith("Child: Amy")
        shown = await sandbox.original(raw)
        assert [one.name for one in shown.files] == ["the letter itself"]
        saved = await sandbox.file_of(raw, 1)
        assert saved is not None
        assert saved.name == "file-1.txt"
        assert await sandbox.file_of(raw, 2) is None
    finally:
        sandbox.close()


IDLE = """
import asyncio, datetime
from service.flow.sandbox import Sandbox

async def read():
    sandbox = Sandbox()
    await sandbox.understand(b"Subject: x\\r\\n\\r\\n", datetime.date(2026, 11, 24))
    print(sandbox.children()[0].pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(read())
"""
AT_WORK = """
from service.flow.sandbox import run_apart
from tests.service.flow.test_sandbox import lay_a_letter_down

run_apart(lay_a_letter_down)
"""


def lay_a_letter_down() -> None:
    with TemporaryDirectory() as folder:
        print(os.getpid(), folder, flush=True)
        sleep(60)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="Only Linux tells here which processes run.")
@pytest.mark.parametrize("program", [IDLE, AT_WORK], ids=["idle", "at work"])
def test_a_service_that_is_killed_leaves_no_child_and_no_file_behind(program: str) -> None:
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as service:
        assert service.stdout is not None
        child, _, folder = service.stdout.readline().strip().partition(" ")
        assert is_alive(child)
        service.kill()
    until = monotonic() + 8  # a letter may take longer
    while is_alive(child) and monotonic() < until:
        sleep(0.05)
    assert not is_alive(child)
    assert not folder or not Path(folder).exists()


def is_alive(child: str) -> bool:
    try:
        return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


FORM = "National Missing Child Alert\n\nDate missing: 20/10/2026\nSurname: Example\nForename: Amy\nLevel of risk: high\n"
HOSTILE = {
    "a table of 30,000 cells": (
        "form.docx",
        lambda: docx("<w:tbl>" + "<w:tr><w:tc><w:p/></w:tc><w:tc><w:p/></w:tc></w:tr>" * 15_000 + "</w:tbl>"),
    ),
    "two gigabytes that the directory does not tell": ("form.docx", lambda: lying_zip(60)),
    "5,000 pages": ("form.pdf", lambda: many_pages(5_000)),
    "pages that draw each other ten times over": ("form.pdf", lambda: drawn_over(12)),
    "a page of half a gigabyte": ("form.pdf", lambda: vast_page(500)),
    "a hundred thousand groups": ("form.rtf", lambda: b"{\\rtf1 " + b"{" * 100_000),
    "text of ten megabytes": ("form.txt", lambda: b"Surname: Example " * 600_000),
}


def lying_zip(megabytes: int) -> bytes:
    content = bytearray(zeros(megabytes))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 1_000)
    return bytes(content)


def stream(number: int, content: bytes, more: str = "") -> bytes:
    return f"{number} 0 obj<<{more}/Length {len(content)}>>stream\n".encode() + content + b"\nendstream endobj\n"


def drawn_over(depth: int) -> bytes:
    """Return a page whose drawing draws another ten times, which draws another ten times, and so on."""
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
    body += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>endobj\n"
    body += stream(4, b"/F Do " * 10)
    for number in range(5, 5 + depth):
        more = f"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F {number + 1} 0 R>>>>"
        body += stream(number, b"/F Do " * 10, more)
    return body + b"trailer<</Root 1 0 R>>\n%%EOF"


def vast_page(megabytes: int) -> bytes:
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(b"(x) Tj " * 150_000) for _ in range(megabytes)) + packer.flush()
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
    body += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>endobj\n"
    return body + stream(4, packed, "/Filter/FlateDecode") + b"trailer<</Root 1 0 R>>\n%%EOF"


async def test_hostile_files_end_in_a_sentence_for_a_person_and_the_next_letter_is_read() -> None:
    sandbox = Sandbox()
    try:
        await sandbox.understand(alert(FORM), TODAY)
        for what, (name, made) in HOSTILE.items():
            content = made()
            started = monotonic()
            said = await sandbox.understand(alert("See attached.", (name, content)), TODAY)
            assert monotonic() - started < WAITING_SECONDS + 2, what
            assert said.reading is None, what
            assert said.by_hand, what
            assert said.refused_file, what
        [child] = sandbox.children()
        assert child.is_alive()
        after = await sandbox.understand(alert(FORM), TODAY)
        assert after.reading is not None
    finally:
        sandbox.close()


async def test_ten_thousand_parts_and_a_thousand_levels_end_too() -> None:
    parts = b"".join(b"--b\r\nContent-Type: text/plain\r\n\r\nSurname: Example\r\n" for _ in range(10_000))
    many = b"From: sam.worker@kent.test\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--\r\n"
    deep = b"From: sam.worker@kent.test\r\nSubject: x\r\n" + b"".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n".encode() for n in range(1_000)
    )
    sandbox = Sandbox()
    try:
        for raw in (many, deep):
            started = monotonic()
            said = await sandbox.understand(raw, TODAY)
            assert said.email.problems
            assert monotonic() - started < 10
        nested = await sandbox.understand(alert("x", ("form.html", b"<html><body>" + b"<table><tr><td>a</td><td>" * 3_000)), TODAY)
        assert nested.reading is None
    finally:
        sandbox.close()


async def test_a_child_that_dies_is_replaced_and_the_worker_only_told() -> None:
    sandbox = Sandbox()
    try:
        await sandbox.understand(alert(FORM), TODAY)
        [child] = sandbox.children()
        child.kill()
        with pytest.raises(CannotUnderstand):
            await sandbox.understand(alert(FORM), TODAY)
        assert (await sandbox.understand(alert(FORM), TODAY)).reading is not None
    finally:
        sandbox.close()


async def test_a_list_of_contacts_is_read_in_a_child_and_a_workbook_that_grows_without_end_ends_there() -> None:
    sandbox = Sandbox()
    try:
        good = await sandbox.contacts(b"gss_code,role,address\nE10000016,custodian,a@kent.test\n", by_gss(), TODAY, test_environment=True)
        assert [row.gss_code for row in good.rows] == ["E10000016"]
        [child] = sandbox.children()
        with pytest.raises(CannotUnderstand):
            await sandbox.contacts(grown(contacts_xlsx([], known=by_gss())), by_gss(), TODAY, test_environment=True)
        assert child.pid != os.getpid()
    finally:
        sandbox.close()


def grown(book: bytes) -> bytes:
    """Return a workbook of 400 KB whose sheet has three million cells."""
    out, row = io.BytesIO(), b"<row>" + b'<c t="inlineStr"><is><t>x</t></is></c>' * 30 + b"</row>"
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.startswith("xl/worksheets/"):
                content = content.replace(b"</sheetData>", row * 99_000 + b"</sheetData>")
            new.writestr(part.filename, content)
    return out.getvalue()


def test_the_limits_hold_in_a_child_and_not_here() -> None:
    here = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(CannotUnderstand):
        run_apart(spend_memory)
    assert resource.getrlimit(resource.RLIMIT_AS) == here


def spend_memory() -> int:
    return len(b"x" * (MEMORY_BYTES + 1))
