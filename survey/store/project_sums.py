"""What projects come to in figures: by state, and of which firms how much; the one truth of all pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, case, func, select
from sqlalchemy.orm import Session

from survey.store import kept
from survey.store.lists import Query
from survey.store.projects import OPEN, PRICE, is_overdue
from survey.tables import Project, ProjectState, Subsidy


class OfState(NamedTuple):
    """Projects in one state; amounts in 0.01 万元.

    Args:
        price: What they cost once by contract or budget.
        paid: What firms paid so far; of finished ones what they cost, as their firms reported.
        late: How many are late.
        firms: Whose they are; a firm counts once in each state.
        asked: Subsidies asked for; ``granted`` are those paid out.
    """

    projects: int = 0
    price: int = 0
    paid: int = 0
    late: int = 0
    firms: int = 0
    asked: int = 0
    granted: int = 0


NO_PROJECTS = OfState()
OVER = (ProjectState.FINISHED, ProjectState.ACCEPTED)
LIVE = tuple(state for state in ProjectState if state != ProjectState.STOPPED)


class Largest(NamedTuple):
    """How many firms have part of each sum, and what the two with the most have, in 0.01 万元."""

    price: tuple[int, int, int]
    asked: tuple[int, int, int]
    granted: tuple[int, int, int]


class Sums(NamedTuple):
    """The district's projects in figures; amounts in 0.01 万元, stopped projects apart.

    The one truth of pages, ledger and reports.
    """

    by_state: Mapping[ProjectState, OfState]
    firms: int
    """Whose they are, each once."""
    largest: Largest

    def of(self, *states: ProjectState) -> OfState:
        """Add up some states; none named means all but the stopped."""
        chosen = [self.by_state.get(state, NO_PROJECTS) for state in states or LIVE]
        return OfState(*(sum(column) for column in zip(*chosen, strict=True)))

    @property
    def under_way(self) -> int:
        """Projects under contract or under way."""
        return self.of(ProjectState.CONTRACTED, ProjectState.UNDER_WAY).projects

    @property
    def done(self) -> int:
        return self.of(*OVER).projects

    @property
    def planned(self) -> int:
        """What all of them cost once."""
        return self.of().price

    @property
    def invested(self) -> int:
        """Paid so far, of those that go on."""
        return self.of(*OPEN).paid

    @property
    def finished(self) -> int:
        """What finished and accepted ones cost: as reported, or as the contract says."""
        return self.of(*OVER).paid

    @property
    def overdue(self) -> int:
        return self.of().late

    @property
    def asked(self) -> int:
        return self.of().asked

    @property
    def granted(self) -> int:
        return self.of().granted

    @property
    def lost(self) -> int:
        """Subsidies paid out to projects that were stopped since."""
        return self.of(ProjectState.STOPPED).granted


def sums(session: Session, today: date) -> Sums:
    """Count projects and add up their money, in three questions."""
    rows = kept.added_up(session, _by_state(today), Project.firm_id, 1)
    by_state = {row[0]: OfState(*row[1:]) for row in rows}
    firms = select(func.count(Project.firm_id.distinct())).where(Project.state.in_(LIVE))
    whose = kept.total(session, firms, Project.firm_id)
    return Sums(by_state, whose, _largest(session))


_GIVEN = (
    select(
        Subsidy.project_id,
        func.sum(Subsidy.asked).label("asked"),
        func.sum(Subsidy.paid).label("granted"),
    )
    .group_by(Subsidy.project_id)
    .subquery()
)


def _added(column: ColumnElement[Any]) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0)


def _by_state(today: date) -> Select[*tuple[Any, ...]]:
    state = Project.state
    paid = case((state.in_(OVER), func.coalesce(Project.invested, PRICE)), else_=Project.invested)
    return (
        select(
            state,
            func.count(),
            _added(PRICE),
            _added(paid),
            func.count(case((is_overdue(today), 1))),
            func.count(Project.firm_id.distinct()),
            _added(_GIVEN.c.asked),
            _added(_GIVEN.c.granted),
        )
        .outerjoin(_GIVEN, _GIVEN.c.project_id == Project.id)
        .group_by(state)
    )


def _largest(session: Session) -> Largest:
    wards = [row for rows in kept.by_ward(session, _LargestOfWard()) for row in rows]
    found = [
        (
            sum(row[at] for row in wards),
            *sorted((int(one or 0) for row in wards for one in row[at + 1 : at + 3]), reverse=True),
        )
        for at in (0, 3, 6)
    ]
    return Largest(*((*one, 0, 0)[:3] for one in found))


class _LargestOfWard:
    """Of each sum how many firms of a ward hold any, and what the two with the most hold."""

    def of(self, ward: int) -> Query:
        ours = kept.ward_of(Project.firm_id.expression)
        sums = (_added(PRICE), _added(_GIVEN.c.asked), _added(_GIVEN.c.granted))
        query = select(
            ours, *(one.label(name) for one, name in zip(sums, Largest._fields, strict=True))
        )
        of_firms = query.outerjoin(_GIVEN, _GIVEN.c.project_id == Project.id)
        of_firms = of_firms.where(Project.state.in_(LIVE)).group_by(Project.firm_id)
        held = kept.within(of_firms, Project.firm_id.expression, ward).subquery()
        placed = select(held, *(_place(held, name) for name in Largest._fields)).subquery()
        told = [part for name in Largest._fields for part in _holders_and_first_two(placed, name)]
        return select(*told, placed.c.ward).group_by(placed.c.ward)


def _place(held: Subquery, name: str) -> ColumnElement[int]:
    place = func.row_number().over(partition_by=held.c.ward, order_by=held.c[name].desc())
    return place.label(f"{name}_place")


def _holders_and_first_two(placed: Subquery, name: str) -> Iterator[ColumnElement[Any]]:
    """Ask how many firms hold any of a sum, and what the two with the most hold."""
    held, place = placed.c[name], placed.c[f"{name}_place"]
    yield func.count(case((held > 0, 1)))
    yield func.max(case((place == 1, held)))
    yield func.max(case((place == 2, held)))


class OfFirm(NamedTuple):
    """A firm's projects in figures, as the ledger shows them; amounts in 0.01 万元."""

    titles: tuple[str, ...]
    planned: int
    invested: int
    invested_on: date | None


def sums_of_firms(session: Session, firm_ids: Iterable[int]) -> dict[int, OfFirm]:
    """Add up the projects of firms that were not stopped, in one query."""
    query = (
        select(Project.firm_id, Project.title, PRICE, Project.invested, Project.progress_on)
        .where(Project.firm_id.in_(list(firm_ids)), Project.state != ProjectState.STOPPED)
        .order_by(Project.id)
    )
    found: dict[int, OfFirm] = {}
    for firm_id, title, price, invested, on in session.execute(query):
        known = found.get(firm_id, OfFirm((), 0, 0, None))
        last = max(filter(None, (known.invested_on, on)), default=None)
        found[firm_id] = OfFirm(
            (*known.titles, title), known.planned + price, known.invested + (invested or 0), last
        )
    return found
