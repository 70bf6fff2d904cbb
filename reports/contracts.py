"""What packages really cost, from accepted contracts: how many, and the quartiles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

FEWEST = 5
"""Contracts: of fewer nothing is said, for each would be told."""


@dataclass(frozen=True)
class Prices:
    """What a package came to, in 0.01 万元: a quarter paid less than ``low``, a quarter more than ``high``."""

    count: int
    low: Fraction
    median: Fraction
    high: Fraction


def prices(paid: Iterable[Fraction]) -> Prices | None:
    """Return the quartiles of what was paid; None under ``FEWEST`` contracts.

    Between two contracts the quartile lies in proportion (inclusive method): of 1, 2, 3, 4, 5 the
    quartiles are 2, 3 and 4.
    """
    known = sorted(paid)
    if len(known) < FEWEST:
        return None
    low, median, high = (_at(known, Fraction(quarter, 4)) for quarter in (1, 2, 3))
    return Prices(len(known), low, median, high)


def _at(known: list[Fraction], share: Fraction) -> Fraction:
    place = share * (len(known) - 1)
    below = place.numerator // place.denominator
    above = min(below + 1, len(known) - 1)
    return known[below] + (place - below) * (known[above] - known[below])


def claimable(price: int, permille: int) -> int:
    """Return a share of a contract's price, cut to whole 0.01 万元.

    Source:
        The district's policy for providers, as the settings have it (6 % in the plan).
    """
    return price * permille // 1000
