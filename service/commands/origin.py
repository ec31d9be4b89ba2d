"""Proving that this installation knows who sent a letter: the five letters of the origin test, and how they were judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from service.adapters.smtp import RelayAccount, SmtpRelay
from service.app import App
from service.commands.opening import fail, out, with_app
from service.database.audit import SYSTEM
from service.database.origin_tests import OriginLetter
from service.database.unit_of_work import Work
from service.domain.people import IssuingAuthority, Role
from service.flow.house import uk_time
from service.flow.origin import FIVE, PROVE_AGAIN, Standing, begin, must_be, note_refused, standing_of
from service.mail.authenticity import OriginProfile
from service.mail.message import strict_address
from service.mail.origin_letters import Pretence, from_outside, subject_of, with_forged_headers, with_their_name_only
from service.ports import Envelope, RelayUnavailable, SendOutcome

cli = typer.Typer(no_args_is_help=True, help="Whether replies are believed: who really sent a letter.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """How the letters that must not be believed are sent: by *host* from here, or by a person from the files in *folder*."""

    host: str
    address: str = field(repr=False)
    folder: Path


@cli.callback()
def origin() -> None:
    """Prove that this installation knows who sent a letter."""


@cli.command("show")
def show() -> None:
    """Show whether replies are believed here, since when, and how each letter of the newest test was judged."""

    async def shown(app: App) -> None:
        async with app.database.read() as work:
            authority = await _authority(work, app)
            _print(app.house.origin, await standing_of(work, app.house.origin, authority.mailbox))

    with_app(shown)


@cli.command("test")
def test_profile(
    approver: Annotated[str, typer.Option(help="The address of an approver who takes part.")] = "",
    outside_address: Annotated[str, typer.Option(help="A real address outside, which the letters of an outsider are sent from.")] = "",
    outside: Annotated[str, typer.Option(help="HOST or HOST:PORT that takes them, as a host outside would reach it.")] = "",
    folder: Annotated[Path, typer.Option(help="Where they are written instead, for a person outside to send.")] = Path(),
    refused: Annotated[list[int] | None, typer.Option(help="A letter the mail server refused or kept back. May be given again.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Begin a new test, also while one is open.")] = False,
) -> None:
    """Begin the test of the origin profile, or show how far it is. The worker must be running: it reads and judges the letters.

    Ends with exit status 0 only when the profile is proved.
    """

    async def tested(app: App) -> bool:
        profile = app.house.origin
        if profile.kind == "none":
            fail("NATIONAL_ALERTS_ORIGIN is none, so there is nothing to test. docs/operations.md lists the profiles.", 2)
        if any(number not in (2, 3, 4, 5) for number in refused or ()):
            fail("Letters 2, 3, 4 and 5 may be refused. Letter 1 has to arrive.", 2)
        now = datetime.now(UTC)
        async with app.database.begin() as work:
            authority = await _authority(work, app)
            if refused:
                await note_refused(work, profile, authority, refused, by=SYSTEM, now=now)
            standing = await standing_of(work, profile, authority.mailbox)
        unasked = not refused and not _is_open(standing, now) and (bool(approver) or standing.proved_at is None)
        if again or unasked:
            if not approver or strict_address((outside_address,))[0] is None:
                fail("Say who takes part: --approver and --outside-address, a plain address that belongs to you outside.", 2)
            how = Outside(host=outside, address=outside_address, folder=folder)
            standing = await _begun(app, authority, approver, how, now)
        _print(profile, standing)
        _say_what_is_left(profile, standing, authority.mailbox)
        return standing.proved_at is not None

    if not with_app(tested):
        raise typer.Exit(1)


def _is_open(standing: Standing, now: datetime) -> bool:
    letters = standing.letters
    waits = any(one.passed is None for one in letters) and all(one.passed is not False for one in letters)
    return waits and now - letters[0].sent_at < PROVE_AGAIN


async def _authority(work: Work, app: App) -> IssuingAuthority:
    mailbox = app.settings.imap.address if app.settings.imap else ""
    authority = await work.people.authority_at(mailbox)
    if authority is None:
        fail("No authority has the mailbox that NATIONAL_ALERTS_IMAP__ADDRESS names. Run: national-alerts authority add", 2)
    return authority


async def _begun(app: App, authority: IssuingAuthority, address: str, how: Outside, now: datetime) -> Standing:
    async with app.database.begin() as work:
        approver = await work.people.at_address(address)
        if approver is None or Role.APPROVER not in approver.roles or approver.issuing_authority_id != authority.id:
            fail("--approver is not the registered address of an approver here. See: national-alerts people list", 2)
        letters = await begin(work, app.house, authority, approver, now)
        standing = await standing_of(work, app.house.origin, authority.mailbox)
    who = Pretence(name=approver.name, address=approver.address, mailbox=authority.mailbox, outside=how.address)
    code = {one.letter: one.id for one in letters}
    forgeries = {
        2: from_outside(who, code["outside_host"], now),
        3: with_forged_headers(who, app.house.origin, code["forged_headers"], now),
        4: with_their_name_only(who, code["display_name"], now),
    }
    typer.echo("Letter 1 is queued. The approver answers it when it has come.")
    if how.host:
        await _send(how, who, forgeries)
    else:
        _write(how, who, forgeries)
    return standing


async def _send(how: Outside, who: Pretence, forgeries: Mapping[int, bytes]) -> None:
    host, _, port = how.host.partition(":")
    if port and not port.isdecimal():
        fail("--outside is HOST or HOST:PORT.", 2)
    tls: Literal["none", "starttls"] = "none" if host in ("127.0.0.1", "localhost") else "starttls"
    relay = SmtpRelay(RelayAccount(host=host, port=int(port or 25), tls=tls, ehlo_name=who.outside.rpartition("@")[2]))
    for number, raw in forgeries.items():
        try:
            async with relay.connect() as line:
                sent = await line.send(
                    Envelope(sender=who.outside, recipient=who.mailbox, delivery_id=f"origin-{number}"), (raw,), _at_once
                )
        except RelayUnavailable as away:
            typer.echo(f"Letter {number} could not be sent: {away.reason}")
            continue
        if sent.outcome is SendOutcome.ACCEPTED:
            typer.echo(f"Letter {number} was taken by the mail server.")
        else:
            typer.echo(f"Letter {number} was not taken: {sent.code or ''} {sent.reply}")
            typer.echo(f"If that is because its sender is not proved, say so: national-alerts origin test --refused {number}")


async def _at_once() -> None:
    """Nothing has to be written down before a letter of the test leaves."""


def _write(how: Outside, who: Pretence, forgeries: Mapping[int, bytes]) -> None:
    how.folder.mkdir(parents=True, exist_ok=True)
    for number, raw in forgeries.items():
        (how.folder / f"origin-{number}.eml").write_bytes(raw)
    typer.echo(f"Letters 2, 3 and 4 are in {how.folder}/origin-2.eml to origin-4.eml. Send each from a machine outside your network:")
    typer.echo(f"  curl --url smtp://YOUR-MX:25 --ssl --mail-from {who.outside} --mail-rcpt {who.mailbox} --upload-file origin-2.eml")
    typer.echo("If the mail server refuses one because its sender is not proved, say so: national-alerts origin test --refused 2")


def _print(profile: OriginProfile, standing: Standing) -> None:
    table = Table("no", "letter", "must be", "judged", "as it must be", title=f"Origin profile {profile.text}")
    by_name = {one.letter: one for one in standing.letters}
    for asked in FIVE:
        told = _told(by_name.get(asked.name))
        table.add_row(str(asked.number), asked.what, must_be(asked, profile), *told)
    if profile.kind != "none":
        out.print(table)
    if standing.proved_at is not None:
        out.print(f"Proved by the test of {uk_time(standing.proved_at)}. Replies are believed when their origin passes.")
        if datetime.now(UTC) - standing.proved_at > PROVE_AGAIN:
            out.print("That is more than a month ago. Prove it again: national-alerts origin test --again")
    else:
        out.print(f"Replies approve nothing: {standing.why_not if profile.kind != 'none' else 'NATIONAL_ALERTS_ORIGIN is none'}.")


def _told(letter: OriginLetter | None) -> tuple[str, str]:
    if letter is None:
        return "-", "-"
    return letter.result or "not arrived yet", {None: "-", True: "yes", False: "NO"}[letter.passed]


def _say_what_is_left(profile: OriginProfile, standing: Standing, mailbox: str) -> None:
    waiting = {one.letter: one for one in standing.letters if one.passed is None}
    for asked in FIVE:
        if (letter := waiting.get(asked.name)) is not None:
            out.print(f"Letter {asked.number}: {asked.how}", highlight=False)
            if asked.name == "forwarded":
                out.print(
                    f"  To: (an address outside that forwards to {mailbox})\n  Subject: {subject_of(asked.number, letter.id)}",
                    highlight=False,
                )
    if any(one.passed is False for one in standing.letters):
        out.print("The test failed, and its letters are kept. Put the mail server right, then: national-alerts origin test --again")
