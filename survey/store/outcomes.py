"""What finished projects tell of packages: when and for how much, and the sheets around them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from survey.store.deals import ACCEPTED, SALES
from survey.store.sheets import IS_CONFIRMED
from survey.tables import (
    Assessment,
    AssessmentState,
    Project,
    ProjectPackage,
    ProjectState,
    SheetKind,
    SheetRow,
)

OVER = Project.state.in_((ProjectState.FINISHED, ProjectState.ACCEPTED))
KIND = case((IS_CONFIRMED, SheetKind.ONSITE.value), else_=SheetKind.SELF.value)
"""The kind of the sheet that speaks, as ``sheets.kind_of`` says it of a row."""


class Finished(NamedTuple):
    """A finished project with a package; ``parts`` are how many packages it has in all.

    ``sales`` in 0.01 万元 is what its accepted contract paid, ``price`` the part of it for the
    package where that is said; both None before a contract was accepted and compared.
    """

    firm_id: int
    basis: int | None
    started_on: date | None
    finished_on: date
    quantity: int
    parts: int
    price: int | None
    sales: int | None
    satisfied: int | None
    """The firm's mark of an accepted project, 1 to 5."""

    @property
    def paid(self) -> int | None:
        """What the package itself came to; None where the contract does not tell it apart."""
        alone = self.sales if self.parts == 1 else None
        return alone if self.price is None else self.price


class Handed(NamedTuple):
    """A sheet that speaks for an assessment that was handed in."""

    assessment_id: int
    firm_id: int
    edition: str
    trade: str
    submitted_at: datetime
    is_verified: bool
    sheet_id: int
    processes: list[str]


class Counted(NamedTuple):
    """How many projects with a package are finished, of how many firms."""

    projects: int
    firms: int


def counts(session: Session) -> dict[str, Counted]:
    """Return how often each package was finished."""
    query = (
        select(ProjectPackage.package, func.count(), func.count(Project.firm_id.distinct()))
        .join(Project, Project.id == ProjectPackage.project_id)
        .where(OVER, Project.finished_on.is_not(None))
        .group_by(ProjectPackage.package)
    )
    return {code: Counted(projects, firms) for code, projects, firms in session.execute(query)}


def finished(session: Session, package: str) -> list[Finished]:
    """Return the finished projects with a package, of whichever edition, the first first."""
    parts = (
        select(ProjectPackage.project_id, func.count().label("parts"))
        .group_by(ProjectPackage.project_id)
        .subquery()
    )
    query = (
        select(Project.firm_id, Project.assessment_id, Project.started_on, Project.finished_on)
        .add_columns(ProjectPackage.quantity, parts.c.parts)
        .add_columns(case((ACCEPTED, ProjectPackage.price)), case((ACCEPTED, SALES)))
        .add_columns(case((ACCEPTED, Project.satisfaction)))
        .join(ProjectPackage, ProjectPackage.project_id == Project.id)
        .join(parts, parts.c.project_id == Project.id)
        .where(OVER, Project.finished_on.is_not(None), ProjectPackage.package == package)
        .order_by(Project.finished_on, Project.id)
    )
    return [Finished(*row) for row in session.execute(query)]


def handed_in(session: Session, firm_ids: Collection[int]) -> list[Handed]:
    """Return the sheets that speak for these firms' assessments, in the order they were handed in."""
    query = (
        select(Assessment.id, Assessment.firm_id, Assessment.edition, Assessment.trade)
        .add_columns(Assessment.submitted_at, IS_CONFIRMED, SheetRow.id, SheetRow.processes)
        .join(
            SheetRow,
            and_(SheetRow.assessment_id == Assessment.id, SheetRow.kind == KIND, SheetRow.speaks),
        )
        .where(Assessment.firm_id.in_(firm_ids), Assessment.submitted_at.is_not(None))
        .where(Assessment.state != AssessmentState.DRAFT)
        .order_by(Assessment.submitted_at, Assessment.id)
    )
    return [Handed(*row) for row in session.execute(query)]
