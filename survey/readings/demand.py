"""What firms want of a provider, told without names: groups of at least five, see ``reports.demand``."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from reports.demand import Described, Group, described, groups
from survey.store import introductions as store
from survey.store import providers
from survey.tables import Provider, ProviderStanding


@dataclass(frozen=True)
class Demand:
    """Firms of one description that want a package; ``asked``: all of them were asked already."""

    group: Group
    asked: bool


def demand_for(session: Session, provider: Provider) -> list[Demand]:
    """Return what firms want of what a provider offers, in the trades it serves.

    Nothing while it is not active.
    """
    wanting = _wanting(session, provider)
    firms = store.facts_of_firms(session)
    said = described(firms)
    known = store.asked_packages(session, provider.id)
    open_ = {
        (one.package, said[one.facts])
        for one in wanting
        if one.package not in known.get(one.firm_id, ())
    }
    found = groups(firms, [(one.package, one.facts) for one in wanting])
    return [Demand(group, (group.package, group.described) not in open_) for group in found]


def firms_behind(session: Session, provider: Provider, package: str, words: Described) -> list[int]:
    """Return the firms a group stands for: never to be told, only to be asked."""
    said = described(store.facts_of_firms(session))
    return [
        one.firm_id
        for one in _wanting(session, provider)
        if one.package == package and said[one.facts] == words
    ]


def _wanting(session: Session, provider: Provider) -> list[store.Wanting]:
    round_id = store.round_of_demand(session)
    if provider.standing != ProviderStanding.ACTIVE or round_id is None:
        return []
    offered = providers.products(session, [provider.id]).get(provider.id, [])
    found = store.wanting(session, [product.package for product in offered], round_id)
    trades = set(provider.trades)
    return [one for one in found if not trades or one.facts[0] in trades]
