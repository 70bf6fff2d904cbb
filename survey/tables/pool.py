"""The cultivation pool, what was decided in it, and what was recognised."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.tables.base import Table, one_of
from survey.tables.enums import PoolState
from survey.tables.firms import Firm


class PoolEntry(Table):
    """A firm on its way up (培育库), with the rung it aims at."""

    __tablename__ = "pool_entries"
    __table_args__ = (CheckConstraint(one_of("state", PoolState), name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), unique=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    state: Mapped[PoolState]
    target_rung: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    firm: Mapped[Firm] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}


class Recognition(Table):
    """A fact the bureau records (认定); only these count against the plan's targets."""

    __tablename__ = "recognitions"
    __table_args__ = (UniqueConstraint("firm_id", "rung"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    rung: Mapped[str] = mapped_column(String(60))
    document: Mapped[str] = mapped_column(String(100))
    recognised_on: Mapped[date]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
