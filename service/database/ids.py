"""Ids: 32 lower-case hex characters that sort by the time they were made (48 bits of milliseconds, 80 bits of chance)."""

import secrets
import time


def new_id() -> str:
    """Make a new id."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"
