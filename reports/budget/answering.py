"""A district's budget worked out: the choice, and all that is said around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from reports.budget.choice import SECONDS, Choice, programme_of
from reports.budget.firms import FirmGoals, Price
from reports.budget.floors import Hopeless, why_hopeless
from reports.budget.offers import offers_of
from reports.budget.outlook import (
    MORE,
    POINTS,
    AtPrice,
    Below,
    NotPaid,
    Point,
    Withdrawals,
    at_price,
    below,
    frontier,
    in_time,
    not_paid,
    others,
    withdrawals,
)
from reports.budget.subsidy import whole
from reports.budget.terms import Terms

PARTS: Final = 6 + POINTS
"""How many parts an answer has, for whoever shows how far it is."""
USUALLY: Final = 10
"""Percent of firms that withdraw, where nobody knows better."""


@dataclass(frozen=True)
class Answer:
    """All that is said about a budget; firms by their numbers, money in 元.

    ``more`` is the choice if there were 100 万元 more. ``counted`` firms have a goal the rules pay
    for, of ``all`` that were looked at.
    """

    choice: Choice
    others: tuple[Choice, ...]
    frontier: tuple[Point, ...]
    more: Choice | None
    prices: tuple[AtPrice, ...]
    withdrawals: Withdrawals
    below: tuple[Below, ...]
    not_paid: tuple[NotPaid, ...]
    counted: int
    all: int

    @property
    def firms(self) -> frozenset[int]:
        """Every firm that is named anywhere."""
        choices = [self.choice, *self.others, *(it.choice for it in self.prices if it.choice)]
        return frozenset().union(
            *(it.firms for it in choices),
            *(it.lost for it in self.prices),
            (it.firm for it in self.withdrawals.followers),
            (it.firm for it in self.below),
            (it.firm for it in self.not_paid),
        )


def answer(
    firms: Sequence[FirmGoals],
    terms: Terms,
    share: int = USUALLY,
    seconds: float = SECONDS,
    progress: Callable[[int], None] = lambda _: None,
) -> Answer | Hopeless:
    """Work out whom to support, and what stands around this choice.

    Args:
        share: With what probability a chosen firm withdraws, in percent.
        seconds: How long each choice may take.
        progress: Told after each part how many there are, up to ``PARTS``.

    Raises:
        Absurd: The share makes no sense.
        OutOfTime: Not even one choice was found.
    """
    whole("share_of_withdrawals", share, 0, 100)
    offers = offers_of(firms, terms)
    choice = programme_of(offers, terms).solve(seconds)
    if choice is None:
        return why_hopeless(offers, terms, seconds)
    progress(1)
    beside = tuple(others(offers, terms, choice, seconds))
    progress(2)
    points = []
    for point in frontier(offers, terms, seconds):
        points.append(point)
        progress(2 + len(points))
    more = in_time(programme_of(offers, terms, terms.money + MORE), seconds)
    progress(3 + POINTS)
    ends = [at_price(firms, terms, choice, end, seconds) for end in (Price.LOW, Price.HIGH)]
    progress(5 + POINTS)
    leaving = withdrawals(offers, terms, choice, share, seconds)
    progress(PARTS)
    counted = len({it.firm.id for it in offers.offers})
    return Answer(
        choice=choice,
        others=beside,
        frontier=tuple(points),
        more=more,
        prices=tuple(ends),
        withdrawals=leaving,
        below=below(offers, terms, choice),
        not_paid=not_paid(offers),
        counted=counted,
        all=counted + len(offers.unpaid),
    )
