"""Bad days of the mail server, drawn at random: it refuses for now, is slow, or a line drops, also after it took a letter."""

import asyncio
import random
from dataclasses import dataclass, field

_OF_A_HUNDRED = {"fine": 76, "refuses": 7, "is slow": 7, "drops": 5, "takes and drops": 5}


@dataclass
class Weather:
    """What becomes of each letter, and when the lines to the mailbox drop. The same dice draw the same."""

    dice: random.Random
    lines_dropped: int = 0  # after the letter was taken: each may come twice
    seen: set[str] = field(default_factory=set)

    def draw(self) -> str:
        """Say what happens to the next letter."""
        drawn = self.dice.choices(tuple(_OF_A_HUNDRED), tuple(_OF_A_HUNDRED.values()))[0]
        self.seen.add(drawn)
        self.lines_dropped += drawn == "takes and drops"
        return drawn

    async def calm(self) -> None:
        """Wait until the lines to the mailbox drop the next time."""
        await asyncio.sleep(self.dice.uniform(3, 9))
