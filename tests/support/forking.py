"""A process that has the application loaded, and forks from itself the servers that tests start.

What it forks has its own session, environment, folder and log, and runs the very module that
``python -m`` would; only nothing has to be imported again. It reads one JSON order a line; the
forked child answers with its number. When the input ends, so does it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from tests.support.guardian import mark_of_the_run

PROJECT = Path(__file__).parents[2]
LOADED = (
    "flask.cli",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
    "survey.running.commands",
    "survey.joining",
)


class Forked:
    """A forked program seen from the test: known by its number, waited for by its end."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._end = os.pidfd_open(pid)
        except ProcessLookupError:
            self._end = -1

    def poll(self) -> int | None:
        """Return None while it runs."""
        return None if self._runs(0) else 0

    def wait(self, timeout: float | None = None) -> None:
        """Wait for its end; raise ``subprocess.TimeoutExpired`` where that takes too long."""
        if self._runs(timeout):
            raise subprocess.TimeoutExpired([str(self.pid)], timeout or 0)

    def _runs(self, seconds: float | None) -> bool:
        if self._end >= 0 and select.select([self._end], [], [], seconds)[0]:
            os.close(self._end)
            self._end = -1
        return self._end >= 0


class _Stock:
    """The loaded process as seen from here: started on first use, once a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._owner = 0

    def fork(self, order: Mapping[str, object]) -> Forked:
        with self._lock:
            if self._process is None or self._owner != os.getpid():
                self._process, self._owner = _started(), os.getpid()
            orders, answers = self._process.stdin, self._process.stdout
            assert orders
            assert answers
            orders.write(json.dumps(order) + "\n")
            orders.flush()
            return Forked(int(answers.readline()))


_STOCK = _Stock()


def forked(module: str, *arguments: str, environment: Mapping[str, str], log: Path) -> Forked:
    """Start ``python -m module arguments`` in the project's folder, its output going to a log."""
    return _STOCK.fork(
        {
            "module": module,
            "arguments": arguments,
            "environment": dict(environment),
            "log": str(log),
        }
    )


def _started() -> subprocess.Popen[str]:
    known = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.forking"],
        cwd=PROJECT,
        env=known | mark_of_the_run(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _load() -> None:
    """Read what every server reads before its first answer, and make an application as each will."""
    for module in LOADED:
        importlib.import_module(module)
    from questionnaires.library import SHIPPED
    from survey.config import Config, sqlite_url
    from survey.joining import create_app
    from tests.support import cheaper

    cheaper.make_applications_cheaply()
    for edition in SHIPPED.editions():
        SHIPPED.load(edition)
    with tempfile.TemporaryDirectory() as nowhere:
        path = Path(nowhere)
        create_app(Config(path, sqlite_url(path / "survey.db"), "tests-only-" + "0" * 32))


def _run(order: Mapping[str, str | list[str] | dict[str, str]], orders: IO[str]) -> None:
    """Become the program, as if it had been started from nothing."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.write(sys.stdout.fileno(), f"{os.getpid()}\n".encode())
    log = os.open(str(order["log"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for new, old in ((nothing, orders.fileno()), (log, 1), (log, 2)):
        os.dup2(new, old)
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv[1:] = order["arguments"]
    runpy.run_module(str(order["module"]), run_name="__main__", alter_sys=True)


def main() -> None:
    """Fork what is asked for until the input ends."""
    _load()
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for those who end
    for line in sys.stdin:
        if os.fork() == 0:
            _run(json.loads(line), sys.stdin)
            return


if __name__ == "__main__":
    main()
