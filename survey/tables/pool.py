"""The cultivation pool, what was decided in it, and what was recognised."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.tables.base import Table, one_of
from survey.tables.enums import Ladder, PoolState, RecognitionStanding
from survey.tables.firms import Firm


class OnLadders:
    """Where an entry stands on both ladders; each stage is one of the district's settings.

    The target of the province's ladder is the entry's own, as is what was recognised on it.
    """

    stage: Mapped[str] = mapped_column(String(40), default="", server_default="", index=True)
    stage_at: Mapped[datetime | None]
    left_stage: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """The stage an officer was proposed and did not take; neither it nor one before it comes again."""
    nation_target: Mapped[str] = mapped_column(String(60), default="", server_default="")
    """A rung of the nation's ladder; empty for a firm that does not climb it."""
    nation_stage: Mapped[str] = mapped_column(String(40), default="", server_default="", index=True)
    nation_stage_at: Mapped[datetime | None]
    left_nation: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """As ``left_stage``, of the nation's ladder."""


class Followed:
    """What an officer keeps of an entry: who sees to it, what comes next, what no list tells."""

    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    department: Mapped[str] = mapped_column(String(60), default="", server_default="")
    next_step: Mapped[str] = mapped_column(String(200), default="", server_default="")
    next_by: Mapped[date | None] = mapped_column(index=True)
    credit: Mapped[str] = mapped_column(String(60), default="", server_default="")
    """What the check of its credit found (信用核查), and when."""
    credit_on: Mapped[date | None]
    offences: Mapped[str] = mapped_column(String(200), default="", server_default="")
    """Offences and accidents of the last years, as the bureau knows them; empty where nobody asked."""
    benefits: Mapped[str] = mapped_column(String(200), default="", server_default="")
    """What support it was given beside that of its projects (政策兑现)."""
    remark: Mapped[str] = mapped_column(String(500), default="", server_default="")


class PoolEntry(OnLadders, Followed, Table):
    """A firm on its way up (培育库), with the rung it aims at."""

    __tablename__ = "pool_entries"
    __table_args__ = (
        CheckConstraint(one_of("state", PoolState), name="state"),
        Index("ix_pool_entries_targets", "edition", "state", "target_rung"),
        Index("ix_pool_entries_changed", "edition", "changed_at"),
        Index("ix_pool_entries_waiting", "state", "changed_at"),
        Index("ix_pool_entries_nation", "nation_stage"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), unique=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    edition: Mapped[str] = mapped_column(String(40), server_default="")
    """Its assessment's, kept here for lists that count by it."""
    state: Mapped[PoolState]
    target_rung: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
    admitted_at: Mapped[datetime | None]
    """When it was last taken in (入库); by which minutes, where there were any."""
    admission_id: Mapped[int | None] = mapped_column(ForeignKey("minutes.id"))
    version: Mapped[int] = mapped_column(default=1)

    firm: Mapped[Firm] = relationship(lazy="raise")
    admission: Mapped[Minutes | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}


class Paper(Table):
    """A paper the bureau decided by: a notice of recognition, minutes. Its bytes lie under its hash."""

    __tablename__ = "papers"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]


class Minutes(Table):
    """By which the bureau decided about several firms at once (会议纪要): number, day, the paper itself."""

    __tablename__ = "minutes"

    id: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(String(100))
    decided_on: Mapped[date]
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("papers.id"))
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]

    paper: Mapped[Paper | None] = relationship(lazy="raise")


class Decided(Table):
    """An entry that minutes decided about."""

    __tablename__ = "minutes_entries"

    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(
        ForeignKey("pool_entries.id"), primary_key=True, index=True
    )

    minutes: Mapped[Minutes] = relationship(lazy="raise")


class StageChange(Table):
    """A step of an entry on one ladder: to which stage, when, why, by which minutes."""

    __tablename__ = "stage_changes"
    __table_args__ = (CheckConstraint(one_of("ladder", Ladder), name="ladder"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("pool_entries.id"), index=True)
    ladder: Mapped[Ladder]
    stage: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(60))
    """What it was called then: stages are renamed and forgotten."""
    target: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    proposed: Mapped[bool]
    """Whether the system had proposed it."""
    minutes_id: Mapped[int | None] = mapped_column(ForeignKey("minutes.id"))
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    minutes: Mapped[Minutes | None] = relationship(lazy="raise")


class NationalFiling(Table):
    """A firm's place on the nation's ladder (备案或列入名单): a fact by a paper, beside recognitions."""

    __tablename__ = "national_filings"
    __table_args__ = (
        CheckConstraint(one_of("standing", RecognitionStanding), name="standing"),
        Index(
            "uq_national_filings_in_force",
            "firm_id",
            "rung",
            unique=True,
            sqlite_where=text("standing = 'valid'"),
            postgresql_where=text("standing = 'valid'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    rung: Mapped[str] = mapped_column(String(60))
    document: Mapped[str] = mapped_column(String(100))
    filed_on: Mapped[date]
    standing: Mapped[RecognitionStanding] = mapped_column(default=RecognitionStanding.VALID)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was revoked."""
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]


class Recognition(Table):
    """A fact the bureau records (认定); of these only those in force count against the plan's targets.

    A correction ends one row and begins another; nothing that was recorded is forgotten.
    """

    __tablename__ = "recognitions"
    __table_args__ = (
        CheckConstraint(one_of("standing", RecognitionStanding), name="standing"),
        Index(
            "uq_recognitions_in_force",
            "firm_id",
            "rung",
            unique=True,
            sqlite_where=text("standing = 'valid'"),
            postgresql_where=text("standing = 'valid'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    rung: Mapped[str] = mapped_column(String(60))
    document: Mapped[str] = mapped_column(String(100))
    recognised_on: Mapped[date]
    title: Mapped[str] = mapped_column(String(100), default="")
    """The title as the paper has it, such as 浙江省智能工厂; empty where nobody said."""
    level: Mapped[str] = mapped_column(String(20), default="")
    """An ``AwardLevel``; empty where nobody said."""
    project: Mapped[str] = mapped_column(String(100), default="")
    """The project or workshop that was recognised."""
    standing: Mapped[RecognitionStanding] = mapped_column(default=RecognitionStanding.VALID)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was corrected or revoked."""
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("recognitions.id"))
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("papers.id"))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]

    paper: Mapped[Paper | None] = relationship(lazy="raise")
