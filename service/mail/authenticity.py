"""Where a letter really came from, as far as the receiving mail server says so (RFC 8601). Doubt is not a pass."""

import re
from dataclasses import dataclass
from enum import StrEnum

from authres import AuthenticationResultsHeader

from service.mail.message import IncomingEmail


class OriginResult(StrEnum):
    """What is known about the origin of a letter."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    DOUBT = "doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginProfile:
    """How this installation can tell an origin: not at all, or by the header that its own server with *authserv_id* writes."""

    kind: str
    authserv_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The verdict on an origin and the sentence that explains it; the sentence holds no address."""

    result: OriginResult
    evidence: str


_WRECKING = frozenset(
    ("control characters in the header", "header too long", "too many headers", "could not be read in full", "a header line is too long")
)


def parse_profile(text: str) -> OriginProfile:
    """Read a profile from its setting: `none`, or `rfc8601:` and the identifier of the receiving server."""
    kind, _, identifier = text.strip().partition(":")
    if kind.strip().lower() == "none" and not identifier:
        return OriginProfile(kind="none")
    if kind.strip().lower() == "rfc8601" and re.fullmatch(r"[A-Za-z0-9._-]{1,253}", identifier.strip()):
        return OriginProfile(kind="rfc8601", authserv_id=identifier.strip().lower())
    raise ValueError("The origin profile must be 'none' or 'rfc8601:' followed by the name that the receiving server writes.")


def _aligned(domain: str, of: str) -> bool:
    """Say whether *domain* is the From domain itself or its parent organisation's (strict enough to need no list of suffixes)."""
    domain, of = domain.strip().lower().rstrip("."), of.lower()
    return domain == of


def _value(result: object, ptype: str, name: str) -> str:
    for entry in getattr(result, "properties", ()):
        if str(entry.type).lower() == ptype and str(entry.name).lower() == name:
            return str(entry.value or "").strip().strip('"').lower()
    return ""


def _judge_header(value: str, authserv_id: str, domain: str) -> tuple[OriginResult | None, str]:
    """Judge one Authentication-Results header; None when it is not our server's."""
    first = re.match(r"\s*([^\s;()]+)", value)
    if first is None or first[1].strip('"').lower() != authserv_id:
        return None, ""
    try:
        parsed = AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
    except Exception:  # authres raises several kinds for what it cannot read
        return OriginResult.DOUBT, "the receiving server's result could not be read"
    if str(parsed.authserv_id).lower() != authserv_id:
        return None, ""
    verdict, evidence = OriginResult.DOUBT, "the receiving server did not vouch for the sender"
    for result in parsed.results:
        method, said = str(result.method).lower(), str(result.result).lower()
        if method == "dmarc":
            named = _value(result, "header", "from").rpartition("@")[2] or _value(result, "header", "from")
            if said == "fail":
                return OriginResult.FAIL, "dmarc=fail"
            if said == "pass" and named:
                if named != domain:
                    return OriginResult.FAIL, "dmarc=pass for another domain than From"
                verdict, evidence = OriginResult.PASS, "dmarc=pass, header.from is the From domain"
        elif method == "dkim" and said == "pass" and _aligned(_value(result, "header", "d"), domain) and verdict is OriginResult.DOUBT:
            verdict, evidence = OriginResult.PASS, "dkim=pass, header.d is the From domain"
        elif method == "compauth" and said == "fail":
            return OriginResult.FAIL, "compauth=fail"
    return verdict, evidence


def judge_origin(profile: OriginProfile, email: IncomingEmail) -> Origin:
    """Judge where *email* came from: any fail beats a pass, and without a pass there is doubt."""
    if profile.kind != "rfc8601":
        return Origin(result=OriginResult.DOUBT, evidence="origins are not checked in this installation")
    if email.from_address is None:
        return Origin(result=OriginResult.DOUBT, evidence=f"From: {email.from_problem}")
    if _WRECKING & set(email.problems):
        return Origin(result=OriginResult.DOUBT, evidence="the header is not well formed")
    domain = email.from_address.rpartition("@")[2]
    seen = [_judge_header(value, profile.authserv_id, domain) for value in email.all("Authentication-Results")]
    judged = [(verdict, evidence) for verdict, evidence in seen if verdict is not None]
    for wanted in (OriginResult.FAIL, OriginResult.PASS, OriginResult.DOUBT):
        for verdict, evidence in judged:
            if verdict is wanted:
                return Origin(result=verdict, evidence=evidence)
    return Origin(result=OriginResult.DOUBT, evidence="no result of the receiving server")
