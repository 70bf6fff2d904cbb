"""The editions of this installation: rows say which, contents hold their files, a folder unpacks.

Every process of every machine makes the same library of the same rows. What comes with the program
is there without any row.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.orm import Session, object_session

from questionnaires import packing
from questionnaires.edition import Edition
from questionnaires.library import EARLIER, OWN, SHIPPED, Library, Seen, UnknownEdition, state_of
from questionnaires.loading import HEAD, SEAL, BadEdition, broken_seal
from questionnaires.model import Questionnaire
from questionnaires.sheets.archive import Refused
from survey.files.contents import Contents, Damaged, Missing
from survey.store import editions as store
from survey.store.editions import Kept
from survey.tables import Assessment, EditionState

FOLDER = "unpacked"
"""Where an instance unpacks editions; it may be emptied at any time."""
INSTALLED = "installed"
"""What a session's ``info`` calls the editions it was opened with."""
SEEN = "library"
"""What a session's ``info`` calls the library its transaction has seen."""
RETRY_SECONDS = 30.0
STALE_SECONDS = 24 * 3600.0


class Installed:
    """The program's editions with those of one installation, unpacked on this machine."""

    def __init__(self, folder: Path, contents: Contents) -> None:
        self.folder = folder
        self.contents = contents
        self._kept: tuple[Kept, ...] = ()
        self._library = SHIPPED
        self._states: dict[Path, Seen] = {}
        self._retry_at: float | None = None

    def library(self, kept: tuple[Kept, ...]) -> Library:
        """Return the editions that these rows say; the same rows make the same library.

        What was unpacked is unpacked anew where somebody changed it or took it away.
        """
        waited = self._retry_at is not None and time.monotonic() >= self._retry_at
        changed = any(state_of(folder) != seen for folder, seen in self._states.items())
        if kept != self._kept or waited or changed:
            self._library, lost = self._put_together(kept)
            self._retry_at = time.monotonic() + RETRY_SECONDS if lost else None
            self._kept = kept
            self._tidy(kept)
        return self._library

    def keep(self, folder: Path) -> str:
        """Put an edition's files into the contents and return their hash."""
        return self.contents.put(packing.packed(folder))

    def _put_together(self, kept: tuple[Kept, ...]) -> tuple[Library, bool]:
        published: dict[str, Path] = {}
        written: dict[str, Path] = {}
        for edition in kept:
            folder = self._folder_of(edition)
            if folder is not None:
                drafts = edition.state == EditionState.DRAFT
                (written if drafts else published)[edition.id] = folder
        self._states = {
            folder: state_of(folder) for folder in (*published.values(), *written.values())
        }
        lost = {edition.id for edition in kept if edition.content} - {*published, *written}
        return SHIPPED.joined(published, written), bool(lost)

    def _folder_of(self, edition: Kept) -> Path | None:
        """Return the folder of an edition's files; None where they are lost or not ours to name."""
        if edition.content is None:
            return EARLIER.get(edition.id)
        return self._unpacked(edition, edition.content)

    def _unpacked(self, edition: Kept, content: str) -> Path | None:
        folder = self.folder / content / edition.id
        if (folder / HEAD).is_file() and self._is_whole(folder, edition):
            return folder
        shutil.rmtree(folder.parent, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix=".making-", dir=self.folder) as made:
            making = Path(made) / edition.id
            try:
                packing.unpack(self.contents.read(content), making)
            except (Missing, Damaged, Refused, OSError):
                return None
            if not self._is_whole(making, edition):
                return None
            _settle(making, folder)
        return folder

    @staticmethod
    def _is_whole(folder: Path, edition: Kept) -> bool:
        """Whether a published edition's files are those that were sealed."""
        if edition.seal is None:
            return True
        file = folder / SEAL
        kept = file.read_text("utf-8", errors="replace").strip() if file.is_file() else ""
        return kept == edition.seal and not broken_seal(folder)

    def _tidy(self, kept: tuple[Kept, ...]) -> None:
        """Forget what no edition has needed for a day: another process may be reading it still."""
        wanted = {edition.content for edition in kept}
        for folder in self.folder.glob("*"):
            if folder.name not in wanted and _age(folder) > STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _settle(made: Path, target: Path) -> None:
    """Give an unpacked edition its place, unless another process was first."""
    target.parent.mkdir(exist_ok=True)
    try:
        made.rename(target)
    except OSError:
        if not (target / HEAD).is_file():
            raise


def _age(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0


# --- what a session sees ------------------------------------------------------------------------


def of(session: Session) -> Library:
    """Return the editions a session sees, the same throughout one transaction.

    A session that was opened without any sees those of the program.
    """
    here: Installed | None = session.info.get(INSTALLED)
    if here is None:
        return SHIPPED
    seen = session.info.get(SEEN)
    if seen is None or seen[0] is not session.get_transaction():
        found = here.library(store.kept(session))
        seen = session.info[SEEN] = session.get_transaction(), found
    library: Library = seen[1]
    return library


def installed(session: Session) -> Installed:
    """Return where a session's editions are kept."""
    here: Installed = session.info[INSTALLED]
    return here


def content_of(folder: Path) -> str:
    """Return which archive an unpacked edition came from."""
    return folder.parent.name


def load(session: Session | None, edition_id: str) -> Edition:
    """Return a published edition; without a session, one of the program's."""
    # Most assessments are begun with one of the program's: nothing needs to be asked then.
    if session is None or edition_id in OWN.published:
        return _own(edition_id, int(time.monotonic()))
    return of(session).load(edition_id)


def readable(session: Session, edition_id: str) -> Edition | None:
    """Return a published edition; None where this installation has it not, or its files are broken."""
    try:
        return load(session, edition_id)
    except (BadEdition, UnknownEdition):
        return None


@lru_cache(maxsize=8)
def _own(edition_id: str, _second: int) -> Edition:
    """Look at most once a second whether the program's files are as they were read."""
    return OWN.load(edition_id)


def edition_of(assessment: Assessment) -> Edition:
    """Return the edition an assessment was begun with; it never changes."""
    return load(object_session(assessment), assessment.edition)


def questionnaire_of(assessment: Assessment) -> Questionnaire:
    """Return what an assessment asks its firm."""
    return edition_of(assessment).questionnaire(assessment.trade)


def titles(session: Session, editions: Iterable[str]) -> dict[str, str]:
    """Name editions, a broken one by its id: lists about other things must not fail with it."""
    found = {name: _loaded(of(session), name) for name in editions}
    return {name: edition.title if edition else name for name, edition in found.items()}


class Named(NamedTuple):
    """The titles by id of what outlives an edition; where editions differ, the newest one's word."""

    rungs: dict[str, str]
    trades: dict[str, str]
    processes: dict[str, str]
    sections: dict[str, str]


def named(session: Session) -> Named:
    """Name the rungs, trades, processes and sections of every edition that can be read."""
    library, found = of(session), Named({}, {}, {}, {})
    for edition in filter(None, (_loaded(library, name) for name in library.editions())):
        trades = edition.trades.values()
        found.rungs.update((rung.id, rung.title) for rung in edition.ladder)
        found.trades.update((trade.id, trade.title) for trade in trades)
        found.sections.update((section.id, section.title) for section in edition.sections)
        found.processes.update((p.id, p.title) for trade in trades for p in trade.processes)
    return found


def _loaded(library: Library, edition_id: str) -> Edition | None:
    try:
        return library.load(edition_id)
    except (BadEdition, UnknownEdition):
        return None
