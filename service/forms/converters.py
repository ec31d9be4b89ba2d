"""Runs antiword or LibreOffice, where installed, over an old Word document: in a temporary folder, with limits, without a network."""

import os
import resource
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

ANTIWORD_SECONDS = 5
OFFICE_SECONDS = 8
_ANTIWORD_MEMORY = 256 * 2**20
_OFFICE_MEMORY = 4 * 2**30
_NO_NETWORK = ("unshare", "--map-root-user", "--net")
_MAXIMUM_OUTPUT = 20_000_000


class ConversionFailed(Exception):  # noqa: N818
    """The program ended without a result, or was stopped at its limits."""


def has_antiword() -> bool:
    """Tell whether antiword is installed."""
    return shutil.which("antiword") is not None


def has_office() -> bool:
    """Tell whether LibreOffice is installed and can be cut off from the network: a document may ask it to fetch pictures."""
    if shutil.which("soffice") is None or shutil.which("unshare") is None:
        return False
    return subprocess.run([*_NO_NETWORK, "true"], capture_output=True, timeout=5).returncode == 0  # noqa: S603


def as_docbook(content: bytes) -> bytes:
    """Return what antiword makes of the document as DocBook; raises ConversionFailed."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "form.doc").write_bytes(content)
        return _run(["antiword", "-x", "db", "form.doc"], folder, memory=_ANTIWORD_MEMORY, seconds=ANTIWORD_SECONDS)


def as_open_document(content: bytes) -> bytes:
    """Return the document as LibreOffice saves it in its own format (.odt); raises ConversionFailed."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "form.doc").write_bytes(content)
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = [
            "unshare",
            "--map-root-user",
            "--net",
            "soffice",
            profile,
            "--headless",
            "--norestore",
            "--convert-to",
            "odt",
            "form.doc",
        ]
        _run(command, folder, memory=_OFFICE_MEMORY, seconds=OFFICE_SECONDS)
        made = Path(folder) / "form.odt"
        if not made.is_file() or made.stat().st_size > _MAXIMUM_OUTPUT:
            raise ConversionFailed
        return made.read_bytes()


def _run(command: list[str], folder: str, *, memory: int, seconds: int) -> bytes:
    def limit() -> None:
        # The program may need more address space than we have left to ourselves, but never more than our own hard limit.
        for what, wanted in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, 100 * 2**20)):
            hard = resource.getrlimit(what)[1]
            allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(what, (allowed, allowed))
        os.setsid()

    environment = {"PATH": os.environ.get("PATH", ""), "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(  # noqa: S603
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=limit
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            raise ConversionFailed from None
        except BaseException:  # our own time is up: what we started ends with us
            os.killpg(process.pid, 9)
            raise
    if process.returncode != 0 or len(output) > _MAXIMUM_OUTPUT:
        raise ConversionFailed
    return output
