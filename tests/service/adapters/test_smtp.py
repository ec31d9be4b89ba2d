"""The relay adapter against Postfix, and against a relay that plays every fault before the letter."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from service.adapters.smtp import RelayAccount, SmtpRelay
from service.ports import RelayUnavailable, SendOutcome
from tests.servers.certificate import make_certificate
from tests.servers.postfix_dovecot import MailServers
from tests.servers.scripted import Conversation, scripted
from tests.servers.token_endpoint import TokenEndpoint
from tests.service.adapters.relay_dialogue import LETTER, after_ehlo, against, fails_to_connect, local, nothing, send_to, to


@pytest.fixture
def postfix(mail_servers: MailServers) -> RelayAccount:
    return RelayAccount(
        host="localhost",
        port=mail_servers.smtp_port,
        user="alerts@hub.test",
        password=mail_servers.password,
        ca_file=mail_servers.ca_file,
    )


# --- Postfix


async def test_postfix_takes_letters_one_after_another_on_one_connection(postfix: RelayAccount) -> None:
    async with SmtpRelay(postfix).connect() as connection:
        results = [await connection.send(to(f"a@la-00{n}.test", "alerts+b.x=y@hub.test"), (LETTER,), nothing) for n in range(3)]
        assert connection.usable
    assert [each.outcome for each in results] == [SendOutcome.ACCEPTED] * 3
    assert all(each.queue_id and each.code == 250 and each.enhanced_status == "2.0.0" for each in results)


@pytest.mark.parametrize(
    ("recipient", "outcome", "status"),
    [
        ("a@la-901.test", SendOutcome.REFUSED_FOR_GOOD, "5.1.1"),
        ("a@la-801.test", SendOutcome.REFUSED_FOR_NOW, "4.7.1"),
        ("a@la-701.test", SendOutcome.REFUSED_FOR_NOW, "5.2.2"),
    ],
)
async def test_a_refusal_by_postfix_is_understood_and_the_connection_goes_on(
    postfix: RelayAccount, recipient: str, outcome: SendOutcome, status: str
) -> None:
    async with SmtpRelay(postfix).connect() as connection:
        refused = await connection.send(to(recipient), (LETTER,), nothing)
        assert (refused.outcome, refused.enhanced_status) == (outcome, status)
        assert (await connection.send(to(), (LETTER,), nothing)).outcome is SendOutcome.ACCEPTED


async def test_a_token_logs_in_and_a_bad_token_is_refused_without_waiting(mail_servers: MailServers, token_endpoint: TokenEndpoint) -> None:
    offered = "wrong"

    async def token() -> str:
        return offered

    account = RelayAccount(host="localhost", port=mail_servers.smtp_port, user="alerts@hub.test", token=token, ca_file=mail_servers.ca_file)
    with pytest.raises(RelayUnavailable) as caught:
        async with SmtpRelay(account).connect():
            pass
    assert caught.value.login_refused
    token_endpoint.good.add("right")
    offered = "right"
    async with SmtpRelay(account).connect() as connection:
        assert (await connection.send(to(), (LETTER,), nothing)).outcome is SendOutcome.ACCEPTED


async def test_a_certificate_nobody_signed_for_us_stops_everything(mail_servers: MailServers) -> None:
    account = RelayAccount(host="localhost", port=mail_servers.smtp_port)
    with pytest.raises(RelayUnavailable, match="certificate"):
        async with SmtpRelay(account).connect():
            pass


@pytest.mark.parametrize("wrong", [{"names": ("elsewhere.test",)}, {"expired": True}])
async def test_an_expired_certificate_or_one_for_another_name_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    made = make_certificate(tmp_path, **wrong)

    async def script(line: Conversation) -> None:
        await line.gone()

    async with scripted(script, certificate=made) as server:
        with pytest.raises(RelayUnavailable, match="certificate"):
            async with SmtpRelay(local(server, tls="implicit", ca_file=made.authority)).connect():
                pass


# --- before the letter


async def test_a_name_that_does_not_exist_is_a_relay_that_cannot_be_reached() -> None:
    with pytest.raises(RelayUnavailable, match="reached"):
        async with SmtpRelay(RelayAccount(host="relay.invalid", port=25)).connect():
            pass


async def test_a_closed_port_is_a_relay_that_cannot_be_reached() -> None:
    async with scripted(after_ehlo()) as server:
        port = server.port
    with pytest.raises(RelayUnavailable, match="reached"):
        async with SmtpRelay(RelayAccount(host="127.0.0.1", port=port, tls="none")).connect():
            pass


async def test_a_banner_that_drips_is_cut_off_at_the_deadline() -> None:
    async def script(line: Conversation) -> None:
        for byte in b"220 " + b"x" * 200:
            await line.raw(bytes([byte]))
            await asyncio.sleep(0.05)

    started = time.monotonic()
    trouble, _ = await fails_to_connect(script, connect_timeout=0.4)
    assert "in time" in trouble.reason
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("code", [421, 554])
async def test_a_banner_that_turns_us_away_is_no_failure_of_an_address(code: int) -> None:
    async def script(line: Conversation) -> None:
        await line.say(f"{code} go away")

    trouble, _ = await fails_to_connect(script)
    assert trouble.code == code


@pytest.mark.parametrize("replies", [("500 what",), ()])
async def test_without_starttls_neither_login_nor_letter_is_sent(replies: tuple[str, ...], tmp_path: Path) -> None:
    made = make_certificate(tmp_path)

    async def script(line: Conversation) -> None:
        await line.greet("AUTH PLAIN", *(("STARTTLS",) if replies else ()))
        await line.answer(*replies)
        await line.gone()

    _, server = await fails_to_connect(script, tls="starttls", ca_file=made.authority, user="u", password="p")
    assert not any(each.startswith(("AUTH", "MAIL", "DATA")) for each in server.heard)


async def test_words_slipped_in_before_tls_are_not_taken_for_the_relays_own(tmp_path: Path) -> None:
    made = make_certificate(tmp_path)

    async def script(line: Conversation) -> None:
        await line.greet("STARTTLS")
        await line.hear()
        await line.raw(b"220 go\r\n250 SIZE 1\r\n")
        await line.start_tls(made)
        await line.hear()
        await line.offer("SIZE 1000000")
        await line.answer("250 ok", "250 ok", "354 go")
        await line.letter()
        await line.say("250 ok")
        await line.gone()

    result, _, _ = await send_to(script, tls="starttls", ca_file=made.authority)
    assert result.outcome is SendOutcome.ACCEPTED


@pytest.mark.parametrize(
    ("reply", "refused", "words"),
    [
        ("535 5.7.3 Authentication unsuccessful", True, "refused our login"),
        ("535 5.7.139 SmtpClientAuthentication is disabled", True, "switched off"),
        ("550 5.7.30 Basic authentication is not supported", True, "switched off"),
        ("454 4.7.0 Temporary authentication failure", False, "just now"),
    ],
)
async def test_a_refused_login_is_ours_to_mend(reply: str, refused: bool, words: str) -> None:
    trouble, server = await fails_to_connect(after_ehlo(reply, offers=("AUTH PLAIN",)), user="u", password="secret-word")
    assert trouble.login_refused is refused
    assert words in trouble.reason
    assert "secret-word" not in str(trouble)
    assert not any(each.startswith("MAIL") for each in server.heard)


async def test_a_refused_token_is_renewed_once() -> None:
    tokens, forgotten = iter(["old", "new", "never"]), []

    async def token() -> str:
        return next(tokens)

    async def script(line: Conversation) -> None:
        await line.greet("AUTH XOAUTH2")
        await line.answer(*(("334 eyJzdGF0dXMiOiI0MDAifQ==", "535 5.7.3 expired") if line.number == 0 else ("235 ok",)))
        await line.gone()

    async with against(script, user="u", token=token, forget_token=lambda: forgotten.append(1)) as (connection, _):
        assert connection.usable
    assert forgotten == [1]


# --- the envelope


@pytest.mark.parametrize("code", [251, 252])
async def test_a_recipient_the_relay_will_forward_to_or_cannot_check_is_taken(code: int) -> None:
    async def script(line: Conversation) -> None:
        await line.greet()
        await line.answer("250 ok", f"{code} will do", "354 go")
        await line.letter()
        await line.say("250 2.0.0 OK <new@relay.test> [Hostname=x]")
        await line.gone()

    result, _, _ = await send_to(script)
    assert (result.outcome, result.queue_id) == (SendOutcome.ACCEPTED, "new@relay.test")


async def test_the_envelope_carries_what_a_bounce_needs_to_find_its_way_back() -> None:
    _, _, server = await send_to(after_ehlo("250 ok", "550 no", "250 reset", offers=("SIZE 9999", "DSN", "8BITMIME")))
    mail, rcpt = (next(each for each in server.heard if each.startswith(word)) for word in ("MAIL", "RCPT"))
    assert mail == f"MAIL FROM:<alerts@hub.test> SIZE={len(LETTER)} RET=HDRS ENVID={to().delivery_id}"
    assert rcpt == "RCPT TO:<a@la-001.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a@la-001.test"


async def test_a_relay_without_extensions_gets_no_parameters() -> None:
    _, _, server = await send_to(after_ehlo("250 ok", "550 no", "250 reset"))
    assert "MAIL FROM:<alerts@hub.test>" in server.heard
    assert "RCPT TO:<a@la-001.test>" in server.heard


async def test_a_letter_larger_than_the_relay_takes_is_never_begun() -> None:
    result, usable, server = await send_to(after_ehlo(offers=("SIZE 10",)))
    assert (result.outcome, usable) == (SendOutcome.REFUSED_FOR_GOOD, True)
    assert not any(each.startswith("MAIL") for each in server.heard)


async def test_a_line_break_in_an_address_is_an_error_before_anything_is_sent() -> None:
    async with against(after_ehlo()) as (connection, server):
        with pytest.raises(ValueError, match="control character"):
            await connection.send(to("a@la-001.test>\r\nRCPT TO:<b@la-002.test"), (LETTER,), nothing)
        assert len(server.heard) == 1


def test_a_relay_elsewhere_must_be_encrypted() -> None:
    with pytest.raises(ValueError, match="without TLS"):
        RelayAccount(host="relay.test", port=25, tls="none")


def test_an_account_does_not_show_its_password() -> None:
    assert "secret-word" not in repr(RelayAccount(host="relay.test", port=587, user="u", password="secret-word"))
