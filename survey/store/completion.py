"""How far a round has come: its firms one by one, and counted by place, trade and day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true
from sqlalchemy.orm import Session

from survey import db
from survey.clock import LOCAL
from survey.store import kept
from survey.store.lists import (
    BELOW,
    Conditions,
    Listing,
    Query,
    Slice,
    Wanted,
    is_any_of,
    narrowed,
    of_firms,
)
from survey.store.sheets import speaking
from survey.tables import (
    AnswerRow,
    Assessment,
    AssessmentState,
    Firm,
    Invitation,
    Round,
    SheetKind,
    SheetRow,
)

STUCK, OVERDUE = "stuck", "overdue"
"""What a list may be narrowed to beside the states: begun and left lying; begun and past the day."""


@dataclass(frozen=True)
class Pace:
    """Against what firms are measured."""

    today: date
    idle_since: date
    """Who has saved nothing since the morning of that day is stuck."""

    @property
    def morning(self) -> datetime:
        return datetime.combine(self.idle_since, time(), LOCAL)


@dataclass(frozen=True)
class RoundLine:
    """One firm in a round, and whom to call; without an assessment it has not begun."""

    firm_id: int
    firm: str
    code: str
    trade: str
    township: str
    contact_name: str
    contact_phone: str
    assessment_id: int | None
    state: AssessmentState | None
    begun_at: datetime | None
    saved_at: datetime | None
    """When its own sheet was last worked on."""
    submitted_at: datetime | None
    stuck: bool
    overdue: bool


ROUND_SORTS: Mapping[str, ColumnElement[Any]] = {
    "firm": Firm.name.expression,
    "township": Firm.township.expression,
    "state": Assessment.state.expression,
    "added": Assessment.created_at.expression,
}


def slow_of(session: Session, round_: Round, pace: Pace) -> dict[str, int]:
    """Count the firms of a round that are stuck, and that are past its last day."""
    counted = (func.count(case((slow, 1))) for slow in (_stuck(pace), _overdue(round_, pace)))
    being_filled_in = (Assessment.round_id == round_.id, Assessment.state == AssessmentState.DRAFT)
    query = select(*counted).where(*being_filled_in)
    found = kept.added_up(session, query, Assessment.firm_id, 0)
    return dict(zip((STUCK, OVERDUE), found[0] if found else (0, 0), strict=True))


def round_firms(
    session: Session, round_: Round, wanted: Wanted, pace: Pace, part: Slice | None = None
) -> tuple[list[RoundLine], int]:
    """Return the firms of a round with whom to call, by township as they are called."""
    where = narrowed(lambda asked: _where(round_, asked, pace), wanted)
    rows, total = _listing(round_, pace).read(session, where, wanted.sort or "township", part)
    texts = ("township", "contact_name", "contact_phone")
    return [
        RoundLine(**{**row._mapping, **{name: getattr(row, name) or "" for name in texts}})
        for row in rows
    ], total


def _listing(round_: Round, pace: Pace) -> Listing:
    return Listing(
        key=Firm.id,
        found=_firms(round_, Firm.id),
        rows=_firms(
            round_,
            Firm.id.label("firm_id"),
            Firm.name.label("firm"),
            Firm.code,
            _trade().label("trade"),
            Firm.township,
            Firm.contact_name,
            Firm.contact_phone,
            Assessment.id.label("assessment_id"),
            Assessment.state,
            Assessment.created_at.label("begun_at"),
            _last_saved().label("saved_at"),
            Assessment.submitted_at,
            case((_stuck(pace), True), else_=False).label("stuck"),
            case((_overdue(round_, pace), True), else_=False).label("overdue"),
        ),
        sorts=ROUND_SORTS,
        firm=Firm.id,
        last=(Firm.name.asc(), Firm.id.asc()),
    )


def township_counts(
    session: Session, round_: Round, wanted: Wanted, pace: Pace
) -> list[tuple[str, int]]:
    """Count the firms a list is narrowed to by township, the most first."""
    place = func.coalesce(Firm.township, "")
    query = firms_wanted(round_, wanted, pace, place, func.count()).group_by(place)
    rows = kept.rows(session, query.order_by(func.count().desc(), place))
    return [(row[0], row[1]) for row in rows]


def firms_wanted(round_: Round, wanted: Wanted, pace: Pace, *columns: Any) -> Query:
    """Select of the firms of a round that a list is narrowed to."""
    return _firms(round_, *columns).where(*_where(round_, wanted, pace))


def _where(round_: Round, wanted: Wanted, pace: Pace) -> Conditions:
    if wanted.only is not None:
        yield Firm.id.in_(wanted.only)
    if wanted.trade:
        yield _trade() == wanted.trade
    if wanted.state in (STUCK, OVERDUE):
        yield _stuck(pace) if wanted.state == STUCK else _overdue(round_, pace)
    elif wanted.state:
        yield is_any_of(Assessment.state, wanted.state)
    yield from of_firms(wanted)


def _firms(round_: Round, *columns: Any) -> Query:
    """Select of the firms a round is for; one that has begun stays, whoever is invited since."""
    of_round = and_(Assessment.firm_id == Firm.id, Assessment.round_id == round_.id)
    query: Query = select(*columns).select_from(Firm).outerjoin(Assessment, of_round)
    if not round_.only_invited:
        return query
    asked = and_(Invitation.firm_id == Firm.id, Invitation.round_id == round_.id)
    query = query.outerjoin(Invitation, asked)
    return query.where(or_(Invitation.firm_id.is_not(None), Assessment.id.is_not(None)))


def _trade() -> ColumnElement[str]:
    """The trade a firm is assessed in, or would be."""
    return func.coalesce(Assessment.trade, Firm.trade)


def _own_sheet() -> ColumnElement[bool]:
    return and_(SheetRow.assessment_id == Assessment.id, speaking(SheetKind.SELF))


def _last_saved() -> ColumnElement[Any]:
    query = select(func.max(AnswerRow.saved_at)).join(SheetRow, SheetRow.id == AnswerRow.sheet_id)
    return query.where(_own_sheet()).correlate(Assessment).scalar_subquery()


def _stuck(pace: Pace) -> ColumnElement[bool]:
    """Whether a sheet is being filled in, was begun or last handed in a while ago, and lies."""
    since = func.coalesce(Assessment.submitted_at, Assessment.created_at)
    lately = select(SheetRow.id).where(_own_sheet(), SheetRow.saved_on >= pace.idle_since)
    return and_(
        Assessment.state == AssessmentState.DRAFT,
        since < pace.morning,
        ~lately.correlate(Assessment).exists(),
    )


def _overdue(round_: Round, pace: Pace) -> ColumnElement[bool]:
    over = round_.closes_on is not None and round_.closes_on < pace.today
    return and_(Assessment.state == AssessmentState.DRAFT, true() if over else false())


# --- counted --------------------------------------------------------------------------------------


class Done(NamedTuple):
    """How far the firms of one township or trade are."""

    name: str
    firms: int
    begun: int
    handed_in: int
    confirmed: int


@dataclass(frozen=True)
class Counted:
    """How many firms of a round there are of each (township, trade, state); None: not begun."""

    cells: Mapping[tuple[str, str, AssessmentState | None], int]

    @property
    def states(self) -> dict[str, int]:
        """Firms by state, those that have not begun under ``BELOW``."""
        found: Counter[str] = Counter()
        for (_township, _trade, state), firms in self.cells.items():
            found[state or BELOW] += firms
        return dict(found)

    @property
    def townships(self) -> list[Done]:
        """How far each township is, the largest first; firms without one under an empty name."""
        return self._by(0)

    @property
    def trades(self) -> list[Done]:
        return self._by(1)

    def _by(self, part: int) -> list[Done]:
        found: dict[str, Counter[AssessmentState | None]] = {}
        for cell, firms in self.cells.items():
            found.setdefault(str(cell[part]), Counter())[cell[2]] += firms
        done = (_done(name, states) for name, states in found.items())
        return sorted(done, key=lambda one: (-one.firms, one.name))


def _done(name: str, states: Counter[AssessmentState | None]) -> Done:
    firms = states.total()
    begun = firms - states[None]
    handed_in = begun - states[AssessmentState.DRAFT]
    return Done(name, firms, begun, handed_in, states[AssessmentState.CONFIRMED])


def counted(session: Session, round_: Round) -> Counted:
    """Count the firms of a round in one walk through them."""
    cell = (func.coalesce(Firm.township, ""), _trade(), Assessment.state)
    query = _firms(round_, *cell, func.count()).group_by(*cell)
    rows = kept.added_up(session, query, Firm.id, len(cell))
    return Counted({(row[0], row[1], row[2]): row[3] for row in rows})


def handed_in_before(session: Session, round_id: int, moment: datetime) -> int:
    """Return how many had handed in by a moment, of those that have not got their sheet back."""
    query = select(func.count()).where(*_handed_in(round_id), Assessment.submitted_at < moment)
    return kept.total(session, query, Assessment.firm_id)


def begun_by_day(session: Session, round_id: int, since: datetime) -> dict[date, int]:
    """Count the firms that began by local day."""
    began = Assessment.created_at.expression
    return _by_day(session, began, [Assessment.round_id == round_id, began >= since])


def handed_in_by_day(session: Session, round_id: int, since: datetime) -> dict[date, int]:
    """Count the firms that handed in by local day, but those that have got their sheet back."""
    handed = Assessment.submitted_at.expression
    return _by_day(session, handed, [*_handed_in(round_id), handed >= since])


def _handed_in(round_id: int) -> list[ColumnElement[bool]]:
    return [Assessment.round_id == round_id, Assessment.state != AssessmentState.DRAFT]


def _by_day(
    session: Session, moment: ColumnElement[Any], conditions: Sequence[ColumnElement[bool]]
) -> dict[date, int]:
    day = local_day(session, moment)
    query = select(day, func.count()).where(*conditions).group_by(day)
    rows = kept.added_up(session, query, Assessment.firm_id, 1)
    return {date.fromisoformat(row[0]): row[1] for row in rows}


def local_day(session: Session, moment: ColumnElement[Any]) -> ColumnElement[str]:
    """Name the local day of a moment, each database in its own way: 2026-11-26."""
    if db.on_postgresql(session.get_bind()):
        return func.to_char(func.timezone(LOCAL.key, moment), "YYYY-MM-DD")
    # China has had one time, without summer time, since 1991.
    return func.strftime("%Y-%m-%d", moment, "+8 hours")
