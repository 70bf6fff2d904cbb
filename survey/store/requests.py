"""Queries over what firms ask to have back."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.tables import RequestState, ReturnRequest

OPEN = ReturnRequest.state == RequestState.OPEN


def newest(session: Session, assessment_id: int) -> ReturnRequest | None:
    """Return the last request about an assessment, whatever became of it."""
    query = select(ReturnRequest).where(ReturnRequest.assessment_id == assessment_id)
    return session.scalars(query.order_by(ReturnRequest.id.desc()).limit(1)).one_or_none()


def open_one(session: Session, assessment_id: int) -> ReturnRequest | None:
    """Return the request that waits for an officer, read under the caller's lock."""
    query = select(ReturnRequest).where(ReturnRequest.assessment_id == assessment_id, OPEN)
    return session.scalar(query.execution_options(populate_existing=True))
