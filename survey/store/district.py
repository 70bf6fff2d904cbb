"""The district's figures as grouped sums, and the firms behind each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, literal_column, select
from sqlalchemy.orm import Session

from reports.dashboard import Basis, Group, Near, Unreached
from survey.store import kept
from survey.store.lists import BELOW, Query, Slice, sliced
from survey.store.pool import newest_confirmed_of
from survey.store.sheets import IS_CONFIRMED
from survey.store.tallies import What
from survey.tables import (
    Assessment,
    AssessmentState,
    Firm,
    Invitation,
    PoolEntry,
    PoolState,
    Round,
    SheetKind,
    Tally,
    UnmetGate,
    User,
)

IN_POOL = (PoolState.IN_POOL, PoolState.RECOGNISED)
KIND_OF = {Basis.OWN: SheetKind.SELF, Basis.VISITED: SheetKind.ONSITE}


def of_rounds(session: Session, round_ids: Collection[int]) -> dict[int, list[Group]]:
    """Count the assessments of rounds by trade and rungs, along one index, so that nothing is sorted."""
    shape = (
        *(Assessment.round_id, Assessment.state, Assessment.trade),
        *(Assessment.own_step, Assessment.visited_step),
    )
    sums = (func.sum(Assessment.own_permille), func.sum(Assessment.visited_permille))
    query = select(*shape, func.count(), *sums).where(Assessment.round_id.in_(round_ids))
    found: dict[int, list[Group]] = {round_id: [] for round_id in round_ids}
    grouped = query.group_by(*shape)
    for round_id, state, trade, own, visited, firms, *added in kept.added_up(
        session, grouped, Assessment.firm_id, len(shape)
    ):
        confirmed = state == AssessmentState.CONFIRMED
        group = Group(trade, confirmed, own, visited, firms, *added)
        found[round_id].append(group)
    return found


def by_township_and_size(
    session: Session, round_id: int, basis: Basis
) -> tuple[list[Group], list[Group]]:
    """Count those with a rung of this basis by township, and by size, in one walk.

    What nobody said is empty.
    """
    confirmed = basis == Basis.VISITED
    step = Assessment.visited_step if confirmed else Assessment.own_step
    shape = (Firm.township, Firm.size, step)
    query = select(*shape, func.count()).join(Firm, Firm.id == Assessment.firm_id)
    rated = query.where(Assessment.round_id == round_id, step.is_not(None))
    rated = rated.where(IS_CONFIRMED) if confirmed else rated
    townships, sizes = Counter[tuple[str, int | None]](), Counter[tuple[str, int | None]]()
    grouped = rated.group_by(*shape)
    for township, size, stands_on, firms in kept.added_up(session, grouped, Firm.id, len(shape)):
        townships[township or "", stands_on] += firms
        sizes[size or "", stands_on] += firms
    return _groups(townships, confirmed), _groups(sizes, confirmed)


def _groups(counted: Counter[tuple[str, int | None]], confirmed: bool) -> list[Group]:
    return [
        Group(name, confirmed, None if confirmed else step, step if confirmed else None, firms)
        for (name, step), firms in counted.items()
    ]


def unmet(session: Session, round_id: int, basis: Basis) -> dict[str, int]:
    """Count the firms of a round that do not meet each gate of their next rung, by its name."""
    speaks = IS_CONFIRMED if basis == Basis.VISITED else ~IS_CONFIRMED
    query = (
        select(UnmetGate.gate, func.count())
        .join(Assessment, Assessment.id == UnmetGate.assessment_id)
        .where(Assessment.round_id == round_id, speaks, UnmetGate.kind == KIND_OF[basis])
        .group_by(UnmetGate.gate)
    )
    return dict(kept.added_up(session, query, Assessment.firm_id, 1))


def near(session: Session, round_id: int, basis: Basis, most: int) -> list[Near]:
    """Return the firms of a round that lack least to their next rung."""
    # The few are chosen first: joined before, every firm of the round would be.
    few = (
        select(Tally.assessment_id, Tally.low, Tally.high)
        .where(Tally.round_id == round_id, Tally.counts, Tally.what == What.NEXT)
        .where(Tally.kind == KIND_OF[basis])
        .order_by(Tally.low, Tally.high, Tally.assessment_id)
        .limit(most)
        .subquery()
    )
    step = Assessment.own_step if basis == Basis.OWN else Assessment.visited_step
    query = (
        select(few.c.assessment_id, Firm.name, step, few.c.low, few.c.high)
        .join(Assessment, Assessment.id == few.c.assessment_id)
        .join(Firm, Firm.id == Assessment.firm_id)
        .order_by(few.c.low, few.c.high, few.c.assessment_id)
    )
    rows = kept.rows(session, query)
    return [Near(row[0], row[1], row[2] or 0, row[3], row[4]) for row in rows]


def invited(session: Session, round_: Round) -> int:
    """Return how many firms a round is for."""
    query = select(func.count()).select_from(Firm)
    if round_.only_invited:
        query = query.where(_is_invited(round_.id))
    return kept.number(session, query)


def _is_invited(round_id: int) -> ColumnElement[bool]:
    return exists().where(Invitation.firm_id == Firm.id, Invitation.round_id == round_id)


def pooled(session: Session, round_id: int) -> dict[PoolState, int]:
    """Count the firms of a round by the state of their entry in the pool."""
    query = (
        select(PoolEntry.state, func.count())
        .join(Assessment, Assessment.firm_id == PoolEntry.firm_id)
        .where(Assessment.round_id == round_id)
        .group_by(PoolEntry.state)
    )
    return dict(kept.added_up(session, query, PoolEntry.firm_id, 1))


def above_scale(session: Session, round_id: int) -> tuple[int, int]:
    """Return how many firms are above scale, and how many of them handed a sheet in this round."""
    handed_in = exists().where(
        Assessment.firm_id == Firm.id,
        Assessment.round_id == round_id,
        Assessment.own_step.is_not(None),
    )
    query = select(func.count(), func.count(case((handed_in, 1)))).where(Firm.above_scale.is_(True))
    found = kept.added_up(session, query, Firm.id, 0)
    return (found[0][0], found[0][1]) if found else (0, 0)


def systems(session: Session, round_id: int) -> dict[str, int]:
    """Count the firms above scale whose sheet of a round shows each system."""
    # From the firms on, through the index of exactly these tallies: it is used where the question says
    # the same words. The tallies' own round would lead through many times as many rows.
    shown = and_(
        Tally.what == literal_column("'system'"), Tally.counts, Tally.low == literal_column("1")
    )
    query = (
        select(Tally.key, func.count())
        .select_from(Firm)
        .join(Assessment, Assessment.firm_id == Firm.id)
        .join(Tally, Tally.assessment_id == Assessment.id)
        .where(Firm.above_scale.is_(True), Assessment.round_id == round_id, shown)
        .group_by(Tally.key)
    )
    return dict(kept.added_up(session, query, Firm.id, 1))


# --- who never began ----------------------------------------------------------------------------


class Stage:
    """How far the bureau came with a firm that never began."""

    NO_ACCOUNT, NO_PASSWORD, NOT_BEGUN = "no_account", "no_password", "not_begun"


_people = exists().where(User.firm_id == Firm.id, User.active)
_STAGE = case(
    (_people.where(User.password_hash.is_not(None)), Stage.NOT_BEGUN),
    (_people, Stage.NO_PASSWORD),
    else_=Stage.NO_ACCOUNT,
)
_NEVER = ~exists().where(Assessment.firm_id == Firm.id)


def unreached(session: Session) -> list[Unreached]:
    """Count the firms that never began an assessment, by township and how far they were reached."""
    stage = _STAGE.label("stage")
    reached = select(Firm.id, Firm.township, stage).where(_NEVER).subquery()
    query = select(reached.c.township, reached.c.stage, func.count()).group_by(
        reached.c.township, reached.c.stage
    )
    counted = kept.added_up(session, query, reached.c.id, 2)
    return [Unreached(row[0] or "", row[1], row[2]) for row in counted]


# --- conditions of the plan -----------------------------------------------------------------------


class Judged(NamedTuple):
    """What was judged of newest confirmed assessments on one step, and of how many firms."""

    step: int
    conditions: str
    firms: int


def judged(session: Session, edition: str, least_step: int) -> list[Judged]:
    """Count firms on a step or above by their newest confirmed assessment and its conditions."""
    shape = (Assessment.visited_step, func.coalesce(Tally.key, "|"))
    query = _judged(edition, least_step, *shape, func.count()).group_by(*shape)
    return [Judged(*row) for row in kept.added_up(session, query, Assessment.firm_id, 2)]


def judged_firms(session: Session, edition: str, least_step: int) -> list[tuple[int, int, str]]:
    """Return the same firm by firm: (firm, step, conditions)."""
    chosen = (Assessment.firm_id, Assessment.visited_step, func.coalesce(Tally.key, "|"))
    return [(*row,) for row in session.execute(_judged(edition, least_step, *chosen))]


def _judged(edition: str, least_step: int, *chosen: Any) -> Query:
    known = and_(
        Tally.assessment_id == Assessment.id,
        Tally.kind == SheetKind.ONSITE,
        Tally.what == What.CONDITIONS,
    )
    return (
        select(*chosen)
        .select_from(Assessment)
        .outerjoin(Tally, known)
        .where(newest_confirmed_of(edition))
        .where(Assessment.visited_step >= least_step)
    )


# --- the firms behind a figure ----------------------------------------------------------------------


class FirmBehind(NamedTuple):
    """A firm that a figure counts."""

    id: int
    name: str
    code: str
    trade: str
    township: str
    contact_name: str
    contact_phone: str


class Asked(NamedTuple):
    """Which figure; empty words narrow nothing."""

    what: str
    key: str
    round_id: int | None = None
    only_invited: bool = False
    trade: str = ""
    township: str = ""
    size: str = ""
    firms: Collection[int] | None = None


def firms_behind(
    session: Session, asked: Asked, part: Slice | None = None
) -> tuple[list[FirmBehind], int]:
    """Return the firms that a figure counts, by township and name."""
    query: Query = select(
        Firm.id,
        Firm.name,
        Firm.code,
        Firm.trade,
        func.coalesce(Firm.township, "").label("township"),
        func.coalesce(Firm.contact_name, "").label("contact_name"),
        func.coalesce(Firm.contact_phone, "").label("contact_phone"),
    ).where(*_conditions(asked))
    rows, total = sliced(session, query.order_by(Firm.township, Firm.name, Firm.id), part)
    return [FirmBehind(*row) for row in rows], total


def _conditions(asked: Asked) -> Iterator[ColumnElement[bool]]:
    for column, wanted in ((Firm.township, asked.township), (Firm.size, asked.size)):
        if wanted:
            yield column.is_(None) if wanted == BELOW else column == wanted
    if asked.firms is not None:
        yield Firm.id.in_(asked.firms)
    elif asked.what == "unreached":
        yield _NEVER
        if asked.key != "all":
            yield _STAGE.in_([asked.key])
    elif asked.what == "system":
        yield Firm.above_scale.is_(True)
        if asked.key == "answered":
            yield _with(asked, *_on_the_way("handed_in"))
        elif asked.key != "scale":
            yield _with(asked, *_tallied(What.SYSTEM, asked.key), Tally.low == 1)
    elif asked.what == "package":
        key = "" if asked.key == "own" else asked.key
        yield _with(asked, *_tallied(What.PACKAGE, key))
    elif asked.key == "invited":
        if asked.only_invited and asked.round_id:
            yield _is_invited(asked.round_id)
    else:
        yield _with(asked, *_on_the_way(asked.key))


def _tallied(what: What, key: str) -> Iterator[ColumnElement[bool]]:
    yield Tally.assessment_id == Assessment.id
    yield and_(Tally.counts, Tally.what == what, Tally.key == key)


def _on_the_way(key: str) -> Iterator[ColumnElement[bool]]:
    if key in ("handed_in", "rated"):
        yield Assessment.own_step.is_not(None)
    if key == "pooled":
        yield Assessment.firm_id.in_(select(PoolEntry.firm_id).where(PoolEntry.state.in_(IN_POOL)))


def _with(asked: Asked, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a firm has such an assessment in the round."""
    ours = [Assessment.firm_id == Firm.id, Assessment.round_id == asked.round_id]
    if asked.trade:
        ours.append(Assessment.trade == asked.trade)
    return exists().where(*ours, *conditions)
