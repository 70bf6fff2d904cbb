"""Queries over lists of firms on their way in: their rows, their faults, and whom they do not name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session, defer

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
    plain = [
        {k: v for k, v in row.items() if k not in ("faults", "figures", "titles")} for row in rows
    ]
    added = session.scalars(
        insert(RosterRow).returning(RosterRow.id, sort_by_parameter_order=True), plain
    )
    ids = list(added)
    for table, key in ((RosterFault, "faults"), (RosterFigure, "figures"), (RosterTitle, "titles")):
        parts = [
            {"row_id": row_id, **part}
            for row_id, row in zip(ids, rows, strict=True)
            for part in row[key]
        ]
        if parts:
            session.execute(insert(table), parts)


def forget_rows(session: Session, roster_id: int) -> None:
    """Drop what an earlier check left."""
    mine = select(RosterRow.id).where(RosterRow.roster_id == roster_id)
    for table in (RosterFault, RosterFigure, RosterTitle):
        session.execute(delete(table).where(table.row_id.in_(mine)))
    session.execute(delete(RosterRow).where(RosterRow.roster_id == roster_id))


def outcomes(session: Session, roster_id: int) -> dict[str, int]:
    """Count the rows by outcome; under ``doubtful`` those with notes."""
    mine = RosterRow.roster_id == roster_id
    query = select(RosterRow.outcome, func.count()).where(mine).group_by(RosterRow.outcome)
    found = {str(outcome): count for outcome, count in session.execute(query)}
    noted = select(func.count()).where(mine, RosterRow.doubtful)
    return found | {"doubtful": session.scalar(noted) or 0}


DOUBTFUL = "doubtful"
UNTOLD = "untold"
STAYS = "stays"


def rows(
    session: Session, roster_id: int, kind: str, part: Slice | None
) -> tuple[list[RosterRow], int]:
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
    return [row[0] for row in found], total


def faults(session: Session, row_ids: Iterable[int]) -> dict[int, list[RosterFault]]:
    """Return faults and notes by row."""
    query = select(RosterFault).where(RosterFault.row_id.in_([*row_ids])).order_by(RosterFault.id)
    found: dict[int, list[RosterFault]] = {}
    for fault in session.scalars(query):
        found.setdefault(fault.row_id, []).append(fault)
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
    """A firm that no row of a list names, whatever else is wrong with the row.

    The codes are gathered once: asked firm by firm, SQLite would read the whole list for each.
    """
    return Firm.code.not_in(select(RosterRow.code).where(RosterRow.roster_id == roster_id))


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
