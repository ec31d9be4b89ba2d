"""Tells a webhook of alarms: one POST of JSON, to an address that is itself a secret and never logged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2

from service.adapters.endpoint import is_loopback, pin_loggers


@dataclass(frozen=True, slots=True, kw_only=True)
class PostsJson:
    """A webhook at *url*; its `text` is what chat programs show."""

    url: str = field(repr=False)
    timeout: float = 10.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise ValueError("The address of the webhook must begin with https://.")
        pin_loggers("httpx2", "httpcore2", "httpx", "httpcore")

    async def post(self, words: Mapping[str, str]) -> bool:
        """Hand over one message; only an answer of 2xx takes it, and redirects are not followed."""
        try:
            async with httpx2.AsyncClient(timeout=self.timeout) as client:
                answer = await client.post(self.url, json=dict(words))
        except (httpx2.HTTPError, OSError):
            return False
        return bool(answer.is_success)
