"""How forecasts stood the test: each beside what the visit found, in plain counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import NamedTuple

BANDS = 5
"""Forecasts are told in fifths of the chance."""
LEAST = 10
"""With fewer nothing is said of whether they hold (a convention of ours)."""
FEW = 5
"""A band of fewer firms is shown and called few."""
NORMAL_80 = 1.2815515655446004
"""The middle 80 % of a normal variable lie within so many standard deviations."""


class Outcome(NamedTuple):
    """A forecast and what a visit found: the chance that was said, whether the rung was overturned,
    and whether the share found lay in the interval."""

    chance: Fraction
    overturned: bool
    within: bool


@dataclass(frozen=True)
class Band:
    """The forecasts of one fifth: how many, the overturned rungs they expected, and those found."""

    low: Fraction
    high: Fraction
    firms: int
    expected: Fraction
    found: int

    @property
    def is_few(self) -> bool:
        return self.firms < FEW

    @property
    def said(self) -> Fraction:
        """The mean chance."""
        return self.expected / self.firms

    @property
    def share(self) -> Fraction:
        return Fraction(self.found, self.firms)

    @property
    def span(self) -> tuple[float, float]:
        """The 80 % interval of the share found, as a score interval (Wilson 1927)."""
        n, share, z = self.firms, self.found / self.firms, NORMAL_80
        middle = share + z * z / (2 * n)
        reach = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        whole = 1 + z * z / n
        return max((middle - reach) / whole, 0.0), min((middle + reach) / whole, 1.0)

    @property
    def agrees(self) -> bool:
        """Whether what was said lies in the interval of what was found."""
        low, high = self.span
        return low <= self.said <= high


@dataclass(frozen=True)
class Calibration:
    """All forecasts that a visit has answered; empty bands are left out."""

    bands: tuple[Band, ...]
    within: int

    @property
    def firms(self) -> int:
        return sum(band.firms for band in self.bands)

    @property
    def expected(self) -> Fraction:
        return sum((band.expected for band in self.bands), Fraction(0))

    @property
    def found(self) -> int:
        return sum(band.found for band in self.bands)

    @property
    def is_enough(self) -> bool:
        return self.firms >= LEAST

    @property
    def is_off(self) -> bool:
        """Whether in some band, not of few firms, what was said did not agree with what was found."""
        return any(not band.is_few and not band.agrees for band in self.bands)


def calibration(outcomes: Sequence[Outcome]) -> Calibration:
    """Count forecasts by fifths of what they said."""
    parts: list[list[Outcome]] = [[] for _ in range(BANDS)]
    for one in outcomes:
        parts[min(int(one.chance * BANDS), BANDS - 1)].append(one)
    bands = tuple(
        Band(
            low=Fraction(at, BANDS),
            high=Fraction(at + 1, BANDS),
            firms=len(part),
            expected=sum((one.chance for one in part), Fraction(0)),
            found=sum(one.overturned for one in part),
        )
        for at, part in enumerate(parts)
        if part
    )
    return Calibration(bands, sum(one.within for one in outcomes))
