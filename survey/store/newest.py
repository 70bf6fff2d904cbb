"""What the figures above every list count assessments by, kept beside each of them.

Which is its firm's newest, which its newest confirmed one of an edition, whether the firm is in the
pool: looked for anew, that took longer than everything else on the page.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from survey.tables import Assessment, AssessmentState, PoolEntry

_Other = aliased(Assessment)


def tell(session: Session, firm_id: int) -> None:
    """Say it of a firm that began, was confirmed, opened again or came to the pool in this transaction."""
    _tell(session, Assessment.firm_id == firm_id)


def tell_all(session: Session) -> None:
    """Say it of every firm, where rows were written in sets."""
    _tell(session)


def _tell(session: Session, *whose: ColumnElement[bool]) -> None:
    """Write where it is not so already, and touch nothing else of a row."""
    session.flush()
    said = {"newest": _is_newest(), "newest_confirmed": _is_newest_confirmed(), "pooled": _pooled()}
    otherwise = or_(*(getattr(Assessment, name) != value for name, value in said.items()))
    session.execute(
        update(Assessment).where(otherwise, *whose).values(said),
        execution_options={"synchronize_session": False},
    )


def _is_newest() -> ColumnElement[bool]:
    last = select(func.max(_Other.id)).where(_Other.firm_id == Assessment.firm_id)
    return Assessment.id == last.correlate(Assessment).scalar_subquery()


def _is_newest_confirmed() -> ColumnElement[bool]:
    last = select(func.max(_Other.id)).where(
        _Other.firm_id == Assessment.firm_id,
        _Other.edition == Assessment.edition,
        _Other.state == AssessmentState.CONFIRMED,
    )
    is_last = Assessment.id == last.correlate(Assessment).scalar_subquery()
    return and_(Assessment.state == AssessmentState.CONFIRMED, is_last)


def _pooled() -> ColumnElement[bool]:
    return exists().where(PoolEntry.firm_id == Assessment.firm_id).correlate(Assessment)
