"""Queries over alerts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from survey.tables import Alert


def open_alerts(session: Session, *, lock: bool = False) -> list[Alert]:
    """Return what is bad now, the oldest first."""
    query = select(Alert).where(Alert.ended_at.is_(None)).order_by(Alert.began_at, Alert.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(query))


def ended_alerts(session: Session, since: datetime) -> list[Alert]:
    """Return what was bad and ended after a moment, the newest first."""
    query = select(Alert).where(Alert.ended_at >= since).order_by(Alert.ended_at.desc())
    return list(session.scalars(query))


def untold(session: Session, tried_before: datetime) -> list[Alert]:
    """Return what is bad, was mailed by nobody, and was not tried lately; each locked."""
    query = select(Alert).where(Alert.ended_at.is_(None), Alert.told_at.is_(None))
    query = query.where(or_(Alert.tried_at.is_(None), Alert.tried_at < tried_before))
    query = query.order_by(Alert.id).with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(query))


def alert(session: Session, alert_id: int) -> Alert:
    return session.get_one(Alert, alert_id, with_for_update=True, populate_existing=True)
