"""Where a letter really came from, as far as the mail server of this house says so. Doubt is not a pass, and any fail beats a pass."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.mail.message import IncomingEmail
from service.mail.origin_headers import Stated, hop, is_of_server, read_exchange_results, read_exchange_seal, read_results


class OriginResult(StrEnum):
    """What is known about the origin of a letter."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    DOUBT = "doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginProfile:
    """How this house can tell an origin. *names*: the server that writes the header, or the domains of our own tenant.

    It counts only when *proved*: forgers know the headers too, and only a test shows that the border takes theirs away. *why_not* is
    the sentence that says what is missing.
    """

    kind: str
    names: tuple[str, ...] = ()
    proved: bool = False
    why_not: str = "the origin test has not passed, so replies are not believed"

    @property
    def text(self) -> str:
        """The profile as its setting says it, each in one way only."""
        return f"{self.kind}:{','.join(self.names)}" if self.names else self.kind

    @property
    def key(self) -> str:
        """What a test of exactly this profile is kept under: its text, or a digest of one that is too long for its column."""
        return self.text if len(self.text) <= _LONGEST_KEY else f"{self.kind}:{hashlib.sha256(self.text.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The verdict on an origin and the sentence that explains it; the sentence holds no address."""

    result: OriginResult
    evidence: str


_LONGEST_KEY = 120
_MOST = 20  # headers under the name of our server
_SERVER = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?")
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9](?:[a-z0-9-]{0,62}))+")
_ONE_OF = (
    "The origin profile must be one of: 'none'; 'rfc8601:' or 'gateway:' and the name that the receiving server writes; "
    "'exchange_same_tenant:' and the accepted domains, with commas between them; 'exchange_external'. docs/exchange-online.md says which."
)
_WRECKING = frozenset(
    ("control characters in the header", "header too long", "too many headers", "could not be read in full", "a header line is too long")
)
_SAID = frozenset(("none", "neutral", "policy", "temperror", "permerror", "bestguesspass", "softpass"))


def parse_profile(text: str) -> OriginProfile:
    """Read a profile from its setting; raises ValueError for any other text. It is not proved: `national-alerts origin test` proves it."""
    kind, colon, rest = text.strip().lower().partition(":") if text.isascii() else ("", "", "")
    kind, names = kind.strip(), tuple(dict.fromkeys(one.strip() for one in rest.split(",")))
    if kind in ("none", "exchange_external") and not colon:
        return OriginProfile(kind=kind)
    if kind in ("rfc8601", "gateway") and len(names) == 1 and _SERVER.fullmatch(names[0]):
        return OriginProfile(kind=kind, names=names)
    if kind == "exchange_same_tenant" and all(map(_DOMAIN.fullmatch, names)):
        return OriginProfile(kind=kind, names=names)
    raise ValueError(_ONE_OF)


def judge_origin(profile: OriginProfile, email: IncomingEmail) -> Origin:
    """Judge where *email* came from: any fail beats a pass, and without a pass there is doubt."""
    if profile.kind == "none":
        return _doubt("origins are not checked in this installation")
    if not profile.proved:
        return _doubt(profile.why_not)
    if email.from_address is None:
        return _doubt(f"From: {email.from_problem}")
    if _WRECKING & set(email.problems):
        return _doubt("the header is not well formed")
    return _JUDGES[profile.kind](profile.names, email, email.from_address.rpartition("@")[2])


def _doubt(evidence: str) -> Origin:
    return Origin(result=OriginResult.DOUBT, evidence=evidence)


def _fail(evidence: str) -> Origin:
    return Origin(result=OriginResult.FAIL, evidence=evidence)


def _passed(evidence: str) -> Origin:
    return Origin(result=OriginResult.PASS, evidence=evidence)


def _by_server(names: Sequence[str], email: IncomingEmail, domain: str) -> Origin:
    """Believe the topmost header of our server: what stands above came later. A fail in any header under its name counts (RFC 8601 5)."""
    ours = [value for value in email.all("Authentication-Results") if is_of_server(value, names[0])]
    if not ours:
        return _doubt("no result of the receiving server")
    if len(ours) > _MOST:
        return _doubt("more results than one server writes")
    judged = [_weigh(read_results(value), domain) for value in ours]
    return next((one for one in judged if one.result is OriginResult.FAIL), judged[0])


def _weigh(results: Sequence[Stated] | None, domain: str, *, signature: bool = True) -> Origin:
    """Weigh the results of one header. With *signature*, one of the From domain stands in where DMARC was not looked at."""
    if results is None:
        return _doubt("the receiving server's result could not be read")
    by_dmarc = [one for one in results if one.method == "dmarc"]
    if any(one.result == "fail" for one in by_dmarc):
        return _fail("dmarc=fail")
    if any(one.method == "compauth" and one.result == "fail" for one in results):
        return _fail("compauth=fail")
    if any(one.result == "pass" and one.domain not in ("", domain) for one in by_dmarc):
        return _fail("dmarc=pass for another domain than From")
    if by_dmarc:
        if all(one.result == "pass" and one.domain == domain for one in by_dmarc):
            return _passed("dmarc=pass, header.from is the From domain")
        said = next((one.result for one in by_dmarc if one.result in _SAID), "")
        return _doubt(f"dmarc={said} is not a pass" if said else "the receiving server did not vouch for the From domain")
    if signature and any(one.method == "dkim" and one.result == "pass" and one.domain == domain for one in results):
        return _passed("dkim=pass, header.d is the From domain")
    return _doubt("the receiving server did not vouch for the sender")


def _by_exchange_border(_names: Sequence[str], email: IncomingEmail, domain: str) -> Origin:
    """Believe the topmost Authentication-Results, if it is in Exchange's own form and nothing else of Exchange says otherwise.

    Exchange names no server in it, so only its place tells whose it is.
    """
    headers = email.all("Authentication-Results")
    if not headers:
        return _doubt("no result of the receiving server")
    said = _weigh(read_exchange_results(headers[0]), domain, signature=False)
    if said.result is not OriginResult.PASS:
        return said
    if any(value.strip().lower() != "anonymous" for value in email.all(_AUTH_AS)):
        return _doubt("it was handed in inside the organisation, where the border checks nothing")
    if not _seal_agrees(email, domain):
        return _doubt("the seal of Exchange says otherwise than its result")
    return said


def _seal_agrees(email: IncomingEmail, domain: str) -> bool:
    """Whether the topmost ARC seal does not contradict. Exchange writes the same result into it, where forgers would have to write too."""
    seals = email.all("ARC-Authentication-Results")
    if not seals:
        return True
    server, results = read_exchange_seal(seals[0])
    if server != "mx.microsoft.com":
        return bool(server)
    return results is not None and _weigh(results, domain, signature=False).result is OriginResult.PASS


_AUTH_AS = "X-MS-Exchange-Organization-AuthAs"
_CROSS_TENANT = "X-MS-Exchange-CrossTenant-AuthAs"
_EXCHANGE_ONLINE = (".outlook.com", ".outlook.office365.com")


def _by_exchange_tenant(names: Sequence[str], email: IncomingEmail, domain: str) -> Origin:
    """Believe what our own tenant says of a letter that never left it: such mail has no signature, only the mark Internal.

    The mark Anonymous on a letter of our own domain is somebody outside who handed it to the tenant directly.
    """
    if domain not in names:
        return _doubt("From is not in a domain of our own tenant")
    marks = [value.strip().lower() for name in (_AUTH_AS, _CROSS_TENANT) for value in email.all(name)]
    if "anonymous" in marks:
        return _fail("the letter names our own domain, and it came from outside without signing in")
    headers = email.all("Authentication-Results")
    stated = _weigh(read_exchange_results(headers[0]), domain) if headers else None
    if stated and stated.result is OriginResult.FAIL:
        return stated
    if len(email.all(_AUTH_AS)) != 1 or set(marks) != {"internal"}:
        return _doubt("our tenant did not mark the letter as Internal, once")
    hops = [hop(value) for value in email.all("Received")]
    if not hops or any(one is None or not all(host.endswith(_EXCHANGE_ONLINE) for host in one) for one in hops):
        return _doubt("the letter did not stay within Exchange Online between its sender and us")
    return _passed("our own tenant marked it as Internal, and it never left the tenant")


_JUDGES: Mapping[str, Callable[[Sequence[str], IncomingEmail, str], Origin]] = {
    "rfc8601": _by_server,
    "gateway": _by_server,
    "exchange_external": _by_exchange_border,
    "exchange_same_tenant": _by_exchange_tenant,
}
