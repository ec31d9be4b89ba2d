"""OAuth 2.0 client-credentials tokens: fetched with Authlib, kept until shortly before they expire, never logged."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from service.adapters.endpoint import is_loopback, pin_loggers

RENEW_BEFORE = 300.0  # seconds of life a token must still have to be handed out
DEFAULT_LIFETIME = 600.0


class TokenUnavailable(Exception):  # noqa: N818
    """No token could be had; *refused* when the identity provider said no to our credentials."""

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.refused = refused


@dataclass(kw_only=True)
class ClientCredentials:
    """A source of tokens for one registered application. Share one among all adapters that use the same application."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    timeout: float = 20.0
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    _token: str | None = field(default=None, init=False, repr=False)
    _good_until: float = field(default=0.0, init=False, repr=False)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.token_url)
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise ValueError("The token address must start with https.")

    async def token(self) -> str:
        """Give a token that will live a while, asking for a new one when needed."""
        async with self._one_at_a_time:
            if self._token is None or self.clock() >= self._good_until:
                await self._renew()
            if self._token is None:
                raise TokenUnavailable("The identity provider gave no token.")
            return self._token

    def forget(self) -> None:
        """Throw the kept token away, because a server refused it."""
        self._token = None

    async def _renew(self) -> None:
        pin_loggers("httpx2", "httpcore2", "httpx", "httpcore", "authlib")
        self._token = None
        try:
            async with (
                asyncio.timeout(self.timeout),
                AsyncOAuth2Client(
                    client_id=self.client_id,
                    client_secret=self.client_secret,
                    scope=self.scope,
                    token_endpoint_auth_method="client_secret_post",
                ) as client,
            ):
                answer = await client.fetch_token(self.token_url, grant_type="client_credentials")
        except OAuthError as refusal:
            # the description may repeat what we sent: only its error number is kept
            number = re.search(r"AADSTS\d+", str(refusal.description or ""))
            name = re.sub(r"[^a-z_]", "", str(refusal.error or ""))[:40]
            reason = f"The identity provider refused our application ({number.group() if number else name or 'no reason given'})."
            raise TokenUnavailable(reason, refused=True) from None
        except (httpx2.HTTPError, OSError, TimeoutError, ValueError):
            raise TokenUnavailable("The identity provider could not be reached or gave an answer that is not a token.") from None
        lifetime = float(answer.get("expires_in") or DEFAULT_LIFETIME)
        self._good_until = self.clock() + lifetime - min(RENEW_BEFORE, lifetime / 2)
        self._token = str(answer["access_token"]) if answer.get("access_token") else None
