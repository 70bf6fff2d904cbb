"""Read the beginning of every sheet of a list of firms."""

from __future__ import annotations

from typing import IO

from survey.files.inside.rows import lines

MOST_ROWS = 60


def look(file: IO[bytes], kind: str) -> list[bytes]:
    """Return sheets with their first rows, as lines of JSON; or why the list cannot be read."""
    return lines(file, kind, MOST_ROWS)
