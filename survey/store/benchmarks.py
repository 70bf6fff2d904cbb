"""What is told of groups of firms, and the sheets it is worked out from."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from survey.tables import Assessment, Benchmark, Firm, ScoreRow, SheetKind, SheetRow, Size

PRICES = ""
"""In the place of an edition: what packages cost, of whatever edition."""

SATISFIED = "-"
"""In the place of an edition: how satisfied firms are with providers."""


def told(session: Session, edition: str, before: datetime | None = None) -> Benchmark | None:
    """Return what was told last of an edition's firms, made before a moment if one is given."""
    query = select(Benchmark).where(Benchmark.edition == edition)
    if before is not None:
        query = query.where(Benchmark.made_at < before)
    return session.scalars(query.order_by(Benchmark.period.desc()).limit(1)).first()


def periods(session: Session, edition: str) -> list[Benchmark]:
    """Return all periods of an edition with their members, the first first."""
    query = select(Benchmark).where(Benchmark.edition == edition).order_by(Benchmark.period)
    return list(session.scalars(query.options(undefer(Benchmark.members))))


def editions(session: Session) -> list[str]:
    """Return the editions of which some firm's sheet is confirmed."""
    found = session.scalars(
        select(Assessment.edition).where(Assessment.newest_confirmed).distinct()
    )
    return sorted(found)


class Confirmed(NamedTuple):
    """A firm's newest confirmed sheet; ``sections`` are its shares as exact fractions."""

    sheet_id: int
    trade: str
    size: Size | None
    township: str | None
    sections: dict[str, Any]


def confirmed(session: Session, edition: str) -> list[Confirmed]:
    """Return each firm's newest confirmed sheet of an edition."""
    query = (
        select(SheetRow.id, Assessment.trade, Firm.size, Firm.township, ScoreRow.sections)
        .join(Assessment, Assessment.id == SheetRow.assessment_id)
        .join(Firm, Firm.id == Assessment.firm_id)
        .join(ScoreRow, ScoreRow.sheet_id == SheetRow.id)
        .where(Assessment.newest_confirmed, Assessment.edition == edition)
        .where(SheetRow.kind == SheetKind.ONSITE, SheetRow.speaks)
        .order_by(SheetRow.id)
    )
    return [Confirmed(*row) for row in session.execute(query)]
