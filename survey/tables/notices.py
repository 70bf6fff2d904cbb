"""Notices that call for applications (申报通知), the firms each is for, and what became of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table, one_of
from survey.tables.enums import (
    AwardLevel,
    CandidateState,
    NoticeSource,
    NoticeState,
    ReminderKind,
)


class Notice(Table):
    """One call, for one title (称号): who may apply, under which conditions, until when."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint(one_of("state", NoticeState), name="state"),
        CheckConstraint(one_of("source", NoticeSource), name="source"),
        CheckConstraint(one_of("level", AwardLevel), name="level"),
        Index("ix_notices_year_state", "year", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
    number: Mapped[str] = mapped_column(String(100), default="")
    """文号; empty while nobody has seen it."""
    issuer: Mapped[str] = mapped_column(String(100))
    level: Mapped[AwardLevel]
    year: Mapped[int]
    source: Mapped[NoticeSource]
    """How sure it is what stands here."""
    edition: Mapped[str] = mapped_column(String(60))
    """Whose rungs and application conditions it names."""
    rung: Mapped[str] = mapped_column(String(60), default="")
    """The rung that is recognised by it; empty where it is of no ladder of ours."""
    whom: Mapped[dict[str, Any]]
    """For whom it is (``reports.notices.Whom``)."""
    asked: Mapped[list[str]]
    """The edition's conditions it asks for, by id."""
    own: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Conditions of its own (``reports.notices.Own``)."""
    papers: Mapped[list[str]]
    """What is to be handed in (材料清单)."""
    firms_by: Mapped[date | None]
    district_by: Mapped[date | None]
    upward_by: Mapped[date | None]
    platform: Mapped[str] = mapped_column(String(300), default="")
    contact: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[NoticeState]
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was withdrawn."""
    judged_version: Mapped[int] = mapped_column(default=0)
    """The version at which every firm was last held against it."""
    copied_from: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    version: Mapped[int] = mapped_column(default=1)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class NoticeVersion(Table):
    """What a published notice said before it was changed."""

    __tablename__ = "notice_versions"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    said: Mapped[dict[str, Any]]
    until: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class NoticeFile(Table):
    """A file that belongs to a notice (附件)."""

    __tablename__ = "notice_files"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id"), primary_key=True)


class Candidate(Table):
    """A firm beside a notice: which conditions it meets, what it means to do, what became of it.

    The judgement is the newest (``lifecycle.judging``), the rest is what people said. Whoever the
    notice is not for any more keeps its row, because of what was said.
    """

    __tablename__ = "candidates"
    __table_args__ = (
        CheckConstraint(one_of("state", CandidateState), name="state"),
        Index(
            "ix_candidates_found",
            *("notice_id", "fits", "not_met", "unclear", "state", "firm_id"),
        ),
        Index("ix_candidates_settled", "state", "settled_at"),
        Index("ix_candidates_firm", "firm_id", "fits"),
    )

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), primary_key=True)
    fits: Mapped[bool]
    """Whether it is for this firm."""
    states: Mapped[dict[str, Any]]
    """met, not_met, ask or unknown by condition."""
    met: Mapped[int]
    not_met: Mapped[int]
    unclear: Mapped[int]
    """How many are met, not met, and to be asked or unknown."""
    state: Mapped[CandidateState] = mapped_column(default=CandidateState.OPEN)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it gives up, or did not pass."""
    said_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    said_at: Mapped[datetime | None]
    papers: Mapped[list[str]] = mapped_column(default=list)
    """The papers that were checked and are there."""
    project: Mapped[str] = mapped_column(String(100), default="")
    investment: Mapped[int | None] = mapped_column(BigInteger)
    """Of the project, in 元."""
    place: Mapped[int | None]
    """Its place in the order of preference (排序)."""
    minutes_id: Mapped[int | None] = mapped_column(ForeignKey("minutes.id"))
    """By what it was recommended."""
    settled_at: Mapped[datetime | None]
    """When it was known whether it passed."""
    version: Mapped[int] = mapped_column(default=1)


class ConditionAnswer(Table):
    """What an officer found out about one condition of one firm, where no fact settles it (核实)."""

    __tablename__ = "condition_answers"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), primary_key=True)
    condition: Mapped[str] = mapped_column(String(80), primary_key=True)
    met: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)
    answered_on: Mapped[date]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class NoticeReminder(Table):
    """A firm was reminded of a notice: once of a kind and day, however often it is tried."""

    __tablename__ = "notice_reminders"
    __table_args__ = (
        UniqueConstraint("notice_id", "firm_id", "kind", "day"),
        CheckConstraint(one_of("kind", ReminderKind), name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), index=True)
    kind: Mapped[ReminderKind]
    day: Mapped[date]
    """The district's last day it speaks of: one that was put off is spoken of anew."""
    made_at: Mapped[datetime]
    passed_on_at: Mapped[datetime | None]
    """When an officer said that it was passed on."""
