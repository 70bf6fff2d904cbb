"""Projects (改造项目): what a firm has decided to change, how far it has come, and what came of it.

Every amount is in whole 0.01 万元, as in plans and the catalogue.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.tables.base import Table, one_of
from survey.tables.enums import ProjectPaperKind, ProjectState
from survey.tables.firms import Firm


class Project(Table):
    """One project of one firm, from its plan to its acceptance.

    A finished project lifts no answer: the firm's next sheet says what is true.
    """

    __tablename__ = "projects"
    __table_args__ = (
        CheckConstraint(one_of("state", ProjectState), name="state"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint("satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name="satisfied"),
        Index("ix_projects_due", "state", "planned_end"),
        Index("ix_projects_waiting", "state", "changed_at"),
        Index("ix_projects_firms", "state", "firm_id"),
        Index("ix_projects_changed", "changed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), index=True)
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessments.id"))
    """Whose result it began from; None for one of the firm's own."""
    edition: Mapped[str] = mapped_column(String(20))
    """Whose catalogue its packages are of."""
    title: Mapped[str] = mapped_column(String(100))
    place: Mapped[str] = mapped_column(String(100), default="")
    """The workshop or line."""
    summary: Mapped[str] = mapped_column(String(300), default="")
    """建设内容, in a sentence."""
    state: Mapped[ProjectState]
    filing_code: Mapped[str] = mapped_column(String(30), default="")
    """备案代码; empty where none is known."""
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("providers.id"), index=True)
    """The registered provider that does it; None for anybody else."""
    provider_name: Mapped[str] = mapped_column(String(100), default="")
    """Who does it, in words, a registered one too; empty before the contract."""
    price_equipment: Mapped[int | None]
    price_software: Mapped[int | None]
    price_services: Mapped[int | None]
    price_building: Mapped[int | None]
    """土建, told apart from all the others."""
    price_yearly: Mapped[int | None]
    """Fees of each year, beside what is paid once. All prices are a budget until ``contracted_on``."""
    contract_checked: Mapped[bool] = mapped_column(default=False)
    """Whether the bureau has compared these facts with the contract."""
    planned_start: Mapped[date | None]
    planned_end: Mapped[date | None]
    contracted_on: Mapped[date | None]
    started_on: Mapped[date | None]
    finished_on: Mapped[date | None]
    accepted_on: Mapped[date | None]
    progress: Mapped[int] = mapped_column(default=0)
    """In percent, as the firm said last."""
    progress_on: Mapped[date | None]
    """The day it speaks of (截至)."""
    progress_checked: Mapped[bool] = mapped_column(default=True)
    invested: Mapped[int | None]
    """Paid so far, at the same day; of a finished project, what it cost."""
    returned: Mapped[str] = mapped_column(Text, default="")
    """What the bureau asks the firm to mend; empty once the firm has."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was stopped or opened again."""
    satisfaction: Mapped[int | None]
    """The firm's own, 1 to 5."""
    opinion: Mapped[str] = mapped_column(String(500), default="")
    begun_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    begun_at: Mapped[datetime]
    by_bureau: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether an officer wrote it down for the firm, as told by telephone (代登记)."""
    confirmed_at: Mapped[datetime | None]
    """When the firm said that what an officer wrote down is so, or changed it; None before that."""
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    firm: Mapped[Firm] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    @property
    def unconfirmed(self) -> bool:
        """Whether an officer wrote it down and the firm has not said that it is so."""
        return self.by_bureau and self.confirmed_at is None


class ProjectPackage(Table):
    """A package of the edition's catalogue that a project carries out, and how its acceptance went."""

    __tablename__ = "project_packages"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    package: Mapped[str] = mapped_column(String(20), primary_key=True, index=True)
    quantity: Mapped[int] = mapped_column(default=1)
    """How many of what the package is priced by; 1 of a whole project."""
    price: Mapped[int | None]
    """Its part of what is paid once; None where the contract does not say it apart."""
    met: Mapped[bool | None]
    """Whether its acceptance check holds; None until the bureau has looked."""
    finding: Mapped[str] = mapped_column(String(300), default="")
    seen_on: Mapped[date | None]


class ProgressReport(Table):
    """What a firm reported of a project on one day; nothing reported is changed later."""

    __tablename__ = "progress_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    percent: Mapped[int]
    as_of: Mapped[date]
    invested: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    reported_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reported_at: Mapped[datetime]
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    checked_at: Mapped[datetime | None]
    objection: Mapped[str] = mapped_column(Text, default="")
    """Why the bureau did not take it; empty where it did, or has not looked."""


class ProjectFigure(Table):
    """A figure before and after, each with its day: one row, so that both are of one definition."""

    __tablename__ = "project_figures"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    question: Mapped[str] = mapped_column(String(60), default="")
    """The key figure of the edition it is; empty for one of the firm's own."""
    title: Mapped[str] = mapped_column(String(60))
    unit: Mapped[str] = mapped_column(String(20), default="")
    before: Mapped[str | None] = mapped_column(String(20))
    """A decimal number, as typed."""
    before_on: Mapped[date | None]
    after: Mapped[str | None] = mapped_column(String(20))
    after_on: Mapped[date | None]


class SubsidyPolicy(Table):
    """By which the district pays part of what projects cost (补助政策): data, not rules in code."""

    __tablename__ = "subsidy_policies"
    __table_args__ = (CheckConstraint("share BETWEEN 0 AND 100", name="share"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    document: Mapped[str] = mapped_column(String(100), default="")
    year: Mapped[int]
    share: Mapped[int]
    """In percent of what counts."""
    cap: Mapped[int | None]
    """Most for one project; None for no limit."""
    counted: Mapped[list[str]]
    """Which ``CostKind`` count."""
    open: Mapped[bool] = mapped_column(default=True)
    """Whether it may still be asked for."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Subsidy(Table):
    """What a project asked for by one policy, and what was paid."""

    __tablename__ = "subsidies"
    __table_args__ = (UniqueConstraint("project_id", "policy_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("subsidy_policies.id"), index=True)
    asked: Mapped[int]
    asked_on: Mapped[date]
    paid: Mapped[int | None]
    """All paid so far; 0 where nothing will be; None while nobody has decided."""
    paid_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(300), default="")
    """What the bureau says to it, such as the number of the paper."""

    policy: Mapped[SubsidyPolicy] = relationship(lazy="raise")


class ProjectPaper(Table):
    """A document of a project: contract, invoice, acceptance; its bytes lie under its hash."""

    __tablename__ = "project_papers"
    __table_args__ = (
        CheckConstraint(one_of("kind", ProjectPaperKind), name="kind"),
        UniqueConstraint("project_id", "kind", "sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    kind: Mapped[ProjectPaperKind]
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]
