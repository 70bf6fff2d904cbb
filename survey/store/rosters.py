"""Queries over lists of firms: what is known to compare with, the rows, and the import itself.

The import and its undoing are statements over whole sets: the lock is held for seconds at most,
whatever the length of the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    ColumnElement,
    Insert,
    Subquery,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, defer

from survey.store.lists import Slice, sliced
from survey.tables import (
    Firm,
    FirmListing,
    FirmTitle,
    FirmYear,
    Job,
    Moment,
    ProposalState,
    RecognitionProposal,
    Roster,
    RosterFault,
    RosterFigure,
    RosterMapping,
    RosterRow,
    RosterTitle,
    RowOutcome,
    Table,
    User,
)
from survey.tables.rosters import Figures, Listed, Stated


def _columns(mixed: type[Any]) -> tuple[str, ...]:
    return tuple(name for name in mixed.__annotations__)


STATED: Final = _columns(Stated)
LISTED: Final = _columns(Listed)
FIGURES: Final = _columns(Figures)
OURS: Final = frozenset(
    {
        *("roster_rows", "firm_years", "firm_titles", "firm_listings", "recognition_proposals"),
    }
)
"""Tables by which a list speaks of firms; whatever else does is somebody's work."""


# --- to compare with ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """Everything lists may speak of, of every firm, by its id or code."""

    firms: Sequence[Any]
    years: Mapping[int, Mapping[int, Mapping[str, Any]]]
    titles: Mapping[int, set[tuple[str, int | None, str | None]]]
    recognitions: Mapping[int, set[tuple[str, int | None, str | None]]]


def standing(session: Session) -> Standing:
    """Return what stands, in four queries."""
    columns = [getattr(Firm, name) for name in STATED] + [getattr(FirmListing, n) for n in LISTED]
    firms = session.execute(
        select(
            *(Firm.id, Firm.code, Firm.name, Firm.version, Firm.confirmed_at),
            *columns,
            FirmListing.seen_in,
        ).outerjoin(FirmListing, FirmListing.firm_id == Firm.id)
    ).all()
    years: dict[int, dict[int, dict[str, Any]]] = {}
    for row in session.execute(select(FirmYear.__table__)):
        said = {n: v for n in FIGURES if (v := getattr(row, n)) is not None}
        years.setdefault(row.firm_id, {})[row.year] = said
    return Standing(
        firms, years, _titles(session, FirmTitle), _titles(session, RecognitionProposal)
    )


def _titles(
    session: Session, kept: type[FirmTitle] | type[RecognitionProposal]
) -> dict[int, set[tuple[str, int | None, str | None]]]:
    found: dict[int, set[tuple[str, int | None, str | None]]] = {}
    query = select(kept.firm_id, kept.title, kept.year, kept.level)
    for firm_id, title, year, level in session.execute(query):
        found.setdefault(firm_id, set()).add((title, year, level))
    return found


# --- one list -----------------------------------------------------------------------------------


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


def _unnamed(roster_id: int) -> ColumnElement[bool]:
    """A firm that no row of a list names, whatever else is wrong with the row.

    The codes are gathered once: asked firm by firm, SQLite would read the whole list for each.
    """
    return Firm.code.not_in(select(RosterRow.code).where(RosterRow.roster_id == roster_id))


def unnamed(session: Session, roster_id: int, part: Slice) -> tuple[list[Any], int]:
    """Return the firms a list does not name, before it is imported."""
    query = select(Firm.id, Firm.name, Firm.code, Firm.township).where(_unnamed(roster_id))
    return sliced(session, query.order_by(Firm.id), part)


def count_unnamed(session: Session, roster_id: int) -> int:
    query = select(func.count(Firm.id)).where(_unnamed(roster_id))
    return session.scalar(query) or 0


def missing(session: Session, roster_id: int, part: Slice) -> tuple[list[Any], int]:
    """Return the firms marked 本次名单未见 by a list."""
    query = (
        select(Firm.id, Firm.name, Firm.code, Firm.township)
        .join(FirmListing, FirmListing.firm_id == Firm.id)
        .where(FirmListing.missing_from == roster_id)
    )
    return sliced(session, query.order_by(Firm.id), part)


# --- import -------------------------------------------------------------------------------------


def overtaken(session: Session, roster_id: int) -> int:
    """Count rows whose firm changed since they were compared, or is there by now."""
    fresh = (
        select(func.count())
        .select_from(RosterRow)
        .join(Firm, Firm.code == RosterRow.code)
        .where(RosterRow.roster_id == roster_id, RosterRow.outcome == RowOutcome.NEW)
    )
    seen = func.coalesce(FirmListing.seen_in, 0)
    moved = (
        select(func.count(RosterRow.id))
        .outerjoin(Firm, Firm.id == RosterRow.firm_id)
        .outerjoin(FirmListing, FirmListing.firm_id == Firm.id)
        .where(RosterRow.roster_id == roster_id)
        .where(RosterRow.outcome.in_((RowOutcome.CHANGED, RowOutcome.UNCHANGED)))
        .where(
            or_(
                Firm.id.is_(None),
                Firm.version != RosterRow.base_version,
                seen != func.coalesce(RosterRow.base_roster, 0),
            )
        )
    )
    return (session.scalar(fresh) or 0) + (session.scalar(moved) or 0)


def take_in(session: Session, roster_id: int, now: datetime, *, marks_missing: bool) -> None:
    """Let a checked list take effect: new firms, changed ones, figures, titles, proposals, marks."""
    mine = RosterRow.roster_id == roster_id
    session.execute(_new_firms(mine, now))
    firm_id = select(Firm.id).where(Firm.code == RosterRow.code).scalar_subquery()
    session.execute(
        update(RosterRow).where(mine, RosterRow.code != "").values(firm_id=firm_id),
        execution_options={"synchronize_session": False},
    )
    _change_firms(session, mine)
    _keep_listings(session, roster_id)
    _keep_figures(session, roster_id)
    _keep_titles(session, roster_id)
    if marks_missing:
        _mark_missing(session, roster_id)
    session.expire_all()


def _new_firms(mine: ColumnElement[bool], now: datetime) -> Insert:
    given = ("code", "name", "trade", *STATED)
    nothing = {
        "processes": literal([], JSON),
        "lacking": literal({}, JSON),
        "fictional": literal(False),
        "version": literal(1),
        "created_at": literal(now, Moment),
    }
    said = select(*(getattr(RosterRow, name) for name in given), *nothing.values())
    chosen = said.where(mine, RosterRow.outcome == RowOutcome.NEW).order_by(RosterRow.id)
    return insert(Firm).from_select([*given, *nothing], chosen, include_defaults=False)


def _change_firms(session: Session, mine: ColumnElement[bool]) -> None:
    said = {name: func.coalesce(getattr(RosterRow, name), getattr(Firm, name)) for name in STATED}
    _run(
        session,
        update(Firm)
        .where(RosterRow.firm_id == Firm.id, mine)
        .where(RosterRow.outcome == RowOutcome.CHANGED, RosterRow.touches)
        .values(name=RosterRow.name, version=Firm.version + 1, **said),
    )


TAKEN = (RowOutcome.NEW, RowOutcome.CHANGED, RowOutcome.UNCHANGED)


def _keep_listings(session: Session, roster_id: int) -> None:
    mine = RosterRow.roster_id == roster_id, RosterRow.outcome.in_(TAKEN)
    said = {n: func.coalesce(getattr(RosterRow, n), getattr(FirmListing, n)) for n in LISTED}
    _run(
        session,
        update(FirmListing)
        .where(FirmListing.firm_id == RosterRow.firm_id, *mine)
        .values(seen_in=roster_id, missing_from=null(), **said),
    )
    fresh = select(
        RosterRow.firm_id, literal(roster_id), *(getattr(RosterRow, name) for name in LISTED)
    ).where(*mine, ~exists().where(FirmListing.firm_id == RosterRow.firm_id))
    session.execute(insert(FirmListing).from_select(["firm_id", "seen_in", *LISTED], fresh))


def _keep_figures(session: Session, roster_id: int) -> None:
    mine = RosterRow.roster_id == roster_id, RosterRow.outcome.in_(TAKEN)
    figures = (
        select(RosterRow.firm_id, RosterFigure.__table__)
        .join(RosterFigure, RosterFigure.row_id == RosterRow.id)
        .where(*mine)
        .subquery()
    )
    same = and_(FirmYear.firm_id == figures.c.firm_id, FirmYear.year == figures.c.year)
    said = {name: func.coalesce(figures.c[name], getattr(FirmYear, name)) for name in FIGURES}
    _run(session, update(FirmYear).where(same).values(roster_id=roster_id, **said))
    fresh = select(
        figures.c.firm_id, figures.c.year, literal(roster_id), *(figures.c[n] for n in FIGURES)
    ).where(~exists().where(same))
    session.execute(insert(FirmYear).from_select(["firm_id", "year", "roster_id", *FIGURES], fresh))


def _keep_titles(session: Session, roster_id: int) -> None:
    titles = (
        select(
            RosterRow.firm_id,
            RosterTitle.title,
            RosterTitle.year,
            RosterTitle.level,
            literal(roster_id).label("roster_id"),
        )
        .join(RosterTitle, RosterTitle.row_id == RosterRow.id)
        .where(RosterRow.roster_id == roster_id, RosterRow.outcome.in_(TAKEN))
        .order_by(RosterTitle.id)
    )
    names = ["firm_id", "title", "year", "level", "roster_id"]
    held = titles.where(~RosterTitle.recognition)
    session.execute(insert(FirmTitle).from_select(names, held))
    named = titles.where(RosterTitle.recognition).add_columns(literal(str(ProposalState.OPEN)))
    session.execute(insert(RecognitionProposal).from_select([*names, "state"], named))


def _mark_missing(session: Session, roster_id: int) -> None:
    unnamed = select(Firm.id).where(_unnamed(roster_id))
    session.execute(
        update(FirmListing).where(FirmListing.firm_id.in_(unnamed)).values(missing_from=roster_id),
        execution_options={"synchronize_session": False},
    )
    unlisted = unnamed.where(~exists().where(FirmListing.firm_id == Firm.id))
    fresh = unlisted.add_columns(literal(roster_id))
    session.execute(insert(FirmListing).from_select(["firm_id", "missing_from"], fresh))


def _run(session: Session, statement: Any) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})


# --- undo ---------------------------------------------------------------------------------------


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
        _run(session, update(RosterRow).where(RosterRow.id.in_(some)).values(stays=True))
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
        _run(session, update(Firm).where(Firm.id.in_(some)).values(version=Firm.version + 1))
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
        _run(session, said.values(seen_in=before.scalar_subquery()))
    _run(
        session,
        update(FirmListing)
        .where(FirmListing.missing_from == roster_id)
        .values(missing_from=null()),
    )


def _remove(session: Session, firm_ids: Sequence[int]) -> None:
    for some in _chunks(firm_ids):
        for table in (FirmYear, FirmTitle, RecognitionProposal, FirmListing):
            session.execute(delete(table).where(table.firm_id.in_(some)))
        _run(session, update(RosterRow).where(RosterRow.firm_id.in_(some)).values(firm_id=None))
        session.execute(delete(Firm).where(Firm.id.in_(some)))


# --- on a firm's page ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What lists say of one firm."""

    years: Sequence[FirmYear]
    titles: Sequence[FirmTitle]
    proposals: Sequence[RecognitionProposal]
    listing: FirmListing | None
    missing: Roster | None
    """The list that does not name it."""


def told(session: Session, firm_id: int) -> Told:
    """Return what lists say of one firm: figures newest first, titles, open proposals."""
    listing = session.get(FirmListing, firm_id)
    years = select(FirmYear).where(FirmYear.firm_id == firm_id).order_by(FirmYear.year.desc())
    titles = select(FirmTitle).where(FirmTitle.firm_id == firm_id).order_by(FirmTitle.id)
    open_ = (
        select(RecognitionProposal)
        .where(RecognitionProposal.firm_id == firm_id)
        .where(RecognitionProposal.state == ProposalState.OPEN)
        .order_by(RecognitionProposal.id)
    )
    missed = session.get(Roster, listing.missing_from) if listing and listing.missing_from else None
    return Told(
        session.scalars(years).all(),
        session.scalars(titles).all(),
        session.scalars(open_).all(),
        listing,
        missed,
    )


def proposal(
    session: Session, proposal_id: int, *, lock: bool = False
) -> RecognitionProposal | None:
    return session.get(
        RecognitionProposal, proposal_id, with_for_update=lock, populate_existing=lock
    )
