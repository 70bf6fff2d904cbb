"""Queries over what a virus scanner has said of contents (查毒)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select, union
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.tables import (
    Assessment,
    Evidence,
    Paper,
    Project,
    ProjectPaper,
    Scan,
    ScanState,
    SheetRow,
    Signature,
)

MOST_LISTED = 20


class Quarantined(NamedTuple):
    """A file somebody put behind an answer that must not be opened, and where."""

    assessment_id: int
    name: str
    found: str


def scan(session: Session, sha256: str, *, lock: bool = False) -> Scan | None:
    return session.get(Scan, sha256, with_for_update=lock, populate_existing=lock)


def add_if_first(session: Session, row: Scan) -> Scan:
    """Add a content that waits; return what stands where another was quicker."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return session.get_one(Scan, row.sha256)
    return row


def is_open(session: Session, sha256: str) -> bool:
    """Whether a content may go out: nobody was asked about it, or nothing was found."""
    found = scan(session, sha256)
    return found is None or found.state == ScanState.CLEAN


def waiting(session: Session) -> list[str]:
    """Return every content that nobody has looked into, the oldest first."""
    query = select(Scan.sha256).where(Scan.state == ScanState.WAITING)
    return list(session.scalars(query.order_by(Scan.asked_at, Scan.sha256)))


def held_back(session: Session) -> set[str]:
    """Return every content that goes to nobody: not looked into, or with something in it."""
    return set(session.scalars(select(Scan.sha256).where(Scan.state != ScanState.CLEAN)))


def forget(session: Session, sha256: str) -> None:
    gone = (Scan.sha256 == sha256, Scan.state == ScanState.WAITING)
    session.execute(delete(Scan).where(*gone))


def count_waiting(session: Session) -> int:
    return session.scalar(select(func.count()).where(Scan.state == ScanState.WAITING)) or 0


def count_found(session: Session, since: datetime) -> int:
    found = (Scan.state == ScanState.INFECTED, Scan.answered_at >= since)
    return session.scalar(select(func.count()).where(*found)) or 0


def oldest_wait(session: Session) -> datetime | None:
    """Return since when the content waits that has waited longest."""
    return session.scalar(select(func.min(Scan.asked_at)).where(Scan.state == ScanState.WAITING))


def holding(session: Session, sha256: str) -> list[tuple[Evidence, Assessment]]:
    """Return the evidence that has this content, with its assessments."""
    query = (
        select(Evidence, Assessment)
        .join(SheetRow, SheetRow.id == Evidence.sheet_id)
        .join(Assessment, Assessment.id == SheetRow.assessment_id)
        .where(Evidence.sha256 == sha256)
        .order_by(Evidence.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def is_anybodys(session: Session, sha256: str) -> bool:
    """Whether this content is a paper of the bureau's, which may be about many firms."""
    return session.scalar(select(Paper.id).where(Paper.sha256 == sha256).limit(1)) is not None


def firms_with(session: Session, sha256: str) -> set[int]:
    """Return the firms behind whose answers, visits or projects this content lies."""
    evidence = (
        select(Assessment.firm_id)
        .join(SheetRow, SheetRow.assessment_id == Assessment.id)
        .join(Evidence, Evidence.sheet_id == SheetRow.id)
        .where(Evidence.sha256 == sha256)
    )
    signed = select(Assessment.firm_id).join(Signature, Signature.assessment_id == Assessment.id)
    bought = select(Project.firm_id).join(ProjectPaper, ProjectPaper.project_id == Project.id)
    found = union(
        evidence,
        signed.where(Signature.sha256 == sha256),
        bought.where(ProjectPaper.sha256 == sha256),
    )
    return set(session.scalars(found))


def quarantined_of(session: Session, user_id: int) -> list[Quarantined]:
    """Return the files a user put behind answers in which something was found, and that still stand."""
    query = (
        select(SheetRow.assessment_id, Evidence.name, Scan.found)
        .join(SheetRow, SheetRow.id == Evidence.sheet_id)
        .join(Scan, Scan.sha256 == Evidence.sha256)
        .where(Evidence.uploaded_by == user_id, Scan.state == ScanState.INFECTED, SheetRow.speaks)
        .order_by(Evidence.id)
        .limit(MOST_LISTED)
    )
    return [Quarantined(*row) for row in session.execute(query)]
