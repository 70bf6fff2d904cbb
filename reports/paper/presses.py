"""The press as seen from here: started, given its orders and limits, and replaced when it died.

Rendering runs in a press (``press.py``): a warm process of its own that forks once per document, so
that a document that takes too long or too much memory dies alone.
"""

from __future__ import annotations

import atexit
import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
SECONDS = 60
MEMORY = 1024 * 1024 * 1024
"""Address space of one document, in bytes; five hundred pages of table fit."""


class PrintingFailed(RuntimeError):
    """The press made no PDF; ``reason`` is ``too_slow``, ``too_large`` or ``broken``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Attached:
    """A file attached to a document: data it was made from (AFRelationship Data)."""

    name: str
    about: str
    content: bytes
    on: date


def write_pdf(
    html: str,
    path: Path,
    *,
    pictures: Mapping[str, bytes] | None = None,
    attachments: Sequence[Attached] = (),
    under: Path | None = None,
    dpi: int = 0,
    seconds: float = SECONDS,
    memory: int = MEMORY,
) -> None:
    """Write HTML as a tagged PDF; the file appears whole or not at all.

    Args:
        dpi: Draw the first page as PNG instead, this fine.
        under: A document of ours over each page of which the HTML's one page is laid.

    Raises:
        PrintingFailed: It took longer than ``seconds``, more than ``memory`` bytes, or broke.
    """
    order = {
        "html": html,
        "target": str(path.absolute()),
        "pictures": {
            address: base64.b64encode(picture).decode()
            for address, picture in (pictures or {}).items()
        },
        "attachments": [
            {
                "name": each.name,
                "about": each.about,
                "content": base64.b64encode(each.content).decode(),
                "on": each.on.isoformat(),
            }
            for each in attachments
        ],
        "under": str(under.absolute()) if under else "",
        "dpi": dpi,
        "seconds": seconds,
        "memory": memory,
    }
    answer = _PRESS.order(order)
    if answer != "done":
        raise PrintingFailed(answer)


def begin() -> None:
    """Let the press get ready while what it shall print is still being written."""
    _PRESS.begin()


class _Press:
    """The press as seen from here: started on first use, once per process, one order at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._owner = 0

    def order(self, order: Mapping[str, object]) -> str:
        """Send an order and wait for its answer; a press that died is replaced once."""
        line = json.dumps(order)
        with self._lock:
            return self._send(line) or self._send(line) or "broken"

    def begin(self) -> None:
        """Start the press, if none runs, and do not wait for it."""
        with self._lock:
            self._running()

    def _send(self, line: str) -> str:
        process = self._running()
        try:
            _pipe(process.stdin).write(line + "\n")
            _pipe(process.stdin).flush()
            return _pipe(process.stdout).readline().strip()
        except OSError:
            return ""

    def _running(self) -> subprocess.Popen[str]:
        alive = self._process is not None and self._process.poll() is None
        if self._process is None or not alive or self._owner != os.getpid():
            self._leave()
            self._process = _start()
            self._owner = os.getpid()
        return self._process

    def close(self) -> None:
        """Let the press go; it ends by itself when its input does."""
        if self._process is not None and self._owner == os.getpid():
            _pipe(self._process.stdin).close()
            self._process.wait(timeout=5)
        self._leave()

    def _leave(self) -> None:
        """Close our ends of the pipes; after a fork, of the parent's press as well."""
        for pipe in (self._process.stdin, self._process.stdout) if self._process else ():
            with suppress(OSError):
                _pipe(pipe).close()
        self._process = None


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise PrintingFailed("broken")
    return pipe


def _start() -> subprocess.Popen[str]:
    """Start a press that knows nothing of our settings: no addresses, no keys."""
    known = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "reports.paper.press"],
        cwd=ROOT,
        env=known | {"PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "2"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


_NEEDED = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_FILE")
_PRESS = _Press()
atexit.register(_PRESS.close)
