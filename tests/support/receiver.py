"""Another system that is told what happened: a real server on loopback that answers as it is told to."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from survey.config import Config


@dataclass(frozen=True)
class Told:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def name(self) -> str:
        return self.headers["webhook-id"]


Answer = Callable[[BaseHTTPRequestHandler], None]


def status(code: int, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def lose(handler: BaseHTTPRequestHandler) -> None:
    """Take what was sent, and let the answer be lost on its way."""
    handler.connection.shutdown(socket.SHUT_RDWR)


class Receiver:
    """Keeps what it was told; answers 204, or what stands first in ``answers``."""

    def __init__(self, scheme: str = "http") -> None:
        self.told: list[Told] = []
        self.answers: list[Answer] = []
        self.always: Answer = status(204)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = int(self.server.server_address[1])
        self.url = f"{scheme}://127.0.0.1:{self.port}/events"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.told.append(Told(self.path, dict(self.headers), body))
                answer = receiver.answers.pop(0) if receiver.answers else receiver.always
                answer(self)

            def log_message(self, *_said: object) -> None:
                pass

        return Handler

    def allowed_by(self, config: Config) -> Config:
        """Return the settings that let it be told."""
        return replace(
            config,
            webhook_hosts=config.webhook_hosts | {f"127.0.0.1:{self.port}"},
            webhook_networks=(ip_network("127.0.0.0/8"),),
        )


@contextmanager
def receiving(certificate: Path | None = None, name: str = "127.0.0.1") -> Iterator[Receiver]:
    """A receiver that listens; with a certificate and its key in one file, over TLS under a name."""
    receiver = Receiver("https" if certificate else "http")
    if certificate:
        receiver.url = f"https://{name}:{receiver.port}/events"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        receiver.server.socket = context.wrap_socket(
            receiver.server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=receiver.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
