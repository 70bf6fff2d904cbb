"""Queries over what people were told, and who agreed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.tables import Consent, PurposeText


def text_of(session: Session, version: int) -> PurposeText | None:
    """Return a version that the district wrote; None for the release's own."""
    return session.get(PurposeText, version)


def consent(session: Session, user_id: int, version: int) -> Consent | None:
    return session.get(Consent, (user_id, version))


def consents_of(session: Session, user_id: int) -> Sequence[Consent]:
    query = select(Consent).where(Consent.user_id == user_id).order_by(Consent.version)
    return session.scalars(query).all()
