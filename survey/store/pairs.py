"""Queries over the sheets that seconds of pairs keep apart, and over what was said and decided."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session, aliased

from survey.store.sheets import IS_CONFIRMED, speaking
from survey.tables import (
    Assessment,
    AssessmentState,
    Firm,
    Opinion,
    SecondSheet,
    SheetKind,
    SheetRow,
)

_shared = aliased(SheetRow)
_IN_FORCE = (
    select(SecondSheet, SheetRow)
    .join(_shared, _shared.id == SecondSheet.shared_id)
    .join(Assessment, Assessment.id == _shared.assessment_id)
    .join(SheetRow, SheetRow.id == SecondSheet.sheet_id)
    .where(
        speaking(SheetKind.ONSITE, _shared),
        SecondSheet.author_id == Assessment.second_consultant_id,
    )
)


class Apart(NamedTuple):
    """A sheet that is kept apart, with how far it is."""

    second: SecondSheet
    row: SheetRow


def in_force(session: Session, assessment_id: int) -> Apart | None:
    """Return the sheet that the second of a visit keeps apart now."""
    query = _IN_FORCE.where(Assessment.id == assessment_id)
    found = session.execute(query.execution_options(populate_existing=True)).one_or_none()
    return Apart(*found) if found else None


def in_force_by(
    session: Session, author_id: int, assessment_ids: Collection[int]
) -> dict[int, Apart]:
    """Return the sheets that one consultant keeps apart now, by assessment id."""
    query = _IN_FORCE.where(Assessment.id.in_(assessment_ids), SecondSheet.author_id == author_id)
    return {row.assessment_id: Apart(second, row) for second, row in session.execute(query)}


def finished_for(session: Session, lead_id: int) -> dict[int, datetime]:
    """Return the visits a consultant leads whose second is done and waits to be compared, since when."""
    query = (
        _IN_FORCE.with_only_columns(_shared.assessment_id, SecondSheet.finished_at)
        .where(Assessment.consultant_id == lead_id, SecondSheet.finished_at.is_not(None))
        .where(SecondSheet.compared_at.is_(None), SecondSheet.closed_at.is_(None))
        .where(Assessment.state == AssessmentState.VISITING)
    )
    return {id: at for id, at in session.execute(query) if at}


def of_assessment(session: Session, assessment_id: int) -> list[Apart]:
    """Return every sheet that was ever kept apart on an assessment's visit, the newest first."""
    query = (
        select(SecondSheet, SheetRow)
        .join(SheetRow, SheetRow.id == SecondSheet.sheet_id)
        .where(SheetRow.assessment_id == assessment_id)
        .order_by(SecondSheet.sheet_id.desc())
    )
    return [Apart(*row) for row in session.execute(query)]


def beside(session: Session, shared_id: int) -> list[Apart]:
    """Return the sheets that stand apart from an on-site sheet, in force or not."""
    query = (
        select(SecondSheet, SheetRow)
        .join(SheetRow, SheetRow.id == SecondSheet.sheet_id)
        .where(SecondSheet.shared_id == shared_id)
    )
    return [Apart(*row) for row in session.execute(query)]


def stay_with(session: Session, shared_id: int, kept_id: int) -> None:
    """Let the sheets apart stay with the version of the shared one that is kept."""
    for second, _ in beside(session, shared_id):
        second.shared_id = kept_id
    session.flush()


def opinions(session: Session, sheet_id: int) -> dict[str, Opinion]:
    """Return what was said of each answer, by question id."""
    query = select(Opinion).where(Opinion.sheet_id == sheet_id)
    return {row.question_id: row for row in session.scalars(query)}


def were_compared(session: Session, assessment_id: int) -> bool:
    """Whether lead and second of this assessment ever saw what the other said."""
    known = exists().where(
        and_(Opinion.sheet_id == SheetRow.id, SheetRow.assessment_id == assessment_id)
    )
    return bool(session.scalar(select(known)))


class Judged(NamedTuple):
    """Two levels of one answer of a confirmed visit, each given without knowing the other."""

    assessment_id: int
    edition: str
    trade: str
    lead_id: int
    second_id: int
    question_id: str
    lead: int
    second: int


def judged(session: Session) -> list[Judged]:
    """Return every pair of independent levels of confirmed visits, in the order of visits."""
    query = (
        select(Assessment.id, Assessment.edition, Assessment.trade)
        .add_columns(SecondSheet.lead_id, SecondSheet.author_id, Opinion.question_id)
        .add_columns(Opinion.lead_level, Opinion.second_level)
        .join_from(Opinion, SecondSheet, SecondSheet.sheet_id == Opinion.sheet_id)
        .join(SheetRow, SheetRow.id == SecondSheet.sheet_id)
        .join(Assessment, Assessment.id == SheetRow.assessment_id)
        .where(IS_CONFIRMED, Opinion.independent)
        .where(Opinion.lead_level.is_not(None), Opinion.second_level.is_not(None))
        .order_by(Assessment.id, Opinion.question_id)
    )
    return [Judged(*row) for row in session.execute(query)]


def firms_of(session: Session, assessment_ids: Collection[int]) -> dict[int, str]:
    """Return the names of the firms by assessment id."""
    query = select(Assessment.id, Firm.name).join(Firm, Firm.id == Assessment.firm_id)
    return dict(session.execute(query.where(Assessment.id.in_(assessment_ids))).all())
