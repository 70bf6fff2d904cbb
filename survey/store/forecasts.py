"""Queries over verified and unverified sheets, and over what was learnt and forecast from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, and_, delete, func, select
from sqlalchemy.orm import Session, aliased

from survey.store import kept
from survey.store.lists import Wanted, of_assessments
from survey.store.sheets import speaking
from survey.tables import (
    Assessment,
    AssessmentState,
    FallModel,
    Firm,
    Forecast,
    PoolEntry,
    PoolState,
    SheetKind,
    SheetRow,
    Size,
)

UNVERIFIED = (AssessmentState.SUBMITTED, AssessmentState.VISITING)
"""States in which the firm's own sheet was handed in and no verified one speaks yet."""
MOST_VISITS = 2_000
"""Visits that are learnt from: the newest, enough to tell what is usual."""


class Verified(NamedTuple):
    """A visit that is closed, with both of its sheets."""

    assessment_id: int
    firm_id: int
    trade: str
    size: Size | None
    own_sheet: int
    found_sheet: int


class Waiting(NamedTuple):
    """A sheet that was handed in and that nobody verified yet."""

    assessment_id: int
    version: int
    firm_id: int
    trade: str
    size: Size | None
    sheet_id: int


class Candidate(NamedTuple):
    """What a choice of visits asks of a sheet nobody was sent to; ``overturned`` in thousandths."""

    id: int
    size: Size | None
    pool: PoolState | None
    step: int
    overturned: int


class Untried(NamedTuple):
    """The same where nothing is forecast yet."""

    id: int
    firm_id: int
    trade: str
    size: Size | None


class Line(NamedTuple):
    """One unverified sheet with what is told of its firm.

    ``step`` is what the firm itself reached, ``visits`` of its sheets of the edition were verified before.
    """

    id: int
    trade: str
    step: int
    firm_id: int
    firm: str
    code: str
    township: str
    size: Size | None
    visits: int
    forecast: Forecast | None


class Answered(NamedTuple):
    """A forecast beside what a visit found since; shares and chances in thousandths."""

    own_step: int
    overturned: int
    share_low: int
    share_high: int
    step: int
    share: int


def editions(session: Session) -> list[str]:
    """Return the editions on which sheets wait for a visit or were verified."""
    states = (*UNVERIFIED, AssessmentState.CONFIRMED)
    query = select(Assessment.edition).distinct().where(Assessment.state.in_(states))
    return sorted(session.scalars(query))


def verified(session: Session, edition: str, limit: int = MOST_VISITS) -> list[Verified]:
    """Return the visits closed last, in the order of their numbers."""
    own, found = aliased(SheetRow), aliased(SheetRow)
    query = (
        select(Assessment.id, Assessment.firm_id, Assessment.trade, Firm.size, own.id, found.id)
        .join(Firm, Firm.id == Assessment.firm_id)
        .join(own, own.assessment_id == Assessment.id)
        .join(found, found.assessment_id == Assessment.id)
        .where(Assessment.edition == edition, Assessment.state == AssessmentState.CONFIRMED)
        .where(speaking(SheetKind.SELF, own), speaking(SheetKind.ONSITE, found))
        .order_by(Assessment.confirmed_at.desc(), Assessment.id.desc())
        .limit(limit)
    )
    return sorted(Verified(*row) for row in session.execute(query))


def waiting(session: Session, edition: str) -> list[Waiting]:
    """Return the unverified sheets of an edition that have a score."""
    query = (
        select(
            Assessment.id,
            Assessment.version,
            Assessment.firm_id,
            Assessment.trade,
            Firm.size,
            SheetRow.id,
        )
        .join(Firm, Firm.id == Assessment.firm_id)
        .join(SheetRow, SheetRow.assessment_id == Assessment.id)
        .where(Assessment.edition == edition, Assessment.state.in_(UNVERIFIED))
        .where(speaking(SheetKind.SELF), Assessment.own_step.is_not(None))
        .order_by(Assessment.id)
    )
    return [Waiting(*row) for row in session.execute(query)]


def forget(session: Session, assessment_id: int) -> None:
    """Drop the forecast of a sheet that was scored again."""
    gone = delete(Forecast).where(Forecast.assessment_id == assessment_id)
    session.execute(gone.execution_options(synchronize_session=False))


def forget_waiting(session: Session, edition: str) -> None:
    """Drop the forecasts of an edition that no visit has answered."""
    ids = select(Assessment.id).where(
        Assessment.edition == edition, Assessment.state.in_(UNVERIFIED)
    )
    gone = delete(Forecast).where(Forecast.assessment_id.in_(ids))
    session.execute(gone.execution_options(synchronize_session=False))


def versions(session: Session, ids: Collection[int]) -> dict[int, int]:
    """Return the versions of unverified assessments, each locked, in the order of their numbers."""
    query = (
        select(Assessment)
        .where(Assessment.id.in_(ids), Assessment.state.in_(UNVERIFIED))
        .order_by(Assessment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {one.id: one.version for one in session.scalars(query)}


def keep(session: Session, rows: Iterable[Forecast]) -> None:
    for row in rows:
        session.merge(row)
    session.flush()


def model(session: Session, edition: str) -> FallModel | None:
    return session.get(FallModel, edition)


def _open(wanted: Wanted) -> ColumnElement[bool]:
    """Sheets nobody was sent to: what a list is narrowed to, each firm's newest, with a score."""
    nobody = Assessment.state == AssessmentState.SUBMITTED
    scored = Assessment.own_step.is_not(None)
    return and_(*of_assessments(wanted), nobody, Assessment.newest, scored)


def candidates(session: Session, wanted: Wanted) -> list[Candidate]:
    """Return the sheets that a visit could be spent on and a forecast speaks of."""
    query = (
        select(
            Assessment.id,
            Firm.size,
            PoolEntry.state,
            Forecast.own_step,
            Forecast.overturned,
        )
        .join(Forecast, Forecast.assessment_id == Assessment.id)
        .join(Firm, Firm.id == Assessment.firm_id)
        .outerjoin(PoolEntry, PoolEntry.firm_id == Firm.id)
        .where(_open(wanted))
        .order_by(Assessment.id)
    )
    return [Candidate(*row) for row in session.execute(query)]


def untried(session: Session, wanted: Wanted) -> list[Untried]:
    """Return the sheets that a visit could be spent on, forecast or not."""
    query = (
        select(Assessment.id, Assessment.firm_id, Assessment.trade, Firm.size)
        .join(Firm, Firm.id == Assessment.firm_id)
        .where(_open(wanted))
        .order_by(Assessment.id)
    )
    return [Untried(*row) for row in session.execute(query)]


def lines(session: Session, ids: Collection[int]) -> list[Line]:
    """Return sheets with their forecasts and what is told of their firms, in the order of ``ids``."""
    query = (
        select(
            Assessment.id,
            Assessment.trade,
            Assessment.own_step,
            Firm.id,
            Firm.name,
            Firm.code,
            func.coalesce(Firm.township, ""),
            Firm.size,
            _visits(),
            Forecast,
        )
        .join(Firm, Firm.id == Assessment.firm_id)
        .outerjoin(Forecast, Forecast.assessment_id == Assessment.id)
        .where(Assessment.id.in_(ids))
    )
    found = {row[0]: Line._make(row) for row in session.execute(query)}
    return [found[id] for id in ids]


def _visits() -> ScalarSelect[int]:
    """Count the verified sheets of an assessment's firm on its edition."""
    other = aliased(Assessment)
    query = select(func.count()).where(
        other.firm_id == Assessment.firm_id,
        other.edition == Assessment.edition,
        other.state == AssessmentState.CONFIRMED,
    )
    return query.correlate(Assessment).scalar_subquery()


def unforecast(session: Session, edition: str) -> int:
    """Count unverified sheets that have no forecast yet."""
    query = (
        select(func.count())
        .select_from(Assessment)
        .outerjoin(Forecast, Forecast.assessment_id == Assessment.id)
        .where(Assessment.edition == edition, Assessment.state.in_(UNVERIFIED))
        .where(Assessment.own_step.is_not(None), Forecast.assessment_id.is_(None))
    )
    return session.scalar(query) or 0


def answered(session: Session, edition: str) -> list[Answered]:
    """Return the forecasts that a visit has answered since."""
    query = (
        select(
            Forecast.own_step,
            Forecast.overturned,
            Forecast.share_low,
            Forecast.share_high,
            func.coalesce(Assessment.visited_step, 0),
            func.coalesce(Assessment.visited_permille, 0),
        )
        .join(Assessment, Assessment.id == Forecast.assessment_id)
        .where(Assessment.edition == edition, Assessment.state == AssessmentState.CONFIRMED)
        .order_by(Assessment.id)
    )
    return [Answered(*row) for row in session.execute(query)]


def seen(session: Session, edition: str) -> dict[tuple[str, str], int]:
    """Count verified sheets of an edition by trade and size; the latter empty where nobody said."""
    query = (
        select(Assessment.trade, Firm.size, func.count())
        .join(Firm, Firm.id == Assessment.firm_id)
        .where(Assessment.edition == edition, Assessment.state == AssessmentState.CONFIRMED)
        .group_by(Assessment.trade, Firm.size)
    )
    counted = kept.added_up(session, query, Assessment.firm_id, 2)
    return {(trade, size or ""): many for trade, size, many in counted}


def processes(session: Session, sheet_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the processes of sheets, by their ids."""
    query = select(SheetRow.id, SheetRow.processes).where(SheetRow.id.in_(sheet_ids))
    return {id_: list(named) for id_, named in session.execute(query)}
