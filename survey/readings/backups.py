"""A backup of a running instance: one moment of its rows, and every content that those rows name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from survey import VERSION, db, migrations
from survey.config import Config
from survey.files.backups import keys, locks
from survey.files.backups.members import Backup, Writer, packed
from survey.files.backups.shelf import HALF
from survey.files.contents import Contents, Missing
from survey.files.folder import sync_folder
from survey.lifecycle.backups import read_through
from survey.store import whole
from survey.store.contents import spoken_of

TRIES = 3
"""Moments that are tried where contents are cleared while they are being read."""


class Restless(OSError):
    """Contents were cleared under every moment that was tried."""


class Seal(Protocol):
    """What is shown bytes, in their order."""

    def update(self, piece: bytes, /) -> object: ...


class _ClearedMeanwhile(Exception):
    """A content is gone that no row names any more: what was read is a moment too old."""


Told = Callable[[int, int], None]


def _untold(_done: int, _all: int) -> None:
    """Nobody waits to hear how far it is."""


def write(
    path: Path,
    engine: Engine,
    config: Config,
    contents: Contents,
    now: datetime,
    *,
    public_key: str = "",
    told: Told = _untold,
    seal: Seal | None = None,
) -> Backup:
    """Write a backup, which has its name only once it is whole and on the disk.

    Rows are read in one moment; then come the contents they name, which never change. One that was
    cleared in between makes it begin again with a newer moment.

    Args:
        public_key: Locks it, where there is one.
        told: Hears how many parts are done and how many there are, after each.
        seal: Is shown every byte on its way to the file (as by ``hashlib``).

    Raises:
        FileExistsError: There is something of this name.
        Restless: See there.
        NoKey: The public key is none.
        OSError: No room, or what is to be read cannot be.
    """
    if path.exists():
        raise FileExistsError(path)
    for _ in range(TRIES):
        try:
            with _whole_file(path) as opened:
                file = cast(IO[bytes], _Sealed(opened, seal)) if seal else opened
                lock = locks.locking(file, public_key) if public_key else nullcontext(file)
                with lock as target:
                    return _written(target, engine, config, contents, now, told)
        except _ClearedMeanwhile:
            continue
    raise Restless


class _Passing:
    """A file that is read or written as it is, while somebody looks on."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def seek(self, place: int) -> int:
        return self._file.seek(place)

    def flush(self) -> None:
        self._file.flush()


class _Sealed(_Passing):
    """What is written goes by a seal."""

    def __init__(self, file: IO[bytes], seal: Seal) -> None:
        super().__init__(file)
        self._seal = seal

    def write(self, piece: bytes) -> int:
        self._seal.update(piece)
        return self._file.write(piece)


class _Counted(_Passing):
    """What is read is told of."""

    def __init__(self, file: IO[bytes], size: int, told: Told) -> None:
        super().__init__(file)
        self._size, self._told = size, told

    def read(self, most: int = -1) -> bytes:
        piece = self._file.read(most)
        self._told(self._file.tell(), self._size)
        return piece


@contextmanager
def _whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Write a file beside its place, for its owner's eyes, and name it when the block ends well."""
    half = path.with_name(path.name + HALF)
    half.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(half, path)  # unlike a renaming this takes nobody's place
    finally:
        half.unlink(missing_ok=True)
    sync_folder(path.parent)


def _written(
    target: IO[bytes],
    engine: Engine,
    config: Config,
    contents: Contents,
    now: datetime,
    told: Told,
) -> Backup:
    with Writer(target) as writer:
        with db.one_moment(engine) as connection:
            writer.begin(_head(migrations.current(connection), now))
            rows = _add_rows(writer, connection, told)
            with Session(connection) as session:
                named = spoken_of(session)
        kept = _Kept(writer, engine, contents, told)
        kept.add_all(named)
        for name, key in keys.of(config):
            writer.add_whole(f"keys/{name}", key)
        lost = {"missing": kept.missing, "damaged": kept.damaged}
        size, digest = writer.bytes, writer.close({"rows": rows, **lost})
        return Backup(writer.head, rows, kept.count, **lost, bytes=size, digest=digest)


def _add_rows(writer: Writer, connection: Connection, told: Told) -> dict[str, int]:
    """Add all rows; return how many of each table."""
    rows: dict[str, int] = dict.fromkeys(whole.TABLES, 0)
    for number, name in enumerate(whole.TABLES):
        for portion, (count, lines) in enumerate(whole.portions(connection, name)):
            writer.add_whole(f"rows/{name}/{portion:06}.gz", packed(lines))
            rows[name] += count
            told(number, 2 * len(whole.TABLES))
    return rows


def _head(schema: str, now: datetime) -> dict[str, object]:
    return {
        "product": VERSION,
        "schema": schema,
        "at": now.isoformat(timespec="seconds"),
        "tables": whole.columns(),
    }


class _Kept:
    """Contents on their way into a backup."""

    def __init__(self, writer: Writer, engine: Engine, contents: Contents, told: Told) -> None:
        self._writer, self._engine, self._contents, self._told = writer, engine, contents, told
        self.count = 0
        self.missing: list[str] = []
        self.damaged: list[str] = []

    def add_all(self, named: set[str]) -> None:
        forms = [
            one.name for one in self._contents.all() if "." in one.name and one.sha256 in named
        ]
        wanted = [*sorted(named), *sorted(forms)]
        for number, name in enumerate(wanted):
            self._add(name)
            self._told(len(wanted) + number, 2 * len(wanted))

    def _add(self, name: str) -> None:
        try:
            opened = self._contents.open_as_it_lies(name)
        except Missing:
            self._miss(name)
            return
        sha256 = self._writer.add(f"contents/{name}", opened.size, opened.pieces)
        self.count += 1
        if "." not in name and sha256 != name:
            self.damaged.append(name)

    def _miss(self, name: str) -> None:
        """Tell what was lost before from what has just been cleared; a form can be drawn again."""
        if "." in name:
            return
        with Session(self._engine) as session:
            if name not in spoken_of(session):
                raise _ClearedMeanwhile
        self.missing.append(name)


# --- looking at one -------------------------------------------------------------------------------


def look_at(path: Path, secret_keys: Path | None = None, told: Told = _untold) -> Backup:
    """Read a backup to its end as a restoration would, and put nothing anywhere.

    Args:
        told: Hears how many bytes were read and how many there are, after each piece.

    Raises:
        BadBackup: It could not be restored, and why.
        NoKey: The file of keys holds none.
    """
    with path.open("rb") as file:
        counted = cast(IO[bytes], _Counted(file, path.stat().st_size, told))
        with locks.unlocked(counted, secret_keys) as source:
            return read_through(source, migrations.head())
