"""Queries over verified and unverified sheets, and over what was learnt and forecast from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, aliased

from survey.store.sheets import speaking
from survey.tables import (
    Assessment,
    AssessmentState,
    FallModel,
    Firm,
    Forecast,
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
    """What a choice of visits asks of an unverified sheet; ``overturned`` in thousandths."""

    id: int
    firm_id: int
    state: AssessmentState
    size: Size | None
    pooled: bool
    step: int
    overturned: int


class Line(NamedTuple):
    """A forecast with what is told of its firm."""

    forecast: Forecast
    trade: str
    firm_id: int
    firm: str
    code: str
    township: str
    size: Size | None


class Answered(NamedTuple):
    """A forecast beside what the visit found since."""

    forecast: Forecast
    step: int
    permille: int


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


def candidates(session: Session, edition: str) -> list[Candidate]:
    """Return every firm's newest unverified sheet that a forecast speaks of, likeliest to fall first."""
    query = (
        select(
            Assessment.id,
            Assessment.firm_id,
            Assessment.state,
            Firm.size,
            Assessment.pooled,
            Forecast.own_step,
            Forecast.overturned,
        )
        .join(Forecast, Forecast.assessment_id == Assessment.id)
        .join(Firm, Firm.id == Assessment.firm_id)
        .where(Assessment.edition == edition, Assessment.state.in_(UNVERIFIED))
        .where(Assessment.newest)
        .order_by(Forecast.overturned.desc(), Assessment.id)
    )
    return [Candidate(*row) for row in session.execute(query)]


def lines(session: Session, ids: Collection[int]) -> list[Line]:
    """Return forecasts with what is told of their firms, likeliest to fall first."""
    query = (
        select(Forecast, Assessment.trade, Firm.id, Firm.name, Firm.code, Firm.township, Firm.size)
        .join(Assessment, Assessment.id == Forecast.assessment_id)
        .join(Firm, Firm.id == Assessment.firm_id)
        .where(Forecast.assessment_id.in_(ids))
        .order_by(Forecast.overturned.desc(), Forecast.assessment_id)
    )
    return [
        Line(forecast, trade, firm_id, name, code, township or "", size)
        for forecast, trade, firm_id, name, code, township, size in session.execute(query)
    ]


def unforecast(session: Session, edition: str) -> int:
    """Count unverified sheets that have no forecast yet."""
    known = set(session.scalars(select(Forecast.assessment_id)))
    return sum(one.assessment_id not in known for one in waiting(session, edition))


def answered(session: Session, edition: str) -> list[Answered]:
    """Return the forecasts that a visit has answered since."""
    query = (
        select(Forecast, Assessment.visited_step, Assessment.visited_permille)
        .join(Assessment, Assessment.id == Forecast.assessment_id)
        .where(Assessment.edition == edition, Assessment.state == AssessmentState.CONFIRMED)
        .order_by(Assessment.id)
    )
    rows = session.execute(query)
    return [Answered(kept, step or 0, permille or 0) for kept, step, permille in rows]


def processes(session: Session, sheet_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the processes of sheets, by their ids."""
    query = select(SheetRow.id, SheetRow.processes).where(SheetRow.id.in_(sheet_ids))
    return {id_: list(named) for id_, named in session.execute(query)}
