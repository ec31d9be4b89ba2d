"""How fast a backlog comes in from Dovecot: kept (encrypted, stored, committed) beside a bare aioimaplib loop, then triaged."""

import contextlib
import json
import os
import pwd
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.servers.certificate import make_certificate
from tests.servers.postfix_dovecot import DOVECOT, OAUTH2
from tests.servers.programs import free_ports, open_folder, wait_for_port

BACKLOG, SMALL, ROUNDS, SIZE = 10_000, 1_000, 3, 30_000
Told = dict[str, float]


def run(console: Console) -> str:
    """Measure, print the tables, and return the part of results.md."""
    with tempfile.TemporaryDirectory() as place, Progress(console=console, transient=True) as progress, _dovecot() as (port, mail):
        bar = progress.add_task("Receiving", total=2 * ROUNDS + 5)

        def child(*words: object) -> Told:
            answer = _child(*words)
            progress.advance(bar)
            return answer

        here = Path(place)
        for domain, count in (("small.test", SMALL), ("backlog.test", BACKLOG)):
            _fill(mail / domain, count)
            progress.advance(bar)
        small = child("receive", here / "small.db", port, "small.test")
        bare, kept = [], []
        for number in range(ROUNDS):
            bare.append(child("bare", port, "backlog.test"))
            kept.append(child("receive", here / f"{number}.db", port, "backlog.test"))
        triaged = child("triage", here / "small.db")
        (here / "letter").write_bytes(_letter("NUMBER"))
        one = child("idle", here / "idle.db", port, "idle.test", here / "letter")
    for told, count in ((small, SMALL), *((each, BACKLOG) for each in (*bare, *kept))):
        if told["letters"] != count:
            raise RuntimeError(f"{told['letters']:.0f} of {count} letters were read")
    rates = [[each["letters"] / each["seconds"] for each in side] for side in (bare, kept)]
    ratio = statistics.median(ours / theirs for theirs, ours in zip(*rates, strict=True))
    backlog = (
        f"{BACKLOG:,}",
        *(f"{statistics.median(each):,.0f}" for each in rates),
        f"{ratio:.2f}",
        f"{small['peak']:.0f}",
        f"{max(each['peak'] for each in kept):.0f}",
    )
    triage = (
        f"{triaged['letters']:,.0f}",
        f"{triaged['understood']:,.0f}",
        f"{triaged['letters'] / triaged['processor']:,.0f}",
        f"{triaged['letters'] / triaged['seconds']:,.0f}",
    )
    head = (
        "Letters",
        "Bare loop, a second",
        "Kept, a second",
        "Ratio",
        f"MiB at most, {SMALL:,} letters",
        f"MiB at most, {BACKLOG:,} letters",
    )
    parts = (
        (head, backlog, f"A backlog of letters of 30 kB in Dovecot, median of {ROUNDS} rounds"),
        (
            (
                "Letters",
                "Read and classified, a second of a core",
                "Triaged by the house, a second of a core",
                "Both by the clock, a second",
            ),
            triage,
            "Triage of what was kept; the reader is a process of its own beside the house",
        ),
        (("Median, s", "Most, s"), (f"{one['median']:.2f}", f"{one['most']:.2f}"), "From a letter at the server to triaged, with IDLE"),
    )
    return "\n\n".join(_shown(console, *part) for part in parts)


def _shown(console: Console, head: tuple[str, ...], row: tuple[str, ...], title: str) -> str:
    table = Table(*head, title=title)
    table.add_row(*row)
    console.print(table)
    return "\n".join([f"{title}:", "", *("| " + " | ".join(one) + " |" for one in (head, ("---",) * len(head), row))])


def _child(*words: object) -> Told:
    command = [sys.executable, "-m", "bench.receiving_ours", *map(str, words)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=900)  # noqa: S603
    answer: Told = json.loads(told.stdout.splitlines()[-1])
    return answer


def _letter(number: str) -> bytes:
    """Make an answer of an authority as Outlook sends it: text, HTML, and the picture under the signature."""
    letter = EmailMessage()
    letter["Authentication-Results"] = "mx.kent.test; dmarc=pass header.from=la-001.test"
    letter["From"], letter["To"] = "Example Officer <duty@la-001.test>", "alerts@kent.test"
    letter["Subject"] = f"RE: National Alert {number}"
    letter["Message-ID"] = f"<{number}@la-001.test>"
    said = f"Dear colleagues,\n\nNot known to us ({number}).\n\nExample Officer\n01632 960123\n"
    quoted = "\n".join(f"> Somebody at this authority may know the family. Please look, line {n}." for n in range(40))
    letter.set_content(f"{said}\nOn Monday alerts@kent.test wrote:\n{quoted}\n")
    page = "".join(f"<p class='MsoNormal'><span style='font-family:Calibri'>{line}</span></p>\r\n" for line in (said + quoted).splitlines())
    letter.add_alternative(f"<html><body>{page}</body></html>", subtype="html")
    room = SIZE - len(letter.as_bytes(policy=SMTP)) - 300
    picture = random.Random(number).randbytes(room * 54 // 74)  # noqa: S311
    letter.add_attachment(picture, maintype="image", subtype="png", filename="logo.png")
    return letter.as_bytes(policy=SMTP)


def _fill(home: Path, count: int) -> None:
    """Lay letters into a mailbox as a delivery agent does."""
    owner = pwd.getpwnam("mail")
    for name in ("cur", "new", "tmp"):
        (home / "Maildir" / name).mkdir(parents=True)
    for number in range(count):
        (home / "Maildir" / "cur" / f"{1_700_000_000 + number}.M1P1.bench:2,").write_bytes(_letter(f"{number:06d}"))
    for each in (home, *home.rglob("*")):
        os.chown(each, owner.pw_uid, owner.pw_gid)


@contextlib.contextmanager
def _dovecot() -> Iterator[tuple[int, Path]]:
    """Run a Dovecot and give its port, and where the mailbox of each domain lies."""
    imap, imaps, lmtp, auth = free_ports(4)
    with open_folder("bench-dovecot-") as base, (base / "start.log").open("wb") as log:
        make_certificate(base)
        person = pwd.getpwnam("mail")
        for name in ("dv", "mail"):
            (base / name).mkdir(mode=0o755)
        os.chown(base / "mail", person.pw_uid, person.pw_gid)
        (base / "oauth2.conf.ext").write_text(OAUTH2.format(introspection="http://127.0.0.1:1/"))
        facts = {"imap": imap, "imaps": imaps, "lmtp": lmtp, "auth": auth}
        (base / "dovecot.conf").write_text(DOVECOT.format(base=base, password="pw", **facts))
        command = ["dovecot", "-c", str(base / "dovecot.conf")]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603
        try:
            wait_for_port(imap)
            yield imap, base / "mail"
        finally:
            subprocess.run([*command, "stop"], check=False, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603
