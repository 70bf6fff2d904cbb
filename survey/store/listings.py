"""What lists have said of firms: of all of them, to compare a new list with; of one, for its page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.tables import (
    Firm,
    FirmListing,
    FirmTitle,
    FirmYear,
    ProposalState,
    RecognitionProposal,
    Roster,
)
from survey.tables.rosters import Figures, Listed, Stated


def _columns(mixed: type[Any]) -> tuple[str, ...]:
    return tuple(name for name in mixed.__annotations__)


STATED: Final = _columns(Stated)
LISTED: Final = _columns(Listed)
FIGURES: Final = _columns(Figures)


TitleKept = tuple[str, int | None, str | None]
"""Title, year, level."""


@dataclass(frozen=True)
class Standing:
    """Everything lists may speak of, of every firm, by its id or code."""

    firms: Sequence[Any]
    years: Mapping[int, Mapping[int, Mapping[str, Any]]]
    titles: Mapping[int, Mapping[TitleKept, str | None]]
    """With the end of validity that was said last."""
    recognitions: Mapping[int, Mapping[TitleKept, str | None]]


def standing(session: Session) -> Standing:
    """Return what stands, in four queries."""
    columns = [getattr(Firm, name) for name in STATED] + [getattr(FirmListing, n) for n in LISTED]
    firms = session.execute(
        select(
            *(Firm.id, Firm.code, Firm.name, Firm.name_key, Firm.version, Firm.confirmed_at),
            *columns,
            FirmListing.seen_in,
        ).outerjoin(FirmListing, FirmListing.firm_id == Firm.id)
    ).all()
    years: dict[int, dict[int, dict[str, Any]]] = {}
    for row in session.execute(select(FirmYear.__table__)):
        said = {n: v for n in FIGURES if (v := getattr(row, n)) is not None}
        years.setdefault(row.firm_id, {})[row.year] = said
    return Standing(firms, years, _titles(session), _recognitions(session))


def _titles(session: Session) -> dict[int, dict[TitleKept, str | None]]:
    found: dict[int, dict[TitleKept, str | None]] = {}
    query = select(FirmTitle.__table__).order_by(FirmTitle.id)
    for row in session.execute(query):
        held = found.setdefault(row.firm_id, {})
        held[row.title, row.year, row.level] = row.until or held.get(
            (row.title, row.year, row.level)
        )
    return found


def _recognitions(session: Session) -> dict[int, dict[TitleKept, str | None]]:
    found: dict[int, dict[TitleKept, str | None]] = {}
    kept = RecognitionProposal
    query = select(kept.firm_id, kept.title, kept.year, kept.level)
    for firm_id, title, year, level in session.execute(query):
        found.setdefault(firm_id, {})[title, year, level] = None
    return found


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
        _speaking(session.scalars(titles)),
        session.scalars(open_).all(),
        listing,
        missed,
    )


def _speaking(titles: Iterable[FirmTitle]) -> list[FirmTitle]:
    """Return of each title the row that speaks: the last that says until when it holds."""
    found: dict[TitleKept, FirmTitle] = {}
    for one in titles:
        itself = one.title, one.year, one.level
        if one.until or itself not in found:
            found[itself] = one
    return list(found.values())


def proposal(
    session: Session, proposal_id: int, *, lock: bool = False
) -> RecognitionProposal | None:
    return session.get(
        RecognitionProposal, proposal_id, with_for_update=lock, populate_existing=lock
    )
