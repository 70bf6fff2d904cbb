"""What was filed on the nation's ladder (国家智能工厂梯度)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.tables import NationalFiling, RecognitionStanding

IN_FORCE = NationalFiling.standing == RecognitionStanding.VALID


def filings(session: Session, firm_ids: Collection[int]) -> list[NationalFiling]:
    """Return what stands filed of these firms, the oldest first."""
    query = select(NationalFiling).where(NationalFiling.firm_id.in_(firm_ids), IN_FORCE)
    return list(session.scalars(query.order_by(NationalFiling.filed_on, NationalFiling.id)))


def filing(session: Session, firm_id: int, rung: str) -> NationalFiling | None:
    """Return what stands filed of a firm on one rung."""
    query = select(NationalFiling).where(NationalFiling.firm_id == firm_id)
    return session.scalar(query.where(NationalFiling.rung == rung, IN_FORCE))


def recorded(session: Session, filing_id: int, *, lock: bool = False) -> NationalFiling | None:
    return session.get(NationalFiling, filing_id, with_for_update=lock, populate_existing=lock)


def ended(session: Session, firm_id: int) -> list[NationalFiling]:
    """Return what was revoked of a firm, the newest first."""
    query = select(NationalFiling).where(NationalFiling.firm_id == firm_id, ~IN_FORCE)
    return list(session.scalars(query.order_by(NationalFiling.ended_at.desc())))
