"""Queries over what visits note beside their verdicts."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.tables import NoteKind, NoteRevision, NoteRow


def notes(session: Session, assessment_ids: Collection[int]) -> dict[int, list[NoteRow]]:
    """Return what stands, by assessment id, in the order in which it was first kept."""
    found: dict[int, list[NoteRow]] = {id: [] for id in assessment_ids}
    query = (
        select(NoteRow)
        .where(NoteRow.assessment_id.in_(assessment_ids), NoteRow.removed.is_(False))
        .order_by(NoteRow.assessment_id, NoteRow.position, NoteRow.item_id)
    )
    for row in session.scalars(query.execution_options(populate_existing=True)):
        found[row.assessment_id].append(row)
    return found


def note(session: Session, assessment_id: int, item_id: str) -> NoteRow | None:
    return session.get(NoteRow, (assessment_id, item_id), populate_existing=True)


def count(session: Session, assessment_id: int, kind: NoteKind) -> int:
    """Return how many notes of a kind stand."""
    query = select(func.count()).where(
        NoteRow.assessment_id == assessment_id, NoteRow.kind == kind, NoteRow.removed.is_(False)
    )
    return session.scalar(query) or 0


def next_position(session: Session, assessment_id: int) -> int:
    query = select(func.max(NoteRow.position)).where(NoteRow.assessment_id == assessment_id)
    return (session.scalar(query) or 0) + 1


def asked_before(session: Session, assessment_id: int, request_id: str) -> NoteRevision | None:
    """Return the revision that a request made."""
    query = select(NoteRevision).where(
        NoteRevision.assessment_id == assessment_id, NoteRevision.request_id == request_id
    )
    return session.scalar(query)


def revision(
    session: Session, assessment_id: int, item_id: str, number: int
) -> NoteRevision | None:
    return session.get(NoteRevision, (assessment_id, item_id, number))
