"""Another machine's log: a real listener on loopback that reads lines as RFC 6587 counts them."""

from __future__ import annotations

import json
import re
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEAD = re.compile(
    rb"<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (\S+) (\S+) - (\S+) - (\{.*\})",
    re.ASCII,
)
"""Of RFC 5424: priority, moment, host, program, no process, name, no data in brackets, what is said."""


@dataclass(frozen=True)
class Line:
    """One message as it came."""

    priority: int
    host: str
    name: str
    said: dict[str, Any]


def read(line: bytes) -> Line:
    found = HEAD.fullmatch(line)
    assert found, line
    return Line(int(found[1]), found[3].decode(), found[5].decode(), json.loads(found[6]))


class Listener:
    """Keeps the lines it was sent; breaks off instead, or never answers, where it is told to."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.connections = 0
        self.breaks_off = False
        self.answers_with_a_farewell = False
        self.secure: ssl.SSLContext | None = None
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.port = int(self.server.server_address[1])

    def _handler(self) -> type[socketserver.BaseRequestHandler]:
        listener = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                listener.connections += 1
                line: socket.socket = self.request
                if listener.secure:
                    with suppress(OSError):
                        listener._keep(listener.secure.wrap_socket(line, server_side=True))
                else:
                    listener._keep(line)

        return Handler

    def _keep(self, line: socket.socket) -> None:
        if self.breaks_off:
            line.recv(10)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.close()
            return
        whole = b""
        while piece := line.recv(65536):
            whole += piece
        while whole:
            length, _, rest = whole.partition(b" ")
            message, whole = rest[: int(length)], rest[int(length) :]
            self.lines.append(read(message))
        if self.answers_with_a_farewell and isinstance(line, ssl.SSLSocket):
            line.unwrap()
        line.close()

    @property
    def numbers(self) -> list[int]:
        return [line.said["id"] for line in self.lines]


@contextmanager
def listening(certificate: Path | None = None) -> Iterator[Listener]:
    """One that listens; with a certificate and its key in one file, over TLS."""
    listener = Listener()
    if certificate:
        listener.secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        listener.secure.load_cert_chain(certificate)
    thread = threading.Thread(
        target=listener.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield listener
    finally:
        listener.server.shutdown()
        listener.server.server_close()
