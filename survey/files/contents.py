"""Where the bytes of every file lie: under the hash of what they are, wherever that is kept.

Evidence, documents and drafts of editions are contents: named by SHA-256, the same everywhere, never
changed. A picture drawn from one is a form of it, named after it, and can be drawn again.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PIECE = 1024 * 1024
_CONTENT = re.compile(r"[0-9a-f]{64}")
_FORM = re.compile(r"[a-z]{1,10}(\.[a-z]{1,10})?")


class Missing(LookupError):
    """Nothing lies under this name."""


class Damaged(ValueError):
    """What lies under this hash is something else."""


class Unreachable(OSError):
    """The place itself cannot be reached now."""


@dataclass(frozen=True)
class Opened:
    """A content about to be read, once.

    Attributes:
        size: In bytes.
        pieces: In order. The last piece of a content comes only when the whole had its hash.
        close: To be called by whoever may not read to the end.
    """

    size: int
    pieces: Iterator[bytes]
    close: Callable[[], None]


@dataclass(frozen=True)
class Lying:
    """What lies under one name."""

    name: str
    size: int
    changed_at: datetime

    @property
    def sha256(self) -> str:
        """The content it is, or is a form of."""
        return self.name[:64]


def form_of(sha256: str, form: str) -> str:
    """Return the name of what was drawn from a content, such as its small picture."""
    if not _CONTENT.fullmatch(sha256) or not _FORM.fullmatch(form):
        raise ValueError(f"{sha256}.{form} names no form of a content")
    return f"{sha256}.{form}"


def is_name(name: str) -> bool:
    """Say whether this names a content or a form of one."""
    sha256, dot, form = name.partition(".")
    return bool(_CONTENT.fullmatch(sha256) and (_FORM.fullmatch(form) if dot else True))


def place_of(name: str) -> str:
    """Return where a name lies, in folders of a size that file systems like."""
    if not is_name(name):
        raise ValueError(f"{name} names no content")
    return f"{name[:2]}/{name}"


def hash_of(source: bytes | Path) -> str:
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Contents(ABC):
    """A place for contents. What ``put`` has returned from is kept, whatever stops next.

    Attributes:
        incoming: A folder of this machine to write files in before they are put; on the disk of
            the contents where these lie on one.
    """

    incoming: Path

    def put(self, source: bytes | Path) -> str:
        """Keep a content and return its hash; what is there already may be put again.

        A file is taken over: its own place may be empty afterwards.
        """
        sha256 = hash_of(source)
        self._write(place_of(sha256), source)
        return sha256

    def put_as(self, name: str, source: bytes | Path) -> None:
        """Keep a form under its name (``form_of``), or a content whose hash is known."""
        self._write(place_of(name), source)

    def open(self, name: str) -> Opened:
        """Begin to read.

        Raises:
            Missing: Nothing lies there. ``Damaged`` may follow at the last piece.
        """
        opened = self._open(place_of(name))
        if "." in name:
            return opened
        return Opened(opened.size, _verified(name, opened.pieces), opened.close)

    def open_as_it_lies(self, name: str) -> Opened:
        """Begin to read what lies under a name, damaged or not.

        Raises:
            Missing: Nothing lies there.
        """
        return self._open(place_of(name))

    def read(self, name: str) -> bytes:
        """Return a whole content or form.

        Raises:
            Missing, Damaged.
        """
        opened = self.open(name)
        with closing(opened):
            return b"".join(opened.pieces)

    def has(self, name: str) -> bool:
        return self.size(name) is not None

    def size(self, name: str) -> int | None:
        """Return how many bytes lie under a name; None for nothing."""
        return self._size(place_of(name))

    def remove(self, name: str) -> None:
        """Take away what lies under a name, if anything."""
        self._remove(place_of(name))

    def forget_half_written(self, before: datetime) -> int:
        """Remove what writers left that died before this moment; return how much."""
        left = [
            path
            for path in self.incoming.glob("*")
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
        ]
        for path in left:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        return len(left)

    @abstractmethod
    def all(self) -> Iterator[Lying]:
        """Everything kept here, in no order."""

    @abstractmethod
    def _write(self, place: str, source: bytes | Path) -> None: ...

    @abstractmethod
    def _open(self, place: str) -> Opened: ...

    @abstractmethod
    def _size(self, place: str) -> int | None: ...

    @abstractmethod
    def _remove(self, place: str) -> None: ...


def _verified(sha256: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pass pieces on one late, so that the last is held back when the whole is not its hash.

    Whoever is being sent the file has been told its size, and so sees that the rest is missing.
    """
    seen, held = hashlib.sha256(), b""
    for piece in pieces:
        if held:
            yield held
        seen.update(piece)
        held = piece
    if seen.hexdigest() != sha256:
        raise Damaged(sha256)
    yield held
