"""The editions of this installation: where a session finds them, and how each of them stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session, object_session

from questionnaires import loading
from questionnaires.edition import Edition, EditionFile
from questionnaires.library import SHIPPED, Library, UnknownEdition, in_folder
from questionnaires.loading import HEAD, SEAL, BadEdition
from questionnaires.model import Questionnaire
from questionnaires.reading import Fault, read, shape
from survey.store import editions as store
from survey.tables import Assessment, EditionRow, EditionState

FOLDER = "editions"
"""Where an instance keeps editions of its own."""
SHELF = "shelf"
"""What a session's ``info`` calls the shelf it was opened with."""


class Shelf:
    """The program's editions with those of one installation."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._seen: int | None = None
        self._library = SHIPPED

    def library(self) -> Library:
        """Return what stands here now; the folder is looked through when something came or went."""
        seen = self.home.stat().st_mtime_ns if self.home.is_dir() else None
        if seen != self._seen:
            self._library = SHIPPED.joined(*in_folder(self.home)) if seen else SHIPPED
            self._seen = seen
        return self._library


def of(session: Session) -> Library:
    """Return the editions a session sees; without a shelf, those of the program."""
    shelf: Shelf | None = session.info.get(SHELF)
    return shelf.library() if shelf else SHIPPED


def edition_of(assessment: Assessment) -> Edition:
    """Return the edition an assessment was begun with; it never changes."""
    session = object_session(assessment)
    return (of(session) if session else SHIPPED).load(assessment.edition)


def questionnaire_of(assessment: Assessment) -> Questionnaire:
    """Return what an assessment asks its firm."""
    return edition_of(assessment).questionnaire(assessment.trade)


def rung_titles(session: Session) -> dict[str, str]:
    """Name every rung of every edition, the newest edition's word last."""
    library = of(session)
    return {r.id: r.title for edition in library.editions() for r in library.load(edition).ladder}


# --- how they stand -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """One edition.

    Attributes:
        own: Whether it lies in the instance; the program's own editions come with every release.
        seal: What its files are sealed with; empty where they are not.
        fault: Why it cannot be used although it is published; empty when all is well.
    """

    id: str
    state: EditionState
    title: str
    issued: str
    trades: tuple[str, ...]
    own: bool
    seal: str
    fault: str
    copied_from: str | None

    @property
    def is_draft(self) -> bool:
        return self.state == EditionState.DRAFT

    @property
    def sealed(self) -> bool:
        return bool(self.seal)

    @property
    def usable(self) -> bool:
        """Whether a new round may use it."""
        return self.state == EditionState.PUBLISHED and not self.fault


def standings(session: Session) -> list[Standing]:
    """Return every edition, drafts first, then the newest."""
    rows = store.rows(session)
    library = of(session)
    there = {*library.editions(), *library.drafts(), *rows}
    found = [_standing(library, name, rows.get(name)) for name in sorted(there, reverse=True)]
    return sorted(found, key=lambda standing: not standing.is_draft)


def standing(session: Session, edition_id: str) -> Standing | None:
    """Return one edition, None when nobody ever heard of it."""
    row, library = store.row(session, edition_id), of(session)
    if row is None and edition_id not in (*library.editions(), *library.drafts()):
        return None
    return _standing(library, edition_id, row)


def usable(session: Session) -> tuple[str, ...]:
    """Return the ids a new round may use, oldest first."""
    return tuple(sorted(s.id for s in standings(session) if s.usable))


def titles(session: Session, editions: Iterable[str]) -> dict[str, str]:
    """Name editions, a broken one by its id: lists about other things must not fail with it."""
    library = of(session)
    return {edition: _title(library, edition) for edition in editions}


def _title(library: Library, edition_id: str) -> str:
    try:
        return library.load(edition_id).title
    except (BadEdition, UnknownEdition):
        return edition_id


def opened(session: Session, edition_id: str) -> tuple[Edition | None, tuple[Fault, ...]]:
    """Return an edition to look at, draft or not, or the faults that keep it from being read.

    Raises:
        UnknownEdition: Its files are not here.
    """
    library = of(session)
    if edition_id in library.editions():
        try:
            return library.load(edition_id), ()
        except BadEdition as bad:
            return None, bad.faults
    source = loading.read_edition(library.folder_of(edition_id))
    faults = (*source.missing, *source.shape_faults)
    return (None, faults) if faults else (source.edition, ())


def _standing(library: Library, edition_id: str, row: EditionRow | None) -> Standing:
    folder = _folder(library, edition_id)
    published = edition_id in library.editions()
    state = row.state if row else EditionState.PUBLISHED if published else EditionState.DRAFT
    head = _head(library, edition_id, folder)
    seal = _seal(folder)
    return Standing(
        id=edition_id,
        state=state,
        title=head.title if head else edition_id,
        issued=head.issued if head else "",
        trades=tuple(head.trades) if head else (),
        own=folder is not None and edition_id not in SHIPPED.editions(),
        seal=seal,
        fault="" if state == EditionState.DRAFT else _fault(library, edition_id, row, seal),
        copied_from=row.copied_from if row else None,
    )


def _folder(library: Library, edition_id: str) -> Path | None:
    try:
        return library.folder_of(edition_id)
    except UnknownEdition:
        return None


def _head(library: Library, edition_id: str, folder: Path | None) -> Edition | EditionFile | None:
    """Return what an edition says of itself; of one that cannot be used its first file."""
    try:
        return library.load(edition_id)
    except (UnknownEdition, BadEdition):
        return shape(read(folder / HEAD), EditionFile) if folder else None


def _seal(folder: Path | None) -> str:
    file = folder / SEAL if folder else None
    return file.read_text("utf-8", errors="replace").strip() if file and file.is_file() else ""


def _fault(library: Library, edition_id: str, row: EditionRow | None, seal: str) -> str:
    """Say why a published edition cannot be used; what is loaded already is not read again."""
    wanted = row.seal if row else None
    if not seal and wanted:
        return "封存文件不见了，请从备份恢复"
    changed = "发布后内容被改动，已停止使用，请恢复原文"
    if wanted and seal != wanted:
        return changed
    try:
        library.load(edition_id)
    except UnknownEdition:
        return "年版的文件不见了，请从备份恢复"
    except BadEdition as bad:
        return changed if any(f.file == SEAL for f in bad.faults) else str(bad.faults[0])
    return ""
