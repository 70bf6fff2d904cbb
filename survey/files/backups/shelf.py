"""The folder in which scheduled backups stand: how they are called, and which may go.

A backup has its name only once it is whole (``readings.backups.write``) and keeps it only when it was
read back; what a killed one left has another name, and is nobody's backup.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from survey.clock import LOCAL
from survey.config import Keep

FORM = "backup-%Y%m%d-%H%M%S.tar"
LOCKED = ".age"
HALF, BAD = ".part", ".bad"
_NAME = re.compile(r"backup-[0-9]{8}-[0-9]{6}\.tar(\.age)?")


@dataclass(frozen=True)
class Standing:
    """A backup in the folder: its name, the moment in it, and how many bytes it has."""

    name: str
    at: datetime
    size: int


def name_at(now: datetime, *, locked: bool) -> str:
    """Return the name of a backup that begins now, by local time."""
    return now.astimezone(LOCAL).strftime(FORM) + (LOCKED if locked else "")


def free_place(folder: Path, now: datetime, *, locked: bool) -> Path:
    """Return where a backup may stand that begins now; its name is a second later where one was just made."""
    while (path := folder / name_at(now, locked=locked)).exists():
        now += timedelta(seconds=1)
    return path


def standing(folder: Path) -> list[Standing]:
    """Return the backups in a folder, newest first; whatever else lies there is not ours.

    Raises:
        OSError: The folder cannot be read.
    """
    found = [
        Standing(path.name, at, path.stat().st_size)
        for path in folder.iterdir()
        if _NAME.fullmatch(path.name) and (at := _moment(path.name)) and path.is_file()
    ]
    return sorted(found, key=lambda one: (one.at, one.name), reverse=True)


def _moment(name: str) -> datetime | None:
    try:
        return datetime.strptime(name.removesuffix(LOCKED), FORM).replace(tzinfo=LOCAL)
    except ValueError:
        return None


def worth_keeping(moments: Iterable[datetime], keep: Keep) -> set[datetime]:
    """Return the newest of each of the last so many days, weeks and months that have one."""
    newest = sorted(moments, reverse=True)
    kept: set[datetime] = set()
    for form, most in (("%Y%m%d", keep.days), ("%G%V", keep.weeks), ("%Y%m", keep.months)):
        first = {at.strftime(form): at for at in reversed(newest)}
        kept.update(sorted(first.values(), reverse=True)[:most])
    return kept


def set_aside(path: Path) -> None:
    """Take its name from a file that turned out to be no backup."""
    path.replace(path.with_name(path.name + BAD))


def prune(folder: Path, keep: Keep, proved: str) -> int:
    """Remove backups that need not be kept, and what is none; return how many backups went.

    Args:
        proved: The name of the one that was just read back; it stays, whatever is wished.
    """
    found = standing(folder)
    kept = worth_keeping((one.at for one in found), keep)
    over = [one.name for one in found if one.at not in kept and one.name != proved]
    for name in (*over, *_halves(folder, BAD)):
        (folder / name).unlink(missing_ok=True)
    return len(over)


def forget_halves(folder: Path) -> None:
    """Remove what backups left that were killed."""
    for name in [*_halves(folder, HALF)]:
        (folder / name).unlink(missing_ok=True)


def _halves(folder: Path, end: str) -> Iterator[str]:
    for path in folder.iterdir():
        if path.name.endswith(end) and _NAME.fullmatch(path.name.removesuffix(end)):
            yield path.name


def forget_in_memory(path: Path) -> None:
    """Have a file's bytes come from the disk when they are read next, where the system knows how."""
    if hasattr(os, "posix_fadvise"):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)
