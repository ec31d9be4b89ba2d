"""Work accounts by OpenID Connect, with Authlib: the code flow with PKCE and nonce, and every claim of the ID token checked."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service.adapters.endpoint import is_loopback, pin_loggers
from service.ports import AccountsUnavailable, Identity

ALGORITHMS = ("RS256", "PS256", "ES256")  # never none, never one that our own secret would sign
LEEWAY = 60  # seconds two clocks may differ
KEPT_FOR = 3600.0  # seconds the provider's addresses and keys are kept
_BROKEN = (OAuthError, JoseError, httpx2.HTTPError, OSError, TimeoutError, ValueError, OverflowError, KeyError, TypeError, AttributeError)


@dataclass(kw_only=True)
class OidcProvider:
    """One provider; `OidcSettings` says what each field means."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    back_at: str
    name: str = "your work account"
    amr: tuple[str, ...] = ("mfa",)
    acr: tuple[str, ...] = ()
    context: str = ""
    address_claim: str = "email"
    verified_claim: str = "email_verified"
    timeout: float = 15.0
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    _about: Mapping[str, Any] = field(default_factory=dict, init=False, repr=False)
    _keys: KeySet | None = field(default=None, init=False, repr=False)
    _good_until: float = field(default=0.0, init=False, repr=False)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        _need_tls(self.issuer)

    async def way_there(self, *, state: str, nonce: str, verifier: str, fresh: bool) -> str:
        """Return where to send the browser; with *fresh* the provider asks again and has to say when."""
        more = {"prompt": "login", "max_age": "0"} if fresh else {}
        if self.context:
            more["claims"] = json.dumps({"id_token": {"acrs": {"essential": True, "value": self.context}}})
        async with self._trouble_told(), self._client() as client:
            about, _ = await self._provider(client)
            url, _ = client.create_authorization_url(
                about["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier, response_type="code", **more
            )
        return str(url)

    async def identity(self, *, code: str, nonce: str, verifier: str) -> Identity:
        """Exchange the code, check signature, issuer, audience, times and nonce of the ID token, and return what it says."""
        async with self._trouble_told(), self._client() as client:
            about, keys = await self._provider(client)
            answer = await client.fetch_token(about["token_endpoint"], code=code, code_verifier=verifier, grant_type="authorization_code")
            try:
                token = jwt.decode(answer["id_token"], keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError):  # signed with a key that was made since we looked
                self._good_until = 0.0
                _, keys = await self._provider(client)
                token = jwt.decode(answer["id_token"], keys, algorithms=ALGORITHMS)
            claims = CodeIDToken(token.claims, token.header, options=self._musts(), params={"nonce": nonce, "client_id": self.client_id})
            claims.validate(leeway=LEEWAY)
            return self._identity(claims)

    def _musts(self) -> dict[str, Any]:
        return {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
            "sub": {"essential": True},
            "nonce": {"essential": True},
        }

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        address, amr, proved = claims.get(self.address_claim), claims.get("amr") or [], claims.get("auth_time")
        # Some providers write the claim as a word or a number; only a plain yes counts.
        verified = not self.verified_claim or claims.get(self.verified_claim) in (True, 1, "true", "1")
        return Identity(
            issuer=self.issuer,
            subject=str(claims["sub"]),
            address=address if verified and isinstance(address, str) else None,
            second_factor=not set(self.amr).isdisjoint(amr) or claims.get("acr") in self.acr or self._in_context(claims.get("acrs")),
            proved_at=datetime.fromtimestamp(proved, UTC) if proved is not None else None,
        )

    def _in_context(self, acrs: object) -> bool:
        return bool(self.context) and isinstance(acrs, list) and self.context in acrs

    async def _provider(self, client: AsyncOAuth2Client) -> tuple[Mapping[str, Any], KeySet]:
        async with self._one_at_a_time:
            if self._keys is None or self.clock() >= self._good_until:
                about = await _json(client, f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
                if about["issuer"] != self.issuer:
                    raise ValueError("another issuer")
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    _need_tls(about[name])
                self._keys = KeySet.import_key_set(await _json(client, about["jwks_uri"]))
                self._about, self._good_until = about, self.clock() + KEPT_FOR
            return self._about, self._keys

    def _client(self) -> AsyncOAuth2Client:
        pin_loggers("httpx2", "httpcore2", "httpx", "httpcore", "authlib")
        return AsyncOAuth2Client(
            client_id=self.client_id,
            client_secret=self.client_secret,
            redirect_uri=self.back_at,
            scope="openid email profile",
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_post",
            timeout=self.timeout,
        )

    def _trouble_told(self) -> "_Trouble":
        return _Trouble(self.timeout)


class _Trouble:
    """Turns whatever goes wrong at the provider into one refusal that repeats nothing of what was said."""

    def __init__(self, seconds: float) -> None:
        self._limit = asyncio.timeout(seconds)

    async def __aenter__(self) -> None:
        await self._limit.__aenter__()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        try:
            await self._limit.__aexit__(kind, error, trace)
        except TimeoutError:
            raise AccountsUnavailable("TimeoutError") from None
        if isinstance(error, _BROKEN):
            raise AccountsUnavailable(type(error).__name__) from None


async def _json(client: AsyncOAuth2Client, url: str) -> Any:
    answer = await client.request("GET", url, withhold_token=True)
    answer.raise_for_status()
    return answer.json()


def _need_tls(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError("The provider of work accounts must be reached by https.")
