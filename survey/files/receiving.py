"""Let a file arrive: counted as it comes, beside everything else until it was looked at."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

CHUNK = 1024 * 1024


class Oversized(ValueError):
    """More bytes come than one file may have."""


@contextmanager
def arrived(stream: IO[bytes], folder: Path, most: int) -> Iterator[Path]:
    """Write a stream to a file of its own that is gone afterwards, unless it was moved away.

    Args:
        folder: On the disk of the contents where that can be, so that moving costs nothing.
        most: The largest size in bytes.

    Raises:
        Oversized: Before more than ``most`` is written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(prefix="upload-", dir=folder)
    path = Path(name)
    try:
        with open(handle, "wb") as file:
            size = 0
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > most:
                    raise Oversized(most)
                file.write(chunk)
        yield path
    finally:
        path.unlink(missing_ok=True)
