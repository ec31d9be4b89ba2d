"""The report of a mail server that could not deliver a letter (RFC 3464)."""


def delivery_report(address: str, *, carried: str, name: str, to: str = "alerts@kent.test") -> bytes:
    """Say that *address* does not exist. *carried* are header lines of the letter it gives back; *name* makes it a report of its own."""
    return f"""From: MAILER-DAEMON@council.test
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{name}.report@council.test>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mailbox does not exist.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; council.test

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

From: alerts@kent.test
{carried}
Subject: National alert

words

--b--
""".replace("\n", "\r\n").encode()
