"""What the ledger shows beside its entries: projects, money, reports, levels, in set statements."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from survey.clock import LOCAL
from survey.tables import (
    AnswerRow,
    Assessment,
    Document,
    DocumentKind,
    DocumentStanding,
    FirmYear,
    Ladder,
    Minutes,
    PoolEntry,
    Project,
    ProjectPackage,
    ProjectState,
    SheetRow,
    StageChange,
    Subsidy,
    SubsidyPolicy,
)

MATURITY = ("maturity_level", "maturity_date", "maturity_report")
"""Questions of the national facts: level, day and number of the self-assessment."""


def projects(session: Session, firm_ids: Collection[int]) -> dict[int, list[Project]]:
    """Return the projects of firms that were not stopped, the oldest first."""
    query = select(Project).where(
        Project.firm_id.in_(firm_ids), Project.state != ProjectState.STOPPED
    )
    found: dict[int, list[Project]] = {}
    for project in session.scalars(query.order_by(Project.firm_id, Project.id)):
        found.setdefault(project.firm_id, []).append(project)
    return found


def packages(session: Session, firm_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the codes of the packages that those projects carry out, by firm."""
    query = (
        select(Project.firm_id, ProjectPackage.package)
        .join(Project, Project.id == ProjectPackage.project_id)
        .where(Project.firm_id.in_(firm_ids), Project.state != ProjectState.STOPPED)
        .order_by(Project.id, ProjectPackage.package)
    )
    found: dict[int, list[str]] = {}
    for firm_id, package in session.execute(query):
        if package not in found.setdefault(firm_id, []):
            found[firm_id].append(package)
    return found


class Paid(NamedTuple):
    """What a firm was paid by one policy, in whole 0.01 万元."""

    policy: str
    year: int
    paid: int


def paid(session: Session, firm_ids: Collection[int]) -> dict[int, list[Paid]]:
    """Return what projects of firms were paid by policies, the oldest first."""
    year = SubsidyPolicy.year
    query = (
        select(Project.firm_id, SubsidyPolicy.name, year, Subsidy.paid, Subsidy.paid_on)
        .join(Project, Project.id == Subsidy.project_id)
        .join(SubsidyPolicy, SubsidyPolicy.id == Subsidy.policy_id)
        .where(Project.firm_id.in_(firm_ids), func.coalesce(Subsidy.paid, 0) > 0)
        .order_by(year, Subsidy.id)
    )
    found: dict[int, list[Paid]] = {}
    for firm_id, name, of_policy, amount, day in session.execute(query):
        of_year = day.year if day else of_policy
        found.setdefault(firm_id, []).append(Paid(name, of_year, amount or 0))
    return found


def levels(session: Session, firm_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """Return the digital level by the province that lists told last, with its year, by firm."""
    query = select(FirmYear.firm_id, FirmYear.year, FirmYear.digital_level).where(
        FirmYear.firm_id.in_(firm_ids), FirmYear.digital_level.is_not(None)
    )
    rows = session.execute(query.order_by(FirmYear.firm_id, FirmYear.year))
    return {firm_id: (year, level) for firm_id, year, level in rows if level}


class Diagnosed(NamedTuple):
    """When a diagnosis was confirmed, and the number of its report where one is in force."""

    day: date
    report: str


def diagnoses(session: Session, assessment_ids: Collection[int]) -> dict[int, Diagnosed]:
    """Return the confirmed ones of these assessments."""
    reported = and_(
        Document.subject == "assessment",
        Document.subject_id == Assessment.id,
        Document.kind == DocumentKind.ONSITE_REPORT,
        Document.standing == DocumentStanding.VALID,
    )
    query = (
        select(Assessment.id, Assessment.confirmed_at, Document.number)
        .outerjoin(Document, reported)
        .where(Assessment.id.in_(assessment_ids), Assessment.confirmed_at.is_not(None))
    )
    rows = session.execute(query)
    return {id_: Diagnosed(_day(at), number or "") for id_, at, number in rows if at}


def maturity(session: Session, assessment_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return what the sheets that speak say of their firm's maturity, by assessment and question."""
    query = (
        select(SheetRow.assessment_id, AnswerRow.question_id, AnswerRow.value)
        .join(AnswerRow, AnswerRow.sheet_id == SheetRow.id)
        .where(SheetRow.assessment_id.in_(assessment_ids), SheetRow.speaks)
        .where(AnswerRow.question_id.in_(MATURITY), AnswerRow.value.is_not(None))
        .order_by(SheetRow.kind.desc(), SheetRow.id)
    )
    found: dict[int, dict[str, Any]] = {}
    for assessment_id, question, value in session.execute(query):
        found.setdefault(assessment_id, {})[question] = value
    return found


def admissions(session: Session, entry_minutes: Collection[int]) -> dict[int, str]:
    """Return the numbers of minutes, by id."""
    query = select(Minutes.id, Minutes.document).where(Minutes.id.in_(entry_minutes))
    return {row[0]: row[1] for row in session.execute(query)}


def reasons_of_admission(session: Session, entry_ids: Collection[int]) -> dict[int, str]:
    """Return why entries were last taken in, by entry: what a firm taken in by itself rests on."""
    query = (
        select(StageChange.entry_id, StageChange.reason)
        .join(PoolEntry, PoolEntry.id == StageChange.entry_id)
        .where(StageChange.entry_id.in_(entry_ids), StageChange.ladder == Ladder.PROVINCE)
        .where(StageChange.at == PoolEntry.admitted_at)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _day(moment: datetime) -> date:
    return moment.astimezone(LOCAL).date()
