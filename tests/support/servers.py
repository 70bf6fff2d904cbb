"""A real web server on a port of its own, for tests that need processes, sockets or a browser.

It is forked from a process that has the application loaded (``forking``): a test that begins a server
asks what it answers, not whether it can be imported; ``tests/storage/test_serving.py`` starts whole ones.
"""

from __future__ import annotations

import http.client
import os
import shutil
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
from tests.support.forking import PROJECT, Forked, forked
from tests.support.guardian import FOLDER, mark_of_the_run
from tests.support.patience import PATIENCE_SECONDS

Process = Forked | subprocess.Popen[bytes]


class ServerDied(RuntimeError):
    """The server ended before it answered; carries the end of its log."""


class Server:
    """gunicorn with gthread workers over one instance, as `make run` starts it."""

    def __init__(self, config: Config, *, workers: int = 1, threads: int = 4) -> None:
        self.config = config
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = config.instance / "server.log"
        self.project = PROJECT
        self._workers = workers
        self._threads = threads
        self._processes: list[Process] = []

    @property
    def has_ended(self) -> bool:
        """Whether anything that was started here ended by itself."""
        return not self._processes or any(one.poll() is not None for one in self._processes)

    def line(self) -> http.client.HTTPConnection:
        """A connection to it, opened by its first request."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def start(self) -> None:
        """Start the web server and wait until it says it is well."""
        web = self._begin(
            *("gunicorn", "--worker-class=gthread", "--no-control-socket"),
            *(f"--workers={self._workers}", f"--threads={self._threads}"),
            *(f"--bind=127.0.0.1:{self.port}", "--graceful-timeout=5"),
            "tests.support.served:app" if self._is_loaded else "wsgi:app",
        )
        self._wait_until_well(web)

    def start_jobs(self) -> None:
        """Start the job worker beside the web server."""
        self._begin("flask", "--app=wsgi", "work")

    def _begin(self, module: str, *arguments: str) -> Process:
        begin = forked if self._is_loaded else self._started
        process = begin(module, *arguments, environment=self.environment(), log=self.log)
        self._processes.append(process)
        return process

    @property
    def _is_loaded(self) -> bool:
        """Not where a benchmark measures, nor of a release that lies elsewhere."""
        return FOLDER in os.environ and self.project == PROJECT

    def _started(
        self, *module: str, environment: dict[str, str], log: Path
    ) -> subprocess.Popen[bytes]:
        """Start a program from nothing."""
        with log.open("ab") as said:
            return subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=self.project,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def environment(self) -> dict[str, str]:
        """Return the environment a program of the same instance runs with."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return (
            kept
            | mark_of_the_run()
            | {
                "INSTANCE": str(self.config.instance),
                "DATABASE_URL": self.config.database_url,
                "SECRET_KEY": self.config.secret_key,
                "BASE_URL": self.url,
                "SECOND_FACTOR": ",".join(self.config.second_factor) or "none",
            }
        )

    def stop(self) -> None:
        """Ask everything started here to end, and wait."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server, its workers and the job worker this instant, as a crash would."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        ending, self._processes = self._processes, []
        running = [process for process in ending if process.poll() is None]
        for process in running:
            tell = os.killpg if how == signal.SIGKILL else os.kill
            tell(process.pid, how)
        for process in running:
            try:
                process.wait(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _wait_until_well(self, web: Process) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while web.poll() is None and time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/health/ready", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        self.kill()
        raise ServerDied(self.log.read_text(encoding="utf-8", errors="replace")[-4000:])


@contextmanager
def serving(config: Config, *, workers: int = 1, threads: int = 4) -> Iterator[Server]:
    """Run a server for as long as the block lasts; the database must be migrated already.

    It is killed at the end: nobody reads what it would still have put in order.
    """
    server = Server(config, workers=workers, threads=threads)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def next_release(folder: Path) -> Path:
    """Lay a release of the project into a folder: the same programs, other static files."""
    folder.mkdir()
    for path in PROJECT.iterdir():
        if path.name not in ("static", "instance") and not path.name.startswith("."):
            (folder / path.name).symlink_to(path)
    shutil.copytree(PROJECT / "static", folder / "static")
    (folder / "static" / "css" / "next.css").write_text("/* another release */")
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
