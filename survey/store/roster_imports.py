"""A checked list takes effect: statements over whole sets, so that the lock is held for seconds at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    ColumnElement,
    Insert,
    Integer,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from survey import db
from survey.store.listings import FIGURES, LISTED, STATED
from survey.store.rosters import is_unnamed
from survey.tables import (
    Firm,
    FirmListing,
    FirmTitle,
    FirmYear,
    Moment,
    ProposalState,
    RecognitionProposal,
    RosterFigure,
    RosterRow,
    RosterTitle,
    RowOutcome,
)

ONE_LIST = 0x726F73746572
"""What one list at a time holds on PostgreSQL while it takes effect or is taken back."""
TAKEN = (RowOutcome.NEW, RowOutcome.CHANGED, RowOutcome.UNCHANGED)


def hold(session: Session, roster_id: int, rows: Sequence[int] | None = None) -> None:
    """Keep other lists, and whoever changes one of this list's firms, off until this transaction ends.

    On SQLite nobody else writes anyway. On PostgreSQL what is compared after this still stands when
    it is written over.

    Args:
        rows: The list's rows whose firms are held; None for all of them.
    """
    if not db.on_postgresql(session.get_bind()):
        return
    session.execute(select(func.pg_advisory_xact_lock(ONE_LIST)))
    firms = (
        select(Firm.id)
        .join(RosterRow, RosterRow.code == Firm.code)
        .where(RosterRow.roster_id == roster_id, RosterRow.outcome.in_(TAKEN))
        .where(true() if rows is None else RosterRow.id.in_(rows))
        .order_by(Firm.id)
        .with_for_update(of=Firm, key_share=True)
    )
    session.execute(select(func.count()).select_from(firms.subquery()))


def overtaken(session: Session, roster_id: int) -> int:
    """Count rows whose firm changed since they were compared, or is there by now."""
    mine = RosterRow.roster_id == roster_id
    fresh = (
        select(func.count())
        .select_from(RosterRow)
        .join(Firm, Firm.code == RosterRow.code)
        .where(mine, RosterRow.outcome == RowOutcome.NEW)
    )
    seen = func.coalesce(FirmListing.seen_in, 0)
    moved = (
        select(func.count(RosterRow.id))
        .outerjoin(Firm, Firm.code == RosterRow.code)
        .outerjoin(FirmListing, FirmListing.firm_id == Firm.id)
        .where(mine, RosterRow.outcome.in_((RowOutcome.CHANGED, RowOutcome.UNCHANGED)))
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
    taken = and_(mine, RosterRow.outcome.in_(TAKEN))
    session.execute(_new_firms(mine, now))
    _change_firms(session, mine)
    _keep_listings(session, roster_id, taken)
    _keep_figures(session, roster_id, taken)
    fill_profiles(session, select(RosterRow.code).where(taken))
    _keep_titles(session, roster_id, taken)
    if marks_missing:
        _mark_missing(session, roster_id)
    session.expire_all()


def _new_firms(mine: ColumnElement[bool], now: datetime) -> Insert:
    given = ("code", "name", "name_key", "trade", *STATED)
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
    said: dict[str, ColumnElement[Any]] = {
        name: func.coalesce(getattr(RosterRow, name), getattr(Firm, name)) for name in STATED
    }
    # A name that stays keeps the spelling somebody may have corrected.
    said["name_key"] = case((RosterRow.name == Firm.name, Firm.name_key), else_=RosterRow.name_key)
    run(
        session,
        update(Firm)
        .where(RosterRow.code == Firm.code, mine)
        .where(RosterRow.outcome == RowOutcome.CHANGED, RosterRow.touches)
        .values(name=RosterRow.name, version=Firm.version + 1, **said),
    )


def _keep_listings(session: Session, roster_id: int, taken: ColumnElement[bool]) -> None:
    said = {n: func.coalesce(getattr(RosterRow, n), getattr(FirmListing, n)) for n in LISTED}
    run(
        session,
        update(FirmListing)
        .where(FirmListing.firm_id == Firm.id, Firm.code == RosterRow.code, taken)
        .values(seen_in=roster_id, missing_from=null(), **said),
    )
    fresh = (
        select(Firm.id, literal(roster_id), *(getattr(RosterRow, name) for name in LISTED))
        .join(RosterRow, RosterRow.code == Firm.code)
        .where(taken, ~exists().where(FirmListing.firm_id == Firm.id))
    )
    session.execute(insert(FirmListing).from_select(["firm_id", "seen_in", *LISTED], fresh))


def _keep_figures(session: Session, roster_id: int, taken: ColumnElement[bool]) -> None:
    figures = (
        select(Firm.id.label("firm_id"), RosterFigure.__table__)
        .join(RosterRow, RosterRow.code == Firm.code)
        .join(RosterFigure, RosterFigure.row_id == RosterRow.id)
        .where(taken)
        .subquery()
    )
    same = and_(FirmYear.firm_id == figures.c.firm_id, FirmYear.year == figures.c.year)
    said = {name: func.coalesce(figures.c[name], getattr(FirmYear, name)) for name in FIGURES}
    run(session, update(FirmYear).where(same).values(roster_id=roster_id, **said))
    fresh = select(
        figures.c.firm_id, figures.c.year, literal(roster_id), *(figures.c[n] for n in FIGURES)
    ).where(~exists().where(same))
    session.execute(insert(FirmYear).from_select(["firm_id", "year", "roster_id", *FIGURES], fresh))


MOST_REVENUE = 100_000_000
"""万元; a larger figure is no firm's, and stays with the list's figures."""
FILLED: Final[Mapping[str, ColumnElement[Any]]] = {
    "above_scale": FirmYear.above_scale.expression,
    "employees": FirmYear.staff.expression,
    "revenue": case(
        (
            FirmYear.revenue < MOST_REVENUE * 1_000_000,
            cast((FirmYear.revenue + 500_000) // 1_000_000, Integer),
        )
    ),
}
"""What profiles show of the figures of lists, in the profile's own unit."""


def fill_profiles(session: Session, codes: Select[str]) -> None:
    """Fill profiles with the newest figures of lists, where firms have said nothing themselves.

    Nobody's word changes, so the firms keep their versions: who has a profile open may save it.
    """
    said: dict[str, Any] = {}
    for field, figure in FILLED.items():
        own, listed = getattr(Firm, field), getattr(Firm, f"listed_{field}")
        newest = (
            select(FirmYear)
            .where(FirmYear.firm_id == Firm.id, figure.is_not(None))
            .order_by(FirmYear.year.desc())
            .limit(1)
        )
        unsaid = or_(own.is_(None), listed.is_not(None))
        for column, value in ((own, figure), (listed, FirmYear.year)):
            found = newest.with_only_columns(value).scalar_subquery()
            said[column.key] = case((unsaid, found), else_=column)
    told = exists().where(FirmYear.firm_id == Firm.id)
    filled = or_(*(getattr(Firm, f"listed_{field}").is_not(None) for field in FILLED))
    run(session, update(Firm).where(Firm.code.in_(codes), or_(told, filled)).values(said))


def _keep_titles(session: Session, roster_id: int, taken: ColumnElement[bool]) -> None:
    said = RosterTitle.title, RosterTitle.year, RosterTitle.level
    titles = (
        select(Firm.id, literal(roster_id), *said)
        .join(RosterRow, RosterRow.code == Firm.code)
        .join(RosterTitle, RosterTitle.row_id == RosterRow.id)
        .where(taken)
        .order_by(RosterTitle.id)
    )
    names = ["firm_id", "roster_id", "title", "year", "level"]
    held = titles.where(~RosterTitle.recognition).add_columns(RosterTitle.until)
    session.execute(insert(FirmTitle).from_select([*names, "until"], held))
    named = titles.where(RosterTitle.recognition).add_columns(literal(str(ProposalState.OPEN)))
    session.execute(insert(RecognitionProposal).from_select([*names, "state"], named))


def _mark_missing(session: Session, roster_id: int) -> None:
    unnamed = select(Firm.id).where(is_unnamed(roster_id))
    session.execute(
        update(FirmListing).where(FirmListing.firm_id.in_(unnamed)).values(missing_from=roster_id),
        execution_options={"synchronize_session": False},
    )
    unlisted = unnamed.where(~exists().where(FirmListing.firm_id == Firm.id))
    fresh = unlisted.add_columns(literal(roster_id))
    session.execute(insert(FirmListing).from_select(["firm_id", "missing_from"], fresh))


def run(session: Session, statement: Any) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})
