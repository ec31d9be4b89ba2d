"""The hexagon map: every authority the same size, in its place; drawn as inline SVG from these numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi, sin, sqrt

from directory.authority import by_gss, hex_positions, today

_SIZE = 13.0
SIGNS = {"match": "!", "trouble": "×", "read": "?", "waiting": "…", "sent": "→", "seen": "✓", "stopped": "–", "own": "★", "none": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hex:
    """One authority on the map."""

    gss_code: str
    name: str
    look: str
    sign: str
    x: float
    y: float
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HexMap:
    """The map and the size of the picture."""

    hexes: tuple[Hex, ...]
    width: float
    height: float


def draw(looks: Mapping[str, str], states: Mapping[str, str]) -> HexMap:
    """Place every authority of today, and those that have a look; *looks* and *states* say how each stands, by GSS code."""
    hexes, day = [], today()
    for gss_code, (q, r) in hex_positions().items():
        if gss_code not in looks and not by_gss()[gss_code].is_current(day):
            continue
        x, y = _SIZE * sqrt(3) * (q + 0.5 * (r & 1) + 0.6), _SIZE * (1.5 * r + 1.2)
        look = looks.get(gss_code, "none")
        name = f"{by_gss()[gss_code].name}: {states.get(gss_code, 'no letter')}"
        hexes.append(Hex(gss_code=gss_code, name=name, look=look, sign=SIGNS[look], x=round(x, 1), y=round(y, 1), points=_corners(x, y)))
    width, height = max(one.x for one in hexes) + _SIZE, max(one.y for one in hexes) + _SIZE * 1.2
    return HexMap(hexes=tuple(sorted(hexes, key=lambda one: (one.y, one.x))), width=round(width), height=round(height))


def _corners(x: float, y: float) -> str:
    size = _SIZE * 0.94
    return " ".join(f"{x + size * sin(i * pi / 3):.1f},{y - size * cos(i * pi / 3):.1f}" for i in range(6))
