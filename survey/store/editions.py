"""Queries about editions: what was decided, and who uses them."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.store.sheets import speaking
from survey.tables import (
    AnswerRow,
    Assessment,
    AssessmentState,
    EditionRow,
    EditionState,
    Round,
    SheetKind,
    SheetRow,
)


class Kept(NamedTuple):
    """An edition that has a row; without ``content`` its files come with the program."""

    id: str
    state: EditionState
    content: str | None
    seal: str | None


def kept(session: Session) -> tuple[Kept, ...]:
    """Return the editions something was decided about, by id."""
    columns = (EditionRow.id, EditionRow.state, EditionRow.content, EditionRow.seal)
    found = session.execute(select(*columns).order_by(EditionRow.id))
    return tuple(Kept(*row) for row in found)


def rows(session: Session) -> dict[str, EditionRow]:
    """Return what was decided about each edition, by id."""
    return {row.id: row for row in session.scalars(select(EditionRow))}


def row(session: Session, edition_id: str, *, lock: bool = False) -> EditionRow | None:
    return session.get(EditionRow, edition_id, with_for_update=lock, populate_existing=lock)


def uses(session: Session) -> dict[str, tuple[int, int]]:
    """Return how many rounds and assessments use each edition, by id."""
    rounds = _counted(session, Round.edition)
    begun = _counted(session, Assessment.edition)
    return {edition: (rounds.get(edition, 0), begun.get(edition, 0)) for edition in rounds | begun}


def _counted(session: Session, edition: InstrumentedAttribute[str]) -> dict[str, int]:
    counted = session.execute(select(edition, func.count()).group_by(edition))
    return {row[0]: row[1] for row in counted}


class HandedIn(NamedTuple):
    """A firm's sheet without the firm: what scoring needs and nothing else."""

    trade: str
    processes: list[str]
    answers: dict[str, object]


def handed_in(session: Session, edition_id: str, most: int) -> list[HandedIn]:
    """Return the firms' own sheets handed in on an edition, the newest first."""
    sheets = session.execute(
        select(SheetRow.id, SheetRow.processes, Assessment.trade)
        .join(Assessment, Assessment.id == SheetRow.assessment_id)
        .where(
            Assessment.edition == edition_id,
            Assessment.state != AssessmentState.DRAFT,
            speaking(SheetKind.SELF),
        )
        .order_by(SheetRow.id.desc())
        .limit(most)
    ).all()
    found = {s.id: HandedIn(s.trade, s.processes, {}) for s in sheets}
    answers = session.execute(
        select(AnswerRow.sheet_id, AnswerRow.question_id, AnswerRow.value).where(
            AnswerRow.sheet_id.in_(found), AnswerRow.value.is_not(None)
        )
    )
    for sheet_id, question_id, value in answers:
        found[sheet_id].answers[question_id] = value
    return list(found.values())
