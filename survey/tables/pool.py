"""The cultivation pool, what was decided in it, what was recognised, and reports issued."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.tables.base import Table, one_of
from survey.tables.enums import JobState, PoolState, SheetKind
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


class Report(Table):
    """A diagnosis report asked for, being made, or issued.

    The row is also the job: the worker leases it, and ``basis`` (what the report was made from)
    makes a second request for the same content find the first one.
    """

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("assessment_id", "kind", "basis"),
        CheckConstraint(one_of("kind", SheetKind), name="kind"),
        CheckConstraint(one_of("state", JobState), name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    kind: Mapped[SheetKind]
    basis: Mapped[str] = mapped_column(String(64))
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    state: Mapped[JobState] = mapped_column(default=JobState.QUEUED, index=True)
    attempt: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None]
    fault: Mapped[str | None] = mapped_column(String(300))
    requested_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
