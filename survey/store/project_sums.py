"""What projects come to in figures: by state, and of which firms how much; the one truth of all pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from survey.store import kept
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
    """The district's projects in figures; amounts in 0.01 万元, stopped projects left out.

    The one truth of pages, ledger and reports.
    """

    by_state: Mapping[ProjectState, OfState]
    firms: int
    """Whose they are, each once."""
    largest: Largest

    def of(self, *states: ProjectState) -> OfState:
        """Add up some states; none named means all."""
        chosen = [self.by_state.get(state, NO_PROJECTS) for state in states or self.by_state]
        return (
            OfState(*(sum(column) for column in zip(*chosen, strict=True)))
            if chosen
            else NO_PROJECTS
        )

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
        .where(state.in_(LIVE))
        .group_by(state)
    )


def _largest(session: Session) -> Largest:
    sums = (_added(PRICE), _added(_GIVEN.c.asked), _added(_GIVEN.c.granted))
    of_firms = (
        select(*(one.label(name) for one, name in zip(sums, Largest._fields, strict=True)))
        .outerjoin(_GIVEN, _GIVEN.c.project_id == Project.id)
        .where(Project.state.in_(LIVE))
        .group_by(Project.firm_id)
        .cte("of_firms")
    )
    asked = [part for held in of_firms.c for part in _holders_and_first_two(held)]
    (row,) = kept.rows(session, select(*asked))
    found = [int(one or 0) for one in row]
    return Largest(*((found[at], found[at + 1], found[at + 2]) for at in (0, 3, 6)))


def _holders_and_first_two(held: ColumnElement[Any]) -> Iterator[ColumnElement[Any]]:
    """Ask how many firms hold any of a sum, and what the two with the most hold."""
    yield select(func.count()).where(held > 0).scalar_subquery()
    ordered = select(held).order_by(held.desc()).limit(1)
    yield ordered.scalar_subquery()
    yield ordered.offset(1).scalar_subquery()


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
