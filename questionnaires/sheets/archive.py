"""ZIP-based files from outside (Office documents, workbooks), read through before anything opens.

A small file may unpack to gigabytes, and what an entry says of its own size binds nobody: programs
that open the file later unpack whatever is there. So every entry is unpacked here once, in small
pieces that are thrown away, and is refused when it goes on past what it said.
"""

from __future__ import annotations

import copy
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

CHUNK = 1 << 16
# Others unpack without a bound on one piece, and no Office program writes them.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1


class Reason(StrEnum):
    """Why a file is refused."""

    BROKEN = "broken"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    UNPACKS = "unpacks"
    ENCRYPTED = "encrypted"


class Refused(ValueError):
    """The file as a whole is refused."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """How large a file may be.

    Attributes:
        size: Of the file, in bytes.
        entries: How many it may hold.
        unpacked: Of everything in it, in bytes.
        always: What may unpack however well it is packed; beyond, ``ratio`` holds.
        ratio: How many times its packed size everything may unpack to.
    """

    size: int
    entries: int
    unpacked: int
    always: int = 2_000_000
    ratio: int = 200


@contextmanager
def opened(file: Path | IO[bytes], limits: Limits) -> Iterator[zipfile.ZipFile]:
    """Open a file whose every entry was unpacked once and is as large as it says.

    Raises:
        Refused: It is no whole ZIP file, or too large in any way.
    """
    if _size(file) > limits.size:
        raise Refused(Reason.TOO_LARGE)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise Refused(Reason.BROKEN) from error
    with archive:
        _require_modest(archive.infolist(), limits)
        for entry in archive.infolist():
            _require_true(archive, entry)
        yield archive


def inspect(file: Path | IO[bytes], limits: Limits) -> tuple[str, ...]:
    """Read a file through and return the names of its entries.

    Raises:
        Refused: It is no whole ZIP file, or too large in any way.
    """
    with opened(file, limits) as archive:
        return tuple(archive.namelist())


def _size(file: Path | IO[bytes]) -> int:
    if isinstance(file, Path):
        return file.stat().st_size
    size = file.seek(0, 2)
    file.seek(0)
    return size


def _require_modest(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuse from the directory alone what would not fit once unpacked."""
    if len(entries) > limits.entries or len({e.filename for e in entries}) < len(entries):
        raise Refused(Reason.TOO_MANY)
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked or unpacked > max(limits.always, limits.ratio * packed):
        raise Refused(Reason.UNPACKS)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Refused(Reason.ENCRYPTED)
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise Refused(Reason.BROKEN)


def _require_true(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack one entry to its end."""
    # The library stops silently at the size an entry claims; asked for one byte more, it shows
    # whether there is one.
    longer = copy.copy(entry)
    longer.file_size += 1
    unpacked = 0
    try:
        with archive.open(longer) as content:
            while piece := content.read(CHUNK):
                unpacked += len(piece)
                if unpacked > entry.file_size:
                    raise Refused(Reason.BROKEN)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise Refused(Reason.BROKEN) from error
    if unpacked != entry.file_size:
        raise Refused(Reason.BROKEN)
