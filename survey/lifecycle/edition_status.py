"""How each edition stands: what it is, whether it may be used, and what is wrong with it if not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from questionnaires import loading
from questionnaires.edition import Edition, EditionFile
from questionnaires.library import OWN, Library, UnknownEdition
from questionnaires.loading import HEAD, SEAL, BadEdition
from questionnaires.reading import Fault, read, shape
from survey import library
from survey.store import editions as store
from survey.tables import EditionRow, EditionState


@dataclass(frozen=True)
class EditionStatus:
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


def every(session: Session) -> list[EditionStatus]:
    """Return every edition, drafts first, then the newest."""
    rows, here = store.rows(session), library.of(session)
    there = {*here.editions(), *here.drafts(), *rows}
    found = [_status(here, name, rows.get(name)) for name in sorted(there, reverse=True)]
    return sorted(found, key=lambda edition: not edition.is_draft)


def one(session: Session, edition_id: str) -> EditionStatus | None:
    """Return one edition, None when nobody ever heard of it."""
    row, here = store.row(session, edition_id), library.of(session)
    if row is None and edition_id not in (*here.editions(), *here.drafts()):
        return None
    return _status(here, edition_id, row)


def usable(session: Session) -> tuple[str, ...]:
    """Return the ids a new round may use, oldest first."""
    return tuple(sorted(s.id for s in every(session) if s.usable))


def newest(session: Session) -> str:
    """Return the newest edition a new round may use; where all are retired, the newest there is."""
    found = usable(session)
    return found[-1] if found else max(library.of(session).editions())


def opened(session: Session, edition_id: str) -> tuple[Edition | None, tuple[Fault, ...]]:
    """Return an edition to look at, draft or not, or the faults that keep it from being read.

    Raises:
        UnknownEdition: Its files are not here.
    """
    here = library.of(session)
    if edition_id in here.editions():
        try:
            return here.load(edition_id), ()
        except BadEdition as bad:
            return None, bad.faults
    source = loading.read_edition(here.folder_of(edition_id))
    faults = (*source.missing, *source.shape_faults)
    return (None, faults) if faults else (source.edition, ())


def _status(here: Library, edition_id: str, row: EditionRow | None) -> EditionStatus:
    folder = _folder(here, edition_id)
    state = row.state if row else EditionState.PUBLISHED
    head = _head(here, edition_id, folder)
    return EditionStatus(
        id=edition_id,
        state=state,
        title=head.title if head else edition_id,
        issued=head.issued if head else "",
        trades=tuple(head.trades) if head else (),
        own=edition_id not in OWN.published,
        seal=(row.seal if row else None) or _seal(folder),
        fault=_fault(here, edition_id, row, folder),
        copied_from=row.copied_from if row else None,
    )


def _folder(here: Library, edition_id: str) -> Path | None:
    try:
        return here.folder_of(edition_id)
    except UnknownEdition:
        return None


def _head(here: Library, edition_id: str, folder: Path | None) -> Edition | EditionFile | None:
    """Return what an edition says of itself; of one that cannot be used its first file."""
    try:
        return here.load(edition_id)
    except (UnknownEdition, BadEdition):
        return shape(read(folder / HEAD), EditionFile) if folder else None


def _seal(folder: Path | None) -> str:
    file = folder / SEAL if folder else None
    return file.read_text("utf-8", errors="replace").strip() if file and file.is_file() else ""


def _fault(here: Library, edition_id: str, row: EditionRow | None, folder: Path | None) -> str:
    """Say why an edition cannot be used; what is loaded already is not read again."""
    if folder is None:
        return "年版的文件缺失或已损坏，请从备份恢复"
    if row is not None and row.state == EditionState.DRAFT:
        return ""
    changed = "发布后内容被改动，已停止使用，请恢复原文"
    if row is not None and row.seal and row.seal != _seal(folder):
        return changed
    try:
        here.load(edition_id)
    except BadEdition as bad:
        return changed if any(f.file == SEAL for f in bad.faults) else str(bad.faults[0])
    return ""
