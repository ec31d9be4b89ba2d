"""Letters as the service writes them, for the tests of the simulated people."""

from email.message import EmailMessage
from email.policy import SMTP

TOKEN = "abcdefghijklmnopqrstuvwxyz234567"
ALERT = "NATIONAL ALERT – child missing [KEN-2026-0001-T] (risk: high)"


def letter(subject: str, *, purpose: str = "a", text: str = "", message_id: str = "<1@kent.test>") -> bytes:
    """Write a letter of the service."""
    message = EmailMessage(policy=SMTP)
    message["From"] = "National Alerts, Kent County Council <alerts@kent.test>"
    message["To"] = "custodian@leeds.test"
    message["Reply-To"] = f"alerts+{purpose}.{TOKEN}@kent.test" if purpose else "alerts@kent.test"
    message["Subject"] = subject
    message["Message-ID"] = message_id
    message["References"] = "<0@kent.test>"
    message.set_content(text or f"Please answer here:\nhttp://127.0.0.1:8000/answer/{TOKEN}\n\nReference: {purpose}.{TOKEN}\n")
    message.add_alternative("<p>Please answer</p>", subtype="html")
    return message.as_bytes()
