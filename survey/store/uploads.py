"""Queries over photos that arrive in parts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey.tables import Upload, UploadPart


def upload(session: Session, assessment_id: int, user_id: int, request_id: str) -> Upload | None:
    query = select(Upload).where(
        Upload.assessment_id == assessment_id,
        Upload.user_id == user_id,
        Upload.request_id == request_id,
    )
    return session.scalar(query)


def parts(session: Session, upload_id: int) -> list[bytes]:
    """Return the bytes of a photo that have come so far, in their order."""
    query = select(UploadPart.content).where(UploadPart.upload_id == upload_id)
    return list(session.scalars(query.order_by(UploadPart.offset)))


def drop_parts(session: Session, upload_id: int) -> None:
    session.execute(delete(UploadPart).where(UploadPart.upload_id == upload_id))


def drop_unfinished(session: Session, user_id: int, *, keep: int) -> None:
    """Drop what one person began and left, but for the ``keep`` photos touched last."""
    stale = (
        select(Upload.id)
        .where(Upload.user_id == user_id, Upload.done_at.is_(None))
        .order_by(Upload.touched_at.desc(), Upload.id.desc())
        .offset(keep)
    )
    _drop(session, list(session.scalars(stale)))


def forget_before(session: Session, unfinished: datetime, finished: datetime) -> int:
    """Forget photos that were left half-way, and traces of those that arrived; return how many."""
    left = Upload.done_at.is_(None) & (Upload.touched_at < unfinished)
    found = list(session.scalars(select(Upload.id).where(left | (Upload.done_at < finished))))
    _drop(session, found)
    return len(found)


def _drop(session: Session, ids: list[int]) -> None:
    session.execute(delete(UploadPart).where(UploadPart.upload_id.in_(ids)))
    session.execute(delete(Upload).where(Upload.id.in_(ids)))
