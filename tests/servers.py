"""A real web server on a port of its own, for tests that need processes, sockets or a browser."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from survey.config import Config

PROJECT = Path(__file__).parent.parent
PATIENCE_SECONDS = 30


class ServerDied(RuntimeError):
    """The server ended before it answered; carries the end of its log."""


class Server:
    """gunicorn with gthread workers over one instance. `kill` leaves no time to tidy up."""

    def __init__(self, config: Config, *, workers: int = 1, threads: int = 4) -> None:
        self.config = config
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = config.instance / "server.log"
        self._workers = workers
        self._threads = threads
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until the server says it is well."""
        command = [
            *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread"),
            *("--workers", str(self._workers), "--threads", str(self._threads)),
            *("--bind", f"127.0.0.1:{self.port}", "--graceful-timeout", "5", "wsgi:app"),
        ]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_well()

    def environment(self) -> dict[str, str]:
        """Return the settings a program of the same instance runs with, such as the job worker."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {
            "INSTANCE": str(self.config.instance),
            "DATABASE_URL": self.config.database_url,
            "SECRET_KEY": self.config.secret_key,
            "BASE_URL": self.url,
        }

    def stop(self) -> None:
        """Ask the server to end, and wait."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server and all its workers this instant, as a crash would."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        target = os.killpg if how == signal.SIGKILL else os.kill
        target(process.pid, how)
        try:
            process.wait(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _wait_until_well(self) -> None:
        assert self._process is not None
        until = time.monotonic() + PATIENCE_SECONDS
        while self._process.poll() is None and time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        self.kill()
        raise ServerDied(self.log.read_text(encoding="utf-8", errors="replace")[-4000:])


@contextmanager
def serving(config: Config, *, workers: int = 1, threads: int = 4) -> Iterator[Server]:
    """Run a server for as long as the block lasts; the database must be migrated already."""
    server = Server(config, workers=workers, threads=threads)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
