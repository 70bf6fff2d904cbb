"""Whether a password leaked somewhere: looked up among the hashes of those that did, on the disk.

The file is as the public list comes (Pwned Passwords, ordered by hash): a line ``HASH:COUNT`` each, the
hash being the SHA-1 of the password, in hexadecimal. It is tens of gigabytes and never read whole: a
question halves it some twenty times and reads the last 64 kB.
"""

from __future__ import annotations

import hashlib
import logging
import re
import unicodedata
from pathlib import Path
from typing import BinaryIO

NAMED = "breached passwords"
"""What a session's ``info`` calls the file; None where no settings name one."""
LINE = re.compile(rb"([0-9A-Fa-f]{40})(?::[0-9]+)?\s*")
READ_AT_ONCE = 64 * 1024
LONGEST_LINE = 64
SAMPLES = 500
"""Places of a list that are looked at to learn whether it is ordered."""


class Unlisted(ValueError):
    """The file is no list of hashes, or they are not in their order."""


def listed_as(password: str) -> bytes:
    """Return the name under which the public list knows a password; nothing is kept or proved by it."""
    plain = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hashlib.new("sha1", plain, usedforsecurity=False).hexdigest().upper().encode()


def knows(file: Path, password: str) -> bool:
    """Whether a password is in the list; a list that cannot be read knows none, and the log says so."""
    try:
        with file.open("rb") as lines:
            return _holds(lines, file.stat().st_size, listed_as(password))
    except (OSError, Unlisted) as fault:
        logging.getLogger(__name__).warning("breached passwords not looked up: %s", type(fault))
        return False


def _holds(lines: BinaryIO, size: int, wanted: bytes) -> bool:
    low, high = 0, size  # the line that is wanted begins from low on, before high
    while high - low > READ_AT_ONCE:
        middle = (low + high) // 2
        begins, found = _line_after(lines, middle)
        if found > wanted:
            high = middle + 1
        else:
            low = begins
    lines.seek(low)
    last = lines.read(high - low + LONGEST_LINE).splitlines()
    return any(line[: len(wanted)].upper() == wanted for line in last)


def _line_after(lines: BinaryIO, place: int) -> tuple[int, bytes]:
    """Return where the first line begins that begins after a place, and its hash."""
    lines.seek(place)
    lines.readline(LONGEST_LINE)
    begins = lines.tell()
    read = LINE.fullmatch(lines.readline(LONGEST_LINE))
    if read is None:
        raise Unlisted
    return begins, read[1].upper()


def require_list(file: Path) -> int:
    """Look at some places of a list, whether they are hashes in their order; return its bytes.

    Raises:
        OSError: It cannot be read.
        Unlisted: It is no such list, or ordered by how often each was seen.
    """
    with file.open("rb") as lines:
        size = file.stat().st_size
        first = LINE.fullmatch(lines.readline(LONGEST_LINE))
        if first is None:
            raise Unlisted
        before = first[1].upper()
        for number in range(SAMPLES):
            place = (size - 2 * LONGEST_LINE) * number // SAMPLES
            if place <= 0:
                continue
            _, found = _line_after(lines, place)
            if found < before:
                raise Unlisted
            before = found
    return size
