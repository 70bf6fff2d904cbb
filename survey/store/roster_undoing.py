"""An import taken back where nobody has touched what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    case,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from survey.store.listings import FIGURES, LISTED
from survey.store.roster_imports import TAKEN, fill_profiles, run
from survey.tables import (
    Firm,
    FirmListing,
    FirmTitle,
    FirmYear,
    ProposalState,
    RecognitionProposal,
    RosterRow,
    RowOutcome,
    Table,
)
from survey.tables.pinyin import spelled

OURS: Final = frozenset({"firm_years", "firm_titles", "firm_listings", "recognition_proposals"})
"""Tables by which a list speaks of firms; whatever else does is somebody's work."""
TITLES: Final = ("titles", "recognitions")
"""What a list adds to and never changes."""


def _touched() -> ColumnElement[bool]:
    """A firm that anything else speaks of by now: an account, an assessment, a line of the log."""
    return or_(
        *(
            exists().where(key.parent == Firm.id)
            for table in Table.metadata.sorted_tables
            for key in table.foreign_keys
            if key.column is Firm.__table__.c.id and table.name not in OURS
        )
    )


def _clean(roster_id: int) -> Select[int]:
    """The rows whose firm nobody has touched since the import."""
    fresh = RosterRow.outcome == RowOutcome.NEW
    expected = RosterRow.base_version + case((fresh, 1), (RosterRow.touches, 1), else_=0)
    decided = exists().where(
        RecognitionProposal.firm_id == Firm.id,
        RecognitionProposal.roster_id == roster_id,
        RecognitionProposal.state != ProposalState.OPEN,
    )
    return (
        select(RosterRow.id)
        .join(Firm, Firm.code == RosterRow.code)
        .join(FirmListing, FirmListing.firm_id == Firm.id)
        .where(RosterRow.roster_id == roster_id, Firm.version == expected)
        .where(FirmListing.seen_in == roster_id, ~decided, or_(~fresh, ~_touched()))
    )


def _mark_what_stays(session: Session, roster_id: int) -> set[int]:
    """Mark the rows whose firms are there and somebody has touched since, and return their ids.

    Set apart here: PostgreSQL would look for what is not clean row by row.
    """
    effective = RosterRow.outcome.in_((RowOutcome.NEW, RowOutcome.CHANGED))
    rows = select(RosterRow.id).join(Firm, Firm.code == RosterRow.code)
    rows = rows.where(RosterRow.roster_id == roster_id, effective)
    stay = set(session.scalars(rows)) - set(session.scalars(_clean(roster_id)))
    if stay:
        table: Any = RosterRow.__table__
        marked = update(table).where(table.c.id == bindparam("b_id")).values(stays=True)
        session.connection().execute(marked, [{"b_id": row_id} for row_id in sorted(stay)])
    return stay


@dataclass(frozen=True)
class Former:
    """What one row of a table said of a firm before a list changed it.

    Attributes:
        year: Of figures, else 0.
        values: By column.
    """

    row_id: int
    firm_id: int
    year: int
    values: Mapping[str, Any]


Before = Mapping[tuple[type[Any], tuple[str, ...]], Sequence[Former]]
"""By table and columns, for what changes alike is set back in one go."""


def former(session: Session, roster_id: int) -> Before:
    """Return what changed firms said before; read before anything is locked."""
    query = (
        select(RosterRow.id, Firm.id, RosterRow.shown)
        .join(Firm, Firm.code == RosterRow.code)
        .where(RosterRow.roster_id == roster_id, RosterRow.outcome == RowOutcome.CHANGED)
    )
    found: dict[tuple[type[Any], tuple[str, ...]], list[Former]] = {}
    for row_id, firm_id, shown in session.execute(query):
        for (table, year), values in _by_place(shown["changes"]).items():
            if "name" in values:
                values["name_key"] = shown.get("name_key") or spelled(values["name"])
            one = Former(row_id, firm_id, year, values)
            found.setdefault((table, tuple(sorted(values))), []).append(one)
    return found


def _by_place(changes: Sequence[Sequence[Any]]) -> dict[tuple[type[Any], int], dict[str, Any]]:
    found: dict[tuple[type[Any], int], dict[str, Any]] = {}
    for field, year, old, *_new in changes:
        if field not in TITLES:
            found.setdefault((_place(field), year), {})[field] = old if old != "" else None
    return found


def added(session: Session, roster_id: int) -> list[int]:
    """Return the rows of a list whose firms came by it and are still there."""
    rows = select(RosterRow.id).join(Firm, Firm.code == RosterRow.code)
    rows = rows.where(RosterRow.roster_id == roster_id, RosterRow.outcome == RowOutcome.NEW)
    return list(session.scalars(rows.order_by(RosterRow.id)))


def let_go(session: Session, roster_id: int, rows: Sequence[int]) -> int:
    """Remove the firms of some rows that were new and that nobody has touched since; return how many.

    Some at a time: PostgreSQL looks into every table that may speak of a firm, for each firm that goes.
    """
    fresh = RosterRow.id.in_(rows), RosterRow.outcome == RowOutcome.NEW
    going = list(session.scalars(_clean(roster_id).with_only_columns(Firm.id).where(*fresh)))
    for table in (FirmYear, FirmTitle, RecognitionProposal, FirmListing):
        run(session, delete(table).where(table.firm_id.in_(going)))
    run(session, delete(Firm).where(Firm.id.in_(going)))
    return len(going)


def undo(session: Session, roster_id: int, before: Before) -> dict[str, int]:
    """Set back what nobody has touched since, once new firms were let go; return how many firms went,
    were set back, stay.

    Args:
        before: ``former`` of this list.
    """
    mine = RosterRow.roster_id == roster_id
    stay = _mark_what_stays(session, roster_id)
    removed = _and_count(session, mine, RowOutcome.NEW)
    restored = _and_count(session, mine, RowOutcome.CHANGED)
    for (place, fields), said in before.items():
        _write_back(session, place, fields, [one for one in said if one.row_id not in stay])
    _tidy_after(session, roster_id)
    _leave_listings(session, roster_id)
    session.expire_all()
    return {"removed": removed, "restored": restored, "stays": len(stay)}


def _and_count(session: Session, mine: ColumnElement[bool], outcome: RowOutcome) -> int:
    going = mine, RosterRow.outcome == outcome, ~RosterRow.stays
    return session.scalar(select(func.count()).select_from(RosterRow).where(*going)) or 0


def _place(field: str) -> type[Any]:
    """Return the table that keeps what a list says in a field."""
    return FirmYear if field in FIGURES else FirmListing if field in LISTED else Firm


def _write_back(
    session: Session, place: type[Any], fields: Sequence[str], said: Sequence[Former]
) -> None:
    table = place.__table__
    found = [(table.c.id if place is Firm else table.c.firm_id) == bindparam("b_firm")]
    keys = [("b_firm", "firm_id")]
    if place is FirmYear:
        found.append(table.c.year == bindparam("b_year"))
        keys.append(("b_year", "year"))
    values = [
        {name: getattr(one, key) for name, key in keys}
        | {f"b_{field}": one.values[field] for field in fields}
        for one in said
    ]
    if values:
        statement = update(table).values({field: bindparam(f"b_{field}") for field in fields})
        session.connection().execute(statement.where(*found), values)


def _set_back(roster_id: int) -> Select[int]:
    """The firms a list changed and lets go of."""
    mine = RosterRow.roster_id == roster_id, RosterRow.outcome == RowOutcome.CHANGED
    return (
        select(Firm.id).join(RosterRow, RosterRow.code == Firm.code).where(*mine, ~RosterRow.stays)
    )


def _tidy_after(session: Session, roster_id: int) -> None:
    """Of firms set back take what the list added, and count the change."""
    back = _set_back(roster_id)
    codes = select(RosterRow.code).where(
        RosterRow.roster_id == roster_id,
        *(RosterRow.outcome == RowOutcome.CHANGED, RosterRow.touches, ~RosterRow.stays),
    )
    run(session, update(Firm).where(Firm.code.in_(codes)).values(version=Firm.version + 1))
    for table in (FirmTitle, RecognitionProposal):
        run(session, delete(table).where(table.roster_id == roster_id, table.firm_id.in_(back)))
    empty = [getattr(FirmYear, name).is_(None) for name in FIGURES]
    run(session, delete(FirmYear).where(FirmYear.firm_id.in_(back), *empty))
    kept = RosterRow.outcome == RowOutcome.CHANGED, ~RosterRow.stays
    fill_profiles(session, select(RosterRow.code).where(RosterRow.roster_id == roster_id, *kept))


def _leave_listings(session: Session, roster_id: int) -> None:
    said = update(FirmListing).where(
        *(FirmListing.seen_in == roster_id, FirmListing.firm_id == Firm.id),
        *(Firm.code == RosterRow.code, RosterRow.roster_id == roster_id),
        *(RosterRow.outcome.in_(TAKEN), ~RosterRow.stays),
    )
    run(session, said.values(seen_in=RosterRow.base_roster))
    missed = update(FirmListing).where(FirmListing.missing_from == roster_id)
    run(session, missed.values(missing_from=null()))
