"""A process that outlives a run of the tests, ends what the run left running and removes its folder.

However the run ends — finished, interrupted, terminated or killed — its pipe to the guardian closes.
What belongs to the run is known by its environment: every program started under it carries the
run's folder there.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

FOLDER = "SURVEY_TESTS_FOLDER"
LOOK_EVERY_SECONDS = 1
PATIENCE_SECONDS = 10


class Guardian:
    """The guardian of one folder, seen from the run that started it."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-S", __file__, str(folder), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # what interrupts or kills the run's group spares it
        )

    def dismiss(self) -> None:
        """Let it clear everything away now, and wait until it has."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def mark_of_the_run() -> dict[str, str]:
    """Return what a program started with a bare environment needs to be known by."""
    return {FOLDER: os.environ[FOLDER]} if FOLDER in os.environ else {}


def belonging(folder: Path) -> Iterator[int]:
    """Give the processes started under the folder's run, but for the one that asks."""
    mark = f"{FOLDER}={folder}".encode()
    for environment in Path("/proc").glob("[0-9]*/environ"):
        pid = int(environment.parts[2])
        with suppress(OSError):  # somebody else's, or gone meanwhile
            if pid != os.getpid() and mark in environment.read_bytes().split(b"\0"):
                yield pid


def family(process: int) -> list[int]:
    """Return a process and everything it started, directly or not."""
    found = [process]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):  # it ended meanwhile
                found += map(int, task.read_text().split())
    return found


def _wait_for_the_end(run: int) -> None:
    """Wait for the pipe to close; a forked child may hold it longer than the run lives."""
    while os.getppid() == run:
        if select.select([sys.stdin], [], [], LOOK_EVERY_SECONDS)[0]:
            return


def clear(folder: Path) -> None:
    """End whatever belongs to the folder, then remove it."""
    until = time.monotonic() + PATIENCE_SECONDS
    for note in folder.glob("*/data/postmaster.pid"):
        # Asked to, PostgreSQL gives back the shared memory that a kill would leave for ever.
        with suppress(OSError, ValueError):
            os.kill(int(note.read_text().split()[0]), signal.SIGQUIT)
        while note.exists() and time.monotonic() < until:
            time.sleep(0.02)
    while folder.exists() and time.monotonic() < until:
        left = list(belonging(folder))
        for pid in left:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if not left:  # a process that is ending shows no environment, and may still put a file down
            shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.02)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _wait_for_the_end(run=int(sys.argv[2]))
    clear(Path(sys.argv[1]))
