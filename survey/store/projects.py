"""Queries over projects (改造项目): one with its parts, a firm's own, the bureau's list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from survey.store import kept
from survey.store.lists import (
    FACTS,
    Conditions,
    Facts,
    Listing,
    Slice,
    Wanted,
    any_of,
    facts_of,
    is_any_of,
    is_any_row,
    narrowed,
    whose,
)
from survey.tables import (
    Assessment,
    AssessmentState,
    Firm,
    ProgressReport,
    Project,
    ProjectFigure,
    ProjectPackage,
    ProjectPaper,
    ProjectState,
    Provider,
    ProviderStanding,
    Subsidy,
    SubsidyPolicy,
)

OPEN = (ProjectState.PLANNED, ProjectState.CONTRACTED, ProjectState.UNDER_WAY)
"""States in which there is still something to be done by the firm."""
BOUND = (ProjectState.CONTRACTED, ProjectState.UNDER_WAY, ProjectState.FINISHED)
"""Under contract, and not accepted."""
MOST_TOLD = 8
"""Finished projects that a result tells of."""
ONCE = ("price_equipment", "price_software", "price_services", "price_building")
PRICE = sum(
    (func.coalesce(getattr(Project, name), 0) for name in ONCE[1:]),
    start=func.coalesce(Project.price_equipment, 0),
)
"""What a project costs once, in 0.01 万元: its budget, or its contract's price."""


# --- one project ----------------------------------------------------------------------------------


def project(session: Session, project_id: int, *, lock: bool = False) -> Project | None:
    """Return a project with its firm; ``lock`` holds off other writers."""
    query = select(Project).where(Project.id == project_id).options(joinedload(Project.firm))
    if lock:
        fresh = query.execution_options(populate_existing=True)
        query = fresh.with_for_update(of=Project)
    return session.scalar(query)


def of_firm(session: Session, firm_id: int) -> list[Project]:
    """Return a firm's projects: those that go on first, the newest first."""
    over = case((Project.state.in_((*OPEN, ProjectState.FINISHED)), 0), else_=1)
    query = select(Project).where(Project.firm_id == firm_id)
    return list(session.scalars(query.order_by(over, Project.begun_at.desc(), Project.id.desc())))


def to_mend(session: Session, rows: Iterable[Project]) -> list[Project]:
    """Return those of which the bureau asks something to be mended, reported anew or confirmed."""
    running = {row.id: row for row in rows if row.state in OPEN}
    last = select(func.max(ProgressReport.id)).where(ProgressReport.project_id.in_(running))
    query = select(ProgressReport.project_id).where(
        ProgressReport.id.in_(last.group_by(ProgressReport.project_id)),
        ProgressReport.objection != "",
    )
    objected = set(session.scalars(query)) if running else set()
    return [
        row for row in running.values() if row.returned or row.unconfirmed or row.id in objected
    ]


def finished_before(session: Session, assessment: Assessment, day: date) -> list[Project]:
    """Return the projects of a sheet's firm that were finished before a day, the last first; not those
    that began from it."""
    others = func.coalesce(Project.assessment_id, 0) != assessment.id
    query = (
        select(Project)
        .where(Project.firm_id == assessment.firm_id, Project.finished_on < day, others)
        .where(Project.state.in_((ProjectState.FINISHED, ProjectState.ACCEPTED)))
        .options(joinedload(Project.firm))
        .order_by(Project.finished_on.desc(), Project.id.desc())
    )
    return list(session.scalars(query.limit(MOST_TOLD)))


def unaccepted_of(session: Session, provider_id: int) -> list[Project]:
    """Return the projects under contract with a provider that are not accepted, with their firms."""
    query = select(Project).where(Project.provider_id == provider_id, Project.state.in_(BOUND))
    return list(session.scalars(query.options(joinedload(Project.firm)).order_by(Project.id)))


def titled(session: Session, firm_id: int, title: str) -> Project | None:
    """Return a firm's project of this name that was not stopped."""
    query = select(Project).where(
        Project.firm_id == firm_id,
        Project.title == title,
        Project.state != ProjectState.STOPPED,
    )
    return session.scalars(query.limit(1)).first()


def under_way(session: Session, firm_id: int, packages: Collection[str]) -> set[str]:
    """Return which of these packages are part of a project of a firm that is not over."""
    query = (
        select(ProjectPackage.package)
        .join(Project, Project.id == ProjectPackage.project_id)
        .where(Project.firm_id == firm_id, ProjectPackage.package.in_(packages))
        .where(Project.state.in_((*OPEN, ProjectState.FINISHED)))
    )
    return set(session.scalars(query))


def how_many(session: Session, firm_id: int) -> int:
    query = select(func.count()).select_from(Project).where(Project.firm_id == firm_id)
    return session.scalar(query) or 0


def newest_handed_in(session: Session, firm_id: int, until: datetime) -> Assessment | None:
    """Return the assessment a firm handed in last, as it was at a moment."""
    query = (
        select(Assessment)
        .where(Assessment.firm_id == firm_id, Assessment.submitted_at <= until)
        .options(joinedload(Assessment.firm))
        .order_by(Assessment.submitted_at.desc(), Assessment.id.desc())
    )
    return session.scalars(query.limit(1)).first()


def handed_in_since(session: Session, row: Project, since: datetime) -> Assessment | None:
    """Return the first assessment that a project's firm handed in from a moment on, another than the
    one the project began from."""
    query = (
        select(Assessment)
        .where(Assessment.firm_id == row.firm_id, Assessment.submitted_at >= since)
        .where(Assessment.id != (row.assessment_id or 0))
        .where(Assessment.state != AssessmentState.DRAFT)
        .options(joinedload(Assessment.firm), joinedload(Assessment.round))
        .order_by(Assessment.submitted_at, Assessment.id)
    )
    return session.scalars(query.limit(1)).first()


def packages_of(
    session: Session, project_ids: Collection[int]
) -> dict[int, dict[str, ProjectPackage]]:
    """Return the packages of projects by project and code, in the order of their codes."""
    query = (
        select(ProjectPackage)
        .where(ProjectPackage.project_id.in_(project_ids))
        .order_by(ProjectPackage.package)
    )
    found: dict[int, dict[str, ProjectPackage]] = {each: {} for each in project_ids}
    for row in session.scalars(query):
        found[row.project_id][row.package] = row
    return found


def reports_of(session: Session, project_id: int) -> list[ProgressReport]:
    """Return what was reported of a project, the newest first."""
    query = select(ProgressReport).where(ProgressReport.project_id == project_id)
    return list(session.scalars(query.order_by(ProgressReport.id.desc())))


def figures_of(session: Session, project_id: int) -> list[ProjectFigure]:
    query = select(ProjectFigure).where(ProjectFigure.project_id == project_id)
    return list(session.scalars(query.order_by(ProjectFigure.id)))


def papers_of(session: Session, project_id: int) -> list[ProjectPaper]:
    query = select(ProjectPaper).where(ProjectPaper.project_id == project_id)
    return list(session.scalars(query.order_by(ProjectPaper.id)))


def paper(session: Session, paper_id: int) -> ProjectPaper | None:
    return session.get(ProjectPaper, paper_id)


def offered_providers(session: Session, known: int | None = None) -> list[tuple[int, str]]:
    """Return the registered providers a contract may name, and the one it names already."""
    stands = Provider.standing == ProviderStanding.ACTIVE
    query = select(Provider.id, Provider.name).where(or_(stands, Provider.id == known))
    return [(row[0], row[1]) for row in session.execute(query.order_by(Provider.name_key))]


# --- subsidies ------------------------------------------------------------------------------------


def policies(session: Session) -> list[SubsidyPolicy]:
    """Return the district's policies, the newest year first."""
    order = (SubsidyPolicy.year.desc(), SubsidyPolicy.id)
    return list(session.scalars(select(SubsidyPolicy).order_by(*order)))


def policy(session: Session, policy_id: int, *, lock: bool = False) -> SubsidyPolicy | None:
    return session.get(SubsidyPolicy, policy_id, with_for_update=lock, populate_existing=lock)


def subsidies_of(session: Session, project_id: int) -> list[Subsidy]:
    """Return what a project asked for, with the policies."""
    query = select(Subsidy).where(Subsidy.project_id == project_id)
    return list(session.scalars(query.options(joinedload(Subsidy.policy)).order_by(Subsidy.id)))


def subsidy(session: Session, subsidy_id: int) -> Subsidy | None:
    return session.get(Subsidy, subsidy_id, options=[joinedload(Subsidy.policy)])


# --- the bureau's list ----------------------------------------------------------------------------

CONTRACT_WAITS = and_(
    Project.state.in_(BOUND), Project.contract_checked.is_(False), Project.returned == ""
)
PROGRESS_WAITS = and_(
    Project.state.in_((ProjectState.CONTRACTED, ProjectState.UNDER_WAY)),
    Project.progress_checked.is_(False),
)
ACCEPTANCE_WAITS = Project.state == ProjectState.FINISHED
SUBSIDY_WAITS = and_(
    Project.state == ProjectState.ACCEPTED,
    Project.id.in_(select(Subsidy.project_id).where(Subsidy.paid.is_(None))),
)
WAITS: Mapping[str, ColumnElement[bool]] = {
    "contract": CONTRACT_WAITS,
    "progress": PROGRESS_WAITS,
    "acceptance": ACCEPTANCE_WAITS,
    "subsidy": SUBSIDY_WAITS,
    "any": or_(CONTRACT_WAITS, PROGRESS_WAITS, ACCEPTANCE_WAITS, SUBSIDY_WAITS),
}
"""What waits for the bureau."""

PROJECT_SORTS: Mapping[str, ColumnElement[Any]] = {
    "firm": Firm.name_key.expression,
    "township": Firm.township.expression,
    "trade": Firm.trade.expression,
    "employees": Firm.employees.expression,
    "revenue": Firm.revenue.expression,
    "changed": Project.changed_at.expression,
    "planned": Project.planned_end.expression,
    "progress": Project.progress.expression,
    "price": PRICE,
}


@dataclass(frozen=True)
class ProjectLine:
    """One project in the bureau's list, with its firm; amounts in 0.01 万元."""

    row: Project
    firm: str
    code: str
    trade: str
    facts: Facts
    price: int
    packages: tuple[str, ...]
    """The codes of what it carries out."""
    asked: int
    paid: int

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def version(self) -> int:
        return self.row.version


def _sum_of(column: ColumnElement[Any] | Any) -> ColumnElement[int]:
    query = select(func.coalesce(func.sum(column), 0)).where(Subsidy.project_id == Project.id)
    return query.scalar_subquery()


_LISTING = Listing(
    key=Project.id,
    found=select(Project.id),
    beside=((Firm, Firm.id == Project.firm_id),),
    rows=(
        select(
            Project.id,
            Project,
            Firm.name.label("firm"),
            Firm.code,
            Firm.trade,
            *FACTS,
            PRICE.label("price"),
            _sum_of(Subsidy.asked).label("asked"),
            _sum_of(Subsidy.paid).label("paid"),
        ).join(Firm, Firm.id == Project.firm_id)
    ),
    sorts=PROJECT_SORTS,
    firm=Project.firm_id,
)


def projects(
    session: Session, wanted: Wanted, part: Slice | None = None
) -> tuple[list[ProjectLine], int]:
    """Return projects with their firms, packages and subsidies."""
    rows, total = _LISTING.read(session, narrowed(_where, wanted), wanted.sort or "-changed", part)
    return _lines(session, rows), total


def in_portions(session: Session, wanted: Wanted) -> Iterator[list[ProjectLine]]:
    """Return all of the same in their order, some at a time."""
    for rows in _LISTING.portions(session, narrowed(_where, wanted), wanted.sort or "-changed"):
        yield _lines(session, rows)


def _lines(session: Session, rows: Sequence[Any]) -> list[ProjectLine]:
    codes = _codes(session, [row.id for row in rows])
    return [_line(row, codes.get(row.id, ())) for row in rows]


def _codes(session: Session, ids: list[int]) -> dict[int, tuple[str, ...]]:
    """Return the codes of packages by project."""
    query = select(ProjectPackage.project_id, ProjectPackage.package)
    query = query.where(ProjectPackage.project_id.in_(ids))
    found: dict[int, tuple[str, ...]] = {}
    for project_id, code in session.execute(query.order_by(ProjectPackage.package)):
        found[project_id] = (*found.get(project_id, ()), code)
    return found


def _line(row: Any, packages: tuple[str, ...]) -> ProjectLine:
    return ProjectLine(
        row=row.Project,
        firm=row.firm,
        code=row.code,
        trade=row.trade,
        facts=facts_of(row),
        price=row.price,
        packages=packages,
        asked=row.asked,
        paid=row.paid,
    )


def is_overdue(today: date) -> ColumnElement[bool]:
    return and_(Project.state.in_(OPEN), Project.planned_end < today)


def _where(wanted: Wanted) -> Conditions:
    if wanted.only is not None:
        yield Project.id.in_(wanted.only)
    trades = [is_any_of(Firm.trade, wanted.trade)] if wanted.trade else []
    yield from whose(Project.firm_id, wanted, *trades)
    if wanted.state:
        yield is_any_of(Project.state, wanted.state)
    if wanted.waits:
        yield or_(*(WAITS[waiting] for waiting in any_of(wanted.waits)))
    if wanted.overdue:
        yield is_overdue(wanted.today)
    if wanted.provider:
        yield is_any_of(Project.provider_name, wanted.provider)
    if wanted.policy:
        asked = select(Subsidy.project_id).where(is_any_row(Subsidy.policy_id, wanted.policy))
        yield Project.id.in_(asked)


def providers(session: Session) -> list[str]:
    """Return who carries projects out, each once, in order."""
    query = select(Project.provider_name, func.count()).where(Project.provider_name != "")
    rows = kept.added_up(session, query.group_by(Project.provider_name), Project.firm_id, 1)
    return sorted(name for name, projects in rows if projects)
