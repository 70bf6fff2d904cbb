"""Lines for another machine's log: RFC 5424, over TLS (RFC 5425) or plain TCP (RFC 6587, octet counting)."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SECONDS = 10
"""For each sign of life of the receiver."""
AUDIT = 13
"""The facility "log audit" (RFC 5424, table 1)."""
WARNING, INFORMATIONAL = 4, 6
PROGRAM = "szjt"
MOST_NAME, MOST_HOST = 32, 255


def require_address(address: str) -> None:
    """Refuse an address that is none.

    Raises:
        ValueError: Says how one reads.
    """
    try:
        parts = urlsplit(address)
        is_one = parts.scheme in ("tls", "tcp") and parts.hostname and parts.port
    except ValueError:  # brackets left open, a port beyond 65535
        is_one = False
    if not is_one:
        raise ValueError(f"SYSLOG={address}: tls://log.example.gov.cn:6514 or tcp://127.0.0.1:601")


def line(at: datetime, host: str, name: str, said: Mapping[str, Any], *, good: bool) -> bytes:
    """Return one message: when, from where, its name, and what it says as JSON in ASCII."""
    priority = AUDIT * 8 + (INFORMATIONAL if good else WARNING)
    moment = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    head = f"<{priority}>1 {moment} {host[:MOST_HOST] or '-'} {PROGRAM} - {name[:MOST_NAME]} -"
    return f"{head} {json.dumps(said, separators=(',', ':'))}".encode("ascii")


def send(address: str, authority: Path | None, lines: Iterable[bytes]) -> None:
    """Send lines over one connection, and see that the other side read to its end.

    A stream is not acknowledged line by line: that the other closes it after us, and does not break it
    off, is all it says.

    Args:
        authority: The certificate of who signed the receiver's; None for those the machine trusts.

    Raises:
        OSError: Nobody can say that they arrived.
    """
    to = urlsplit(address)
    said = b"".join(b"%d %s" % (len(one), one) for one in lines)
    with socket.create_connection((to.hostname or "", to.port or 0), timeout=SECONDS) as opened:
        if to.scheme == "tls":
            with _context(authority).wrap_socket(opened, server_hostname=to.hostname) as line:
                line.sendall(said)
                _end(line)
        else:
            opened.sendall(said)
            _end(opened)


def _context(authority: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _end(line: socket.socket) -> None:
    """Say that nothing more comes, and wait until the other has read all and says so too."""
    if isinstance(line, ssl.SSLSocket):
        try:
            line.unwrap()
        except ssl.SSLError:
            return  # it closed without the farewell of TLS, as many do
    else:
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass
