"""How many requests this machine's processes refused: a byte each, in a file of the minute.

A file's size is its count. Appending is one call of the system and asks nobody's leave, so that a
flood costs little; whoever watches this machine adds the minutes up and takes old ones away.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

FOLDER = "refused"
"""Inside the instance; not worth a backup."""
FORM = "%Y%m%d%H%M"


def note(folder: Path, now: datetime) -> None:
    """Count one more.

    Raises:
        OSError: It is not counted.
    """
    path = folder / now.strftime(FORM)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except FileNotFoundError:
        folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, b".")
    finally:
        os.close(handle)


def count(folder: Path, now: datetime, minutes: int) -> int:
    """Return how many were refused in the last so many minutes, the present one among them."""
    names = [(now - timedelta(minutes=past)).strftime(FORM) for past in range(minutes)]
    return sum(path.stat().st_size for name in names if (path := folder / name).is_file())


def forget(folder: Path, before: datetime) -> None:
    """Remove the counts of minutes that ended before this moment."""
    for path in folder.glob("[0-9]" * len(before.strftime(FORM))):
        if path.name < before.strftime(FORM):
            path.unlink(missing_ok=True)
