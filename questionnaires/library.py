"""A library of editions by id: which may be used, which are being written, each read once.

A library is a value: who needs editions is given one. The program brings editions of its own
(``SHIPPED``); an installation adds those it has published.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from questionnaires import loading
from questionnaires.edition import Edition
from questionnaires.loading import HEAD, SEAL, BadEdition, may_be_id
from questionnaires.reading import Fault

EDITIONS = Path(__file__).parent / "editions"
"""The editions that come with the program."""
Seen = tuple[tuple[str, int, int], ...]
"""What tells one state of a folder from another: its data files' names, times and sizes."""


class UnknownEdition(LookupError):
    """There is no edition of this name, or it may not be used."""


@dataclass(frozen=True)
class Library:
    """Editions in folders.

    Attributes:
        published: Folders by the ids of the editions that may be used.
        written: Folders by the ids of those that are not published yet.
    """

    published: Mapping[str, Path]
    written: Mapping[str, Path] = field(default_factory=dict)
    # Shared by every library made from this one: what one has read, none reads again.
    _read: dict[Path, tuple[Seen, Edition | tuple[Fault, ...]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def editions(self) -> tuple[str, ...]:
        """The ids of the editions that may be used, oldest first."""
        return tuple(sorted(self.published))

    def drafts(self) -> tuple[str, ...]:
        """The ids of the editions that are not published yet."""
        return tuple(sorted(set(self.written) - set(self.published)))

    def folder_of(self, edition_id: str) -> Path:
        """Return the folder of an edition, draft or not.

        Raises:
            UnknownEdition: There is no such edition.
        """
        folder = self.published.get(edition_id) or self.written.get(edition_id)
        if folder is None:
            raise UnknownEdition(edition_id)
        return folder

    def load(self, edition_id: str) -> Edition:
        """Return an edition ready for use; its files are read once, and again when they change.

        Raises:
            UnknownEdition: There is no such edition, or it is a draft.
            BadEdition: A file's shape, an id, a reference or the seal is broken.
        """
        folder = self.published.get(edition_id)
        if folder is None:
            raise UnknownEdition(edition_id)
        seen = state_of(folder)
        if not seen:
            raise UnknownEdition(edition_id)
        known = self._read.get(folder)
        if known is None or known[0] != seen:
            known = self._read[folder] = seen, _loaded(folder)
        if isinstance(known[1], tuple):
            raise BadEdition(edition_id, known[1])
        return known[1]

    def joined(
        self, published: Mapping[str, Path], written: Mapping[str, Path] | None = None
    ) -> Library:
        """Return this library with more editions; of two with one id its own is kept."""
        return replace(
            self,
            published={**published, **self.published},
            written={**(written or {}), **self.written},
        )


def _loaded(folder: Path) -> Edition | tuple[Fault, ...]:
    try:
        return loading.load(folder)
    except BadEdition as bad:
        return bad.faults


def state_of(folder: Path) -> Seen:
    """Return what tells this state of a folder's files from another; empty where there are none."""
    try:
        with os.scandir(folder) as entries:
            files = [(e.name, e.stat()) for e in entries if e.name.endswith((".yaml", SEAL))]
    except FileNotFoundError:
        return ()
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in files))


def found(home: Path) -> dict[str, Path]:
    """Return the folders in ``home`` that hold editions, by id."""
    files = home.glob(f"*/{HEAD}")
    return {file.parent.name: file.parent for file in files if may_be_id(file.parent.name)}


def in_folder(home: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    """Return the editions kept in a folder: sealed ones, which are published, and drafts."""
    folders = found(home)
    sealed = {name: folder for name, folder in folders.items() if (folder / SEAL).is_file()}
    return sealed, {name: folder for name, folder in folders.items() if name not in sealed}


SHIPPED = Library(found(EDITIONS))
"""The program's own editions, sealed or not."""
EARLIER = found(EDITIONS / "earlier")
"""What the program's own editions said before they were revised, by id.

Only installations that hold answers on them see these folders; they are never changed.
"""
OWN = SHIPPED.joined(EARLIER)
"""Everything that comes with the program."""
