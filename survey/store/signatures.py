"""Queries over who signed visits."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.tables import Signature


def signature(session: Session, signature_id: int) -> Signature | None:
    return session.get(Signature, signature_id)


def signatures(session: Session, assessment_id: int) -> list[Signature]:
    """Return every signature of a visit, oldest first."""
    query = select(Signature).where(Signature.assessment_id == assessment_id).order_by(Signature.id)
    return list(session.scalars(query))
