"""Work accounts against a real provider on this machine, and against tokens that somebody tampered with."""

import asyncio
import json
import re
import threading
import time
import warnings
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from service.adapters.oidc import OidcProvider
from service.ports import AccountsUnavailable
from tests.servers.work_accounts import Provider

BACK = "http://alerts.test/work-account/back"


def provider(issuer: str, **changes: Any) -> OidcProvider:
    """Return the adapter over a provider."""
    return OidcProvider(**({"issuer": issuer, "client_id": "alerts", "client_secret": "secret", "back_at": BACK} | changes))


async def code_for(url: str, subject: str) -> str:
    """Sign in at the provider as *subject*, as the browser would, and return the code it sends back with."""
    async with httpx2.AsyncClient() as browser:
        answer = await browser.post(url, data={"sub": subject})
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["state"] == ["a-state"]
    return back["code"][0]


async def trip(accounts: OidcProvider, subject: str, *, nonce: str = "a-nonce", verifier: str = "v" * 43) -> str:
    """Go to the provider and return the code."""
    url = await accounts.way_there(state="a-state", nonce=nonce, verifier="v" * 43, fresh=False)
    return await code_for(url, subject)


async def test_the_way_there_carries_state_nonce_and_a_hashed_verifier(work_accounts: Provider) -> None:
    url = await provider(work_accounts.issuer).way_there(state="s", nonce="n", verifier="v" * 43, fresh=False)
    asked = parse_qs(urlsplit(url).query)
    assert (asked["state"], asked["nonce"], asked["response_type"], asked["redirect_uri"]) == (["s"], ["n"], ["code"], [BACK])
    assert asked["code_challenge_method"] == ["S256"]
    assert "v" * 43 not in url
    assert "prompt" not in asked
    again = parse_qs(urlsplit(await provider(work_accounts.issuer).way_there(state="s", nonce="n", verifier="v" * 43, fresh=True)).query)
    assert (again["prompt"], again["max_age"]) == (["login"], ["0"])


async def test_a_real_provider_says_who_it_is_and_that_it_saw_a_second_factor(work_accounts: Provider) -> None:
    accounts = provider(work_accounts.issuer)
    found = await accounts.identity(code=await trip(accounts, "helen"), nonce="a-nonce", verifier="v" * 43)
    assert (found.issuer, found.subject, found.address) == (work_accounts.issuer, "helen", "approver@kent.test")
    assert found.second_factor
    assert found.proved_at == work_accounts.since


@pytest.mark.parametrize(
    ("subject", "settings", "second_factor", "address"),
    [
        ("password", {}, False, True),
        ("password", {"acr": ("urn:gold",), "amr": ()}, True, True),
        ("helen", {"amr": ("hwk",)}, False, True),
        ("unverified", {}, True, False),
        ("unverified", {"verified_claim": ""}, True, True),
        ("unverified", {"verified_claim": "xms_edov"}, True, True),
    ],
)
async def test_what_counts_as_second_factor_and_as_verified_is_a_setting(
    work_accounts: Provider,
    subject: str,
    settings: dict[str, Any],
    second_factor: bool,
    address: bool,
) -> None:
    accounts = provider(work_accounts.issuer, **settings)
    found = await accounts.identity(code=await trip(accounts, subject), nonce="a-nonce", verifier="v" * 43)
    assert found.second_factor is second_factor
    assert (found.address is not None) is address


async def test_another_nonce_and_a_used_code_are_refused(work_accounts: Provider) -> None:
    accounts = provider(work_accounts.issuer)
    code = await trip(accounts, "helen")
    with pytest.raises(AccountsUnavailable):
        await accounts.identity(code=code, nonce="another", verifier="v" * 43)
    with pytest.raises(AccountsUnavailable):
        await accounts.identity(code=code, nonce="a-nonce", verifier="v" * 43)


async def test_a_provider_that_calls_itself_something_else_or_is_not_there_is_refused(work_accounts: Provider) -> None:
    for issuer in (f"{work_accounts.issuer}/", "http://127.0.0.1:1"):
        with pytest.raises(AccountsUnavailable) as refused:
            await provider(issuer).way_there(state="s", nonce="n", verifier="v" * 43, fresh=False)
        assert not re.search(r"127|localhost|http", refused.value.reason)


def test_a_provider_without_tls_is_refused() -> None:
    with pytest.raises(ValueError, match="https"):
        provider("http://login.kent.test")


class Tampered:
    """A provider whose tokens a test makes itself."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.claims: dict[str, Any] = {}
        self.issuer = ""
        self.signed_with: Any = self.key
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}

    def answer(self, path: str) -> dict[str, Any]:
        """Answer one request."""
        if path.endswith("openid-configuration"):
            urls = {name: f"{self.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
            return {"issuer": self.issuer} | urls
        if path == "/jwks_uri":
            return {"keys": [self.key.as_dict(private=False)]}
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": "alerts", "sub": "helen", "iat": now, "exp": now + 300, "nonce": "a-nonce",
            "email": "approver@kent.test", "email_verified": True, "amr": ["mfa"], "auth_time": now,
        } | self.claims  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        return {"access_token": "t", "token_type": "Bearer", "id_token": self._signed(claims)}

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.header["alg"] == "none":
            _, body, _ = jwt.encode({"alg": "RS256"}, claims, self.key).split(".")
            return f"eyJhbGciOiJub25lIn0.{body}."
        return jwt.encode(self.header, claims, self.signed_with, algorithms=["RS256", "HS256"])


@pytest.fixture
def tampered() -> Iterator[Tampered]:
    """Serve a provider of our own on the loopback."""
    made = Tampered()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self.rfile.read(length)
            body = json.dumps(made.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    made.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_token_in_which_everything_fits_is_believed(tampered: Tampered) -> None:
    found = await provider(tampered.issuer).identity(code="c", nonce="a-nonce", verifier="v" * 43)
    assert found.subject == "helen"
    tampered.claims = {"aud": ["alerts"]}
    assert await provider(tampered.issuer).identity(code="c", nonce="a-nonce", verifier="v" * 43)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.test"}, {"aud": "another"}, {"aud": ["another"]}, {"aud": None}, {"sub": None}, {"exp": 1}, {"exp": None},
        {"iat": None}, {"iat": 99999999999}, {"nonce": "x"}, {"nonce": None}, {"nonce": ""}, {"aud": ["alerts", "other"]}, {"azp": "other"},
        {"auth_time": "yesterday"}, {"auth_time": 10**30}, {"amr": "mfa"},
    ],
)  # fmt: skip
async def test_a_token_with_one_claim_that_does_not_fit_is_refused(tampered: Tampered, claims: dict[str, Any]) -> None:
    tampered.claims = claims
    with pytest.raises(AccountsUnavailable):
        await provider(tampered.issuer).identity(code="c", nonce="a-nonce", verifier="v" * 43)


@pytest.mark.parametrize(("acrs", "seen"), [(["c1"], True), (["c1", "c2"], True), (["c2"], False), ("c1", False), (None, False)])
async def test_an_authentication_context_is_asked_for_and_counts_when_it_comes_back(tampered: Tampered, acrs: Any, seen: bool) -> None:
    accounts = provider(tampered.issuer, amr=(), context="c1")
    asked = parse_qs(urlsplit(await accounts.way_there(state="s", nonce="n", verifier="v" * 43, fresh=False)).query)
    assert json.loads(asked["claims"][0]) == {"id_token": {"acrs": {"essential": True, "value": "c1"}}}
    tampered.claims = {"acrs": acrs}
    assert (await accounts.identity(code="c", nonce="a-nonce", verifier="v" * 43)).second_factor is seen


@pytest.mark.parametrize("how", ["another key", "our secret", "unsigned"])
async def test_a_token_that_somebody_else_signed_is_refused(tampered: Tampered, how: str) -> None:
    if how == "another key":
        tampered.signed_with = RSAKey.generate_key(2048, parameters={"kid": "one"})
    elif how == "our secret":
        tampered.header, tampered.signed_with = {"alg": "HS256"}, OctKey.import_key("secret" * 8)
    else:
        tampered.header = {"alg": "none"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(AccountsUnavailable):
            await provider(tampered.issuer).identity(code="c", nonce="a-nonce", verifier="v" * 43)


async def test_a_key_that_the_provider_made_since_is_fetched(tampered: Tampered) -> None:
    accounts = provider(tampered.issuer)
    await accounts.identity(code="c", nonce="a-nonce", verifier="v" * 43)
    tampered.key = tampered.signed_with = RSAKey.generate_key(2048, parameters={"kid": "two"})
    tampered.header = {"alg": "RS256", "kid": "two"}
    assert await accounts.identity(code="c", nonce="a-nonce", verifier="v" * 43)


async def test_a_provider_that_never_answers_is_given_up(tampered: Tampered) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            pass
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with pytest.raises(AccountsUnavailable):
        await provider(issuer, timeout=0.3).way_there(state="s", nonce="n", verifier="v" * 43, fresh=False)
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.05)
