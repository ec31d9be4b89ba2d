"""What every server fixture needs: free ports, a folder other users can enter, waiting for a port, and skipping politely."""

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest


def give_up(sentence: str) -> NoReturn:
    """Skip with *sentence*; on the build machine fail instead, because there nothing may be skipped."""
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


def program(name: str, *folders: str) -> Path | None:
    """Find a program on the path or in the usual folders for servers."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", *folders]))
    return Path(found) if found else None


def free_ports(count: int) -> list[int]:
    """Ask the kernel for *count* different free ports on the loopback."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def wait_for_port(port: int, *, limit: float = 15.0) -> None:
    """Return when something listens on *port*, or raise TimeoutError."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.03)
    raise TimeoutError(f"nothing listens on port {port}")


@contextmanager
def open_folder(prefix: str) -> Iterator[Path]:
    """Make a temporary folder that other system users may enter, and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
