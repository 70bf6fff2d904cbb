"""What lists have said of firms: of all of them, to compare a new list with; of one, for its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
