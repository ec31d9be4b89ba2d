"""A real OpenID Connect provider on this machine, for work accounts."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

SINCE = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)  # the time that the tests of the pages have


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The provider, by the name it signs its tokens with, and since when its people have proved who they are."""

    issuer: str
    since: datetime


@pytest.fixture
def work_accounts() -> Iterator[Provider]:
    """Start a provider whose accounts are: helen (second factor), password (none), unverified (address not verified)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the provider, not we, uses what Authlib will drop
        from oidc_provider_mock import User, run_server_in_thread

        address, now = {"email": "approver@kent.test", "email_verified": True}, int(SINCE.timestamp())
        users = [
            User(sub="helen", claims={**address, "amr": ["pwd", "mfa"], "auth_time": now}),
            User(sub="password", claims={**address, "amr": ["pwd"], "acr": "urn:gold", "auth_time": now}),
            User(sub="unverified", claims={**address, "email_verified": False, "xms_edov": True, "amr": ["mfa"]}),
        ]
        with run_server_in_thread(user_claims=users) as server:
            yield Provider(issuer=f"http://localhost:{server.server_port}", since=SINCE)
