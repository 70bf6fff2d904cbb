"""Queries over samples (样本): cards, consents, who looked, copies, the bureau's list and sums."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, joinedload

from reports.samples import Far
from survey.store import kept
from survey.store.lists import (
    FACTS,
    Conditions,
    Facts,
    Listing,
    Slice,
    Wanted,
    facts_of,
    is_any_of,
    narrowed,
    whose,
)
from survey.tables import (
    Firm,
    Project,
    ProjectFigure,
    ProjectState,
    Sample,
    SampleChoice,
    SampleConsent,
    SampleCopy,
    SampleShowing,
    SampleState,
)

MOST_OFFERED = 200
"""Published cards among which a firm's are looked for."""


# --- one card -------------------------------------------------------------------------------------


def sample(session: Session, sample_id: int, *, lock: bool = False) -> Sample | None:
    """Return a card with its firm; ``lock`` holds off other writers."""
    query = select(Sample).where(Sample.id == sample_id).options(joinedload(Sample.firm))
    if lock:
        fresh = query.execution_options(populate_existing=True)
        query = fresh.with_for_update(of=Sample)
    return session.scalar(query)


def of_firm(session: Session, firm_id: int) -> list[Sample]:
    """Return the cards about a firm, the newest first."""
    query = select(Sample).where(Sample.firm_id == firm_id).order_by(Sample.id.desc())
    return list(session.scalars(query))


def asked_of(session: Session, firm_id: int) -> list[Sample]:
    """Return the cards to which a firm has not answered."""
    query = select(Sample).where(Sample.firm_id == firm_id, Sample.state == SampleState.ASKED)
    return list(session.scalars(query.order_by(Sample.changed_at)))


def published(session: Session) -> list[Sample]:
    """Return the cards that are shown to others with their firms, the newest first."""
    query = select(Sample).where(Sample.state == SampleState.PUBLISHED)
    query = query.options(joinedload(Sample.firm))
    order = (Sample.published_at.desc(), Sample.id.desc())
    return list(session.scalars(query.order_by(*order).limit(MOST_OFFERED)))


def how_many_published(session: Session, trade: str, but_of: int) -> int:
    """Count the cards of a trade that a firm may copy."""
    query = select(func.count()).where(
        Sample.state == SampleState.PUBLISHED, Sample.trade == trade, Sample.firm_id != but_of
    )
    return session.scalar(query) or 0


def consents(session: Session, sample_id: int) -> list[SampleConsent]:
    """Return every consent to a card, the newest first."""
    query = select(SampleConsent).where(SampleConsent.sample_id == sample_id)
    return list(session.scalars(query.order_by(SampleConsent.id.desc())))


def consent(session: Session, consent_id: int) -> SampleConsent | None:
    return session.get(SampleConsent, consent_id)


# --- what a card begins with ----------------------------------------------------------------------


def accepted_projects(session: Session, firm_id: int) -> list[Project]:
    """Return a firm's accepted projects, the oldest first."""
    query = select(Project).where(
        Project.firm_id == firm_id, Project.state == ProjectState.ACCEPTED
    )
    return list(session.scalars(query.order_by(Project.accepted_on, Project.id)))


def figures_of(session: Session, project_ids: Collection[int]) -> list[ProjectFigure]:
    """Return the figures of projects that are known before and after."""
    query = select(ProjectFigure).where(
        ProjectFigure.project_id.in_(project_ids),
        ProjectFigure.before.is_not(None),
        ProjectFigure.after.is_not(None),
    )
    return list(session.scalars(query.order_by(ProjectFigure.id)))


# --- who looked -----------------------------------------------------------------------------------


def showing(session: Session, sample_id: int, firm_id: int) -> SampleShowing | None:
    return session.get(SampleShowing, (sample_id, firm_id))


def count_showing(session: Session, sample_id: int, firm_id: int, day: date) -> bool:
    """Count one more day on which a firm looked; return whether it was a new one."""
    known = showing(session, sample_id, firm_id)
    if known is None:
        session.add(
            SampleShowing(sample_id=sample_id, firm_id=firm_id, first_on=day, last_on=day, days=1)
        )
        return True
    if known.last_on == day:
        return False
    known.last_on, known.days = day, known.days + 1
    return True


# --- copies ---------------------------------------------------------------------------------------


def copy_of_firm(session: Session, sample_id: int, firm_id: int) -> SampleCopy | None:
    query = select(SampleCopy).where(
        SampleCopy.sample_id == sample_id, SampleCopy.firm_id == firm_id
    )
    return session.scalar(query)


def choices_of_firm(session: Session, sample_id: int, firm_id: int) -> dict[str, SampleChoice]:
    """Return what a firm took of a card, or left out, by package."""
    query = (
        select(SampleChoice)
        .join(SampleCopy, SampleCopy.id == SampleChoice.copy_id)
        .where(SampleCopy.sample_id == sample_id, SampleCopy.firm_id == firm_id)
    )
    return {row.package: row for row in session.scalars(query)}


def stopped(session: Session, project_ids: Collection[int]) -> set[int]:
    """Return which of these projects were stopped."""
    query = select(Project.id).where(
        Project.id.in_(project_ids), Project.state == ProjectState.STOPPED
    )
    return set(session.scalars(query)) if project_ids else set()


def choice_of_project(
    session: Session, project_id: int, *, lock: bool = False
) -> SampleChoice | None:
    """Return the item of a card that a project copies."""
    query = select(SampleChoice).where(SampleChoice.project_id == project_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def sample_of_copy(session: Session, copy_id: int) -> Sample | None:
    """Return the card a copy is of, with its firm."""
    query = select(Sample).join(SampleCopy, SampleCopy.sample_id == Sample.id)
    return session.scalar(query.where(SampleCopy.id == copy_id).options(joinedload(Sample.firm)))


class Taken(NamedTuple):
    """One item of a copy, with the project it became; None where it was left out."""

    choice: SampleChoice
    project: Project | None


def copies(session: Session, sample_ids: Collection[int]) -> list[SampleCopy]:
    """Return the copies of cards with their firms, the newest first."""
    query = select(SampleCopy).where(SampleCopy.sample_id.in_(sample_ids))
    query = query.options(joinedload(SampleCopy.firm))
    return list(session.scalars(query.order_by(SampleCopy.copied_at.desc(), SampleCopy.id.desc())))


def taken(session: Session, copy_ids: Collection[int]) -> dict[int, list[Taken]]:
    """Return the items of copies with their projects, by copy; N items first."""
    query = (
        select(SampleChoice, Project)
        .outerjoin(Project, Project.id == SampleChoice.project_id)
        .where(SampleChoice.copy_id.in_(copy_ids))
        .order_by(SampleChoice.needed.desc(), SampleChoice.package)
    )
    found: dict[int, list[Taken]] = {each: [] for each in copy_ids}
    for choice, project in session.execute(query):
        found[choice.copy_id].append(Taken(choice, project))
    return found


# --- the bureau's list ----------------------------------------------------------------------------


def _count_of(table: type[SampleShowing] | type[SampleCopy]) -> ColumnElement[int]:
    query = select(func.count()).select_from(table).where(table.sample_id == Sample.id)
    return query.correlate(Sample).scalar_subquery()


SEEN, COPIED = _count_of(SampleShowing), _count_of(SampleCopy)
SAMPLE_SORTS: Mapping[str, ColumnElement[Any]] = {
    "firm": Firm.name_key.expression,
    "trade": Sample.trade.expression,
    "township": Firm.township.expression,
    "employees": Firm.employees.expression,
    "revenue": Firm.revenue.expression,
    "changed": Sample.changed_at.expression,
    "published": Sample.published_at.expression,
    "seen": SEEN,
    "copied": COPIED,
}


@dataclass(frozen=True)
class SampleLine:
    """One card in the bureau's list, with its firm: how many firms looked, copied, and how far."""

    row: Sample
    firm: str
    code: str
    facts: Facts
    seen: int
    copied: int
    far: Mapping[Far, int] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def trade(self) -> str:
        return self.row.trade


_LISTING = Listing(
    key=Sample.id,
    found=select(Sample.id),
    beside=((Firm, Firm.id == Sample.firm_id),),
    rows=(
        select(
            Sample,
            Firm.name.label("firm"),
            Firm.code,
            *FACTS,
            SEEN.label("seen"),
            COPIED.label("copied"),
        ).join(Firm, Firm.id == Sample.firm_id)
    ),
    sorts=SAMPLE_SORTS,
)


def samples(
    session: Session, wanted: Wanted, part: Slice | None = None
) -> tuple[list[SampleLine], int]:
    """Return cards with their firms and what came of them."""
    rows, total = _LISTING.read(session, narrowed(_where, wanted), wanted.sort or "-changed", part)
    where = [Sample.id.in_([row.Sample.id for row in rows])] if part else []
    far = _far(session, Sample.id, *where)
    return [_line(row, far.get(row.Sample.id, {})) for row in rows], total


def _line(row: Any, far: Mapping[Far, int]) -> SampleLine:
    return SampleLine(row.Sample, row.firm, row.code, facts_of(row), row.seen, row.copied, far)


def _where(wanted: Wanted) -> Conditions:
    yield from whose(Sample.firm_id, wanted)
    if wanted.trade:
        yield is_any_of(Sample.trade, wanted.trade)
    if wanted.state:
        yield is_any_of(Sample.state, wanted.state)


def _far(
    session: Session, by: ColumnElement[Any] | Any, *where: ColumnElement[bool]
) -> dict[Any, dict[Far, int]]:
    """Count the copies of cards, grouped ``by`` what of a card, by how far they are; as ``how_far`` says it."""

    def projects(*states: ProjectState) -> ColumnElement[int]:
        return func.sum(case((Project.state.in_(states), 1), else_=0))

    going = [state for state in ProjectState if state != ProjectState.STOPPED]
    live, planned = projects(*going), projects(ProjectState.PLANNED)
    accepted = projects(ProjectState.ACCEPTED)
    far = case(
        (live == 0, Far.STOPPED),
        (live == planned, Far.PLANNED),
        (live == accepted, Far.ACCEPTED),
        else_=Far.UNDER_WAY,
    ).label("far")
    each = (
        select(by.label("by"), SampleCopy.id.label("copy"), far)
        .join(SampleCopy, SampleCopy.sample_id == Sample.id)
        .join(SampleChoice, SampleChoice.copy_id == SampleCopy.id)
        .outerjoin(Project, Project.id == SampleChoice.project_id)
        .where(*where)
        .group_by(by, SampleCopy.id)
        .subquery()
    )
    query = select(each.c.by, each.c.far, func.count()).group_by(each.c.by, each.c.far)
    found: dict[Any, dict[Far, int]] = {}
    for group, how_far, copies in kept.rows(session, query):
        found.setdefault(group, {})[Far(how_far)] = copies
    return found


class OfTrade(NamedTuple):
    """The samples of a trade in figures."""

    trade: str
    published: int
    seen: int
    """Firms that looked at one, each counted once for each card."""
    far: Mapping[Far, int]
    firms: int = 0
    """Whose cards are published."""
    copying: int = 0
    """Firms that copied one."""

    @property
    def copied(self) -> int:
        return sum(self.far.values())


def by_trade(session: Session) -> list[OfTrade]:
    """Count by trade, in four statements: cards shown to others, looks, copies and whose they are."""
    shown = case((Sample.state == SampleState.PUBLISHED, 1), else_=0)
    cards = select(Sample.trade, func.sum(shown), _SHOWING_FIRMS).group_by(Sample.trade)
    copying = select(Sample.trade, _COPYING_FIRMS).join(SampleCopy)
    firms = {row[0]: row[1] for row in kept.rows(session, copying.group_by(Sample.trade))}
    looks = select(Sample.trade, func.count()).join(
        SampleShowing, SampleShowing.sample_id == Sample.id
    )
    # Whole, for who looks at a card is of another firm than the card.
    seen = {row[0]: row[1] for row in kept.rows(session, looks.group_by(Sample.trade))}
    far = _far(session, Sample.trade)
    return [
        OfTrade(
            trade, int(count), seen.get(trade, 0), far.get(trade, {}), whose, firms.get(trade, 0)
        )
        for trade, count, whose in kept.rows(session, cards.order_by(Sample.trade))
    ]


_SHOWING_FIRMS = func.count(
    case((Sample.state == SampleState.PUBLISHED, Sample.firm_id)).distinct()
)
_COPYING_FIRMS = func.count(SampleCopy.firm_id.distinct())


def firms(session: Session) -> tuple[int, int]:
    """Count the firms whose cards are published, and those that copied any."""
    showing = select(_SHOWING_FIRMS).scalar_subquery()
    copying = select(_COPYING_FIRMS).scalar_subquery()
    (row,) = kept.rows(session, select(showing, copying))
    return row[0], row[1]


def states(session: Session) -> dict[str, int]:
    """Count cards by state."""
    query = select(Sample.state, func.count()).group_by(Sample.state)
    return {row[0]: row[1] for row in kept.rows(session, query)}
