"""Versions of sheets: what a kept one takes along, and which there are to be read."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import insert, literal, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.tables import AnswerRow, Evidence, ScoreRow, SheetRow, Table


class Scored(NamedTuple):
    """A sheet that was handed in or confirmed, with what it was worth."""

    row: SheetRow
    score: ScoreRow


def copy_contents(session: Session, from_id: int, to_id: int) -> None:
    """Give a sheet the answers and the files of another."""
    _copy(session, AnswerRow, AnswerRow.sheet_id, from_id, to_id)
    _copy(session, Evidence, Evidence.sheet_id, from_id, to_id, without="id")


def _copy(
    session: Session,
    table: type[Table],
    sheet: InstrumentedAttribute[int],
    from_id: int,
    to_id: int,
    without: str = "",
) -> None:
    columns = [c for c in table.__table__.columns if c.key not in ("sheet_id", without)]
    rows = select(literal(to_id), *columns).where(sheet == from_id)
    names = ["sheet_id", *(column.key for column in columns)]
    session.execute(insert(table).from_select(names, rows))


def move_score(session: Session, from_id: int, to_id: int) -> None:
    """Let a score go with the version it was earned by."""
    if known := session.get(ScoreRow, from_id):
        session.expunge(known)  # a session knows a row by its key, and this is about to change
    move = update(ScoreRow).where(ScoreRow.sheet_id == from_id).values(sheet_id=to_id)
    session.execute(move.execution_options(synchronize_session=False))


def scored(session: Session, assessment_id: int) -> list[Scored]:
    """Return the sheets of an assessment that were handed in or confirmed, newest first."""
    query = (
        select(SheetRow, ScoreRow)
        .join(ScoreRow, ScoreRow.sheet_id == SheetRow.id)
        .where(SheetRow.assessment_id == assessment_id)
        .order_by(ScoreRow.scored_at.desc(), SheetRow.id.desc())
    )
    return [Scored(row[0], row[1]) for row in session.execute(query)]
