"""One request to another system: to a machine that is allowed, nowhere else, and never for long.

The host's name is asked after once, and the request goes to an address that was answered then: a name
that says something else a moment later leads nowhere new. A redirect is an answer like others and is not
followed; proxies of the environment are not used.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from ipaddress import ip_address

from survey.config import Config
from survey.lifecycle.deliveries import Outcome
from survey.lifecycle.receivers import Address, Receiver, may_reach

CONNECT_SECONDS = 5
SECONDS = 10
"""For all of a request, however many machines are tried and however slowly an answer drips."""
SILENCE = ("key", "name", "address", "connection", "certificate", "slow", "broken")
"""Why there was no answer."""


class Silent(Exception):
    """There was no answer; why is one of ``SILENCE``."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def post(config: Config, to: Receiver, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Send a body; return what was answered, or why nothing was. Nothing of the answer is kept."""
    began = time.monotonic()
    status, fault = None, ""
    try:
        status = _status(config, to, body, headers)
    except Silent as error:
        fault = error.fault
    return Outcome(status, fault, int((time.monotonic() - began) * 1000))


def _status(config: Config, to: Receiver, body: bytes, headers: Mapping[str, str]) -> int:
    until = time.monotonic() + SECONDS
    line = _connected(addresses(config, to), to.port, until)
    with _limited(line, until) as late:
        try:
            return _asked(line, to, body, headers)
        except ssl.SSLCertVerificationError:
            raise Silent("certificate") from None
        except (OSError, http.client.HTTPException, ValueError):
            raise Silent("slow" if late.is_set() else "broken") from None


def addresses(config: Config, to: Receiver) -> list[Address]:
    """Return where a host's name leads, if every address of it may be reached.

    Raises:
        Silent: The name is unknown, or leads where no request may go.
    """
    try:
        found = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Silent("name") from None
    # A scope ("%eth0") belongs to addresses of one's own network, which none of these may be.
    each = list(dict.fromkeys(str(one[4][0]).partition("%")[0] for one in found))
    read = [ip_address(one) for one in each]
    if not read or not all(may_reach(config, one, secure=to.secure) for one in read):
        raise Silent("address")
    return read


def _connected(to: list[Address], port: int, until: float) -> socket.socket:
    """Connect to the first machine that answers; however many a name leads to, no longer than that."""
    for one in to:
        patience = min(CONNECT_SECONDS, until - time.monotonic())
        if patience <= 0:
            break
        with suppress(OSError):
            return socket.create_connection((str(one), port), timeout=patience)
    raise Silent("connection")


@contextmanager
def _limited(line: socket.socket, until: float) -> Iterator[threading.Event]:
    """Cut a line off that takes too long, whatever it is waiting for; the event says that it was."""
    late = threading.Event()
    held = line.dup()  # of the same line: encryption takes the first for itself

    def cut() -> None:
        late.set()
        with suppress(OSError):
            held.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0, until - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        held.close()
        line.close()


def _asked(line: socket.socket, to: Receiver, body: bytes, headers: Mapping[str, str]) -> int:
    line.settimeout(SECONDS)
    connection = http.client.HTTPConnection(to.host, to.port)
    if to.secure:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        line = context.wrap_socket(line, server_hostname=to.host)
    connection.sock = line
    try:
        connection.request("POST", to.path, body, {"Host": to.named, **headers})
        return connection.getresponse().status
    finally:
        connection.close()
