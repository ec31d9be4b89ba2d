"""Every setting, read once from the environment (prefix `NATIONAL_ALERTS_`) and handed on as values. No secret has a default."""

import re
from datetime import date
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from directory.likeness import PERSONAL_DOMAINS
from service.mail.authenticity import parse_profile

_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}")


class OAuthSettings(BaseModel):
    """OAuth 2.0 client credentials, for Exchange Online and others that take no password.

    *secret_ends* is the day on which the secret ends, which no server tells; the alarm comes two weeks before.
    """

    token_url: str
    client_id: str
    client_secret: SecretStr
    scope: str
    secret_ends: date | None = None


class ImapSettings(BaseModel):
    """The shared mailbox; *move* says whether handled letters are moved out of the folder they came in.

    *sent* is the folder where the server files what it takes from us (Exchange Online does: Sent Items).
    """

    address: str
    host: str
    port: int = 993
    user: str
    password: SecretStr | None = None
    oauth: OAuthSettings | None = None
    tls: bool = True
    ca_file: Path | None = None
    folders: tuple[str, ...] = ("INBOX", "Junk")
    move: bool = True
    sent: str = ""


class SmtpSettings(BaseModel):
    """The relay our letters leave by. *verp* says whether it lets the return path carry a token (Exchange Online does not).

    *per_minute* and *per_day* are what it takes from us; the last *reserve* letters of a day are kept for found notices and alerts.
    """

    host: str
    port: int = 587
    user: str | None = None
    password: SecretStr | None = None
    oauth: OAuthSettings | None = None
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    ca_file: Path | None = None
    connections: int = 4
    verp: bool = True
    ehlo_name: str = "localhost"
    pipelining: bool = True
    per_minute: int | None = None
    per_day: int | None = None
    reserve: int = 0


class OidcSettings(BaseModel):
    """The provider of the work accounts people sign in with (OpenID Connect). *amr*, *acr* or *context* say that it saw a second factor.

    *context* is an authentication context of Entra ID, which is asked for and comes back in `acrs`.
    *verified_claim* says that the address is verified; empty only where one organisation's own administrators give out the addresses.
    *links_too* keeps the emailed links beside it.
    """

    issuer: str
    client_id: str
    client_secret: SecretStr
    name: str = "your work account"
    amr: tuple[str, ...] = ("mfa",)
    acr: tuple[str, ...] = ()
    context: str = ""
    address_claim: str = "email"
    verified_claim: str = "email_verified"
    links_too: bool = False


REAL_RECIPIENTS = "real-recipients"


class Settings(BaseSettings):
    """The settings of one process.

    *letters_go_to* is `real-recipients` in production, and anywhere else a test address that gets every letter instead: without it, the
    shared mailbox itself.
    """

    model_config = SettingsConfigDict(env_prefix="NATIONAL_ALERTS_", env_nested_delimiter="__", hide_input_in_errors=True)

    database_url: str
    master_key: SecretStr | None = None
    master_key_file: Path | None = None
    base_url: str = "http://127.0.0.1:8000"
    origin: str = "none"
    imap: ImapSettings | None = None
    smtp: SmtpSettings | None = None
    letters_go_to: str = ""
    second_factor: Literal["required", "off"] = "required"
    oidc: OidcSettings | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    confirm_every_days: int = Field(default=90, ge=1)
    allowed_domains: tuple[str, ...] = ()
    tick_seconds: float = 1.0
    poll_seconds: float = 60.0
    fence_file: Path | None = None
    webhook_url: SecretStr | None = None
    metrics_token: SecretStr | None = None
    canary: bool = True
    disk: Path | None = None
    least_free_mib: int = 1024

    @field_validator("second_factor")
    @classmethod
    def _off_on_this_machine_only(cls, value: str, others: ValidationInfo) -> str:
        if value == "off" and urlsplit(others.data.get("base_url", "")).hostname != "127.0.0.1":
            raise ValueError("The second factor can be off only where the pages are at http://127.0.0.1, for a demonstration.")
        return value

    @field_validator("allowed_domains")
    @classmethod
    def _domains_of_organisations(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        domains = tuple(one.strip().lower() for one in value)
        if not all(map(_DOMAIN.fullmatch, domains)) or PERSONAL_DOMAINS & set(domains):
            raise ValueError('Give mail domains of organisations, as ["kent-trust.org.uk"]; none where anybody can have an address.')
        return domains

    @field_validator("origin")
    @classmethod
    def _one_we_know(cls, value: str) -> str:
        parse_profile(value)
        return value

    @field_validator("letters_go_to")
    @classmethod
    def _said_by_name(cls, value: str) -> str:
        if value not in ("", REAL_RECIPIENTS) and not _ADDRESS.fullmatch(value):
            raise ValueError(f"Say {REAL_RECIPIENTS}, or give the one test address that all letters go to.")
        return value

    def only_to(self) -> str | None:
        """Return the address that every letter goes to instead of the people it is for, or None where that is switched off by name."""
        if self.letters_go_to == REAL_RECIPIENTS:
            return None
        return self.letters_go_to or (self.imap.address if self.imap else "nobody@example.invalid")  # no mailbox, so no worker either

    def master_key_text(self) -> str:
        """Return the master key from the setting or its file; raises ValueError when there is none."""
        if self.master_key is not None:
            return self.master_key.get_secret_value()
        if self.master_key_file is not None:
            return self.master_key_file.read_text(encoding="ascii")
        raise ValueError(
            "There is no master key. Set NATIONAL_ALERTS_MASTER_KEY or NATIONAL_ALERTS_MASTER_KEY_FILE (make one: national-alerts new-key)."
        )
