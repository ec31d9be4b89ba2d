"""A throwaway Postfix and Dovecot: a hub, and authorities that deliver, bounce, defer or refuse by the number in their domain.

la-000..199 delivered; la-200..249 taken, then bounced (5.1.1); la-250..279 taken, then bounced (5.7.1); la-280..299 delayed, then bounced;
la-700..799 mailbox full; la-800..899 greylisted; la-900..999 refused; every other la-NNN is delivered.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.certificate import make_certificate
from tests.servers.programs import free_ports, give_up, open_folder, program, wait_for_port
from tests.servers.token_endpoint import TokenEndpoint

DOVECOT = """\
base_dir = {base}/dv
state_dir = {base}/dv/state
log_path = {base}/dovecot.log
instance_name = tests{imap}
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{base}/cert.pem
ssl_key = <{base}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
lmtp_hdr_delivery_address = final
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {base}/oauth2.conf.ext
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={base}/mail/%Ld allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {auth}
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@hub.test
}}
"""
OAUTH2 = """\
introspection_mode = post
introspection_url = {introspection}
username_attribute = username
username_format = %u
active_attribute = active
active_value = true
force_introspection = yes
"""
POSTFIX = """\
compatibility_level = 3.6
queue_directory = {base}/spool
data_directory = {base}/pfdata
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {base}/postfix.log
maillog_file_prefixes = {base}, /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.hub.test
"""
MAIN = (
    POSTFIX
    + """\
myorigin = hub.test
mydestination =
local_transport = error:5.1.1 no local delivery
local_recipient_maps =
alias_maps =
mynetworks = 127.0.0.0/8
relay_domains = regexp:{base}/pf/relay_domains
transport_maps = regexp:{base}/pf/transport
recipient_delimiter = +
disable_dns_lookups = yes
smtp_host_lookup = native
default_transport = error:5.1.2 no such domain
relay_transport = error:5.1.2 no such domain
smtpd_recipient_restrictions = check_recipient_access regexp:{base}/pf/rcpt_access, permit_mynetworks, reject_unauth_destination
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_tls_cert_file = {base}/cert.pem
smtpd_tls_key_file = {base}/key.pem
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
smtpd_sasl_auth_enable = yes
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 10000
minimal_backoff_time = 2s
maximal_backoff_time = 5s
queue_run_delay = 2s
delay_warning_time = 3s
maximal_queue_lifetime = 8s
bounce_queue_lifetime = 8s
in_flow_delay = 0
"""
)
SERVICES = """\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{downstream} inet n - n - - smtpd
  -o syslog_name=downstream
  -o smtpd_recipient_restrictions=check_recipient_access,regexp:{base}/pf/downstream_access,reject
  -o smtpd_relay_restrictions=permit
  -o smtpd_sasl_auth_enable=no
  -o smtpd_tls_security_level=none
"""
MAPS = {
    "relay_domains": "/^(hub|la-[0-9]+)\\.test$/ OK\n",
    "transport": (
        "/@hub\\.test$/ lmtp:inet:127.0.0.1:{lmtp}\n"
        "/@la-2[0-9][0-9]\\.test$/ smtp:[127.0.0.1]:{downstream}\n"
        "/@la-[0-9][0-9][0-9]\\.test$/ lmtp:inet:127.0.0.1:{lmtp}\n"
    ),
    "rcpt_access": (
        "/@la-9[0-9][0-9]\\.test$/ 550 5.1.1 no such mailbox\n"
        "/@la-8[0-9][0-9]\\.test$/ 451 4.7.1 greylisted\n"
        "/@la-7[0-9][0-9]\\.test$/ 552 5.2.2 mailbox full\n"
    ),
    "downstream_access": (
        "/@la-2[0-4][0-9]\\.test$/ 550 5.1.1 User unknown in remote directory\n"
        "/@la-2[5-7][0-9]\\.test$/ 554 5.7.1 Message refused by policy\n"
        "/@la-2[89][0-9]\\.test$/ 450 4.2.1 Mailbox temporarily disabled\n"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServers:
    """Where the servers listen on 127.0.0.1. Each domain is one mailbox: log in as anything@domain with *password*."""

    smtp_port: int
    imap_port: int
    imaps_port: int
    lmtp_port: int
    ca_file: Path
    password: str
    host: str = "localhost"

    @property
    def ca_certificate(self) -> Path:
        """Give the certificate that clients must trust."""
        return self.ca_file


@pytest.fixture(scope="session")
def mail_servers(_running_token_endpoint: TokenEndpoint) -> Iterator[MailServers]:
    """Start Postfix and Dovecot once for the whole run."""
    postfix, dovecot = program("postfix"), program("dovecot")
    if postfix is None or dovecot is None:
        give_up("Postfix and Dovecot are not both installed, so this test cannot run.")
    if os.geteuid() != 0:
        give_up("Postfix starts only as root, so this test cannot run.")
    smtp, downstream, imap, imaps, lmtp, auth = free_ports(6)
    with open_folder("mail-") as base, (base / "start.log").open("wb") as log:
        facts = {"base": base, "smtp": smtp, "downstream": downstream, "imap": imap, "imaps": imaps, "lmtp": lmtp, "auth": auth}
        made = make_certificate(base)
        for name in ("pf", "spool", "dv", "pfdata", "mail"):
            (base / name).mkdir(mode=0o755)
        for name, owner in (("pfdata", "postfix"), ("mail", "mail")):
            person = pwd.getpwnam(owner)
            os.chown(base / name, person.pw_uid, person.pw_gid)
        (base / "oauth2.conf.ext").write_text(OAUTH2.format(introspection=_running_token_endpoint.introspection_url))
        (base / "dovecot.conf").write_text(DOVECOT.format(password="pw", **facts))
        (base / "pf" / "main.cf").write_text(MAIN.format(**facts))
        (base / "pf" / "master.cf").write_text(SERVICES.format(**facts))
        for name, text in MAPS.items():
            (base / "pf" / name).write_text(text.replace("{lmtp}", str(lmtp)).replace("{downstream}", str(downstream)))

        # into a file, never a pipe: the daemons would keep it open and the call would never end
        def run(*command: str | Path) -> int:
            return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False, timeout=30).returncode

        try:
            if run(dovecot, "-c", base / "dovecot.conf") or run(postfix, "-c", base / "pf", "start"):
                give_up("Postfix or Dovecot is installed but could not be started here.")
            for port in (imap, imaps, lmtp, auth, smtp):
                wait_for_port(port)
            yield MailServers(
                smtp_port=smtp,
                imap_port=imap,
                imaps_port=imaps,
                lmtp_port=lmtp,
                ca_file=made.authority,
                password="pw",
            )
        finally:
            if os.environ.get("KEEP_SERVER_LOGS"):
                for each in base.glob("*.log"):
                    shutil.copy(each, os.environ["KEEP_SERVER_LOGS"])
            run(postfix, "-c", base / "pf", "stop")
            run(dovecot, "-c", base / "dovecot.conf", "stop")
