"""Tokens for an application, from a local identity provider."""

import asyncio
import logging

import pytest

from service.adapters.oauth import ClientCredentials, TokenUnavailable
from tests.servers.token_endpoint import TokenEndpoint


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def application(endpoint: TokenEndpoint, clock: Clock | None = None) -> ClientCredentials:
    return ClientCredentials(
        token_url=endpoint.token_url,
        client_id="our-application",
        client_secret="canary-secret",
        scope="https://outlook.office365.com/.default",
        clock=clock or Clock(),
    )


async def test_a_token_is_asked_for_once_and_renewed_before_it_expires(token_endpoint: TokenEndpoint) -> None:
    clock = Clock()
    source = application(token_endpoint, clock)
    assert await asyncio.gather(*(source.token() for _ in range(5))) == ["good-token-1"] * 5
    clock.now += 3299
    assert await source.token() == "good-token-1"
    clock.now += 2
    assert await source.token() == "good-token-2"
    asked = token_endpoint.requests[0]
    assert (asked["grant_type"], asked["client_id"]) == ("client_credentials", "our-application")
    assert asked["scope"] == "https://outlook.office365.com/.default"


async def test_a_token_that_a_server_refused_is_not_handed_out_again(token_endpoint: TokenEndpoint) -> None:
    source = application(token_endpoint)
    assert await source.token() == "good-token-1"
    source.forget()
    assert await source.token() == "good-token-2"


async def test_a_refused_application_is_told_with_the_providers_error_number(token_endpoint: TokenEndpoint) -> None:
    token_endpoint.refusal = "invalid_client"
    with pytest.raises(TokenUnavailable, match="AADSTS7000215") as caught:
        await application(token_endpoint).token()
    assert caught.value.refused


async def test_a_provider_out_of_reach_is_no_refusal() -> None:
    source = ClientCredentials(token_url="http://127.0.0.1:9/token", client_id="a", client_secret="b", scope="c")
    with pytest.raises(TokenUnavailable) as caught:
        await source.token()
    assert not caught.value.refused


async def test_neither_secret_nor_token_reaches_log_or_representation(
    token_endpoint: TokenEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    source = application(token_endpoint)
    await source.token()
    assert "canary-secret" not in caplog.text + repr(source)
    assert "good-token" not in caplog.text + repr(source)


def test_a_provider_elsewhere_must_be_asked_over_https() -> None:
    with pytest.raises(ValueError, match="https"):
        ClientCredentials(token_url="http://login.test/token", client_id="a", client_secret="b", scope="c")
