"""Lines that stand on disk before an answer leaves, until somebody takes them over, once.

Every process appends to a file of its own. What was appended outlives the process, however it ends;
a machine that loses its power loses at most the last ``SYNC_SECONDS``. A file is taken over by whoever
locks it for itself alone, in one transaction that remembers its name, and goes afterwards: killed in
between, the next one knows the name and only takes the file away.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from survey.files.folder import sync_folder

FOLDER = "seen"
"""Inside the instance: what was looked at."""
SYNC_SECONDS = 5.0
MOST = 500
"""Lines of one file: so many are taken over in a transaction."""
TRIES = 5


class Spool:
    """Where one process puts its lines. Nobody waits for whoever takes over: a new file is begun."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._pid, self._file = 0, -1
        self._lines, self._synced = 0, 0.0

    def append(self, line: Mapping[str, Any]) -> None:
        """Have a line on its way to the disk.

        Raises:
            OSError: It is not.
        """
        written = json.dumps(line, ensure_ascii=False).encode() + b"\n"
        with self._lock:
            for _ in range(TRIES):
                if self._write(written):
                    return
                self._begin()
        raise OSError(f"no file of {self.folder} could be kept for a moment")

    def _write(self, written: bytes) -> bool:
        """Append to the file in hand, unless it is another process's, full, or taken over."""
        if self._pid != os.getpid() or self._lines >= MOST or not self._shared():
            return False
        try:
            if os.fstat(self._file).st_nlink == 0:
                return False
            if os.write(self._file, written) != len(written):
                self._lines = MOST  # half a line: nobody believes it, and nothing may follow it
                raise OSError(f"the disk took half a line in {self.folder}")
            self._lines += 1
            self._sync()
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        return True

    def _shared(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _sync(self) -> None:
        if time.monotonic() - self._synced >= SYNC_SECONDS:
            os.fdatasync(self._file)
            self._synced = time.monotonic()

    def _begin(self) -> None:
        if self._pid == os.getpid():
            os.close(self._file)
            self._pid = 0
        self.folder.mkdir(mode=0o700, exist_ok=True)
        path = self.folder / f"{secrets.token_hex(16)}.jsonl"
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        self._pid, self._lines = os.getpid(), 0
        sync_folder(self.folder)


def names(folder: Path) -> list[str]:
    """Return which files wait to be taken over."""
    return sorted(path.name for path in folder.glob("*.jsonl"))


@contextmanager
def held(folder: Path, name: str) -> Iterator[list[dict[str, Any]] | None]:
    """Hold a file alone and read it; it goes when the block ends well. None where another has it."""
    try:
        file = (folder / name).open("rb")
    except FileNotFoundError:
        yield None
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        if os.fstat(file.fileno()).st_nlink == 0:
            yield None
            return
        yield [line for raw in file if (line := _read(raw)) is not None]
        (folder / name).unlink()


def _read(raw: bytes) -> dict[str, Any] | None:
    """Read a line; None for one that lost its end when the power went."""
    try:
        return json.loads(raw)
    except ValueError:
        return None
