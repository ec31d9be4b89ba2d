"""Ids: 32 lower-case hex characters that sort in the order they were made (48 bits of milliseconds, 80 bits of chance)."""

import secrets
import threading
import time

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """Make a new id, greater than every id this process made before: rows of one moment keep their order."""
    global _last
    with _lock:
        made = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
        _last = made if made > _last else _last + 1 + secrets.randbits(40)
        return f"{_last:032x}"
