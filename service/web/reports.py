"""Where browsers say that a page of ours tried what its security policy forbids: a sign of injected words, counted in the log.

Anybody may send such a report, and it holds the address of the page: only the name of the rule is kept.
"""

import json
from typing import Any

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service.web.headers import RULES

_LARGEST = 16 * 1024
_SORTS = ("application/csp-report", "application/reports+json")
log = structlog.get_logger()
router = APIRouter()


@router.post("/reports")
async def report(request: Request) -> Response:
    """Take one report, or several at once; what is no report is dropped without a word."""
    body = await request.body()
    if len(body) <= _LARGEST and request.headers.get("content-type", "").partition(";")[0] in _SORTS:
        for rule in _rules(body):
            log.warning("page_policy_violated", rule=rule)
    return Response(status_code=204)


def _rules(body: bytes) -> list[str]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return []
    found = (_rule(one) for one in (told if isinstance(told, list) else [told])[:20])
    return sorted(filter(None, set(found)))


def _rule(one: Any) -> str:
    inner = (one.get("csp-report") or one.get("body")) if isinstance(one, dict) else None
    if not isinstance(inner, dict):
        return ""
    said = inner.get("effectiveDirective") or inner.get("effective-directive") or inner.get("violated-directive")
    # One of our own words, never one of the report's: script-src-elem is counted as script-src.
    return next((rule for rule in RULES if isinstance(said, str) and said.startswith(rule)), "")
