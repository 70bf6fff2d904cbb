"""The load generator: clients that each keep one connection and send the next request on an answer.

It is a process of its own, one thread, bare sockets on asyncio: it reads a plan as JSON from its
input and writes what it met to its output. While the clock runs it only sends, waits and counts.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import repeat


@dataclass(frozen=True)
class Script:
    """What one client sends: the head of its requests, and one body after another.

    A single body is sent over and over; of several, each is sent once. ``pause`` is how long, in
    seconds, the client looks at an answer before it sends the next.
    """

    head: str
    bodies: list[str]
    pause: float = 0.0


@dataclass
class Load:
    """What one round of requests met. Times in seconds."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    errors: int = 0
    bytes: int = 0
    sent: list[int] = field(default_factory=list)
    """Requests by client."""
    processor: float = 0.0
    """Processor seconds the load generator itself used."""


def run(port: int, scripts: Sequence[Script], seconds: float) -> Load:
    """Let one client per script send its requests for so many seconds."""
    plan = {"port": port, "seconds": seconds, "scripts": [asdict(script) for script in scripts]}
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.clients"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=True,
    )
    return Load(**json.loads(done.stdout))


class Client(asyncio.Protocol):
    """One connection: sends, waits for the whole answer, notes the time, sends the next."""

    def __init__(self, script: Script, load: Load, until: float) -> None:
        self.requests = _requests(script)
        self.pause = script.pause
        self.load, self.until = load, until
        self.done = asyncio.get_running_loop().create_future()
        self.buffer = bytearray()
        self.wanted = 0
        self.sent = 0
        self.sent_at = 0.0
        self.finished = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._send()

    def _send(self) -> None:
        request = None if time.perf_counter() > self.until else next(self.requests, None)
        if request is None:
            self.finished = True
            self.transport.close()
            return
        self.sent += 1
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.wanted:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self.wanted = end + 4 + _length(self.buffer[:end])
        if len(self.buffer) >= self.wanted:
            self._note()
            self._go_on()

    def _go_on(self) -> None:
        if self.pause:
            asyncio.get_running_loop().call_later(self.pause, self._send)
        else:
            self._send()

    def _note(self) -> None:
        self.load.waits.append(time.perf_counter() - self.sent_at)
        self.load.bytes += self.wanted
        if not self.buffer.startswith(b"HTTP/1.1 200 "):
            self.load.errors += 1
        self.buffer.clear()
        self.wanted = 0

    def connection_lost(self, error: Exception | None) -> None:
        if not self.finished:
            self.load.errors += 1
        if not self.done.done():
            self.done.set_result(None)


def _length(head: bytearray) -> int:
    for line in bytes(head).lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


def _requests(script: Script) -> Iterator[bytes]:
    bodies = repeat(script.bodies[0]) if len(script.bodies) == 1 else script.bodies
    for body in bodies:
        raw = body.encode()
        yield f"{script.head}Content-Length: {len(raw)}\r\n\r\n".encode("latin-1") + raw


async def _drive(port: int, scripts: Sequence[Script], seconds: float) -> Load:
    load = Load()
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    clients = [Client(script, load, started + seconds) for script in scripts]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)
    await asyncio.gather(*(client.done for client in clients))
    load.seconds = time.perf_counter() - started
    load.sent = [client.sent for client in clients]
    return load


def main() -> None:
    """Do what the plan says."""
    plan = json.load(sys.stdin)
    scripts = [Script(**script) for script in plan["scripts"]]
    before = resource.getrusage(resource.RUSAGE_SELF)
    load = asyncio.run(_drive(plan["port"], scripts, plan["seconds"]))
    used = resource.getrusage(resource.RUSAGE_SELF)
    load.processor = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    json.dump(asdict(load), sys.stdout)


if __name__ == "__main__":
    main()
