"""Asks clamd, the daemon of ClamAV, about a content: its own protocol, INSTREAM over TCP or a socket."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

PATIENCE_SECONDS = 60
"""Between two signs of life while it looks; a large archive takes it a while."""
PING_SECONDS = 3
MOST_SAID = 4096
PIECE = 64 * 1024
CLEAN = ""
LOCAL_PORT = 3310


class Unanswered(Exception):
    """It did not say what a content is: it is down, busy, or the content is too large for it."""


def require_address(address: str) -> None:
    """Refuse an address that is none.

    Raises:
        ValueError: Says how one reads.
    """
    try:
        parts = urlsplit(address)
        socket_of_files = parts.scheme == "unix" and parts.path.startswith("/")
        is_one = socket_of_files or (parts.scheme == "tcp" and parts.hostname and parts.port != 0)
    except ValueError:  # brackets left open, a port beyond 65535
        is_one = False
    if not is_one:
        raise ValueError(f"CLAMD={address}: unix:/run/clamav/clamd.ctl or tcp://127.0.0.1:3310")


def scanned(address: str, pieces: Iterable[bytes]) -> str:
    """Return the name of what clamd found in a content; ``CLEAN`` for nothing.

    Raises:
        Unanswered: Whatever is not one of the two.
    """
    with _asking(address, PATIENCE_SECONDS) as line:
        line.sendall(b"zINSTREAM\0")
        for piece in pieces:
            for at in range(0, len(piece), PIECE):
                part = piece[at : at + PIECE]
                line.sendall(struct.pack("!L", len(part)) + part)
        line.sendall(struct.pack("!L", 0))
        said = _said(line)
    match said.removeprefix("stream:").strip().rsplit(" ", 1):
        case ["OK"]:
            return CLEAN
        case [found, "FOUND"] if found:
            return found[:100]
    raise Unanswered(said)


def answers(address: str) -> bool:
    """Whether clamd is there."""
    try:
        with _asking(address, PING_SECONDS) as line:
            line.sendall(b"zPING\0")
            return _said(line) == "PONG"
    except Unanswered:
        return False


@contextmanager
def _asking(address: str, patience: float) -> Iterator[socket.socket]:
    parts = urlsplit(address)
    family = socket.AF_UNIX if parts.scheme == "unix" else socket.AF_INET
    try:
        if family == socket.AF_UNIX:
            line = socket.socket(family, socket.SOCK_STREAM)
            line.settimeout(patience)
        else:
            where = (parts.hostname or "", parts.port or LOCAL_PORT)
            line = socket.create_connection(where, timeout=patience)
        with line:
            if family == socket.AF_UNIX:
                line.connect(parts.path)
            yield line
    except OSError as fault:
        raise Unanswered(str(fault)) from fault


def _said(line: socket.socket) -> str:
    """Return what clamd answers, up to the NUL that ends it."""
    said = b""
    while b"\0" not in said and len(said) <= MOST_SAID and (more := line.recv(MOST_SAID)):
        said += more
    if not said.endswith(b"\0"):
        raise Unanswered("it broke off")
    return said.rstrip(b"\0").decode(errors="replace")
