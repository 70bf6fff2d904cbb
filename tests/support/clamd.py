"""A stand-in for clamd on loopback: its protocol, and one virus that it knows, which is none."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.patience import joined

EICAR = "".join(("X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"))
"""What every scanner takes for a virus, put together here: no file of ours holds it."""
FOUND = "Eicar-Test-Signature"
MOST = 1 << 20
"""Bytes of a stream it looks into (its StreamMaxLength)."""


class Handler(socketserver.StreamRequestHandler):
    """One question."""

    def handle(self) -> None:
        command = self._command()
        if command == b"zPING":
            self.wfile.write(b"PONG\0")
        elif command == b"zINSTREAM":
            self.wfile.write(self._look() + b"\0")
        else:
            self.wfile.write(b"UNKNOWN COMMAND\0")

    def _command(self) -> bytes:
        said = b""
        while not said.endswith(b"\0") and (more := self.rfile.read(1)):
            said += more
        return said.rstrip(b"\0")

    def _look(self) -> bytes:
        seen = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            seen += self.rfile.read(length)
            if len(seen) > MOST:
                return b"INSTREAM size limit exceeded. ERROR"
        self.server.looked.append(len(seen))  # type: ignore[attr-defined]
        return f"stream: {FOUND} FOUND".encode() if EICAR.encode() in seen else b"stream: OK"


class Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True


class Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class StandIn:
    """A running one: where it is, and how large what it looked into was."""

    def __init__(self, address: str, looked: list[int]) -> None:
        self.address, self.looked = address, looked


@contextmanager
def a_clamd(path: Path | None = None, port: int = 0) -> Iterator[StandIn]:
    """Run one as long as the block lasts, at a socket's path or a port."""
    server = Unix(str(path), Handler) if path else Tcp(("127.0.0.1", port), Handler)
    server.looked = []  # type: ignore[union-attr]
    address = f"unix:{path}" if path else f"tcp://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield StandIn(address, server.looked)  # type: ignore[union-attr]
    finally:
        server.shutdown()
        server.server_close()
        joined(thread)
