"""Bring in what earlier releases kept elsewhere, or what a folder kept before there was a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from survey.files.contents import Contents, hash_of, is_name
from survey.files.folder import Folder


def take_over(instance: Path, folder: Folder) -> int:
    """Move evidence and reports of release 1.0 into the folder; return how many files.

    Files are given their new names one by one: stopped in between, it goes on the next time, and
    nothing is copied.
    """
    moved = 0
    for path, name in _kept_before(instance):
        with suppress(FileNotFoundError):  # another process of this instance was faster
            folder.put_as(name, path)
            moved += 1
    for left in (instance / "evidence", instance / "reports"):
        _clear(left)
    return moved


def bring(folder: Folder, contents: Contents) -> int:
    """Move what lies in a folder to another place; return how much. What is damaged stays."""
    moved = 0
    for lying in folder.all():
        path = folder.root / lying.name[:2] / lying.name
        if lying.name != lying.sha256 or hash_of(path) == lying.name:
            contents.put_as(lying.name, path)
            folder.remove(lying.name)
            moved += 1
    return moved


def _kept_before(instance: Path) -> Iterator[tuple[Path, str]]:
    for path in (instance / "evidence").glob("??/*"):
        if is_name(path.name):
            yield path, path.name
    for path in (instance / "reports").glob("*.pdf"):
        if is_name(path.stem):
            yield path, path.stem


def _clear(folder: Path) -> None:
    """Remove what was half written, and the folders that are empty now; what else lies stays."""
    for half in (*folder.glob("incoming/*"), *folder.glob("making-*")):
        half.unlink(missing_ok=True)
    for empty in (*folder.glob("*/"), folder):
        with suppress(OSError):
            empty.rmdir()
