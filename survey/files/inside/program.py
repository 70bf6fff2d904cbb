"""Look into the file on the standard input, alone in a process with little memory and little time.

Run as ``python -I program.py picture jpeg``. Decoders and parsers are where the holes are: what
breaks here breaks nothing else. The answer is a line (the verdict, then the sizes of what follows)
and the bytes of what was drawn. The process can write no file.
"""

from __future__ import annotations

import importlib
import io
import os
import resource
import sys
from pathlib import Path

MEMORY = 1024**3
SECONDS = 20
LONG_SECONDS = 90
"""For a list of a hundred thousand rows."""
WORKS = ("picture", "pdf", "office", "outline", "rows", "problems", "filling", "word")
LONG = ("outline", "rows", "problems", "filling")
UNHURRIED = ("rows",)
"""Nobody waits for these at a page: they give way to whoever does."""


def confine(seconds: int) -> None:
    """Take away what looking into a file does not need. There is no way back."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # A second later than the first signal comes one that nothing can ignore.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main(work: str, kind: str) -> None:
    confine(LONG_SECONDS if work in LONG else SECONDS)
    if work in UNHURRIED:
        os.nice(10)
    sys.path.append(str(Path(__file__).parents[3]))
    from survey.files.inside import Refused, Verdict

    # Loaded before the file is touched: what fails here is our fault, not the file's.
    look = importlib.import_module(f"survey.files.inside.{WORKS[WORKS.index(work)]}").look
    drawn: list[bytes] = []
    try:
        drawn = look(io.BytesIO(sys.stdin.buffer.read()), kind)
        verdict = Verdict.FINE
    except Refused as refused:
        verdict = refused.verdict
    except MemoryError:
        verdict = Verdict.HEAVY
    except Exception:  # whatever a decoder makes of hostile bytes, the answer is the same
        verdict = Verdict.BROKEN
    sizes = "".join(f" {len(one)}" for one in drawn)
    sys.stdout.buffer.write(f"{verdict}{sizes}\n".encode() + b"".join(drawn))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:3])
