"""What lists share: what they are narrowed to, their order, and one page of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.store.sheets import IS_CONFIRMED, spoken
from survey.tables import Assessment, Firm

Query = Select[*tuple[Any, ...]]

BELOW = "none"
"""A filter's word for those that have none: no rung reached, no assessment, no entry."""


FIRM = (Firm.name, Firm.code)
"""Where words are looked for when a firm is meant."""


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; empty words narrow nothing."""

    edition: str = ""
    words: str = ""
    trade: str = ""
    township: str = ""
    rung: str = ""
    state: str = ""
    confirmed: str = ""
    target: str = ""
    pool: str = ""
    """A ``PoolState``, or ``BELOW`` for firms without an entry."""
    round: int | None = None
    only: tuple[int, ...] | None = None
    """The rows of a selection, by id."""
    sort: str = ""


@dataclass(frozen=True)
class Slice:
    """One page of a list, counted from 1."""

    page: int
    size: int

    def pages_of(self, total: int) -> int:
        """Return how many such pages hold this many rows; an empty list has one."""
        return max(1, -(-total // self.size))


def narrowed(query: Query, wanted: Wanted) -> Query:
    """Narrow by what assessments and pool entries share."""
    if wanted.edition:
        query = query.where(Assessment.edition == wanted.edition)
    if wanted.trade:
        query = query.where(Assessment.trade == wanted.trade)
    if wanted.township:
        query = query.where(Firm.township == wanted.township)
    if wanted.rung:
        standing = spoken("rung")
        below = and_(standing.is_(None), spoken("step").is_not(None))
        query = query.where(below if wanted.rung == BELOW else standing == wanted.rung)
    if wanted.round is not None:
        query = query.where(Assessment.round_id == wanted.round)
    if wanted.confirmed:
        query = query.where(IS_CONFIRMED if wanted.confirmed == "yes" else ~IS_CONFIRMED)
    return holding(query, wanted.words, *FIRM)


def holding(query: Query, words: str, *columns: InstrumentedAttribute[Any]) -> Query:
    """Keep the rows that hold the words in one of the columns; no words keep all."""
    if not words:
        return query
    return query.where(or_(*(column.icontains(words, autoescape=True) for column in columns)))


def sorted_by(
    query: Query,
    sort: str,
    sorts: Mapping[str, ColumnElement[Any]],
    last: ColumnElement[Any],
) -> Query:
    """Order by one of the keys, a leading hyphen turning it round; what is equal by ``last``."""
    key = sorts[sort.removeprefix("-")]
    order = key.desc() if sort.startswith("-") else key.asc()
    return query.order_by(order.nulls_last(), last)


def sliced(session: Session, ordered: Query, part: Slice | None) -> tuple[list[Any], int]:
    """Return the rows of one page and how many there are in all; without a page, all of them."""
    if part is None:
        rows = list(session.execute(ordered))
        return rows, len(rows)
    total = session.scalar(select(func.count()).select_from(ordered.order_by(None).subquery()))
    paged = ordered.offset((part.page - 1) * part.size).limit(part.size)
    return list(session.execute(paged)), total or 0
