"""Contents in a folder of this machine: written, synced, and only then given their name."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from survey.files.contents import PIECE, Contents, Lying, Missing, Opened, is_name


class Folder(Contents):
    """A folder of folders; what is half written lies apart, in ``incoming``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "incoming"

    def all(self) -> Iterator[Lying]:
        for path in self.root.glob("??/*"):
            if is_name(path.name) and path.parent.name == path.name[:2]:
                about = path.stat()
                changed_at = datetime.fromtimestamp(about.st_mtime, UTC)
                yield Lying(path.name, about.st_size, changed_at)

    def _write(self, place: str, source: bytes | Path) -> None:
        target = self.root / place
        _make(target.parent)
        if isinstance(source, Path) and _is_moved(source, target):
            return
        _make(self.incoming)
        half = self.incoming / secrets.token_hex(16)
        try:
            with half.open("xb") as file:
                _copy(source, file)
                file.flush()
                os.fsync(file.fileno())
            half.replace(target)
        finally:
            half.unlink(missing_ok=True)
        sync_folder(target.parent)

    def _open(self, place: str) -> Opened:
        try:
            file = (self.root / place).open("rb")
        except FileNotFoundError as error:
            raise Missing(place) from error
        return Opened(os.fstat(file.fileno()).st_size, _pieces(file), file.close)

    def _size(self, place: str) -> int | None:
        try:
            return (self.root / place).stat().st_size
        except FileNotFoundError:
            return None

    def _remove(self, place: str) -> None:
        (self.root / place).unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Have the disk know the names in a folder; until then a crash may forget them."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        sync_folder(folder.parent)


def _is_moved(source: Path, target: Path) -> bool:
    """Give a file its name where it lies on the same disk; else say no."""
    with source.open("rb") as file:
        os.fsync(file.fileno())
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return False
    sync_folder(target.parent)
    return True


def _copy(source: bytes | Path, into: IO[bytes]) -> None:
    if isinstance(source, bytes):
        into.write(source)
        return
    with source.open("rb") as file:
        shutil.copyfileobj(file, into, PIECE)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
