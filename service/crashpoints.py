"""Named places (I0–I10 on the way in, O0–O10 on the way out) where a test can end, freeze or break this process.

No setting arms them: only code that is not shipped, started instead of the service, can. In production a place costs one comparison.
"""

from collections.abc import Callable

_strike: Callable[[str], None] | None = None


def crashpoint(name: str) -> None:
    """Mark a step at which the process may end; does nothing unless a test armed it."""
    if _strike is not None:
        _strike(name)


def arm(strike: Callable[[str], None] | None) -> None:
    """Let *strike* be called at every place; for tests alone."""
    global _strike
    _strike = strike
