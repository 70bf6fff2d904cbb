"""Queries over lists of firms on their way in: their rows, their faults, and whom they do not name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session, defer

from survey import db
from survey.store.lists import Slice, sliced
from survey.tables import (
    Firm,
    FirmListing,
    Job,
    Roster,
    RosterFault,
    RosterFigure,
    RosterMapping,
    RosterRow,
    RosterTitle,
    RowOutcome,
    User,
)

PARTS: Final[Mapping[str, type[Any]]] = {
    "faults": RosterFault,
    "figures": RosterFigure,
    "titles": RosterTitle,
}
"""What a row holds beside itself."""


def roster(session: Session, roster_id: int, *, lock: bool = False) -> Roster | None:
    return session.get(Roster, roster_id, with_for_update=lock, populate_existing=lock)


@dataclass(frozen=True)
class RosterLine:
    """One list among all, with who brought it."""

    roster: Roster
    by: str | None


def rosters(session: Session, part: Slice) -> tuple[list[RosterLine], int]:
    """Return one page of the lists, newest first."""
    query = (
        select(Roster, User.name)
        .outerjoin(User, User.id == Roster.uploaded_by)
        .options(defer(Roster.choices))
        .order_by(Roster.id.desc())
    )
    rows, total = sliced(session, query, part)
    return [RosterLine(*row) for row in rows], total


def job(session: Session, found: Roster) -> Job | None:
    """Return what works on a list, or did last."""
    return session.get(Job, found.job_id) if found.job_id else None


def mappings(session: Session) -> list[RosterMapping]:
    return list(session.scalars(select(RosterMapping).order_by(RosterMapping.name)))


def mapping_named(session: Session, name: str) -> RosterMapping | None:
    return session.scalar(select(RosterMapping).where(RosterMapping.name == name))


def add_rows(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add judged rows, each with its ``faults``, ``figures`` and ``titles``."""
    ids = db.next_ids(session, RosterRow, len(rows))
    plain = [{k: v for k, v in row.items() if k not in PARTS} | {"stays": False} for row in rows]
    whole = [{"id": row_id, **row} for row_id, row in zip(ids, plain, strict=True)]
    _add_all(session, RosterRow, whole)
    for key, table in PARTS.items():
        parts = [
            {"row_id": row_id, **part}
            for row_id, row in zip(ids, rows, strict=True)
            for part in row[key]
        ]
        _add_all(session, table, parts)


def _add_all(session: Session, table: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.connection().execute(insert(table.__table__), rows)


def look_at_rows(session: Session) -> None:
    """Let the database see how many rows there are by now, once they are all added."""
    db.look_at(session, RosterRow, *PARTS.values())


def forget_rows(session: Session, roster_id: int) -> None:
    """Drop what an earlier check left."""
    mine = select(RosterRow.id).where(RosterRow.roster_id == roster_id)
    for table in PARTS.values():
        session.execute(delete(table).where(table.row_id.in_(mine)))
    session.execute(delete(RosterRow).where(RosterRow.roster_id == roster_id))


DOUBTFUL = "doubtful"
UNTOLD = "untold"
STAYS = "stays"


@dataclass(frozen=True)
class RowSeen:
    """One row as a page shows it: its firm, where there is one by now, and what it holds beside."""

    row: RosterRow
    firm_id: int | None
    faults: Sequence[RosterFault]
    figures: Sequence[RosterFigure]
    titles: Sequence[RosterTitle]


def rows(
    session: Session, roster_id: int, kind: str, part: Slice | None
) -> tuple[list[RowSeen], int]:
    """Return one page of a list's rows, in the file's order.

    Args:
        kind: An outcome, ``DOUBTFUL``, ``UNTOLD`` or ``STAYS``; empty for all.
    """
    query = select(RosterRow).where(RosterRow.roster_id == roster_id)
    narrow: dict[str, ColumnElement[bool]] = {
        DOUBTFUL: RosterRow.doubtful.expression,
        UNTOLD: and_(RosterRow.outcome == RowOutcome.NEW, ~RosterRow.told),
        STAYS: RosterRow.stays.expression,
    }
    if kind:
        query = query.where(narrow.get(kind, RosterRow.outcome == kind))
    found, total = sliced(session, query.order_by(RosterRow.id), part)
    return _seen(session, [row[0] for row in found]), total


def _seen(session: Session, rows: Sequence[RosterRow]) -> list[RowSeen]:
    codes = {row.code for row in rows}
    known = session.execute(select(Firm.code, Firm.id).where(Firm.code.in_(codes)))
    firms = {code: firm_id for code, firm_id in known}  # noqa: C416  rows are typed one by one
    ids = [row.id for row in rows]
    parts = [
        _by_row(session.scalars(select(table).where(table.row_id.in_(ids)).order_by(*order)))
        for table, order in (
            (RosterFault, [RosterFault.id]),
            (RosterFigure, [RosterFigure.year]),
            (RosterTitle, [RosterTitle.id]),
        )
    ]
    return [
        RowSeen(row, firms.get(row.code), *(part.get(row.id, []) for part in parts)) for row in rows
    ]


def _by_row(parts: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for part in parts:
        found.setdefault(part.row_id, []).append(part)
    return found


def faults_of(
    session: Session, roster_id: int
) -> Iterable[tuple[str, int, RosterFault | None, RosterRow]]:
    """Return every row of a list with each of its faults, in the file's order."""
    query = (
        select(RosterRow, RosterFault)
        .outerjoin(RosterFault, RosterFault.row_id == RosterRow.id)
        .where(RosterRow.roster_id == roster_id)
        .where(or_(RosterFault.id.is_not(None), RosterRow.outcome == RowOutcome.DUPLICATE))
        .order_by(RosterRow.id, RosterFault.id)
    )
    return [(row.sheet, row.number, fault, row) for row, fault in session.execute(query)]


def set_trade(session: Session, roster_id: int, trades: Mapping[int, str]) -> int:
    """Set the trade of new firms by row; return how many there were."""
    done = 0
    for row_id, trade in trades.items():
        mine = RosterRow.roster_id == roster_id, RosterRow.outcome == RowOutcome.NEW
        changed = (
            update(RosterRow).where(RosterRow.id == row_id, *mine).values(trade=trade, told=True)
        )
        done += len(session.scalars(changed.returning(RosterRow.id)).all())
    return done


def unknown_townships(session: Session, roster_id: int, known: Iterable[str]) -> list[str]:
    """Return townships a list names that the district's settings do not."""
    query = (
        select(RosterRow.township)
        .where(RosterRow.roster_id == roster_id, RosterRow.township.is_not(None))
        .where(RosterRow.township.not_in([*known]))
        .distinct()
        .order_by(RosterRow.township)
    )
    return [township for township in session.scalars(query) if township]


# --- what a list does not name --------------------------------------------------------------------


def is_unnamed(roster_id: int) -> ColumnElement[bool]:
    """A firm that no row of a list names, whatever else is wrong with the row."""
    return ~exists().where(RosterRow.roster_id == roster_id, RosterRow.code == Firm.code)


def unnamed(session: Session, roster_id: int, part: Slice) -> tuple[list[Any], int]:
    """Return the firms a list does not name, before it is imported."""
    query = select(Firm.id, Firm.name, Firm.code, Firm.township).where(is_unnamed(roster_id))
    return sliced(session, query.order_by(Firm.id), part)


def count_unnamed(session: Session, roster_id: int) -> int:
    query = select(func.count(Firm.id)).where(is_unnamed(roster_id))
    return session.scalar(query) or 0


def missing(session: Session, roster_id: int, part: Slice) -> tuple[list[Any], int]:
    """Return the firms marked 本次名单未见 by a list."""
    query = (
        select(Firm.id, Firm.name, Firm.code, Firm.township)
        .join(FirmListing, FirmListing.firm_id == Firm.id)
        .where(FirmListing.missing_from == roster_id)
    )
    return sliced(session, query.order_by(Firm.id), part)
