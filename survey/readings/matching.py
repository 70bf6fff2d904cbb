"""Which providers a firm is shown for what it should buy, with everything that speaks for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from reports.contracts import Prices
from reports.lifting import Purchase
from reports.matching import Candidate, Match, Matches, Reason, match
from survey.lifecycle.introductions import Shown
from survey.readings.prices import prices, satisfied
from survey.store import introductions
from survey.store import providers as store
from survey.tables import Firm, Introduction, Provider, ProviderCase, ProviderProduct


@dataclass(frozen=True)
class Offer:
    """A provider that fits a package of a firm.

    Attributes:
        product: What it offers for the package.
        cases: Its accepted projects of the package; a firm that did not agree is not named.
        satisfied: The middle of its firms' own marks, 1 to 5, told once a period of enough firms.
        introduction: What stands between the firm and it about the package.
    """

    provider: Provider
    product: ProviderProduct
    reasons: tuple[Reason, ...]
    cases: tuple[ProviderCase, ...]
    satisfied: int | None
    introduction: Introduction | None


@dataclass(frozen=True)
class Fit:
    """One package a firm should buy, in its quantity, and who fits.

    Attributes:
        tied: Providers a consultant has an interest in, told apart.
        asking: Providers that asked and are not among the others.
        total: How many fit in all.
        prices: What accepted contracts paid, as it is told to all; None where nothing is.
    """

    purchase: Purchase
    offers: tuple[Offer, ...]
    tied: tuple[Offer, ...]
    asking: tuple[Offer, ...]
    total: int
    few: bool
    prices: Prices | None


def fits(session: Session, firm: Firm, purchases: Sequence[Purchase]) -> list[Fit]:
    """Return who fits each package of a firm, in a number of queries that does not depend on how many."""
    known = store.candidates(session)
    found = {
        code: match(firm.code, firm.trade, code, (candidate for _, candidate in known.values()))
        for code in (purchase.package.code for purchase in purchases)
    }
    told = prices(session)
    table = _Table.of(session, firm, known)
    return [
        table.fit(one, found[one.package.code], told.get(one.package.code)) for one in purchases
    ]


def shown_in(found: Sequence[Fit]) -> list[Shown]:
    """Return who stands on the page, for the log of showings."""
    return [
        Shown(fit.purchase.package.code, offer.provider.id, place == 0 and offer in fit.offers)
        for fit in found
        for place, offer in enumerate((*fit.offers, *fit.tied, *fit.asking))
    ]


@dataclass(frozen=True)
class _Table:
    """Everything offers are put together from, by provider."""

    known: Mapping[str, tuple[Provider, Candidate]]
    products: Mapping[int, list[ProviderProduct]]
    cases: Mapping[int, list[ProviderCase]]
    satisfied: Mapping[int, int]
    standing: Mapping[tuple[int, str], Introduction]

    @classmethod
    def of(
        cls, session: Session, firm: Firm, known: Mapping[str, tuple[Provider, Candidate]]
    ) -> _Table:
        ids = [provider.id for provider, _ in known.values()]
        return cls(
            known,
            store.products(session, ids),
            store.cases(session, ids),
            satisfied(session),
            {
                (one.provider_id, one.package): one
                for one in introductions.of_firm(session, firm.id)
            },
        )

    def fit(self, purchase: Purchase, found: Matches, prices: Prices | None) -> Fit:
        package = purchase.package.code
        there = {one.code for one in (*found.fitting, *found.tied)}
        asking = [
            Match(code, ())
            for code, (provider, candidate) in self.known.items()
            if code not in there
            and package in candidate.offers
            and (provider.id, package) in self.standing
        ]
        offers, tied, more = (
            tuple(self._offer(one, package) for one in ones)
            for ones in (found.fitting, found.tied, asking)
        )
        return Fit(purchase, offers, tied, more, found.total, found.few, prices)

    def _offer(self, one: Match, package: str) -> Offer:
        provider, _candidate = self.known[one.code]
        return Offer(
            provider=provider,
            product=next(p for p in self.products[provider.id] if p.package == package),
            reasons=one.reasons,
            cases=tuple(c for c in self.cases.get(provider.id, ()) if c.package == package),
            satisfied=self.satisfied.get(provider.id),
            introduction=self.standing.get((provider.id, package)),
        )
