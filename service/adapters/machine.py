"""What this machine tells about itself and about who it talks to: free disk, and when the certificates of the servers end."""

import asyncio
import shutil
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from aiosmtplib import SMTP, SMTPException

from service.adapters.endpoint import verified_tls

Greeting = Literal["tls", "starttls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """The file system that *path* is on. At less than *least_bytes* free no letter is taken in."""

    path: Path
    least_bytes: int

    def free(self) -> float:
        """Return the part of it that is free for us."""
        use = shutil.disk_usage(self.path)
        return use.free / (use.used + use.free)

    def full(self) -> bool:
        """Whether so little is free that no letter is taken in."""
        return shutil.disk_usage(self.path).free < self.least_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server with a certificate, called *name* in an alarm."""

    name: str
    host: str
    port: int
    ca_file: Path | None = None
    greeting: Greeting = "tls"


@dataclass(slots=True, kw_only=True)
class Endings:
    """When certificates and secrets end. *known* are those that no server shows."""

    servers: Sequence[Server]
    known: Mapping[str, datetime] = field(default_factory=dict)
    timeout: float = 10.0
    _seen: dict[str, datetime] = field(default_factory=dict, init=False)

    async def look(self) -> None:
        """Ask every server for its certificate; one that cannot be reached, or is refused, keeps what was seen before."""
        for server in self.servers:
            try:
                async with asyncio.timeout(self.timeout):
                    certificate = await _certificate_of(server)
            except (OSError, SMTPException, TimeoutError):
                continue
            self._seen[server.name] = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)

    def ends(self) -> Mapping[str, datetime]:
        """Return what is known now."""
        return {**self.known, **self._seen}


async def _certificate_of(server: Server) -> Mapping[str, str]:
    context = verified_tls(server.ca_file)
    if server.greeting == "starttls":
        line = SMTP(hostname=server.host, port=server.port, start_tls=True, tls_context=context)
        async with line:
            return dict(line.get_transport_info("peercert"))
    _, writer = await asyncio.open_connection(server.host, server.port, ssl=context)
    try:
        return dict(writer.get_extra_info("peercert"))
    finally:
        writer.close()
