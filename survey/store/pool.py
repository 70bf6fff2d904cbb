"""The pool: its entries, what was recognised, what the confirmed sheets would carry."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from survey.store import kept, settings
from survey.store.lists import (
    ANY,
    BELOW,
    CONFIRMED_PERMILLE,
    DEVIATION,
    FACTS,
    STEP_DUE,
    STEP_NEAR,
    Conditions,
    Facts,
    Listing,
    Slice,
    Wanted,
    Where,
    any_of,
    facts_of,
    is_any_of,
    is_any_row,
    narrowed,
    of_assessments,
)
from survey.store.sheets import (
    RESULTS,
    UNSEEN_SUPPORT,
    Results,
    Standing,
    results_of,
    speaking,
    spoken,
)
from survey.store.stage_facts import is_proposed
from survey.store.stages import Stage
from survey.tables import (
    Assessment,
    Decided,
    Firm,
    Ladder,
    Minutes,
    Paper,
    PoolEntry,
    PoolState,
    Recognition,
    RecognitionStanding,
    SheetKind,
    SheetRow,
    User,
)

WEEK = timedelta(days=7)
IN_FORCE = Recognition.standing == RecognitionStanding.VALID
POOL_SORTS: Mapping[str, ColumnElement[Any]] = {
    "firm": Firm.name_key.expression,
    "township": Firm.township.expression,
    "trade": Assessment.trade.expression,
    "employees": Firm.employees.expression,
    "revenue": Firm.revenue.expression,
    "share": spoken("permille"),
    "own_share": Assessment.own_permille.expression,
    "visited_share": CONFIRMED_PERMILLE,
    "deviation": DEVIATION,
    "support": func.nullif(spoken("support"), 0),
    "unseen": func.nullif(UNSEEN_SUPPORT, 0),
    "state": PoolEntry.state.expression,
    "changed": PoolEntry.changed_at.expression,
    "next": PoolEntry.next_by.expression,
}


class Place(NamedTuple):
    """Where an entry stands on both ladders; stages by id, empty for a ladder it does not climb."""

    stage: str
    stage_at: datetime | None
    left_stage: str
    nation_target: str
    nation_stage: str
    nation_stage_at: datetime | None
    left_nation: str
    admitted_at: datetime | None
    admission_id: int | None


class Followed(NamedTuple):
    """What officers keep of an entry, as ``tables.pool.Followed`` holds it; a person by name."""

    responsible_id: int | None
    responsible: str
    department: str
    next_step: str
    next_by: date | None
    credit: str
    credit_on: date | None
    offences: str
    benefits: str
    remark: str


PLACE = tuple(getattr(PoolEntry, name) for name in Place._fields)
FOLLOWED = tuple(
    func.coalesce(User.name, "").label(name) if name == "responsible" else getattr(PoolEntry, name)
    for name in Followed._fields
)


@dataclass(frozen=True)
class PoolLine:
    """One entry of the pool, with where its firm stands today and what it holds."""

    id: int
    firm_id: int
    assessment_id: int
    edition: str
    firm: str
    code: str
    trade: str
    facts: Facts
    state: PoolState
    target_rung: str
    reason: str
    results: Results
    changed_at: datetime
    version: int
    place: Place
    followed: Followed
    recognitions: tuple[Recognition, ...] = ()

    @property
    def stage(self) -> str:
        return self.place.stage

    @property
    def left_stage(self) -> str:
        return self.place.left_stage

    @property
    def nation_stage(self) -> str:
        return self.place.nation_stage

    @property
    def left_nation(self) -> str:
        return self.place.left_nation

    @property
    def township(self) -> str:
        return self.facts.township

    @property
    def standing(self) -> Standing:
        return self.results.speaking


_LISTING = Listing(
    key=PoolEntry.id,
    found=select(PoolEntry.id),
    beside=(
        (Assessment, Assessment.id == PoolEntry.assessment_id),
        (Firm, Firm.id == PoolEntry.firm_id),
    ),
    rows=(
        select(
            PoolEntry.id,
            PoolEntry.state,
            PoolEntry.target_rung,
            PoolEntry.reason,
            PoolEntry.changed_at,
            PoolEntry.version,
            PoolEntry.assessment_id,
            Assessment.trade,
            Assessment.edition,
            Firm.id.label("firm_id"),
            Firm.name.label("firm"),
            Firm.code,
            *FACTS,
            *RESULTS,
            *PLACE,
            *FOLLOWED,
        )
        .select_from(PoolEntry)
        .join(Assessment, Assessment.id == PoolEntry.assessment_id)
        .join(Firm, Firm.id == PoolEntry.firm_id)
        .outerjoin(User, User.id == PoolEntry.responsible_id)
    ),
    sorts=POOL_SORTS,
    firm=PoolEntry.firm_id,
)


def pool(session: Session, wanted: Wanted, part: Slice | None = None) -> tuple[list[PoolLine], int]:
    """Return entries of one edition with the standing and the recognitions of their firms."""
    where, sort = _narrowed(session, wanted), wanted.sort or "-changed"
    rows, total = _LISTING.read(session, where, sort, part)
    held = _recognitions(session, [row.firm_id for row in rows])
    return [_pool_line(row, held.get(row.firm_id, ())) for row in rows], total


def in_portions(session: Session, wanted: Wanted) -> Iterator[list[PoolLine]]:
    """Return all of the same in their order, some at a time."""
    where, sort = _narrowed(session, wanted), wanted.sort or "-changed"
    for rows in _LISTING.portions(session, where, sort):
        held = _recognitions(session, [row.firm_id for row in rows])
        yield [_pool_line(row, held.get(row.firm_id, ())) for row in rows]


def _narrowed(session: Session, wanted: Wanted) -> Where:
    proposed = list(_proposed(session, wanted))  # asked once, not of each ward
    return narrowed(lambda asked: [*_where(asked), *proposed], wanted)


def _where(wanted: Wanted) -> Conditions:
    yield from _of_edition(wanted)
    if wanted.state:
        yield is_any_of(PoolEntry.state, wanted.state)
    if wanted.target:
        yield is_any_of(PoolEntry.target_rung, wanted.target)
    if wanted.only is not None:
        yield PoolEntry.id.in_(wanted.only)
    yield from _on_ladders(wanted)
    yield from _followed(wanted)


def _of_edition(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.edition:
        yield entry_of_edition(wanted.edition)
    if asked := list(of_assessments(replace(wanted, edition="", target=""))):
        own = exists().where(Assessment.id == PoolEntry.assessment_id, *asked)
        yield own.correlate(PoolEntry)


def _on_ladders(wanted: Wanted) -> Conditions:
    if wanted.stage:
        yield is_any_of(PoolEntry.stage, wanted.stage)
    if wanted.nation:
        yield or_(*(_climbs(stage) for stage in any_of(wanted.nation)))


def _proposed(session: Session, wanted: Wanted) -> Conditions:
    if wanted.proposed:
        ladder = Ladder.NATION if wanted.proposed == Ladder.NATION else Ladder.PROVINCE
        yield is_proposed(session, settings.read(session).stages, ladder)


def _climbs(stage: str) -> ColumnElement[bool]:
    if stage == ANY:
        return PoolEntry.nation_stage != ""
    return PoolEntry.nation_stage == ("" if stage == BELOW else stage)


def _followed(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.responsible:
        yield is_any_row(PoolEntry.responsible_id, wanted.responsible)
    if wanted.overdue == STEP_DUE:
        yield step_overdue(wanted.today)
    if wanted.overdue == STEP_NEAR:
        yield PoolEntry.next_by.between(wanted.today, wanted.today + WEEK)
        yield PoolEntry.state != PoolState.WITHDRAWN


class Waiting(NamedTuple):
    """How many entries of an edition wait for an officer, and why."""

    overdue: int
    proposed: int


def waiting(session: Session, edition: str, stages: Sequence[Stage], today: date) -> Waiting:
    """Count the entries whose next step is overdue, and those a stage is proposed for."""
    query = select(func.count()).select_from(PoolEntry).where(entry_of_edition(edition))
    asked = (query.where(step_overdue(today)), query.where(is_proposed(session, stages)))
    return Waiting(*(kept.total(session, one, PoolEntry.firm_id) for one in asked))


def step_overdue(today: date) -> ColumnElement[bool]:
    """Return the condition that an entry's next step should have been taken."""
    return and_(PoolEntry.next_by < today, PoolEntry.state != PoolState.WITHDRAWN)


def pool_line(session: Session, entry_id: int) -> PoolLine | None:
    """Return one entry as the list shows it."""
    lines, _total = pool(session, Wanted(only=(entry_id,)))
    return lines[0] if lines else None


def _pool_line(row: Any, held: Collection[Recognition]) -> PoolLine:
    return PoolLine(
        id=row.id,
        firm_id=row.firm_id,
        assessment_id=row.assessment_id,
        edition=row.edition,
        firm=row.firm,
        code=row.code,
        trade=row.trade,
        facts=facts_of(row),
        state=row.state,
        target_rung=row.target_rung,
        reason=row.reason,
        results=results_of(row),
        changed_at=row.changed_at,
        version=row.version,
        place=Place(*(getattr(row, name) for name in Place._fields)),
        followed=Followed(*(getattr(row, name) for name in Followed._fields)),
        recognitions=tuple(held),
    )


def _recognitions(session: Session, firm_ids: Collection[int]) -> dict[int, list[Recognition]]:
    query = (
        select(Recognition)
        .where(Recognition.firm_id.in_(firm_ids), IN_FORCE)
        .options(joinedload(Recognition.paper))
        .order_by(Recognition.recognised_on, Recognition.id)
    )
    found: dict[int, list[Recognition]] = {}
    for row in session.scalars(query):
        found.setdefault(row.firm_id, []).append(row)
    return found


def recognitions_of_firm(session: Session, firm_id: int) -> list[Recognition]:
    return _recognitions(session, [firm_id]).get(firm_id, [])


def recognition(session: Session, firm_id: int, rung: str) -> Recognition | None:
    """Return the recognition of a firm on a rung that is in force."""
    query = select(Recognition).where(Recognition.firm_id == firm_id, Recognition.rung == rung)
    return session.scalar(query.where(IN_FORCE))


def recorded(session: Session, recognition_id: int, *, lock: bool = False) -> Recognition | None:
    return session.get(Recognition, recognition_id, with_for_update=lock, populate_existing=lock)


def ended_recognitions(session: Session, firm_id: int) -> list[Recognition]:
    """Return what was corrected or revoked, the newest first."""
    query = select(Recognition).where(Recognition.firm_id == firm_id, ~IN_FORCE)
    query = query.options(joinedload(Recognition.paper))
    return list(session.scalars(query.order_by(Recognition.ended_at.desc())))


def paper(session: Session, paper_id: int) -> Paper | None:
    return session.get(Paper, paper_id)


def pool_entry(session: Session, entry_id: int, *, lock: bool = False) -> PoolEntry | None:
    return session.get(PoolEntry, entry_id, with_for_update=lock, populate_existing=lock)


def pool_entry_of_firm(session: Session, firm_id: int, *, lock: bool = False) -> PoolEntry | None:
    query = select(PoolEntry).where(PoolEntry.firm_id == firm_id)
    return session.scalar(query.with_for_update() if lock else query)


def minutes_of(session: Session, entry_id: int) -> list[Minutes]:
    """Return the minutes that decided about an entry, the newest first."""
    query = (
        select(Minutes)
        .join(Decided, Decided.minutes_id == Minutes.id)
        .where(Decided.entry_id == entry_id)
        .options(joinedload(Minutes.paper))
        .order_by(Minutes.decided_on.desc(), Minutes.id.desc())
    )
    return list(session.scalars(query))


def minutes(session: Session, minutes_id: int, *, lock: bool = False) -> Minutes | None:
    return session.get(Minutes, minutes_id, with_for_update=lock, populate_existing=lock)


def decided_by(session: Session, minutes_id: int) -> list[PoolEntry]:
    """Return the entries that minutes decided about."""
    query = select(PoolEntry).join(Decided, Decided.entry_id == PoolEntry.id)
    query = query.where(Decided.minutes_id == minutes_id)
    return list(session.scalars(query.order_by(PoolEntry.id)))


def hold_firms(
    session: Session, *, assessments: Collection[int] = (), entries: Collection[int] = ()
) -> None:
    """Hold the firms of these rows until the transaction ends, always in one order."""
    assessed = select(Assessment.firm_id).where(Assessment.id.in_(assessments))
    entered = select(PoolEntry.firm_id).where(PoolEntry.id.in_(entries))
    query = select(Firm.id).where(Firm.id.in_(assessed) | Firm.id.in_(entered))
    session.execute(query.order_by(Firm.id).with_for_update()).all()


def newest_confirmed(session: Session, firm_id: int, edition: str) -> int | None:
    """Return the firm's newest confirmed assessment of an edition."""
    query = select(Assessment.id).where(Assessment.firm_id == firm_id, newest_confirmed_of(edition))
    return session.scalar(query)


def recognised_facts(session: Session) -> list[tuple[int, str, date, str, str]]:
    """Return every recognition in force as (firm, rung, day, title, level)."""
    query = select(
        Recognition.firm_id,
        Recognition.rung,
        Recognition.recognised_on,
        Recognition.title,
        Recognition.level,
    ).where(IN_FORCE)
    return [(row[0], row[1], row[2], row[3], row[4]) for row in kept.rows(session, query)]


def recognitions_in_force(session: Session) -> list[tuple[str, Recognition]]:
    """Return every recognition in force beside the name of its firm, firm by firm."""
    query = select(Firm.name, Recognition).join(Firm, Firm.id == Recognition.firm_id)
    query = query.where(IN_FORCE)
    return [
        (name, row) for name, row in session.execute(query.order_by(Firm.name_key, Recognition.id))
    ]


def confirmed_steps(session: Session, edition: str) -> dict[int, int]:
    """Return how many firms stand on each step by their newest confirmed sheet of an edition."""
    step = Assessment.visited_step
    query = select(step, func.count()).where(newest_confirmed_of(edition))
    counted = kept.added_up(session, query.group_by(step), Assessment.firm_id, 1)
    return {row[0] or 0: row[1] for row in counted}


class ConfirmedSheet(NamedTuple):
    """A firm's newest confirmed sheet, and the step it stands on."""

    id: int
    trade: str
    step: int


def confirmed_sheets(session: Session, edition: str, *, least_step: int) -> list[ConfirmedSheet]:
    """Return the newest confirmed sheets of an edition on this step or above."""
    query = (
        select(SheetRow.id, Assessment.trade, Assessment.visited_step)
        .join(Assessment, Assessment.id == SheetRow.assessment_id)
        .where(speaking(SheetKind.ONSITE), newest_confirmed_of(edition))
        .where(Assessment.visited_step >= least_step)
        .order_by(SheetRow.id)
    )
    return [ConfirmedSheet(row[0], row[1], row[2] or 0) for row in session.execute(query)]


def newest_confirmed_of(edition: str) -> ColumnElement[bool]:
    """The condition that an assessment is its firm's newest confirmed one of an edition."""
    return and_(Assessment.edition == edition, Assessment.newest_confirmed)


def pool_targets(session: Session, edition: str) -> dict[tuple[str, str], int]:
    """Return how many entries of an edition there are of each (state, target rung)."""
    query = (
        select(PoolEntry.state, PoolEntry.target_rung, func.count())
        .where(entry_of_edition(edition), PoolEntry.state != PoolState.WITHDRAWN)
        .group_by(PoolEntry.state, PoolEntry.target_rung)
    )
    counted = kept.added_up(session, query, PoolEntry.firm_id, 2)
    return {(state, target): count for state, target, count in counted}


def entry_of_edition(edition: str) -> ColumnElement[bool]:
    return PoolEntry.edition == edition
