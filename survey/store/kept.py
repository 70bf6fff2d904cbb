"""What was counted over a whole district, kept as long as nothing it was counted from is touched.

An answer lives in the memory of a process, beside the touches it rests on (``tables.touches``): how
often rows of the tables it asks of were changed, counted by triggers in the transaction that changes
them. As long as the sum is the same, nothing has changed, and the answer is what the database would
say. So no number is ever older than the transaction that reads it, and no step waits for a figure.

Touches of a table are counted ward by ward, a thousand firms each. What can be added up over firms
is counted anew in the wards that were touched alone (``added_up``), and what comes first in an order is
looked for in them alone (``first``); everything else is asked whole (``rows``).
A transaction that writes keeps nothing and is told nothing kept.
"""

from __future__ import annotations

import re
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from operator import add
from threading import Lock
from typing import Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Session

from survey import db
from survey.tables import Table
from survey.tables.touches import EVERYWHERE, WARD, WATCHED, Touch

MOST = 10_000
"""Answers a process holds, those of single wards among them; the one not asked for longest goes first."""
WHOLE = None
"""In place of a ward: the answer over all of them."""
_SEEN = "survey_touches"

Query = Select[*tuple[Any, ...]]
InWard = Callable[[int], Query]
"""A question made anew each time: of a ward it may look beside its own table there alone."""
Touches = Mapping[str, Mapping[int, int]]
"""By table and ward: how often it was touched."""


class Answer(NamedTuple):
    """What was answered, and the touches it rests on."""

    seen: int
    rows: Sequence[Any]


class Memory:
    """The answers a process holds of one database."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._asks_of: dict[Hashable, frozenset[str] | None] = {}
        self._lock = Lock()

    def recall(self, question: Hashable, seen: int) -> Sequence[Any] | None:
        """Return the answer, where it was given to exactly these touches."""
        with self._lock:
            answer = self._answers.get(question)
            if answer is None or answer.seen != seen:
                return None
            self._answers.move_to_end(question)
            return answer.rows

    def holds(self, question: Hashable) -> bool:
        """Whether it was answered before, be it to other touches."""
        return question in self._answers

    def keep(self, question: Hashable, seen: int, rows: Sequence[Any]) -> None:
        with self._lock:
            self._answers[question] = Answer(seen, rows)
            self._answers.move_to_end(question)
            while len(self._answers) > MOST:
                self._answers.popitem(last=False)

    def asks_of(
        self, shape: Hashable, find: Callable[[], frozenset[str] | None]
    ) -> frozenset[str] | None:
        """Name the tables a question reads; looked for once, whatever values it comes with."""
        if shape in (known := self._asks_of):
            return known[shape]
        found = find()
        if len(known) > MOST:  # begun anew, not emptied: another thread may be reading
            self._asks_of = known = {}
        known[shape] = found
        return found


_memories: WeakKeyDictionary[Engine, Memory] = WeakKeyDictionary()


def rows(session: Session, query: Query) -> Sequence[Any]:
    """Return the rows of a question, from memory where nothing they rest on was touched since."""
    asked = _Asked.of(session, query)
    if asked is None:
        return session.execute(query).all()
    seen = asked.seen()
    known = asked.memory.recall((asked.question, WHOLE), seen)
    if known is None:
        known = session.execute(query).all()
        asked.memory.keep((asked.question, WHOLE), seen, known)
    return known


def number(session: Session, query: Query) -> int:
    """Return the number that a question asks for, 0 where there is none."""
    found = rows(session, query)
    return (found[0][0] or 0) if found else 0


def total(session: Session, query: Query | InWard, firm: ColumnElement[int] | Any) -> int:
    """Return a count that may be taken ward by ward, see ``added_up``."""
    found = added_up(session, query, firm, 0)
    return found[0][0] if found else 0


def added_up(
    session: Session, query: Query | InWard, firm: ColumnElement[int] | Any, groups: int
) -> list[tuple[Any, ...]]:
    """Return the rows of a grouped question whose sums may be taken ward by ward.

    Args:
        query: Grouped by its first ``groups`` columns; all others are sums or counts.
        firm: Each row counted belongs to one firm; this column names it. Of other firms it reads nothing.

    Returns:
        One row for each group, in no order; what nobody has in it is 0.
    """
    question = _Added(_in_ward(query), firm)
    asked = _Asked.of(session, question.query(EVERYWHERE))
    if asked is None:
        return _together([session.execute(question.query(EVERYWHERE)).all()], groups)
    seen = asked.seen()
    known = asked.memory.recall((asked.question, WHOLE), seen)
    if known is None:
        known = _together(_of_wards(session, asked, question), groups)
        asked.memory.keep((asked.question, WHOLE), seen, known)
    return list(known)


def first(
    session: Session,
    query: Query | InWard,
    firm: ColumnElement[int] | Any,
    order: Sequence[ColumnElement[Any]],
    most: int,
    among: Query,
) -> list[Any]:
    """Return the first keys of a question.

    Asked for the first time it is asked whole. From then on those are found that come first among the
    first of every ward, and these are kept.

    Args:
        query: Asks for the key alone, in no order.
        firm: Each row belongs to one firm, and whether and where it stands rests on rows of this firm
            or of none; this column names it.
        order: No two rows are equal in it.
        among: The same question of whatever there is, for rows that are known to be meant.
    """
    question = _First(_in_ward(query), firm, order, most)
    asked = _Asked.of(session, question.whole())
    if asked is None:
        return list(session.scalars(question.whole()))
    seen = asked.seen()
    known = asked.memory.recall((asked.question, WHOLE), seen)
    if known is None:
        if asked.memory.holds((asked.question, WHOLE)):  # it is asked again and again
            wards = _of_wards(session, asked, question, each=True)
            keys = known = [row[0] for ward in wards for row in ward]
            if len(wards) > 1:
                those = among.where(among.selected_columns[0].in_(keys))
                known = session.scalars(those.order_by(*order).limit(most)).all()
        else:
            known = session.scalars(question.whole()).all()
        asked.memory.keep((asked.question, WHOLE), seen, known)
    return list(known)


def by_ward(session: Session, question: ByWard) -> list[Sequence[Any]]:
    """Return the rows of a question ward by ward, for whoever puts them together otherwise."""
    asked = _Asked.of(session, question.of(EVERYWHERE))
    if asked is None:
        return list(_apart(session.execute(question.of(EVERYWHERE))).values())
    return _of_wards(session, asked, question)


class ByWard(Protocol):
    """A question that may be asked of one ward: each row rests on rows of a firm in it, or of no firm."""

    def of(self, ward: int) -> Query:
        """Return the question about a ward, or about all of them (``EVERYWHERE``).

        The ward is the last column.
        """


def _in_ward(query: Query | InWard) -> InWard:
    return query if callable(query) else lambda _ward: query


class _Added(NamedTuple):
    """A grouped question, see ``added_up``."""

    query: InWard
    firm: ColumnElement[int]

    def of(self, ward: int) -> Query:
        ours = ward_of(self.firm)
        return within(self.query(ward), self.firm, ward).add_columns(ours).group_by(ours)


class _First(NamedTuple):
    """A question for what comes first, see ``first``."""

    query: InWard
    firm: ColumnElement[int]
    order: Sequence[ColumnElement[Any]]
    most: int

    def whole(self) -> Query:
        return self.query(EVERYWHERE).order_by(*self.order).limit(self.most)

    def of(self, ward: int) -> Query:
        # By the ward first, which all of them are of: else a database walks through its index of the
        # order, over all the other wards, until enough of this one are met.
        ours = ward_of(self.firm)
        rows = within(self.query(ward), self.firm, ward).add_columns(ours)
        return rows.order_by(ours, *self.order).limit(self.most)


def ward_of(firm: ColumnElement[int]) -> ColumnElement[int]:
    return (firm // WARD).label("ward")


def within(query: Query, firm: ColumnElement[int] | Any, ward: int) -> Query:
    """Ask of one ward; of all of them where it is ``EVERYWHERE``."""
    if ward == EVERYWHERE:
        return query
    # Not as BETWEEN: SQLite would not look for it in the index of a part of the other conditions.
    return query.where(firm >= ward * WARD, firm < (ward + 1) * WARD)


def _of_wards(
    session: Session, asked: _Asked, question: ByWard, *, each: bool = False
) -> list[Sequence[Any]]:
    """Return the rows of every ward, asked anew where it was touched.

    All at once where most were, unless ``each`` answers for itself alone.
    """
    found: dict[int, Sequence[Any]] = {}
    touched: dict[int, int] = {}
    for ward in asked.wards():
        seen = asked.seen(ward)
        known = asked.memory.recall((asked.question, ward), seen)
        if known is None:
            touched[ward] = seen
        else:
            found[ward] = known
    few = each or len(touched) <= len(found)
    wards = touched if few else (EVERYWHERE,)
    anew = _apart(row for ward in wards for row in session.execute(question.of(ward)))
    for ward, seen in touched.items():
        asked.memory.keep((asked.question, ward), seen, found.setdefault(ward, anew[ward]))
    return list(found.values())


def _apart(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    """Lay rows ward by ward, which is their last column."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row[-1]].append(row[:-1])
    return found


def _together(parts: Iterable[Iterable[Any]], groups: int) -> list[tuple[Any, ...]]:
    """Add up the rows of several parts group by group."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for row in (row for part in parts for row in part):
        group, sums = tuple(row[:groups]), [int(one or 0) for one in row[groups:]]
        found[group] = list(map(add, found[group], sums)) if group in found else sums
    return [(*group, *sums) for group, sums in found.items()]


# --- what an answer rests on ----------------------------------------------------------------------


class _Asked(NamedTuple):
    """A question, of which tables, and how often they have been touched as this transaction sees it."""

    memory: Memory
    question: Hashable
    tables: frozenset[str]
    touches: Touches

    @classmethod
    def of(cls, session: Session, query: Query) -> _Asked | None:
        """Look at a question; None where its answer can only be asked for."""
        connection = session.connection()
        key = query._generate_cache_key()
        if key is None or db.is_writing(connection):
            return None
        memory = _memories.setdefault(connection.engine, Memory())
        values = tuple(_plain(one.effective_value) for one in key.bindparams)
        tables = memory.asks_of(key.key, lambda: _tables_in(query, connection))
        if tables is None:
            return None
        return cls(memory, (key.key, values), tables, _touches(session, connection))

    def seen(self, ward: int | None = WHOLE) -> int:
        """How often everything was touched that the answer rests on, of one ward or of all."""
        counted = (self.touches.get(name, {}) for name in ("", *self.tables))
        if ward is WHOLE:
            return sum(sum(one.values()) for one in counted)
        return sum(one.get(ward, 0) + one.get(EVERYWHERE, 0) for one in counted)

    def wards(self) -> Collection[int]:
        """Every ward in which there is or was a firm."""
        return [ward for ward in self.touches.get("firms", {}) if ward != EVERYWHERE]


def _plain(value: Any) -> Hashable:
    return tuple(value) if isinstance(value, list | set) else value


def _tables_in(query: Query, connection: Connection) -> frozenset[str] | None:
    """Name the tables a question reads: those whose names stand in what is sent.

    None where touches of one of them are not counted: such an answer cannot be kept.
    """
    words = set(re.findall(r"\w+", str(query.compile(connection))))
    found = frozenset(words & set(Table.metadata.tables))
    return found if found <= set(WATCHED) else None


def _touches(session: Session, connection: Connection) -> Touches:
    """Read how often tables were touched, once in a transaction.

    Later questions of it may see more than that, where the database shows each what is committed by
    then (PostgreSQL): they are kept with the lower sum, so nobody takes them for later ones.
    """
    transaction = session.get_transaction()
    known = session.info.get(_SEEN)
    if known is not None and known[0] is transaction:
        return known[1]
    found: dict[str, dict[int, int]] = {"": {EVERYWHERE: hash(connection.info.get("file"))}}
    counted = select(Touch.what, Touch.ward, func.sum(Touch.times))
    for what, ward, times in connection.execute(counted.group_by(Touch.what, Touch.ward)):
        of_table = found.setdefault(what, {})
        of_table[ward] = of_table.get(ward, 0) + int(times)
    session.info[_SEEN] = transaction, found
    return found


def fold(session: Session) -> None:
    """Make one row of all that count one ward's touches; the sums stay what they are."""
    gone = delete(Touch).returning(Touch.what, Touch.ward, Touch.times)
    sums: defaultdict[tuple[str, int], int] = defaultdict(int)
    for what, ward, times in session.execute(gone):
        sums[what, ward] += times
    if sums:
        rows = [{"what": w, "ward": n, "times": times} for (w, n), times in sums.items()]
        session.execute(insert(Touch), rows)
