"""What lists share: what they are narrowed to, their order, and one page of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.store import kept
from survey.store.sheets import IS_CONFIRMED, UNSEEN_SUPPORT, spoken
from survey.tables import (
    Assessment,
    AssessmentState,
    Firm,
    PoolEntry,
    Round,
    SheetKind,
    Size,
    Table,
    UnmetGate,
)
from survey.tables.touches import EVERYWHERE

Query = Select[*tuple[Any, ...]]

BELOW = "none"
"""A filter's word for those that have none: no rung reached, no assessment, no entry."""
ANY = "any"
"""And for those that have one, whichever it is."""
HIGHER, LOWER, EQUAL = "higher", "lower", "equal"
"""How a firm's own rung stands to the confirmed one."""
SHEET_DUE, VISIT_DUE, STEP_DUE = "sheet", "visit", "step"
"""What is overdue: the firm's sheet of a round that has closed; a visit whose day has passed; the
next step of an entry in the pool."""
STEP_NEAR = "near"
"""The next step of an entry is to be done within a week."""


SEVERAL = "||"
"""Stands between the values of a filter that asks for any of several."""

MOST_FIRST = 90
"""Rows on a list's first pages, which are looked for ward by ward."""
PORTION = 500
"""Rows of a long list that are held at once while all of it goes out."""
FIRM = (Firm.name, Firm.code)
"""Where words are looked for when a firm is meant."""


@dataclass(frozen=True)
class Facts:
    """What a list can show of a firm beside its name; money in 万元."""

    township: str
    park: str
    size: Size | None
    above_scale: bool | None
    employees: int | None
    revenue: int | None
    contact_name: str
    contact_phone: str


FACTS = (
    Firm.township,
    Firm.park,
    Firm.size,
    Firm.above_scale,
    Firm.employees,
    Firm.revenue,
    Firm.contact_name,
    Firm.contact_phone,
)


def facts_of(row: Any) -> Facts:
    """Read the columns ``FACTS`` of a row."""
    texts = (row.contact_name or "", row.contact_phone or "")
    place, figures = (row.township or "", row.park or ""), (row.employees, row.revenue)
    return Facts(*place, row.size, row.above_scale, *figures, *texts)


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; empty words narrow nothing.

    What chooses among more than two may hold several values, ``SEVERAL`` between them, any of which
    will do; ``any_of`` reads them.
    """

    edition: str = ""
    words: str = ""
    trade: str = ""
    township: str = ""
    park: str = ""
    scale: str = ""
    """规上: yes, no, or ``BELOW`` where nobody said."""
    size: str = ""
    rung: str = ""
    """Of the sheet that speaks; ``own`` and ``visited`` ask one of both."""
    own: str = ""
    visited: str = ""
    provisional: str = ""
    support: str = ""
    unseen: str = ""
    """As ``support``, of the answers no consultant saw."""
    state: str = ""
    confirmed: str = ""
    target: str = ""
    pool: str = ""
    """A ``PoolState``, or ``BELOW`` for firms without an entry."""
    gate: str = ""
    """One the sheet that speaks does not meet, as ``gates.name_of`` names it."""
    deviation: str = ""
    """``HIGHER``, ``LOWER``, ``EQUAL``, or the least percentage points between both shares."""
    round: str = ""
    consultant: str = ""
    """A user's id, or ``BELOW`` for visits nobody was sent to."""
    overdue: str = ""
    waits: str = ""
    """Of projects, what of them waits for the bureau."""
    provider: str = ""
    """Of projects a provider's name; of introductions the id of one."""
    package: str = ""
    policy: str = ""
    """A subsidy policy's id."""
    stage: str = ""
    """Of the pool's entries: a stage of the province's ladder; ``nation`` one of the nation's, ``ANY``
    for firms that climb it, or ``BELOW`` for those that do not."""
    nation: str = ""
    responsible: str = ""
    """A user's id, or ``BELOW`` for entries nobody sees to."""
    proposed: str = ""
    """``yes``: entries for which the system proposes a stage."""
    notice: str = ""
    outcome: str = ""
    """How firms stand before a notice: a key of ``candidates.OUTCOMES``."""
    category: str = ""
    department: str = ""
    source: str = ""
    standing: str = ""
    """Of needs, a ``store.needs.Standing``."""
    year: str = ""
    repeated: str = ""
    """Of needs: those that follow another, or those that others follow."""
    today: date = date.min
    only: tuple[int, ...] | None = None
    """The rows of a selection, by id."""
    ward: int = EVERYWHERE
    """Of whose firms rows are looked for, see ``store.kept``; a condition that asks of other tables of
    firms asks of these."""
    sort: str = ""


@dataclass(frozen=True)
class Slice:
    """One page of a list, counted from 1."""

    page: int
    size: int

    def pages_of(self, total: int) -> int:
        """Return how many such pages hold this many rows; an empty list has one."""
        return max(1, -(-total // self.size))


Conditions = Iterator[ColumnElement[bool]]
Where = Callable[[int], Sequence[ColumnElement[bool]]]
"""What a list is narrowed to, said of the firms of one ward, or of all where it is ``EVERYWHERE``."""


def narrowed(where: Callable[[Wanted], Iterable[ColumnElement[bool]]], wanted: Wanted) -> Where:
    """Return the conditions of a list as they are said of any ward."""
    return lambda ward: list(where(replace(wanted, ward=ward)))


def any_of(asked: str) -> list[str]:
    """Return the values a filter asks for, any of which will do."""
    return asked.split(SEVERAL)


def is_any_of(column: InstrumentedAttribute[Any], asked: str) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the values; ``BELOW`` is an empty one."""
    return or_(*(column.is_(None) if one == BELOW else column == one for one in any_of(asked)))


def is_any_row(column: InstrumentedAttribute[Any], asked: str) -> ColumnElement[bool]:
    """Return the condition that a column names one of the rows; ``BELOW`` is none at all."""
    rows = [int(one) for one in any_of(asked) if one != BELOW]
    named = column.in_(rows)
    return or_(named, column.is_(None)) if BELOW in any_of(asked) else named


def of_firms(wanted: Wanted) -> Conditions:
    """What is asked of firms whatever list they stand in."""
    for column, asked in ((Firm.township, wanted.township), (Firm.park, wanted.park)):
        if asked:
            yield is_any_of(column, asked)
    if wanted.scale:
        scales = ({"yes": True, "no": False}.get(one) for one in any_of(wanted.scale))
        yield or_(*(Firm.above_scale.is_(above) for above in scales))
    if wanted.size:
        yield is_any_of(Firm.size, wanted.size)
    if wanted.words:
        yield holds(wanted.words, *FIRM)


def whose(
    firm_id: InstrumentedAttribute[int], wanted: Wanted, *conditions: ColumnElement[bool]
) -> Conditions:
    """What is asked of firms, and these conditions on them, of whatever names its firm."""
    if asked := [*of_firms(wanted), *conditions]:
        yield firm_id.in_(kept.within(select(Firm.id).where(*asked), Firm.id, wanted.ward))


def of_assessments(wanted: Wanted) -> Conditions:
    """What is asked of assessments, each as a condition on their table alone.

    So any of them can be counted and found without joining what only a line shows.
    """
    if wanted.edition:
        yield Assessment.edition == wanted.edition
    if wanted.trade:
        yield is_any_of(Assessment.trade, wanted.trade)
    if wanted.round:
        yield is_any_row(Assessment.round_id, wanted.round)
    yield from whose(Assessment.firm_id, wanted)
    yield from _of_results(wanted)
    yield from _of_visits(wanted)
    yield from _of_pool(wanted)


def _of_results(wanted: Wanted) -> Conditions:
    if wanted.rung:
        yield _stands_on(wanted.rung, spoken("rung"), spoken("step"))
    if wanted.own:
        yield _stands_on(wanted.own, Assessment.own_rung, Assessment.own_step)
    if wanted.visited:
        yield IS_CONFIRMED
        yield _stands_on(wanted.visited, Assessment.visited_rung, Assessment.visited_step)
    if wanted.provisional:
        falls = and_(IS_CONFIRMED, Assessment.visited_floor_step < Assessment.visited_step)
        yield falls if wanted.provisional == "yes" else ~func.coalesce(falls, false())
    if wanted.support:
        yield or_(*(_held_by(few, spoken("support")) for few in any_of(wanted.support)))
    if wanted.unseen:
        yield or_(*(_held_by(few, UNSEEN_SUPPORT) for few in any_of(wanted.unseen)))
    if wanted.confirmed:
        yield IS_CONFIRMED if wanted.confirmed == "yes" else ~IS_CONFIRMED
    if wanted.gate:
        yield or_(
            and_(IS_CONFIRMED, _fails(wanted.gate, SheetKind.ONSITE)),
            and_(~IS_CONFIRMED, _fails(wanted.gate, SheetKind.SELF)),
        )
    if wanted.deviation:
        yield IS_CONFIRMED
        yield _deviates(wanted.deviation)


def _held_by(few: str, held: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether so few answers hold the rung: one, two or three, more."""
    return {"one": held == 1, "few": held.between(2, 3), "more": held > 3}[few]


def _stands_on(
    rungs: str, standing: ColumnElement[Any] | Any, step: ColumnElement[Any] | Any
) -> ColumnElement[bool]:
    return or_(*(step == 0 if rung == BELOW else standing == rung for rung in any_of(rungs)))


def _fails(gates: str, kind: SheetKind) -> ColumnElement[bool]:
    unmet = UnmetGate.gate.in_(any_of(gates))
    failing = select(UnmetGate.assessment_id).where(unmet, UnmetGate.kind == kind)
    return Assessment.id.in_(failing)


CONFIRMED_PERMILLE = case((IS_CONFIRMED, Assessment.visited_permille))
DEVIATION = case((IS_CONFIRMED, Assessment.own_permille - Assessment.visited_permille))
"""How far the firm's own share stands above the confirmed one, in thousandths."""


def _deviates(asked: str) -> ColumnElement[bool]:
    own, visited = Assessment.own_step, Assessment.visited_step
    own_share, visited_share = Assessment.own_permille, Assessment.visited_permille
    rungs = {HIGHER: own > visited, LOWER: own < visited, EQUAL: own == visited}
    return (
        rungs[asked] if asked in rungs else func.abs(own_share - visited_share) >= int(asked) * 10
    )


def _of_visits(wanted: Wanted) -> Conditions:
    lead, second = Assessment.consultant_id, Assessment.second_consultant_id
    if wanted.consultant:
        sent = (int(one) for one in any_of(wanted.consultant) if one != BELOW)
        visits = [or_(lead == one, second == one) for one in sent]
        if BELOW in any_of(wanted.consultant):
            visits.append(lead.is_(None))
        yield or_(*visits)
    closed = select(Round.id).where(Round.closes_on < wanted.today)
    awaited = (AssessmentState.SUBMITTED, AssessmentState.VISITING)
    if wanted.overdue == SHEET_DUE:
        yield and_(Assessment.state == AssessmentState.DRAFT, Assessment.round_id.in_(closed))
    if wanted.overdue == VISIT_DUE:
        yield and_(Assessment.state.in_(awaited), Assessment.planned_on < wanted.today)


def _of_pool(wanted: Wanted) -> Conditions:
    if wanted.pool:
        yield is_pooled(Assessment.firm_id, wanted)
    if wanted.target:
        aiming = _of_entries(wanted).where(is_any_of(PoolEntry.target_rung, wanted.target))
        yield Assessment.firm_id.in_(aiming)


def _of_entries(wanted: Wanted) -> Query:
    return kept.within(select(PoolEntry.firm_id), PoolEntry.firm_id, wanted.ward)


def is_pooled(firm_id: InstrumentedAttribute[int], wanted: Wanted) -> ColumnElement[bool]:
    """Return the condition that a firm's entry stands in one of the states; ``BELOW``: it has none."""
    known, asked = _of_entries(wanted), wanted.pool
    states = [one for one in any_of(asked) if one != BELOW]
    pooled = firm_id.in_(known.where(PoolEntry.state.in_(states)))
    return or_(pooled, firm_id.not_in(known)) if BELOW in any_of(asked) else pooled


def holds(words: str, *columns: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Return the condition that one of the columns holds the words, in letters of either case.

    Words without such letters, as of Chinese names, are looked for as they are, which is quicker; and
    what is not of letters and figures alone is in no code.
    """
    asked = columns if words.isascii() else [one for one in columns if one is not Firm.code]
    cased = words.lower() != words.upper()
    return or_(
        *(
            column.icontains(words, autoescape=True)
            if cased
            else column.contains(words, autoescape=True)
            for column in asked
        )
    )


def holding(query: Query, words: str, *columns: InstrumentedAttribute[Any]) -> Query:
    """Keep the rows that hold the words in one of the columns; no words keep all."""
    return query.where(holds(words, *columns)) if words else query


def sliced(session: Session, ordered: Query, part: Slice | None) -> tuple[list[Any], int]:
    """Return the rows of one page and how many there are in all; without a page, all of them."""
    if part is None:
        rows = list(session.execute(ordered))
        return rows, len(rows)
    total = kept.number(
        session, select(func.count()).select_from(ordered.order_by(None).subquery())
    )
    return list(session.execute(_cut(ordered, part))), total


def _cut(ordered: Query, part: Slice) -> Query:
    return ordered.offset((part.page - 1) * part.size).limit(part.size)


@dataclass(frozen=True)
class Listing:
    """A long list in two questions: which rows a page has, and what their lines show.

    ``found`` asks for the key alone, of no more tables than the conditions speak of; ``beside`` are
    the tables that some orders need as well, each with how it is joined.

    Args:
        sorts: The only keys it is ordered by; a leading hyphen turns one round.
        firm: Whose a row is, where conditions and orders ask nothing of other firms: such a list is
            counted, and its first pages are found, ward by ward.
        last: By what rows are ordered that are equal; by default the newest first.
    """

    key: InstrumentedAttribute[int]
    found: Query
    rows: Query
    sorts: Mapping[str, ColumnElement[Any]]
    beside: Sequence[tuple[type[Table], ColumnElement[bool]]] = ()
    firm: InstrumentedAttribute[int] | None = None
    last: Sequence[ColumnElement[Any]] = ()

    def read(
        self,
        session: Session,
        where: Where,
        sort: str,
        part: Slice | None = None,
    ) -> tuple[list[Any], int]:
        """Return the rows of one page and how many there are; without a page, all of them."""
        if part is None:
            rows = list(session.execute(self._ordered(self.rows.where(*where(EVERYWHERE)), sort)))
            return rows, len(rows)
        keys = self._keys(session, where, sort, part)
        shown = self._ordered(self.rows.where(self.key.in_(keys)), sort)
        return list(session.execute(shown)), self.count(session, where)

    def portions(self, session: Session, where: Where, sort: str) -> Iterator[list[Any]]:
        """Return all rows in their order, so many at a time; of the others the keys alone are held."""
        keys = list(session.scalars(self._ordered(self._found(where(EVERYWHERE)), sort)))
        for first in range(0, len(keys), PORTION):
            places = {key: place for place, key in enumerate(keys[first : first + PORTION])}
            rows = session.execute(self.rows.where(self.key.in_(places)))
            yield sorted(rows, key=lambda row: places[row.id])

    def count(self, session: Session, where: Where) -> int:
        def counted(ward: int) -> Query:
            found = self.found.where(*where(ward))
            return found.with_only_columns(func.count(), maintain_column_froms=True)

        if self.firm is None:
            return kept.number(session, counted(EVERYWHERE))
        return kept.total(session, counted, self.firm)

    def _keys(self, session: Session, where: Where, sort: str, part: Slice) -> list[int]:
        """Return the keys of one page: of the first ones ward by ward, see ``kept.first``."""
        before = (part.page - 1) * part.size
        if self.firm is None or before >= MOST_FIRST:
            ordered = self._ordered(self._found(where(EVERYWHERE)), sort)
            return [row[0] for row in kept.rows(session, _cut(ordered, part))]
        most = before + part.size
        order, among = self._order(sort), self._found(())
        found = kept.first(
            session, lambda ward: self._found(where(ward)), self.firm, order, most, among
        )
        return found[before:]

    def _found(self, where: Sequence[ColumnElement[bool]]) -> Query:
        found = self.found
        for table, joined in self.beside:
            found = found.outerjoin(table, joined)
        return found.where(*where)

    def _ordered(self, query: Query, sort: str) -> Query:
        return query.order_by(*self._order(sort))

    def _order(self, sort: str) -> tuple[ColumnElement[Any], ...]:
        key = self.sorts[sort.removeprefix("-")]
        order = key.desc() if sort.startswith("-") else key.asc()
        return order.nulls_last(), *(self.last or (self.key.desc(),))
