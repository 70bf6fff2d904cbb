"""The officer's list of introductions (引荐): which there are, with firm and provider, in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from survey.store import kept
from survey.store.lists import (
    FACTS,
    Conditions,
    Facts,
    Listing,
    Slice,
    Wanted,
    facts_of,
    holds,
    is_any_of,
    is_any_row,
    narrowed,
    whose,
)
from survey.tables import Firm, Introduction, IntroductionState, Provider, ProviderStanding


@dataclass(frozen=True)
class IntroductionLine:
    """One introduction with its firm and its provider, as the list shows it."""

    id: int
    firm_id: int
    provider_id: int
    package: str
    state: IntroductionState
    says: str
    agreed_at: datetime | None
    note: str
    reason: str
    project_id: int | None
    changed_at: datetime
    version: int
    firm: str
    code: str
    trade: str
    facts: Facts
    provider: str
    standing: ProviderStanding


INTRODUCTION_SORTS: Mapping[str, ColumnElement[Any]] = {
    "changed": Introduction.changed_at.expression,
    "agreed": Introduction.agreed_at.expression,
    "state": Introduction.state.expression,
    "package": Introduction.package.expression,
    "firm": Firm.name_key.expression,
    "provider": Provider.name.expression,
    "trade": Firm.trade.expression,
    "township": Firm.township.expression,
    "employees": Firm.employees.expression,
    "revenue": Firm.revenue.expression,
}
_PLAIN = (
    Introduction.id,
    Introduction.firm_id,
    Introduction.provider_id,
    Introduction.package,
    Introduction.state,
    Introduction.says,
    Introduction.agreed_at,
    Introduction.note,
    Introduction.reason,
    Introduction.project_id,
    Introduction.changed_at,
    Introduction.version,
)
_LISTING = Listing(
    key=Introduction.id,
    found=select(Introduction.id),
    beside=(
        (Firm, Firm.id == Introduction.firm_id),
        (Provider, Provider.id == Introduction.provider_id),
    ),
    rows=(
        select(
            *_PLAIN,
            Firm.name.label("firm"),
            Firm.code,
            Firm.trade,
            *FACTS,
            Provider.name.label("provider"),
            Provider.standing,
        )
        .select_from(Introduction)
        .join(Firm, Firm.id == Introduction.firm_id)
        .join(Provider, Provider.id == Introduction.provider_id)
    ),
    sorts=INTRODUCTION_SORTS,
    firm=Introduction.firm_id,
)


def introductions(
    session: Session, wanted: Wanted, part: Slice | None = None
) -> tuple[list[IntroductionLine], int]:
    """Return introductions as they are narrowed and ordered, those that changed last first."""
    rows, total = _LISTING.read(session, narrowed(_where, wanted), wanted.sort or "-changed", part)
    return [_line(row) for row in rows], total


def in_portions(session: Session, wanted: Wanted) -> Iterator[list[IntroductionLine]]:
    """Return all of the same in their order, some at a time."""
    for rows in _LISTING.portions(session, narrowed(_where, wanted), wanted.sort or "-changed"):
        yield [_line(row) for row in rows]


def _line(row: Any) -> IntroductionLine:
    plain = {column.key: getattr(row, column.key) for column in _PLAIN}
    names = {name: getattr(row, name) for name in ("firm", "code", "trade", "provider", "standing")}
    return IntroductionLine(**plain, **names, facts=facts_of(row))


def _where(wanted: Wanted) -> Conditions:
    if wanted.state:
        yield is_any_of(Introduction.state, wanted.state)
    if wanted.provider:
        yield is_any_row(Introduction.provider_id, wanted.provider)
    if wanted.package:
        yield is_any_of(Introduction.package, wanted.package)
    trades = [is_any_of(Firm.trade, wanted.trade)] if wanted.trade else []
    yield from whose(Introduction.firm_id, replace(wanted, words=""), *trades)
    if wanted.words:
        named = whose(Introduction.firm_id, Wanted(words=wanted.words, ward=wanted.ward))
        providers = select(Provider.id).where(holds(wanted.words, Provider.name))
        yield or_(*named, Introduction.provider_id.in_(providers))


def choices(session: Session) -> tuple[dict[int, str], list[str]]:
    """Return the providers and the packages that introductions are about, in order."""
    query = select(Provider.id, Provider.name).where(
        Provider.id.in_(select(Introduction.provider_id))
    )
    found = {
        row[0]: row[1] for row in kept.rows(session, query.order_by(Provider.name, Provider.id))
    }
    packages = select(Introduction.package).distinct().order_by(Introduction.package)
    return found, [row[0] for row in kept.rows(session, packages)]


def states(session: Session) -> dict[str, int]:
    """Count introductions by state."""
    query = select(Introduction.state, func.count()).group_by(Introduction.state)
    return {row[0]: row[1] for row in kept.rows(session, query)}
