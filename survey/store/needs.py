"""Queries over what firms ask of the bureau: the list, one need with its words, counts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

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
    FirmNeed,
    NeedDraft,
    NeedEntry,
    NeedSource,
    NeedState,
    NeedWord,
    Rating,
)
from survey.workdays import Calendar


class Standing(StrEnum):
    """How a need stands by its due date: what is counted for the district."""

    WAITING = "waiting"
    """Handed over to nobody yet."""
    RUNNING = "running"
    LATE = "late"
    """Past its due date, without an answer."""
    TIMELY = "timely"
    """Answered by its due date."""
    TARDY = "tardy"
    """Answered after it."""
    ASIDE = "aside"
    """Deferred or declined."""


RUNNING = (NeedState.HANDED_OVER, NeedState.WORKING)
SETTLED = (NeedState.ANSWERED, NeedState.CALLED_BACK, NeedState.CLOSED)
ASIDE = (NeedState.DEFERRED, NeedState.DECLINED)
JOINED, MAIN = "joined", "main"
"""What a list may be narrowed to: needs that follow another, needs that others follow."""


def standing_of(today: date) -> ColumnElement[str]:
    state, due, answered = FirmNeed.state, FirmNeed.due_on, FirmNeed.answered_on
    return case(
        (state == NeedState.REGISTERED, Standing.WAITING.value),
        (state.in_(ASIDE), Standing.ASIDE.value),
        (and_(state.in_(RUNNING), due < today), Standing.LATE.value),
        (state.in_(RUNNING), Standing.RUNNING.value),
        (answered <= due, Standing.TIMELY.value),
        else_=Standing.TARDY.value,
    )


# --- the list -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class NeedLine:
    """One need in the officer's list; ``repeats`` counts the needs that follow it."""

    id: int
    number: str
    firm_id: int
    firm: str
    code: str
    trade: str
    facts: Facts
    source: NeedSource
    raised_on: date
    said_by: str
    category: str
    text: str
    wish: str
    state: NeedState
    department: str
    handed_on: date | None
    due_on: date | None
    by_weekends: bool
    answer: str
    answered_on: date | None
    public: bool
    reason: str
    rating: Rating | None
    called_on: date | None
    progress: str
    repeats: int
    version: int
    main_id: int | None
    main: str
    """The number of the need it follows; empty where it goes its own way."""

    def standing(self, today: date) -> Standing:
        """How it stands by its due date, as ``standing_of`` asks it of the database."""
        if self.state == NeedState.REGISTERED:
            return Standing.WAITING
        if self.state in ASIDE:
            return Standing.ASIDE
        if self.state in RUNNING:
            late = self.due_on is not None and self.due_on < today
            return Standing.LATE if late else Standing.RUNNING
        timely = self.answered_on and self.due_on and self.answered_on <= self.due_on
        return Standing.TIMELY if timely else Standing.TARDY

    def late(self, calendar: Calendar, today: date) -> int | None:
        """How many working days it is past its due date; None where it is not."""
        return days_late(self.state, self.due_on, calendar, today)


def days_late(state: NeedState, due_on: date | None, calendar: Calendar, today: date) -> int | None:
    """Return how many working days a need is past its due date; None where it is not."""
    if due_on is None or state not in RUNNING or due_on >= today:
        return None
    return calendar.late(due_on, today)


NEED_SORTS: Mapping[str, ColumnElement[Any]] = {
    "number": FirmNeed.id.expression,
    "handed": FirmNeed.handed_on.expression,
    "answered": FirmNeed.answered_on.expression,
    "called": FirmNeed.called_on.expression,
    "trade": Firm.trade.expression,
    "employees": Firm.employees.expression,
    "revenue": Firm.revenue.expression,
    "due": FirmNeed.due_on.expression,
    "raised": FirmNeed.raised_on.expression,
    "changed": FirmNeed.changed_at.expression,
    "category": FirmNeed.category.expression,
    "state": FirmNeed.state.expression,
    "firm": Firm.name_key.expression,
    "township": Firm.township.expression,
}
_following, _main = aliased(FirmNeed), aliased(FirmNeed)
_REPEATS = select(func.count()).where(_following.main_id == FirmNeed.id).scalar_subquery()
_PROGRESS = (
    select(NeedEntry.says)
    .where(
        NeedEntry.need_id == func.coalesce(FirmNeed.main_id, FirmNeed.id),
        NeedEntry.kind == NeedWord.PROGRESS,
        or_(FirmNeed.joined_at.is_(None), NeedEntry.at >= FirmNeed.joined_at),
    )
    .order_by(NeedEntry.id.desc())
    .limit(1)
    .correlate(FirmNeed)
    .scalar_subquery()
)
_PLAIN = (
    FirmNeed.id,
    FirmNeed.source,
    FirmNeed.raised_on,
    FirmNeed.said_by,
    FirmNeed.category,
    FirmNeed.text,
    FirmNeed.wish,
    FirmNeed.state,
    FirmNeed.department,
    FirmNeed.handed_on,
    FirmNeed.due_on,
    FirmNeed.by_weekends,
    FirmNeed.answer,
    FirmNeed.answered_on,
    FirmNeed.public,
    FirmNeed.reason,
    FirmNeed.rating,
    FirmNeed.called_on,
    FirmNeed.version,
    FirmNeed.main_id,
)
_LISTING = Listing(
    key=FirmNeed.id,
    found=select(FirmNeed.id),
    beside=((Firm, Firm.id == FirmNeed.firm_id),),
    rows=(
        select(
            *_PLAIN,
            FirmNeed.year,
            FirmNeed.serial,
            Firm.id.label("firm_id"),
            Firm.name.label("firm"),
            Firm.code,
            Firm.trade,
            *FACTS,
            _REPEATS.label("repeats"),
            func.coalesce(_PROGRESS, "").label("progress"),
            _main.year.label("main_year"),
            _main.serial.label("main_serial"),
        )
        .select_from(FirmNeed)
        .join(Firm, Firm.id == FirmNeed.firm_id)
        .outerjoin(_main, _main.id == FirmNeed.main_id)
    ),
    sorts=NEED_SORTS,
    firm=FirmNeed.firm_id,
)


def needs(
    session: Session, wanted: Wanted, part: Slice | None = None
) -> tuple[list[NeedLine], int]:
    """Return needs of all firms, as they are narrowed and ordered."""
    # Which others follow is known of all firms alone.
    listing = replace(_LISTING, firm=None) if wanted.repeated == MAIN else _LISTING
    rows, total = listing.read(session, narrowed(_where, wanted), wanted.sort or "-number", part)
    return [_line(row) for row in rows], total


def in_portions(session: Session, wanted: Wanted) -> Iterator[list[NeedLine]]:
    """Return all of the same in their order, some at a time."""
    for rows in _LISTING.portions(session, narrowed(_where, wanted), wanted.sort or "-number"):
        yield [_line(row) for row in rows]


def _line(row: Any) -> NeedLine:
    plain = {column.key: getattr(row, column.key) for column in _PLAIN}
    return NeedLine(
        **plain,
        number=f"{row.year}-{row.serial:04d}",
        firm_id=row.firm_id,
        firm=row.firm,
        code=row.code,
        trade=row.trade,
        facts=facts_of(row),
        repeats=row.repeats,
        progress=row.progress,
        main=f"{row.main_year}-{row.main_serial:04d}" if row.main_year else "",
    )


def _where(wanted: Wanted) -> Conditions:
    for column, asked in (
        (FirmNeed.state, wanted.state),
        (FirmNeed.category, wanted.category),
        (FirmNeed.department, wanted.department),
        (FirmNeed.source, wanted.source),
    ):
        if asked:
            yield is_any_of(column, asked)
    if wanted.only is not None:
        yield FirmNeed.id.in_(wanted.only)
    if wanted.year:
        yield is_any_row(FirmNeed.year, wanted.year)
    if wanted.standing:
        yield standing_of(wanted.today).in_(any_of(wanted.standing))
    if wanted.repeated == JOINED:
        yield FirmNeed.main_id.is_not(None)
    elif wanted.repeated == MAIN:
        yield _REPEATS > 0
    yield from whose(FirmNeed.firm_id, wanted)


def choices(session: Session) -> tuple[list[str], list[str], list[int]]:
    """Return the categories, departments and years that needs have, in order."""
    query = select(FirmNeed.category, FirmNeed.department, FirmNeed.year).distinct()
    found = kept.rows(session, query)
    categories = sorted({row[0] for row in found})
    departments = sorted({row[1] for row in found} - {""})
    return categories, departments, sorted({row[2] for row in found}, reverse=True)


# --- one ----------------------------------------------------------------------------------------


def need(session: Session, need_id: int, *, lock: bool = False) -> FirmNeed | None:
    query = select(FirmNeed).where(FirmNeed.id == need_id).options(joinedload(FirmNeed.firm))
    if lock:
        query = query.with_for_update(of=FirmNeed).execution_options(populate_existing=True)
    return session.scalar(query)


def dated_by_weekends(session: Session) -> list[FirmNeed]:
    """Return needs under way whose due date was counted without holidays, under the lock."""
    query = select(FirmNeed).where(FirmNeed.state.in_(RUNNING), FirmNeed.by_weekends)
    locked = query.order_by(FirmNeed.id).with_for_update()
    return list(session.scalars(locked.execution_options(populate_existing=True)))


def joined(session: Session, need_id: int, *, lock: bool = False) -> list[FirmNeed]:
    """Return the needs that follow one, with their firms."""
    query = select(FirmNeed).where(FirmNeed.main_id == need_id).options(joinedload(FirmNeed.firm))
    if lock:
        query = query.with_for_update(of=FirmNeed).execution_options(populate_existing=True)
    return list(session.scalars(query.order_by(FirmNeed.id)))


def words(session: Session, need: FirmNeed) -> list[NeedEntry]:
    """Return what was said on the way of a need, newest first.

    A need that follows another has what was said of that one since it was joined, but never what the
    other's firm said.
    """
    own = NeedEntry.need_id == need.id
    if need.main_id and need.joined_at:
        shared = and_(
            NeedEntry.need_id == need.main_id,
            NeedEntry.kind != NeedWord.CALL_BACK,
            NeedEntry.at >= need.joined_at,
        )
        own = or_(own, shared)
    query = select(NeedEntry).where(own).order_by(NeedEntry.at.desc(), NeedEntry.id.desc())
    return list(session.scalars(query))


def hold_numbers(session: Session) -> None:
    """Let others who register a need wait until this transaction ends."""
    # The first ever is never deleted, so all wait for one and the same row.
    first = select(FirmNeed.id).order_by(FirmNeed.id).limit(1)
    session.execute(first.with_for_update())


def next_serial(session: Session, year: int) -> int:
    """Return the next number of a year, inside the transaction that takes it."""
    newest = session.scalar(select(func.max(FirmNeed.serial)).where(FirmNeed.year == year))
    return (newest or 0) + 1


def how_many_open(session: Session, firm_id: int) -> int:
    """Count the needs of a firm that nobody has ended, put off or declined."""
    ended = (NeedState.CLOSED, NeedState.DEFERRED, NeedState.DECLINED)
    query = select(func.count()).select_from(FirmNeed)
    open_ones = query.where(FirmNeed.firm_id == firm_id, FirmNeed.state.not_in(ended))
    return session.scalar(open_ones) or 0


def same(session: Session, found: FirmNeed) -> FirmNeed | None:
    """Return a need of the same firm that says the very same, where nobody has taken it up yet."""
    query = select(FirmNeed).where(
        FirmNeed.firm_id == found.firm_id,
        FirmNeed.state == NeedState.REGISTERED,
        FirmNeed.source == found.source,
        FirmNeed.category == found.category,
        FirmNeed.text == found.text,
        FirmNeed.wish == found.wish,
        FirmNeed.raised_on == found.raised_on,
    )
    return session.scalars(query.limit(1)).one_or_none()


def of_some_firms(session: Session, firm_ids: Collection[int]) -> list[FirmNeed]:
    """Return the needs of some firms, newest first."""
    query = (
        select(FirmNeed)
        .where(FirmNeed.firm_id.in_(firm_ids))
        .options(joinedload(FirmNeed.firm))
        .order_by(FirmNeed.id.desc())
    )
    return list(session.scalars(query))


class Candidate(NamedTuple):
    """A need that another may be joined to."""

    id: int
    number: str
    firm: str
    text: str


def candidates(session: Session, need: FirmNeed, most: int) -> list[Candidate]:
    """Return needs of the same category that still run and follow nobody, newest first."""
    query = (
        select(FirmNeed.id, FirmNeed.year, FirmNeed.serial, Firm.name, FirmNeed.text)
        .join(Firm, Firm.id == FirmNeed.firm_id)
        .where(
            FirmNeed.category == need.category,
            FirmNeed.state.in_((NeedState.REGISTERED, *RUNNING)),
            FirmNeed.main_id.is_(None),
            FirmNeed.id != need.id,
        )
        .order_by(FirmNeed.id.desc())
        .limit(most)
    )
    return [Candidate(r[0], f"{r[1]}-{r[2]:04d}", r[3], r[4]) for r in session.execute(query)]


# --- whose, and what was proposed -------------------------------------------------------------------


def visited_firms(session: Session, user_id: int) -> dict[int, int]:
    """Return the firms a consultant visits or has visited, each with its newest visit of theirs."""
    visits = or_(Assessment.consultant_id == user_id, Assessment.second_consultant_id == user_id)
    running = (AssessmentState.VISITING, AssessmentState.CONFIRMED)
    query = select(Assessment.firm_id, func.max(Assessment.id)).where(visits)
    rows = session.execute(query.where(Assessment.state.in_(running)).group_by(Assessment.firm_id))
    return {row[0]: row[1] for row in rows}


def decided_drafts(session: Session, firm_id: int) -> set[str]:
    return set(session.scalars(select(NeedDraft.key).where(NeedDraft.firm_id == firm_id)))


def draft(session: Session, firm_id: int, key: str) -> NeedDraft | None:
    return session.get(NeedDraft, (firm_id, key))


def to_rate(session: Session, firm_id: int) -> list[FirmNeed]:
    """Return the answered needs of a firm on which it has not said whether they are solved."""
    query = select(FirmNeed).where(
        FirmNeed.firm_id == firm_id, FirmNeed.state == NeedState.ANSWERED
    )
    return list(session.scalars(query.order_by(FirmNeed.id)))


# --- counts -------------------------------------------------------------------------------------


def by_standing(session: Session, today: date) -> dict[Standing, int]:
    """Count all needs by how they stand."""
    standing = standing_of(today)
    query = select(standing, func.count()).group_by(standing)
    counted = kept.added_up(session, query, FirmNeed.firm_id, 1)
    return {Standing(row[0]): row[1] for row in counted}


class Asked(NamedTuple):
    """How many needs there are, and how many firms they are of."""

    needs: int
    firms: int


def counted(session: Session, year: int, today: date) -> dict[tuple[str, Standing], Asked]:
    """Count the needs of a year by category and how they stand."""
    standing = standing_of(today)
    query = select(
        FirmNeed.category, standing, func.count(), func.count(FirmNeed.firm_id.distinct())
    )
    grouped = query.where(FirmNeed.year == year).group_by(FirmNeed.category, standing)
    rows = kept.added_up(session, grouped, FirmNeed.firm_id, 2)
    return {(row[0], Standing(row[1])): Asked(*row[2:]) for row in rows}
