"""Whether letters can reach a domain and how well it is kept, as the domain name system tells it: MX, null MX, DMARC and MTA-STS."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import dns.asyncresolver
import dns.exception
import dns.resolver

from directory.cells import Progress

KEPT_SECONDS = 24 * 3600.0
AT_ONCE = 20
_WALK = 8


class NoSuchDomain(LookupError):  # noqa: N818
    """The name does not exist at all."""


class Unanswered(OSError):  # noqa: N818
    """No name server answered, so nothing is known."""


# Asks for the records of a kind at a name and returns them as text; none is an answer too. Raises NoSuchDomain or Unanswered.
Ask = Callable[[str, str], Awaitable[tuple[str, ...]]]


def asking(resolver: dns.asyncresolver.Resolver | None = None) -> Ask:
    """Return the real way of asking; the resolver of this machine unless given. A machine that has none gets no answers."""
    try:
        used = resolver or dns.asyncresolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        used = dns.asyncresolver.Resolver(configure=False)

    async def ask(name: str, kind: str) -> tuple[str, ...]:
        try:
            answer = await used.resolve(name, kind, lifetime=5.0)
        except dns.resolver.NXDOMAIN:
            raise NoSuchDomain from None
        except dns.resolver.NoAnswer:
            return ()
        except (dns.exception.DNSException, OSError):
            raise Unanswered from None
        return tuple(record.to_text() for record in answer)

    return ask


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainState:
    """What is known of a domain: *exists* is None where no name server answered, *dmarc* what it asks for letters that are not its own."""

    domain: str
    exists: bool | None = None
    mail_servers: tuple[str, ...] = ()
    takes_no_mail: bool = False
    servers_found: bool | None = None
    dmarc: str | None = None
    mta_sts: bool = False

    @property
    def trouble(self) -> str | None:
        """Say why no letter can arrive; None when nothing speaks against it."""
        if self.exists is False:
            return "The domain does not exist."
        if self.takes_no_mail:
            return "The domain says that it takes no mail (null MX)."
        if self.servers_found is False:
            return "None of the mail servers of the domain exists." if self.mail_servers else "The domain has no mail server."
        return None

    @property
    def notes(self) -> tuple[str, ...]:
        """Say what is worth knowing and stops no letter."""
        if self.exists is None:
            return ("No name server answered for the domain; check again later.",)
        if self.trouble:
            return ()
        said = [] if self.mail_servers else ["The domain names no mail server (MX); letters go to whatever machine has its name."]
        if self.dmarc in {None, "none"}:
            said.append(
                "The domain does not ask others to refuse letters that only pretend to come from it (DMARC); answers can be forged."
            )
        if not self.mta_sts:
            said.append("The domain does not insist on encrypted delivery (MTA-STS).")
        return tuple(said)


class Domains:
    """Asks about domains, many at once, and remembers the answers for a day; what nobody answered is asked again."""

    def __init__(self, ask: Ask, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[float, asyncio.Future[tuple[str, ...]]]] = {}

    async def states(self, domains: Iterable[str], progress: Progress = lambda _: None) -> dict[str, DomainState]:
        """Return the state of each domain; *progress* is told how many are done."""
        gate, found = asyncio.Semaphore(AT_ONCE), {}

        async def one(domain: str) -> None:
            async with gate:
                found[domain] = await self.state(domain)
            progress(len(found))

        await asyncio.gather(*(one(domain) for domain in sorted({domain.lower() for domain in domains})))
        return found

    async def state(self, domain: str) -> DomainState:
        """Return the state of one domain."""
        try:
            exchanges = await self._records(domain, "MX")
        except NoSuchDomain:
            return DomainState(domain=domain, exists=False)
        except Unanswered:
            return DomainState(domain=domain)
        hosts = tuple(record.split()[-1].rstrip(".").lower() for record in exchanges)
        if hosts == ("",):
            return DomainState(domain=domain, exists=True, takes_no_mail=True)
        found = [await self._has_address(host) for host in hosts or (domain,)]
        return DomainState(
            domain=domain,
            exists=True,
            mail_servers=hosts,
            servers_found=True if True in found else None if None in found else False,
            dmarc=await self._dmarc(domain),
            mta_sts=bool(await self._texts(f"_mta-sts.{domain}", "v=stsv1")),
        )

    async def _has_address(self, host: str) -> bool | None:
        try:
            return bool(await self._records(host, "A") or await self._records(host, "AAAA"))
        except NoSuchDomain:
            return False
        except Unanswered:
            return None

    async def _dmarc(self, domain: str) -> str | None:
        # The nearest record up the tree counts (RFC 7489 6.6.3 with the tree walk that follows it); parents say by sp= what counts below.
        labels = domain.split(".")
        for above in range(min(len(labels), _WALK)):
            for text in await self._texts("_dmarc." + ".".join(labels[above:]), "v=dmarc1"):
                tags = dict(part.strip().split("=", 1) for part in text.split(";") if "=" in part)
                return (tags.get("sp") if above else None) or tags.get("p")
        return None

    async def _texts(self, name: str, start: str) -> list[str]:
        try:
            records = await self._records(name, "TXT")
        except (NoSuchDomain, Unanswered):
            return []
        texts = ["".join(record.split('"')[1::2]).lower() for record in records]
        return [text for text in texts if text.replace(" ", "").startswith(start)]

    async def _records(self, name: str, kind: str) -> tuple[str, ...]:
        asked_at, answer = self._kept.get((name, kind), (0.0, None))
        if answer is None or self._clock() - asked_at > KEPT_SECONDS:
            answer = asyncio.ensure_future(self._ask(name, kind))
            self._kept[name, kind] = (self._clock(), answer)
        try:
            # Whoever stops waiting must not stop the answer for the others.
            return await asyncio.shield(answer)
        except Unanswered:
            self._kept.pop((name, kind), None)
            raise
