"""The choice of firms and goals as an integer programme, solved by HiGHS (``solver``).

A column is an offer, taken or not; money, points and lots are whole numbers. Of all choices the one
that counts most is found first, then among these the cheapest, then the one whose lots add up to
least; each search holds what the one before has found, and no gap is allowed. What the solver gives
is added up again in whole numbers before it is believed (``searching.py``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from time import monotonic
from typing import NamedTuple

from reports.budget.errors import OutOfTime
from reports.budget.offers import Offer, Offers
from reports.budget.rows import Found, Open, Row
from reports.budget.terms import Limit, Terms

SECONDS = 60.0


class Grant(NamedTuple):
    """A firm, the rung it is supported to reach, its money in 元, and the points this counts."""

    firm: int
    step: int
    money: int
    worth: int


@dataclass(frozen=True)
class Choice:
    """Who is supported for what, in the order of the firms' numbers.

    ``most_worth`` and ``least_money`` are what is proved: no choice counts more, and none that
    counts as much costs less. They differ from what was found only where time ran out.
    """

    grants: tuple[Grant, ...]
    most_worth: int
    least_money: int

    @property
    def worth(self) -> int:
        return sum(grant.worth for grant in self.grants)

    @property
    def money(self) -> int:
        return sum(grant.money for grant in self.grants)

    @property
    def is_proved(self) -> bool:
        return (self.worth, self.money) == (self.most_worth, self.least_money)

    @property
    def firms(self) -> frozenset[int]:
        return frozenset(grant.firm for grant in self.grants)


@dataclass
class Programme:
    """The offers, and what a choice of them must keep."""

    offers: Sequence[Offer]
    lots: Sequence[int]
    rows: list[Row] = field(default_factory=list)

    def limit(self, one: Limit) -> None:
        """Hold the number of a limit's firms between its ends."""
        columns = [n for n, offer in enumerate(self.offers) if one.holds_for(offer.firm)]
        most = math.inf if one.most is None else one.most
        self.rows.append(Row(columns, [1] * len(columns), one.least, most))

    def spend(self, money: float) -> None:
        """Let the grants add up to so many 元 at most."""
        every = range(len(self.offers))
        self.rows.append(Row(every, [offer.money for offer in self.offers], 0, money))

    def refuse(self, firms: frozenset[int]) -> None:
        """Refuse a set of firms, whatever their goals."""
        signs = [1 if offer.firm.id in firms else -1 for offer in self.offers]
        self.rows.append(Row(range(len(signs)), signs, -math.inf, len(firms) - 1))

    # --- solving --------------------------------------------------------------------------------

    def solve(self, seconds: float = SECONDS) -> Choice | None:
        """Return the best choice; None where nothing keeps the rows.

        Raises:
            OutOfTime: Nothing was found within so many seconds.
        """
        until = monotonic() + seconds
        points = [offer.worth for offer in self.offers]
        money = [offer.money for offer in self.offers]
        first = self.most(until)
        if first is None:
            return None
        worth = sum(points[n] for n in first.taken or [])
        if worth < -first.bound:
            return Choice(self._granted(first.taken or []), -first.bound, 0)
        rows = [*self.kept(), Row(range(len(points)), points, worth, math.inf)]
        second = self.search(money, rows, until)
        if second.taken is None:
            return Choice(self._granted(first.taken or []), worth, 0)
        spent = sum(money[n] for n in second.taken)
        if spent > second.bound:
            return Choice(self._granted(second.taken), worth, second.bound)
        rows.append(Row(range(len(money)), money, 0, spent))
        third = self.search(self.lots, rows, until, second.open)
        return Choice(self._granted(third.taken or second.taken), worth, spent)

    def most(self, until: float) -> Found | None:
        """Search for what counts most, whatever it costs; None where nothing keeps the rows.

        Raises:
            OutOfTime: Nothing was found by then.
        """
        found = self.search([-offer.worth for offer in self.offers], self.kept(), until)
        if found.taken is None and not found.is_hopeless:
            raise OutOfTime
        return None if found.is_hopeless else found

    def search(
        self, aim: Sequence[int], rows: Sequence[Row], until: float, within: Open | None = None
    ) -> Found:
        """Make a sum over the offers that are taken as small as can be (``searching.searched``)."""
        # Loaded when it is first needed: no page carries the solver.
        from reports.budget.searching import searched

        return searched(aim, rows, until, within)

    def kept(self) -> list[Row]:
        """All that a choice must keep."""
        return [*_one_each(self.offers), *self.rows]

    def _granted(self, taken: Iterable[int]) -> tuple[Grant, ...]:
        chosen = (self.offers[n] for n in sorted(taken))
        return tuple(Grant(it.firm.id, it.goal.step, it.money, it.worth) for it in chosen)


def programme_of(
    offers: Offers, terms: Terms, money: float | None = None, limits: Iterable[Limit] | None = None
) -> Programme:
    """What a choice under the terms must keep; ``money`` and ``limits`` in place of theirs."""
    programme = Programme(offers.offers, offers.lots)
    programme.spend(terms.money if money is None else money)
    for one in terms.limits if limits is None else limits:
        programme.limit(one)
    of_firms = dict(_columns(offers.offers))
    for firm_id in terms.kept:
        columns = of_firms.get(firm_id, [])
        programme.rows.append(Row(columns, [1] * len(columns), 1, 1))
    return programme


def _columns(offers: Sequence[Offer]) -> Iterator[tuple[int, list[int]]]:
    """The columns of each firm, by its number."""
    for firm_id, columns in groupby(range(len(offers)), key=lambda n: offers[n].firm.id):
        yield firm_id, list(columns)


def _one_each(offers: Sequence[Offer]) -> list[Row]:
    """Of a firm with several goals one is taken at most."""
    return [Row(one, [1] * len(one), 0, 1) for _, one in _columns(offers) if len(one) > 1]
