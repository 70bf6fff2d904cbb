"""Queries over reports."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.tables import JobState, Report, SheetKind


def report(session: Session, report_id: int, *, lock: bool = False) -> Report | None:
    return session.get(Report, report_id, with_for_update=lock, populate_existing=lock)


def report_on(session: Session, assessment_id: int, kind: SheetKind, basis: str) -> Report | None:
    query = select(Report).where(
        Report.assessment_id == assessment_id, Report.kind == kind, Report.basis == basis
    )
    return session.scalar(query.execution_options(populate_existing=True))


def reports_of(session: Session, assessment_id: int) -> list[Report]:
    """Return the reports of an assessment, newest first."""
    query = select(Report).where(Report.assessment_id == assessment_id).order_by(Report.id.desc())
    return list(session.scalars(query))


def next_waiting(session: Session, now: datetime) -> Report | None:
    """Return the oldest report nobody works on, locked against other workers."""
    query = (
        select(Report)
        .where(
            (Report.state == JobState.QUEUED)
            | ((Report.state == JobState.WORKING) & (Report.leased_until < now))
        )
        .order_by(Report.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.scalar(query)


def waiting_before(session: Session, report_id: int) -> int:
    """Return how many reports will be made before this one."""
    query = select(func.count()).where(
        Report.state.in_((JobState.QUEUED, JobState.WORKING)), Report.id < report_id
    )
    return session.scalar(query) or 0
