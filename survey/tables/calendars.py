"""The calendars people subscribe to (日历订阅), and what a consultant's was told of a visit."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table


class CalendarFeed(Table):
    """The address at which a consultant's visits, or for an officer the days of notices, may be
    fetched; only the hash of its word is kept."""

    __tablename__ = "calendars"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]


class Appointment(Table):
    """A visit in one consultant's calendar: kept when it is taken away, so that calendars learn of it."""

    __tablename__ = "appointments"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    planned_on: Mapped[date]
    """The day it is, or was, planned for."""
    sequence: Mapped[int]
    """How often it changed, as RFC 5545 counts."""
    cancelled: Mapped[bool]
    changed_at: Mapped[datetime]
