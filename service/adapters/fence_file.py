"""What this machine remembers of its database: a small file that is written whole or not at all."""

import hashlib
import json
import os
from pathlib import Path

from service.ports import Mark

_MACHINE_ID = Path("/etc/machine-id")


class FenceFile:
    """The file at *path*. A machine without an id of its own (a container) is known by the file alone."""

    def __init__(self, path: Path, *, machine_id: Path = _MACHINE_ID) -> None:
        self._path = path
        self.machine = _digest_of(machine_id)

    def recall(self) -> Mark | None:
        """Return what was kept; None when nothing was, or it cannot be understood."""
        try:
            kept = json.loads(self._path.read_text(encoding="ascii"))
            return Mark(database=str(kept["database"]), beats=int(kept["beats"]), machine=str(kept["machine"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, mark: Mark) -> None:
        """Keep it; raises OSError."""
        words = json.dumps({"database": mark.database, "beats": mark.beats, "machine": mark.machine})
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        part.write_text(words, encoding="ascii")
        part.replace(self._path)


def _digest_of(machine_id: Path) -> str:
    try:
        words = machine_id.read_bytes().strip()
    except OSError:
        return ""
    return hashlib.sha256(b"national-alerts " + words).hexdigest()[:16] if words else ""
