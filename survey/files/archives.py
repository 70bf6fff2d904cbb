"""Many files as one ZIP: written piece by piece, the same bytes for the same files, names of any tongue.

Read nothing with this: what strangers send is opened in ``inside`` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from survey.files.contents import Contents
from survey.files.names import extension_of, plain_name

LONGEST, MOST_BYTES = 100, 240
"""Of a name in an archive, in characters: with its folders, Windows unpacks no path beyond 260; in
bytes of UTF-8: Linux keeps no name beyond 255, and a number may follow."""
BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The first moment a ZIP can name. All entries bear it, so that nothing depends on the clock."""
UNIX, PLAIN_FILE = 3, 0o100644
PACKS_WELL = {"txt", "csv", "json", "html", "xml", "md"}
"""Extensions worth the packing; pictures, PDF and office files are packed already."""
_REFUSED = re.compile(r'[<>:"|?*\\/]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """One file: its path in the archive, with "/" between folders, and its bytes in order, read once."""

    path: str
    pieces: Iterable[bytes]
    size: int = 0
    """In bytes, as far as known: only entries of 2 GB and more must say it."""


def write_zip(target: IO[bytes], entries: Iterable[Entry]) -> None:
    """Write an archive; at any moment one piece of one entry is in memory.

    Args:
        target: A file, or what only takes bytes, such as an answer under way.
        entries: May be a generator, whose contents are then opened one after another.

    Raises:
        ValueError: Two entries have one path.
        Damaged: A content is something else; what was written so far is no archive.
    """
    taken: set[str] = set()
    with ZipFile(target, "w") as archive:
        for entry in entries:
            if entry.path in taken:
                raise ValueError(f"{entry.path} stands in the archive already")
            taken.add(entry.path)
            with archive.open(_described(entry), "w") as into:
                for piece in entry.pieces:
                    into.write(piece)


def of_content(contents: Contents, sha256: str, path: str) -> Entry:
    """Return a content as an entry.

    Raises:
        Missing: Nothing lies under this hash.
    """
    opened = contents.open(sha256)
    return Entry(path, opened.pieces, opened.size)


def _described(entry: Entry) -> ZipInfo:
    about = ZipInfo(entry.path, BEGINNING)
    about.create_system, about.external_attr = UNIX, PLAIN_FILE << 16
    about.file_size = entry.size
    well = extension_of(entry.path) in PACKS_WELL
    about.compress_type = ZIP_DEFLATED if well else ZIP_STORED
    return about


class Names:
    """Gives files names that any system unpacks, each once, however it compares letters."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def give(self, wanted: str) -> str:
        """Return a name like the one wanted: 甲.pdf, and the next time 甲（2）.pdf."""
        stem, dot, extension = safe_name(wanted).rpartition(".")
        stem, ending = (stem, f".{extension}") if dot else (extension, "")
        name, count = f"{stem}{ending}", 1
        while name.casefold() in self._taken:
            count += 1
            name = f"{stem}（{count}）{ending}"
        self._taken.add(name.casefold())
        return name


def safe_name(wanted: str) -> str:
    """Return a name no system refuses: no folders, no sign or word Windows keeps, not too long."""
    name = plain_name(_REFUSED.sub("_", wanted))
    name = _DEVICE.sub(r"\1_", name, count=1) if _DEVICE.match(name) else name
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return _shortened(name, "")
    return _shortened(stem, f".{extension}")


def _shortened(stem: str, ending: str) -> str:
    """Cut a name to what every system keeps, its ending whole."""
    most = MOST_BYTES - len(ending.encode())
    cut = stem[: LONGEST - len(ending)].encode()[:most].decode(errors="ignore")
    return cut.rstrip(" .") + ending
