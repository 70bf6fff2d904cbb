"""An import taken back where nobody has touched what it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Subquery,
    bindparam,
    case,
    delete,
    exists,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from survey.store.listings import FIGURES, LISTED
from survey.store.roster_imports import TAKEN, run
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

OURS: Final = frozenset(
    {
        *("roster_rows", "firm_years", "firm_titles", "firm_listings", "recognition_proposals"),
    }
)
"""Tables by which a list speaks of firms; whatever else does is somebody's work."""


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


def _undoable(roster_id: int) -> Subquery:
    """Rows whose firm nobody has touched since, whether it was new, and the version it has."""
    mine = RosterRow.roster_id == roster_id
    expected = RosterRow.base_version + case(
        (RosterRow.outcome == RowOutcome.NEW, 1), (RosterRow.touches, 1), else_=0
    )
    decided = exists().where(
        RecognitionProposal.firm_id == Firm.id,
        RecognitionProposal.roster_id == roster_id,
        RecognitionProposal.state != ProposalState.OPEN,
    )
    fresh = RosterRow.outcome == RowOutcome.NEW
    return (
        select(RosterRow.id, RosterRow.firm_id, RosterRow.outcome, RosterRow.touches)
        .join(Firm, Firm.id == RosterRow.firm_id)
        .join(FirmListing, FirmListing.firm_id == Firm.id)
        .where(mine, RosterRow.outcome.in_(TAKEN), Firm.version == expected)
        .where(FirmListing.seen_in == roster_id, ~decided, or_(~fresh, ~_touched()))
        .subquery()
    )


def undo(session: Session, roster_id: int) -> dict[str, int]:
    """Take back what nobody has touched since; return how many firms went, were set back, stay."""
    clean = _undoable(roster_id)
    ids = {row.id: row for row in session.execute(select(clean))}
    effective = (RowOutcome.NEW, RowOutcome.CHANGED)
    everything = session.execute(
        select(RosterRow.id, RosterRow.outcome, RosterRow.shown).where(
            RosterRow.roster_id == roster_id, RosterRow.outcome.in_(effective)
        )
    ).all()
    back = [row for row in everything if row.id in ids and row.outcome == RowOutcome.CHANGED]
    gone = [
        ids[row.id].firm_id for row in everything if row.id in ids and row.outcome == RowOutcome.NEW
    ]
    stay = [row.id for row in everything if row.id not in ids]
    for some in _chunks(stay):
        run(session, update(RosterRow).where(RosterRow.id.in_(some)).values(stays=True))
    _set_back(session, roster_id, {ids[row.id].firm_id: row for row in back}, ids)
    _leave_listings(session, roster_id, [row.firm_id for row in ids.values()])
    _remove(session, gone)
    session.expire_all()
    return {"removed": len(gone), "restored": len(back), "stays": len(stay)}


def _chunks(ids: Sequence[int], most: int = 5000) -> Iterable[Sequence[int]]:
    return (ids[at : at + most] for at in range(0, len(ids), most))


def _set_back(
    session: Session, roster_id: int, back: Mapping[int, Any], ids: Mapping[int, Any]
) -> None:
    """Give firms the values they had, field by field; titles and proposals of the list go."""
    by_field: dict[tuple[type[Any], str], list[dict[str, Any]]] = {}
    for firm_id, row in back.items():
        for field, year, old, *_new in row.shown["changes"]:
            if field not in ("titles", "recognitions"):
                given = {"b_firm": firm_id, "b_old": old if old != "" else None, "b_year": year}
                by_field.setdefault((_place(field), field), []).append(given)
    for (place, field), values in by_field.items():
        _write_back(session, place, field, values)
    touched = [firm_id for firm_id, row in back.items() if ids[row.id].touches]
    for some in _chunks(touched):
        run(session, update(Firm).where(Firm.id.in_(some)).values(version=Firm.version + 1))
    for some in _chunks([*back]):
        for table in (FirmTitle, RecognitionProposal):
            gone = table.roster_id == roster_id, table.firm_id.in_(some)
            session.execute(delete(table).where(*gone))
        empty = [getattr(FirmYear, name).is_(None) for name in FIGURES]
        session.execute(delete(FirmYear).where(FirmYear.firm_id.in_(some), *empty))


def _place(field: str) -> type[Any]:
    """Return the table that keeps what a list says in a field."""
    return FirmYear if field in FIGURES else FirmListing if field in LISTED else Firm


def _write_back(
    session: Session, place: type[Any], field: str, values: list[dict[str, Any]]
) -> None:
    table = place.__table__
    statement = update(table).values({field: bindparam("b_old")})
    found = [(table.c.id if place is Firm else table.c.firm_id) == bindparam("b_firm")]
    if place is FirmYear:
        found.append(table.c.year == bindparam("b_year"))
    else:
        values = [{"b_firm": v["b_firm"], "b_old": v["b_old"]} for v in values]
    session.connection().execute(statement.where(*found), values)


def _leave_listings(session: Session, roster_id: int, firm_ids: Sequence[int]) -> None:
    mine = RosterRow.roster_id == roster_id, RosterRow.firm_id == FirmListing.firm_id
    before = select(RosterRow.base_roster).where(*mine, RosterRow.outcome.in_(TAKEN)).limit(1)
    for some in _chunks(firm_ids):
        said = update(FirmListing).where(FirmListing.firm_id.in_(some))
        run(session, said.values(seen_in=before.scalar_subquery()))
    run(
        session,
        update(FirmListing)
        .where(FirmListing.missing_from == roster_id)
        .values(missing_from=null()),
    )


def _remove(session: Session, firm_ids: Sequence[int]) -> None:
    for some in _chunks(firm_ids):
        for table in (FirmYear, FirmTitle, RecognitionProposal, FirmListing):
            session.execute(delete(table).where(table.firm_id.in_(some)))
        run(session, update(RosterRow).where(RosterRow.firm_id.in_(some)).values(firm_id=None))
        session.execute(delete(Firm).where(Firm.id.in_(some)))
