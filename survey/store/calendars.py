"""Queries over the calendars that consultants and officers subscribe to."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from survey.tables import Appointment, Assessment, CalendarFeed, Role, User

WHO = (Role.CONSULTANT, Role.OFFICER)
"""Who may subscribe: consultants to their visits, officers to the days of notices."""


def feed(session: Session, user_id: int) -> CalendarFeed | None:
    return session.get(CalendarFeed, user_id, populate_existing=True)


def owner(session: Session, token_hash: str) -> User | None:
    """Return whose calendar an address opens, as long as they may sign in."""
    query = (
        select(User)
        .join(CalendarFeed, CalendarFeed.user_id == User.id)
        .where(CalendarFeed.token_hash == token_hash, User.active, User.role.in_(WHO))
    )
    return session.scalar(query)


def appointments(session: Session, assessment_id: int) -> dict[int, Appointment]:
    """Return what calendars were told of a visit, by consultant."""
    query = select(Appointment).where(Appointment.assessment_id == assessment_id)
    return {one.user_id: one for one in session.scalars(query)}


class Told(NamedTuple):
    """A visit as a calendar knows it, and as it stands."""

    appointment: Appointment
    assessment: Assessment


def told(session: Session, user_id: int, since: date, cancelled_since: datetime) -> list[Told]:
    """Return a consultant's visits from a day on, and those taken away of late, by day."""
    query = (
        select(Appointment, Assessment)
        .join(Assessment, Assessment.id == Appointment.assessment_id)
        .where(Appointment.user_id == user_id, Appointment.planned_on >= since)
        .where(or_(~Appointment.cancelled, Appointment.changed_at >= cancelled_since))
        .options(joinedload(Assessment.firm, innerjoin=True))
        .order_by(Appointment.planned_on, Appointment.assessment_id)
    )
    return [Told(*row) for row in session.execute(query)]
