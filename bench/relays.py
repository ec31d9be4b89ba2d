"""What the sending benchmark sends to and beside: smtp-sink, a Postfix that throws everything away, a far relay, GNU Mailman 3."""

import asyncio
import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.servers.postfix_dovecot import POSTFIX, SERVICES
from tests.servers.programs import free_ports, open_folder, wait_for_port

ROUND_TRIP = 0.1
DISCARDING = (
    POSTFIX
    + """\
mydestination =
local_recipient_maps =
alias_maps =
mynetworks = 127.0.0.0/8
default_transport = discard:
smtpd_client_connection_count_limit = 0
in_flow_delay = 0
"""
)
MAILMAN = "mailman==3.3.10"
MAILMAN_CFG = """\
[mailman]
layout: here
[paths.here]
var_dir: {base}/var
[mta]
incoming: mailman.mta.null.NullMTA
smtp_host: 127.0.0.1
smtp_port: {port}
lmtp_port: {lmtp}
verp_confirmations: yes
verp_personalized_deliveries: yes
verp_delivery_interval: 1
[webservice]
port: {rest}
"""
SUBSCRIBE = """\
from mailman.interfaces.listmanager import IListManager
from mailman.interfaces.mailinglist import Personalization
from mailman.interfaces.member import MemberRole
from mailman.interfaces.subscriptions import ISubscriptionManager
from mailman.interfaces.usermanager import IUserManager
from mailman.config import config
from mailman.app.lifecycle import create_list
from zope.component import getUtility

def run(mlist):
    users = getUtility(IUserManager)
    mlist.personalize = Personalization.full
    mlist.default_nonmember_action = mlist.default_member_action
    from mailman.interfaces.action import Action
    mlist.default_nonmember_action = Action.accept
    mlist.max_message_size = 0
    for n in range({count}):
        user = users.make_user('duty%06d@la.test' % n, 'Example %d' % n)
        address = list(user.addresses)[0]
        from mailman.utilities.datetime import now
        address.verified_on = now()
        mlist.subscribe(address, MemberRole.member, send_welcome_message=False)
"""


@contextlib.contextmanager
def sink(leaves_after: int = 0) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run smtp-sink and give its port; it may end by itself after so many letters."""
    (port,) = free_ports(1)
    command = ["smtp-sink", "-u", "nobody", *(["-M", str(leaves_after)] if leaves_after else []), f"127.0.0.1:{port}", "1000"]
    with subprocess.Popen(command) as process:  # noqa: S603
        try:
            wait_for_port(port)
            yield port, process
        finally:
            process.terminate()


@contextlib.contextmanager
def postfix() -> Iterator[int]:
    """Run a Postfix that queues on disk, throws away what it took, and give its port."""
    smtp, downstream = free_ports(2)
    with open_folder("bench-postfix-") as base:
        for name in ("pf", "spool", "pfdata"):
            (base / name).mkdir(mode=0o755)
        person = pwd.getpwnam("postfix")
        os.chown(base / "pfdata", person.pw_uid, person.pw_gid)
        (base / "pf" / "main.cf").write_text(DISCARDING.format(base=base))
        services = SERVICES.format(base=base, smtp=smtp, downstream=downstream)
        (base / "pf" / "master.cf").write_text(services.partition(f"127.0.0.1:{downstream}")[0])
        command = ["postfix", "-c", str(base / "pf")]
        with (base / "start.log").open("wb") as log:
            subprocess.run([*command, "start"], check=True, stdout=log, stderr=log)  # noqa: S603
            try:
                wait_for_port(smtp)
                yield smtp
            finally:
                subprocess.run([*command, "stop"], check=False, stdout=log, stderr=log)  # noqa: S603


@contextlib.contextmanager
def far_away(port: int) -> Iterator[int]:
    """Put a line with a long round trip in front of *port*, on a loop of its own."""
    (here,) = free_ports(1)
    loop = asyncio.new_event_loop()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            loop.call_later(ROUND_TRIP / 2, writer.write, data)
        loop.call_later(ROUND_TRIP / 2, writer.close)

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(ROUND_TRIP)  # the handshake of TCP
        there, back = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(OSError):
            await asyncio.gather(pump(reader, back), pump(there, writer))

    server = loop.run_until_complete(asyncio.start_server(meet, "127.0.0.1", here))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def source(port: int, count: int, connections: int, size: int) -> float:
    """Send *count* letters with smtp-source over connections that stay open; return the seconds."""
    started = time.perf_counter()
    command = ["smtp-source", "-d", "-s", str(connections), "-m", str(count), "-l", str(size), "-f", "a@hub.test", "-t", "b@la.test"]
    subprocess.run([*command, f"127.0.0.1:{port}"], check=True)  # noqa: S603
    return time.perf_counter() - started


def mailman(count: int, letter: bytes) -> float | None:
    """Let GNU Mailman 3 send one letter to *count* members, an envelope each; return the seconds, None where it is not to be had."""
    place = Path(tempfile.gettempdir()) / "national-alerts-bench-mailman"
    program = place / "bin" / "mailman"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)  # noqa: S603
        if subprocess.run([place / "bin" / "pip", "install", "-qq", MAILMAN], check=False).returncode:  # noqa: S603
            shutil.rmtree(place)
            return None
    with open_folder("bench-mailman-") as base, sink(leaves_after=count) as (port, process):
        lmtp, rest = free_ports(2)
        (base / "mailman.cfg").write_text(MAILMAN_CFG.format(base=base, port=port, lmtp=lmtp, rest=rest))
        (base / "members.py").write_text(SUBSCRIBE.format(count=count))
        (base / "letter.eml").write_bytes(letter)
        environment = {**os.environ, "PYTHONPATH": str(base)}
        with (base / "log").open("wb") as log:

            def run(*words: str) -> None:
                command = [program, "-C", base / "mailman.cfg", "--run-as-root", *words]
                subprocess.run(command, check=True, stdout=log, stderr=log, env=environment, cwd=base)  # noqa: S603

            run("create", "alerts@hub.test")
            run("shell", "-l", "alerts@hub.test", "-r", "members.run")
            run("start")
            try:
                time.sleep(5)
                started = time.perf_counter()
                run("inject", "-f", str(base / "letter.eml"), "alerts@hub.test")
                process.wait(timeout=300)
                return time.perf_counter() - started
            finally:
                run("stop")
