"""Logs: ids and counts as JSON lines, never personal data. The last net takes out anything that looks like an address."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

_ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
_LOUD = ("aioimaplib", "aiosmtplib", "apscheduler", "mail.log", "sqlalchemy", "httpx2", "pymap", "uvicorn.access")


def set_up_logs(*, level: int = logging.INFO) -> None:
    """Send every log line through the net, and quiet the libraries that would log letters or tokens."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s", force=True)
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            last_net,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )


def last_net(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace whatever looks like an address; a test fails if the net ever catches something in the walk-through."""
    for key, value in event.items():
        if isinstance(value, str) and _ADDRESS.search(value):
            event[key] = "[removed]"
            event["net_caught"] = True
    return event
