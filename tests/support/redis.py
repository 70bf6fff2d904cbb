"""A throw-away Redis: on a socket only, in a temporary folder, nothing written to disk."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis  # noqa: F401  # a test may open a file's queue first, which would do without it

from tests.support.guardian import mark_of_the_run
from tests.support.patience import until


class RedisMissing(RuntimeError):
    """The server is not on this machine; `make setup-test` installs it."""


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Run one; give its address."""
    # Debian ships one program under both names, and only the second without a system service.
    program = shutil.which("redis-server") or shutil.which("redis-check-rdb")
    if program is None:
        raise RedisMissing
    socket = folder / "redis.sock"
    process = subprocess.Popen(
        [
            "redis-server",
            "--port",
            "0",
            "--unixsocket",
            str(socket),
            "--save",
            "",
            "--appendonly",
            "no",
        ],
        executable=program,
        cwd=folder,
        env={"PATH": ""} | mark_of_the_run(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        until(socket.exists)
        yield f"unix://{socket}"
    finally:
        process.kill()
        process.wait()
