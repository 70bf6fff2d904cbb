"""What firms ask of the bureau (诉求): each need, what was said on the way, and what was proposed as one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.tables.base import Table, one_of
from survey.tables.enums import NeedSource, NeedState, NeedWord, Rating
from survey.tables.firms import Firm


class FirmNeed(Table):
    """One need of one firm, under a number of its year.

    A need that repeats another's is joined to it (同类合并) and follows it; each keeps its own firm,
    words and rating.
    """

    __tablename__ = "needs"
    __table_args__ = (
        CheckConstraint(one_of("state", NeedState), name="state"),
        CheckConstraint(one_of("source", NeedSource), name="source"),
        CheckConstraint(one_of("rating", Rating), name="rating"),
        UniqueConstraint("year", "serial"),
        Index("ix_needs_standing", "state", "due_on", "answered_on"),
        Index("ix_needs_changed", "state", "changed_at"),
        Index(
            "ix_needs_counted_firms",
            *("year", "category", "state", "due_on", "answered_on", "firm_id"),
        ),
        Index("ix_needs_kinds", "year", "category", "department"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    serial: Mapped[int]
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), index=True)
    source: Mapped[NeedSource]
    raised_on: Mapped[date]
    said_by: Mapped[str] = mapped_column(String(60))
    """Who in the firm said it, as typed."""
    category: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    wish: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[NeedState]
    department: Mapped[str] = mapped_column(String(60), default="")
    handed_on: Mapped[date | None]
    days: Mapped[int | None]
    """Working days its department was given."""
    due_on: Mapped[date | None]
    by_weekends: Mapped[bool] = mapped_column(default=False)
    """Whether its due date rests on a year whose holidays nobody had imported."""
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_on: Mapped[date | None]
    public: Mapped[bool] = mapped_column(default=False)
    """Whether the answer may be made public (公开答复)."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it is deferred or declined."""
    rating: Mapped[Rating | None]
    called_on: Mapped[date | None]
    """When the firm said that it was solved (回访)."""
    reopened: Mapped[int] = mapped_column(default=0)
    """How often a firm said that it was not."""
    main_id: Mapped[int | None] = mapped_column(ForeignKey("needs.id"), index=True)
    joined_at: Mapped[datetime | None]
    before_joining: Mapped[dict[str, Any] | None]
    """What it held before it was joined, to be given back when that is undone."""
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    firm: Mapped[Firm] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    @property
    def number(self) -> str:
        return f"{self.year}-{self.serial:04d}"


class NeedEntry(Table):
    """One word on the way of a need: progress, an answer, what the firm said when it was asked."""

    __tablename__ = "need_entries"
    __table_args__ = (CheckConstraint(one_of("kind", NeedWord), name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id"), index=True)
    kind: Mapped[NeedWord]
    says: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]


class NeedDraft(Table):
    """That somebody decided about what an answer proposed: it does not come back."""

    __tablename__ = "need_drafts"

    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    """Which answer proposed what, see ``readings.need_drafts``."""
    need_id: Mapped[int | None] = mapped_column(ForeignKey("needs.id"))
    """What became of it; None where it was dismissed."""
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime]
