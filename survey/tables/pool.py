"""The cultivation pool, what was decided in it, what was recognised, and reports issued."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.tables.assessments import ONSITE, SELF
from survey.tables.base import Table
from survey.tables.firms import Firm

PROPOSED, IN_POOL, RECOGNISED, WITHDRAWN = (
    "proposed",
    "in_pool",
    "recognised",
    "withdrawn",
)
POOL_STATES = (PROPOSED, IN_POOL, RECOGNISED, WITHDRAWN)
QUEUED, WORKING, DONE, FAILED = "queued", "working", "done", "failed"


class PoolEntry(Table):
    """A firm on its way up (培育库), with the rung it aims at."""

    __tablename__ = "pool_entries"
    __table_args__ = (CheckConstraint(f"state IN {POOL_STATES}", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), unique=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    state: Mapped[str] = mapped_column(String(12))
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
        CheckConstraint(f"kind IN {(SELF, ONSITE)}", name="kind"),
        CheckConstraint(f"state IN {(QUEUED, WORKING, DONE, FAILED)}", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    kind: Mapped[str] = mapped_column(String(10))
    basis: Mapped[str] = mapped_column(String(64))
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=QUEUED, index=True)
    attempt: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None]
    fault: Mapped[str | None] = mapped_column(String(300))
    requested_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
