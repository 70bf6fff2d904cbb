"""Have a stranger's file looked at in a process that has little memory, little time and no secrets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from survey.files.inside import Verdict

PROGRAM = Path(__file__).with_name("inside") / "program.py"
SECONDS = 30
KEPT = ("LD_LIBRARY_PATH",)  # where some interpreters find themselves
# Two at a time: each may take a gigabyte before it is stopped.
_turns = threading.BoundedSemaphore(2)


class Unlooked(RuntimeError):
    """The program did not start or ended for a reason of ours."""


@dataclass(frozen=True)
class Seen:
    """What a look inside found, and what was drawn there."""

    verdict: Verdict
    drawn: tuple[bytes, ...] = ()


def look(work: str, kind: str, file: Path | bytes, seconds: int = SECONDS) -> Seen:
    """Have one program of ``inside`` look at a file.

    Args:
        seconds: How long it may take by the clock on the wall.

    Raises:
        Unlooked: Something is wrong with this installation, not with the file.
    """
    if isinstance(file, bytes):
        return _answer(work, kind, file, seconds)
    with file.open("rb") as opened:
        return _answer(work, kind, opened.fileno(), seconds)


def _answer(work: str, kind: str, content: bytes | int, seconds: int) -> Seen:
    with _turns:
        try:
            ended: subprocess.CompletedProcess[bytes] = subprocess.run(
                [sys.executable, "-I", str(PROGRAM), work, kind],
                input=content if isinstance(content, bytes) else None,
                stdin=content if isinstance(content, int) else None,
                capture_output=True,
                # No key, no address of a database: what breaks out of a decoder finds none.
                env={name: os.environ[name] for name in KEPT if name in os.environ},
                cwd="/",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Seen(Verdict.SLOW)
    if ended.returncode < 0:
        # Stopped by the kernel: out of its time, or fallen over a file made to fell it.
        slow = -ended.returncode in (signal.SIGXCPU, signal.SIGKILL)
        return Seen(Verdict.SLOW if slow else Verdict.BROKEN)
    if ended.returncode:
        raise Unlooked(ended.stderr.decode(errors="replace")[-2000:])
    return _read(ended.stdout)


def _read(answer: bytes) -> Seen:
    line, _, rest = answer.partition(b"\n")
    verdict, *sizes = line.decode().split(" ")
    drawn = []
    for size in map(int, sizes):
        drawn.append(rest[:size])
        rest = rest[size:]
    return Seen(Verdict(verdict), tuple(drawn))
