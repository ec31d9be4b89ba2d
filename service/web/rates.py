"""How often one client address, one person, one link and everybody together may ask. Counted in the memory of this process.

A counter in the database would make every look a write; docs/decisions/0010-web-checklist.md says what that means for several processes.
"""

import hashlib
import math
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.requests import HTTPConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many requests in so many minutes, counted apart for each of *name*."""

    name: str
    requests: int
    minutes: int = 1

    @property
    def item(self) -> RateLimitItem:
        """The rate as the library counts it."""
        return RateLimitItemPerMinute(self.requests, self.minutes, namespace=self.name)


# A council reaches us from one address, and 212 of them answer within an hour: the wide rates stop floods, the narrow ones guessing.
EVERYBODY = Rate(name="everybody", requests=6000)
ADDRESS = Rate(name="address", requests=600)
LINK = Rate(name="link", requests=300, minutes=10)  # scanners of mail look a hundred times, and the person after them must get in
PERSON = Rate(name="person", requests=300)
FORMS = Rate(name="forms", requests=60)
SEARCHES = Rate(name="searches", requests=60)
SIGN_INS = Rate(name="sign-ins", requests=600, minutes=15)
SIGN_INS_FROM = Rate(name="sign-ins-from", requests=60, minutes=15)
SIGN_INS_AS = Rate(name="sign-ins-as", requests=10, minutes=15)
API = Rate(name="api", requests=120)
CODES = Rate(name="codes", requests=5, minutes=15)


class TooMany(Exception):  # noqa: N818
    """Somebody asks too often; *seconds* says when to come back."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too many requests")
        self.seconds = seconds


class Rates:
    """The counters of one process; what they are counted for is kept as a hash."""

    def __init__(self) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def spend(self, rate: Rate, who: str = "") -> None:
        """Count one request of *who*; raises TooMany, and then does not count it, so that waiting always helps."""
        # Case and blanks make no new guesser: an address is the same person however it is typed.
        key = hashlib.sha256(who.strip().casefold().encode()).hexdigest() if who else ""
        if not await self._limiter.hit(rate.item, key):
            stats = await self._limiter.get_window_stats(rate.item, key)
            raise TooMany(max(1, math.ceil(stats.reset_time - time.time())))


def rates_of(connection: HTTPConnection) -> Rates:
    """Return the counters of this process."""
    rates: Rates = connection.app.state.rates
    return rates


def client_of(connection: HTTPConnection) -> str:
    """Return the network address the request came from; of IPv6 its /64, which is what one household or office is given.

    The server has put the address there that a trusted proxy names; the header of anybody else is not looked at.
    """
    host = connection.client.host if connection.client else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return str(address)
