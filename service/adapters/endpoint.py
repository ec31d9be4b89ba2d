"""What the adapters share about a server at the other end: loopback or not, TLS, and libraries that must not log."""

import ipaddress
import logging
import ssl
from pathlib import Path


def is_loopback(host: str) -> bool:
    """Tell whether *host* is this machine itself, so that nothing leaves it in clear."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def verified_tls(ca_file: Path | None) -> ssl.SSLContext:
    """Build a context that checks the certificate and the name, with TLS 1.2 or newer."""
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def pin_loggers(*names: str) -> None:
    """Keep the libraries *names* at WARNING: below that they write tokens and letters into the log."""
    for name in names:
        logging.getLogger(name).setLevel(logging.WARNING)
