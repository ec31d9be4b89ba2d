"""Delivery reports as mail servers write them, with as many carriers of our id as a test wants."""

from tests.service.flow.home import Home


def bounce_for(home: Home, address: str, *, action: str = "failed", status: str = "5.1.1", verp: bool = True, recipient: str = "") -> bytes:
    """Write a report about the last letter to *address*; without *verp* and with another *recipient* no second carrier is in it."""
    envelope = [envelope for envelope, _ in home.mailer.sent if envelope.recipient == address][-1]
    to = f"alerts+b.{envelope.delivery_id}@kent.test" if verp else "alerts@kent.test"
    return (
        f"Return-Path: <>\r\nFrom: Mail Delivery System <mailer-daemon@relay.test>\r\nTo: {to}\r\nDelivered-To: {to}\r\n"
        f"Subject: Delivery status\r\nMessage-ID: <{action}.{verp}.{recipient}@relay.test>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is the mail system.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; relay.test\r\nOriginal-Envelope-Id: {envelope.delivery_id}\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient or address}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        "--b--\r\n"
    ).encode()
