"""The editions of this installation as they stand: what they are, and whether they may be used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from questionnaires import loading
from questionnaires.loading import BadEdition, UnknownEdition
from questionnaires.model import Edition, EditionFile
from questionnaires.reading import Fault, read, shape
from survey.store import editions as store
from survey.tables import EditionRow, EditionState

FOLDER = "editions"
"""Where an instance keeps editions of its own."""
HEAD = "edition.yaml"


@dataclass(frozen=True)
class Standing:
    """One edition.

    Attributes:
        own: Whether it lies in the instance; the program's own editions come with every release.
        sealed: Whether its files carry a seal.
        fault: Why it cannot be used although it is published; empty when all is well.
    """

    id: str
    state: EditionState
    title: str
    issued: str
    trades: tuple[str, ...]
    own: bool
    sealed: bool
    seal: str
    fault: str
    copied_from: str | None

    @property
    def is_draft(self) -> bool:
        return self.state == EditionState.DRAFT

    @property
    def usable(self) -> bool:
        """Whether a new round may use it."""
        return self.state == EditionState.PUBLISHED and not self.fault


def standings(session: Session) -> list[Standing]:
    """Return every edition, drafts first, then the newest."""
    rows = store.rows(session)
    there = {*loading.editions(), *loading.drafts(), *rows}
    found = [_standing(edition, rows.get(edition)) for edition in sorted(there, reverse=True)]
    return sorted(found, key=lambda standing: not standing.is_draft)


def standing(session: Session, edition_id: str) -> Standing | None:
    """Return one edition, None when nobody ever heard of it."""
    row = store.row(session, edition_id)
    if row is None and edition_id not in (*loading.editions(), *loading.drafts()):
        return None
    return _standing(edition_id, row)


def usable(session: Session) -> tuple[str, ...]:
    """Return the ids a new round may use, oldest first."""
    return tuple(sorted(s.id for s in standings(session) if s.usable))


def titles(editions: Iterable[str]) -> dict[str, str]:
    """Name editions, a broken one by its id: lists about other things must not fail with it."""
    return {edition: _title(edition) for edition in editions}


def _title(edition_id: str) -> str:
    try:
        return str(loading.load(edition_id).title)
    except (BadEdition, UnknownEdition):
        return edition_id


def opened(edition_id: str) -> tuple[Edition | None, tuple[Fault, ...]]:
    """Return an edition to look at, draft or not, or the faults that keep it from being read."""
    folder = loading.folder_of(edition_id)
    if edition_id in loading.editions():
        try:
            return loading.load(edition_id), ()
        except BadEdition as bad:
            return None, bad.faults
    source = loading.read_edition(folder)
    faults = (*source.missing, *source.shape_faults)
    return (None, faults) if faults else (source.edition, ())


def _standing(edition_id: str, row: EditionRow | None) -> Standing:
    folder = _folder(edition_id)
    sealed = folder is not None and (folder / loading.SEAL).is_file()
    published = edition_id in loading.editions()
    state = row.state if row else EditionState.PUBLISHED if published else EditionState.DRAFT
    head = _head(folder)
    return Standing(
        id=edition_id,
        state=state,
        title=head.title if head else edition_id,
        issued=head.issued if head else "",
        trades=head.trades if head else (),
        own=folder is not None and folder.parent != loading.EDITIONS,
        sealed=sealed,
        seal=loading.seal(folder) if folder else "",
        fault="" if state == EditionState.DRAFT else _fault(folder, row, sealed),
        copied_from=row.copied_from if row else None,
    )


def _folder(edition_id: str) -> Path | None:
    try:
        return loading.folder_of(edition_id)
    except UnknownEdition:
        return None


def _head(folder: Path | None) -> EditionFile | None:
    return shape(read(folder / HEAD), EditionFile) if folder else None


def _fault(folder: Path | None, row: EditionRow | None, sealed: bool) -> str:
    """Say what is wrong with the files of a published edition."""
    if folder is None:
        return "年版的文件不见了，请从备份恢复"
    wanted = row.seal if row else None
    if not sealed:
        return "封存文件不见了，请从备份恢复" if wanted else ""
    kept = (folder / loading.SEAL).read_text("utf-8", errors="replace").strip()
    if loading.seal(folder) != kept or (wanted and kept != wanted):
        return "发布后内容被改动，已停止使用，请恢复原文"
    return ""


__all__ = [
    "FOLDER",
    "HEAD",
    "Standing",
    "opened",
    "standing",
    "standings",
    "titles",
    "usable",
]
