"""Queries over what came of providers' offers: accepted contracts, what they paid, what is claimed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, literal, select, true
from sqlalchemy.orm import Session, aliased

from reports.contracts import Contract, Opinion, Rate, claimable
from survey.store.lists import Slice, sliced
from survey.tables import (
    Firm,
    Project,
    ProjectPackage,
    ProjectState,
    Provider,
    ProviderClaim,
)

ACCEPTED = (Project.state == ProjectState.ACCEPTED) & Project.contract_checked
"""Accepted, and compared with the contract by the bureau."""
_SALES = ("price_equipment", "price_software", "price_services")
SALES = sum(
    (func.coalesce(getattr(Project, name), 0) for name in _SALES[1:]),
    start=func.coalesce(Project.price_equipment, 0),
)
"""What a provider sold: equipment, software and services, without building; in 0.01 万元."""


def contracts(session: Session) -> list[Contract]:
    """Return what every accepted contract paid for each of its packages.

    A contract that does not tell its packages apart counts only where it has but one.
    """
    part = aliased(ProjectPackage)
    parts = select(func.count()).where(part.project_id == Project.id).scalar_subquery()
    query = (
        select(ProjectPackage.package, ProjectPackage.price, ProjectPackage.quantity)
        .add_columns(Project.firm_id, Project.provider_id, Project.provider_name)
        .add_columns(parts.label("parts"), SALES.label("sales"))
        .join(Project, Project.id == ProjectPackage.project_id)
        .where(ACCEPTED)
        .order_by(Project.id, ProjectPackage.package)
    )
    found = []
    for row in session.execute(query):
        paid = row.price if row.price is not None else row.sales if row.parts == 1 else None
        seller = str(row.provider_id) if row.provider_id else row.provider_name.strip()
        if paid:
            found.append(Contract(row.firm_id, seller, row.package, paid, row.quantity))
    return found


class Deal(NamedTuple):
    """One accepted project of a provider, or one it claimed for that counts no more; money in 0.01 万元.

    Attributes:
        sales: Nothing where it does not count.
        stands: Whether it counts: accepted, compared with the contract, and this provider's.
        ours: Whether its contract names this provider still.
    """

    project_id: int
    provider_id: int
    provider: str
    firm: str
    title: str
    sales: int
    contracted_on: date | None
    accepted_on: date | None
    satisfaction: int | None
    claimed: int | None
    claimed_on: date | None
    paid: int | None
    paid_on: date | None
    note: str | None
    version: int | None
    """Of what is recorded of the project's claim, whoever's; None where nothing is."""
    stands: bool
    ours: bool | None

    def claimable(self, rates: Iterable[Rate]) -> int:
        return claimable(self.sales, self.accepted_on, rates)

    @property
    def days(self) -> int | None:
        """From the contract to the acceptance."""
        if self.contracted_on is None or self.accepted_on is None:
            return None
        return (self.accepted_on - self.contracted_on).days


_OURS = Project.provider_id == Provider.id
_STANDS = ACCEPTED & _OURS
_CLAIMS = ProviderClaim.provider_id == Provider.id
_SOLD = case((_STANDS, SALES), else_=0)


def _of_claim(column: Any) -> Any:
    """Return what a claim says, where it is the provider's own."""
    return case((_CLAIMS, column))


def _deals() -> Any:
    names = ("claimed", "claimed_on", "paid", "paid_on", "note")
    query = (
        select(Project.id, Provider.id, Provider.name, Firm.name, Project.title, _SOLD)
        .add_columns(Project.contracted_on, Project.accepted_on, Project.satisfaction)
        .add_columns(*(_of_claim(getattr(ProviderClaim, name)) for name in names))
        .add_columns(ProviderClaim.version, _STANDS, _OURS)
        .join(Firm, Firm.id == Project.firm_id)
    )
    return _told(query)


def _told(query: Any) -> Any:
    """Narrow to what stands, and to claims whose project counts no more: that money was given."""
    return (
        query.outerjoin(ProviderClaim, ProviderClaim.project_id == Project.id)
        .join(Provider, Provider.id.in_((Project.provider_id, ProviderClaim.provider_id)))
        .where(_STANDS | (_CLAIMS & (ProviderClaim.claimed > 0)))
    )


_ORDER = (
    *(Provider.name_key, Provider.id),
    *(Project.accepted_on.desc().nulls_first(), Project.id),
)


def deals_of(session: Session, provider_id: int) -> list[Deal]:
    """Return the accepted projects of one provider, and its own that were, the newest first."""
    query = _deals().where(Provider.id == provider_id, _OURS)
    return [Deal(*row) for row in session.execute(query.order_by(*_ORDER))]


def deals(session: Session, part: Slice | None = None) -> tuple[list[Deal], int]:
    """Return the ledger of all providers, by provider and then the newest first."""
    rows, total = sliced(session, _deals().order_by(*_ORDER), part)
    return [Deal(*row) for row in rows], total


class Sums(NamedTuple):
    """What the ledger comes to, in 0.01 万元; ``over`` was paid beyond what may be claimed."""

    sales: int
    claimable: int
    claimed: int
    paid: int
    over: int


def sums(session: Session, rates: Iterable[Rate]) -> Sums:
    """Add the ledger up; what may be claimed is cut project by project, as ``claimable`` does."""
    most, paid = _SOLD * _permille(rates) // 1000, _of_claim(ProviderClaim.paid)
    sums = (_SOLD, most, _of_claim(ProviderClaim.claimed), paid, case((paid > most, paid - most)))
    query = _told(select(*map(func.sum, sums)).select_from(Project))
    return Sums(*(int(value or 0) for value in session.execute(query).one()))


def _permille(rates: Iterable[Rate]) -> ColumnElement[int]:
    """Return the rate of a project's acceptance, as ``rate_on`` does."""
    found: ColumnElement[int] = literal(0)
    for one in rates:
        begun = true() if one.since is None else Project.accepted_on >= one.since
        found = case((begun, one.permille), else_=found)
    return found


def deal(session: Session, project_id: int, provider_id: int) -> Deal | None:
    """Return one line of the ledger."""
    query = _deals().where(Project.id == project_id, Provider.id == provider_id)
    row = session.execute(query).one_or_none()
    return Deal(*row) if row else None


def claim(session: Session, project_id: int) -> ProviderClaim | None:
    return session.get(ProviderClaim, project_id, with_for_update=True, populate_existing=True)


def opinions(session: Session) -> list[Opinion]:
    """Return what firms said of their accepted projects with providers on the list."""
    query = (
        select(Project.firm_id, Project.provider_id, Project.satisfaction)
        .where(ACCEPTED, Project.provider_id.is_not(None), Project.satisfaction.is_not(None))
        .order_by(Project.id)
    )
    return [Opinion(firm, str(seller), mark or 0) for firm, seller, mark in session.execute(query)]
