"""Reads what mail servers state about the origin of a letter: RFC 8601 through authres, the form Exchange Online writes by its own grammar.

A header that is not understood to its last word is not read at all: None, which is doubt.
"""

import re
from dataclasses import dataclass

from authres import AuthenticationResultsHeader

_TOKEN = re.compile(r"[^ \t;()]+")
_LONGEST, _MOST = 4000, 40  # characters and results: no server writes more, and authres takes time that grows with the square
# A quotation that nobody ends goes to the end of the line, so that no letter makes this look for its end again and again.
_ASIDE = re.compile(r'\([^()]*\)|"(?:[^"\\]|\\.)*(?:"|\\?$)')
_METHOD = re.compile(r"(?<![\w.-])(?:dmarc|compauth)(?![\w.-])", re.IGNORECASE)
_COUNTED = ("dmarc", "compauth")

# Exchange Online names no server, knows `action=`, and has results that RFC 8601 does not (bestguesspass). It writes in lower case.
_EXCHANGE = re.compile(
    r"[ \t]*(?P<method>spf|dkim|dmarc|compauth|arc)=(?P<result>[a-z]+)(?:[ \t]+\([^()]*\))?"
    r"(?P<properties>(?:[ \t]+[a-z]+(?:\.[a-z]+)?=[^ \t;()\"\\]*)*)[ \t]*(?:;[ \t]*|$)"
)
_PROPERTY = re.compile(r"([a-z]+(?:\.[a-z]+)?)=([^ \t;]*)")
_SEAL = re.compile(r"i=[0-9]{1,2};[ \t]*([^ \t;()]+)(?:[ \t]+1)?[ \t]*;")
_HOP = re.compile(r"from[ \t]+([^ \t;()]+)[ \t]+by[ \t]+([^ \t;()]+)(?:[ \t;]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One result that a server states. *domain* is whom it vouches for (header.from, header.d); empty unless it is named exactly once."""

    method: str
    result: str
    domain: str


def is_of_server(value: str, authserv_id: str) -> bool:
    """Say whether an Authentication-Results header begins with exactly this identifier; in quotes or look-alikes it is another."""
    # isascii first: lower() makes a plain k of the Kelvin sign.
    first = _TOKEN.match(value)
    return first is not None and first[0].isascii() and first[0].lower() == authserv_id


def _is_readable(value: str) -> bool:
    return len(value) <= _LONGEST and value.count(";") <= _MOST and value.isascii()


def read_results(value: str) -> tuple[Stated, ...] | None:
    """Read an Authentication-Results header of RFC 8601."""
    if not _is_readable(value):
        return None
    try:
        parsed = AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
        found = tuple(_of_authres(one) for one in parsed.results)
    except Exception:  # authres raises several kinds for what it cannot read, RecursionError among them
        return None
    # authres passes over what it does not know: a result that it left out may be the one that says fail.
    if len(_METHOD.findall(_ASIDE.sub(" ", value))) != sum(one.method in _COUNTED for one in found):
        return None
    return found


def _of_authres(result: object) -> Stated:
    method = str(getattr(result, "method", "")).lower()
    wanted = ("header", "d") if method == "dkim" else ("header", "from")
    named = [str(one.value or "") for one in getattr(result, "properties", ()) if (str(one.type).lower(), str(one.name).lower()) == wanted]
    domain = named[0].strip('"').rpartition("@")[2].lower() if len(named) == 1 else ""
    return Stated(method=method, result=str(getattr(result, "result", "")).lower(), domain=domain)


def read_exchange_results(value: str) -> tuple[Stated, ...] | None:
    """Read an Authentication-Results header as Exchange Online writes it."""
    found, position = list[Stated](), 0
    if not _is_readable(value):
        return None
    while position < len(value):
        item = _EXCHANGE.match(value, position)
        if item is None:
            return None
        wanted = "header.d" if item["method"] == "dkim" else "header.from"
        named = [one for name, one in _PROPERTY.findall(item["properties"]) if name == wanted]
        found.append(Stated(method=item["method"], result=item["result"], domain=named[0].lower() if len(named) == 1 else ""))
        position = item.end()
    once = [one.method for one in found if one.method in _COUNTED]
    return tuple(found) if found and len(once) == len(set(once)) else None


def read_exchange_seal(value: str) -> tuple[str, tuple[Stated, ...] | None]:
    """Read an ARC-Authentication-Results header: the server that wrote it, and its results if it writes as Exchange Online does."""
    head = _SEAL.match(value) if _is_readable(value) else None
    if head is None:
        return "", None
    return head[1].lower(), read_exchange_results(value[head.end() :])


def hop(value: str) -> tuple[str, str] | None:
    """Return the hosts that a Received header names after `from` and `by`, lower case; None when it does not name both plainly."""
    found = _HOP.match(_ASIDE.sub(" ", value)) if _is_readable(value) else None
    return (found[1].lower(), found[2].lower()) if found else None
