"""Queries over providers: one with its file, the officer's list, what matching may know of each."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from reports.matching import Candidate
from survey.store.interests import STANDS
from survey.store.lists import (
    BELOW,
    Listing,
    Slice,
    any_of,
    holds,
    is_any_of,
)
from survey.tables import (
    Interest,
    Introduction,
    IntroductionState,
    Project,
    ProposalState,
    Provider,
    ProviderCase,
    ProviderChange,
    ProviderProduct,
    ProviderStanding,
    Showing,
)

REVIEW_DAYS = 365
"""After so many days a provider is to be reviewed again (年度复核)."""
OPEN = ProviderChange.state == ProposalState.OPEN


def provider(session: Session, provider_id: int, *, lock: bool = False) -> Provider | None:
    return session.get(Provider, provider_id, with_for_update=lock, populate_existing=lock)


def provider_coded(session: Session, code: str) -> Provider | None:
    return session.scalar(select(Provider).where(Provider.code == code))


def products(session: Session, provider_ids: Collection[int]) -> dict[int, list[ProviderProduct]]:
    """Return what providers offer, by provider, in the order of the catalogue's codes."""
    query = select(ProviderProduct).where(ProviderProduct.provider_id.in_(provider_ids))
    found: dict[int, list[ProviderProduct]] = defaultdict(list)
    for row in session.scalars(query.order_by(ProviderProduct.package)):
        found[row.provider_id].append(row)
    return found


def cases(session: Session, provider_ids: Collection[int]) -> dict[int, list[ProviderCase]]:
    """Return providers' cases, by provider, the newest first."""
    query = select(ProviderCase).where(ProviderCase.provider_id.in_(provider_ids))
    order = (ProviderCase.accepted_on.desc(), ProviderCase.id)
    found: dict[int, list[ProviderCase]] = defaultdict(list)
    for row in session.scalars(query.order_by(*order)):
        found[row.provider_id].append(row)
    return found


def forget_file(session: Session, provider_id: int) -> None:
    """Remove a provider's products and cases, to be written anew."""
    for table in (ProviderProduct, ProviderCase):
        session.execute(delete(table).where(table.provider_id == provider_id))


def open_change(session: Session, provider_id: int) -> ProviderChange | None:
    """Return what a provider would have changed and nobody has decided on."""
    query = select(ProviderChange).where(ProviderChange.provider_id == provider_id, OPEN)
    return session.scalars(query).one_or_none()


def last_decided(session: Session, provider_id: int) -> ProviderChange | None:
    """Return the change of a provider that was decided on last."""
    query = select(ProviderChange).where(ProviderChange.provider_id == provider_id, ~OPEN)
    return session.scalars(query.order_by(ProviderChange.id.desc()).limit(1)).one_or_none()


# --- what matching may know ---------------------------------------------------------------------


def candidates(session: Session) -> dict[str, tuple[Provider, Candidate]]:
    """Return every active provider by code, with the facts that count, in four queries."""
    active = list(
        session.scalars(select(Provider).where(Provider.standing == ProviderStanding.ACTIVE))
    )
    ids = [one.id for one in active]
    offered, proven = products(session, ids), cases(session, ids)
    tied = _tied(session, [one.code for one in active])
    return {
        one.code: (
            one,
            Candidate(
                code=one.code,
                offers=frozenset(row.package for row in offered.get(one.id, ())),
                trades=frozenset(one.trades),
                proven=frozenset(row.package for row in proven.get(one.id, ())),
                on_the_spot=one.on_the_spot,
                response_hours=one.response_hours,
                tied=one.code in tied,
            ),
        )
        for one in active
    }


def _tied(session: Session, codes: Sequence[str]) -> set[str]:
    """Return which of these any consultant has an interest in that stands."""
    return set(session.scalars(select(Interest.code).where(Interest.code.in_(codes), STANDS)))


# --- the officer's list -------------------------------------------------------------------------


@dataclass(frozen=True)
class ProvidersWanted:
    """What the list is narrowed to; empty words narrow nothing."""

    words: str = ""
    class_: str = ""
    package: str = ""
    standing: str = ""
    due: str = ""
    """``yes``: to be reviewed again."""
    change: str = ""
    """``yes``: a change waits to be looked at."""
    today: date = date.min
    sort: str = ""


@dataclass(frozen=True)
class ProviderLine:
    """One provider in the officer's list."""

    provider: Provider
    packages: int
    cases: int
    shown: int
    """Firms it was shown to."""
    first: int
    """Firms it stood first before."""
    introduced: int
    contracts: int
    """Accepted projects of the district."""
    changed: bool
    """Whether a change waits."""


def _count(table: Any, *conditions: ColumnElement[bool], of: Any = None) -> ColumnElement[int]:
    counted = select(func.count(of) if of is not None else func.count())
    return counted.where(table.provider_id == Provider.id, *conditions).scalar_subquery()


def is_due(today: date) -> ColumnElement[bool]:
    """Whether a provider that is not removed is to be reviewed again."""
    last = today - timedelta(days=REVIEW_DAYS)
    reviewed = Provider.reviewed_on
    stands = Provider.standing != ProviderStanding.REMOVED
    return stands & or_(reviewed.is_(None), reviewed < last)


def review_due(provider: Provider, today: date) -> bool:
    """Whether one provider is to be reviewed again, as ``is_due`` finds it."""
    last = provider.reviewed_on
    stands = provider.standing != ProviderStanding.REMOVED
    return stands and (last is None or last < today - timedelta(days=REVIEW_DAYS))


_MET = (IntroductionState.INTRODUCED, IntroductionState.CONTRACTED, IntroductionState.ENDED)
_SHOWN = _count(Showing, of=Showing.firm_id.distinct())
PROVIDER_SORTS: Mapping[str, ColumnElement[Any]] = {
    "name": Provider.name_key.expression,
    "place": Provider.place.expression,
    "reviewed": Provider.reviewed_on.expression,
    "added": Provider.created_at.expression,
    "shown": _SHOWN,
}
_LISTING = Listing(
    key=Provider.id,
    found=select(Provider.id).select_from(Provider),
    rows=select(
        Provider,
        _count(ProviderProduct).label("packages"),
        _count(ProviderCase).label("cases"),
        _SHOWN.label("shown"),
        _count(Showing, Showing.first > 0, of=Showing.firm_id.distinct()).label("first"),
        _count(Introduction, Introduction.state.in_(_MET)).label("introduced"),
        _count(Project, Project.accepted_on.is_not(None)).label("contracts"),
        exists().where(ProviderChange.provider_id == Provider.id, OPEN).label("changed"),
    ),
    sorts=PROVIDER_SORTS,
)


def listed(
    session: Session, wanted: ProvidersWanted, part: Slice | None = None
) -> tuple[list[ProviderLine], int]:
    """Return providers with their packages, cases, showings and contracts counted."""
    where = list(_where(wanted))
    rows, total = _LISTING.read(session, lambda _ward: where, wanted.sort or "name", part)
    return [ProviderLine(*row) for row in rows], total


def _where(wanted: ProvidersWanted) -> Iterator[ColumnElement[bool]]:
    if wanted.words:
        yield holds(wanted.words, Provider.name, Provider.code)
    if wanted.class_:
        # Both databases keep the list as it was written: letters beyond ASCII escaped.
        written, asked = cast(Provider.classes, String), any_of(wanted.class_)
        yield or_(*(written.contains(json.dumps(one), autoescape=True) for one in asked))
    if wanted.package:
        offering = select(ProviderProduct.provider_id)
        yield Provider.id.in_(offering.where(is_any_of(ProviderProduct.package, wanted.package)))
    if wanted.standing:
        yield is_any_of(Provider.standing, wanted.standing)
    if wanted.due:
        yield is_due(wanted.today) if wanted.due == "yes" else ~is_due(wanted.today)
    if wanted.change:
        waiting = exists().where(ProviderChange.provider_id == Provider.id, OPEN)
        yield waiting if wanted.change == "yes" else ~waiting


def standings(session: Session, today: date) -> dict[str, int]:
    """Count providers by standing, those to be reviewed under ``BELOW``."""
    query = select(Provider.standing, func.count()).group_by(Provider.standing)
    found: dict[str, int] = {row[0]: row[1] for row in session.execute(query)}
    due = select(func.count()).select_from(Provider).where(is_due(today))
    return found | {BELOW: session.scalar(due) or 0}
