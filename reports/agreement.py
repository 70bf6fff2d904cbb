"""How far two consultants who judged the same answers agree: shares, weighted kappa, interval.

Weighted kappa (Cohen 1968, Psychological Bulletin 70, 213–220) is 1 − observed ÷ expected
disagreement, where a pair of levels counts by its distance (linear) or the square of it (quadratic),
and what is expected follows from how often each of the two gives each level. It can be low although
nearly all answers are the same, where nearly all have one level (Feinstein and Cicchetti 1990,
Journal of Clinical Epidemiology 43, 543–549): the shares are told beside it for that.

The interval is a percentile bootstrap (Efron and Tibshirani 1993, chapter 13) that draws whole visits
with replacement: answers of one visit hang together, so drawing single answers would make it too
narrow (Field and Welsh 2007, Journal of the Royal Statistical Society B 69, 369–390).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

LEVELS = 5
"""Levels run from 0 to 4."""
LEAST_PAIRS = 10
"""With fewer pairs no kappa is told (a convention of ours)."""
SMALL_PAIRS = 2 * LEVELS**2
"""Below 2k² pairs kappa is told as small (Cicchetti 1981, Applied Psychological Measurement 5)."""
LEAST_VISITS = 10
"""With fewer visits no interval is told: percentiles of so few would be too narrow (ours)."""
DRAWS = 1000
MOST_UNDEFINED = 0.05
"""Share of the draws that may have no kappa before the interval has none either (ours)."""
SEED = 20261126
COVERED = 0.95

Pair = tuple[int, int]
"""The levels that the lead and the second gave one answer."""
Cells = tuple[int, ...]
"""How often each pair of levels occurs: ``LEVELS`` × ``LEVELS`` numbers, row by row."""


class Weights(StrEnum):
    """How the distance of two levels counts."""

    LINEAR = "linear"
    QUADRATIC = "quadratic"


class Undefined(StrEnum):
    """Why a figure is not told."""

    NO_PAIRS = "no_pairs"
    FEW_PAIRS = "few_pairs"
    ONE_LEVEL = "one_level"
    """Both gave every answer one and the same level: chance alone would agree as much."""
    FEW_VISITS = "few_visits"
    UNSTABLE = "unstable"
    """Too many draws gave every answer one level."""


_DISTANCE = {
    Weights.LINEAR: [abs(i - j) for i in range(LEVELS) for j in range(LEVELS)],
    Weights.QUADRATIC: [(i - j) ** 2 for i in range(LEVELS) for j in range(LEVELS)],
}


@dataclass(frozen=True)
class Kappa:
    """One weighted kappa, at most 1; where ``value`` or the interval is None ``why`` says why."""

    value: Fraction | None
    low: Fraction | None = None
    high: Fraction | None = None
    why: Undefined | None = None

    @property
    def has_interval(self) -> bool:
        return self.low is not None


@dataclass(frozen=True)
class Agreement:
    """How far two agree on ``pairs`` answers of ``visits`` visits.

    ``same`` and ``near`` are shares 0–1 of the pairs: of one level, and at most one level apart.
    None where there are no pairs.
    """

    pairs: int
    visits: int
    same: Fraction | None
    near: Fraction | None
    linear: Kappa
    quadratic: Kappa

    @property
    def is_small(self) -> bool:
        return self.pairs < SMALL_PAIRS


def agreement(visits: Iterable[Sequence[Pair]], *, draws: int = DRAWS) -> Agreement:
    """Return the agreement over the pairs of each visit, or of one question over visits.

    Args:
        visits: The pairs of each visit; a visit without any is left out.
        draws: How often the bootstrap draws; 0 tells no interval.
    """
    held = [cells(pairs) for pairs in visits if pairs]
    whole = _sum(Counter(held))
    pairs = sum(whole)
    spans = _intervals(held, draws) if pairs >= LEAST_PAIRS and draws else {}
    linear, quadratic = (_kappa(whole, weights, spans.get(weights)) for weights in Weights)
    same, near = (_share_within(whole, apart) for apart in (0, 1))
    return Agreement(pairs, len(held), same, near, linear, quadratic)


def cells(pairs: Iterable[Pair]) -> Cells:
    """Count pairs of levels."""
    counted = Counter(pairs)
    return tuple(counted[i, j] for i in range(LEVELS) for j in range(LEVELS))


def kappa(counts: Cells, weights: Weights) -> Fraction | None:
    """Return weighted kappa, exact; None where every answer has one level, or there is none."""
    found = _observed_and_expected(counts, weights)
    return 1 - Fraction(*found) if found[1] else None


def _observed_and_expected(counts: Cells, weights: Weights) -> tuple[int, int]:
    """Return n × the observed and n × the expected disagreement, in whole numbers."""
    rows = [sum(counts[i * LEVELS : (i + 1) * LEVELS]) for i in range(LEVELS)]
    columns = [sum(counts[j::LEVELS]) for j in range(LEVELS)]
    distance = _DISTANCE[weights]
    observed = sum(far * count for far, count in zip(distance, counts, strict=True))
    chance = (row * column for row in rows for column in columns)
    expected = sum(far * product for far, product in zip(distance, chance, strict=True))
    return sum(rows) * observed, expected


def _kappa(whole: Cells, weights: Weights, span: _Span | None) -> Kappa:
    pairs = sum(whole)
    if pairs < LEAST_PAIRS:
        return Kappa(None, why=Undefined.FEW_PAIRS if pairs else Undefined.NO_PAIRS)
    value = kappa(whole, weights)
    if value is None:
        return Kappa(None, why=Undefined.ONE_LEVEL)
    return Kappa(value, *span) if isinstance(span, tuple) else Kappa(value, why=span)


_Span = tuple[Fraction, Fraction] | Undefined
"""An interval, or why there is none."""


def _intervals(held: Sequence[Cells], draws: int) -> dict[Weights, _Span]:
    """Return the interval of each kappa, from the same draws; the same visits give the same draws."""
    if len(held) < LEAST_VISITS:
        return dict.fromkeys(Weights, Undefined.FEW_VISITS)
    chance = random.Random(SEED)  # noqa: S311 — draws visits, keeps no secret
    alike = sorted(Counter(held).items())
    kinds, often = [kind for kind, _ in alike], [count for _, count in alike]
    drawn = [_sum(Counter(chance.choices(kinds, weights=often, k=len(held)))) for _ in range(draws)]
    return {weights: _interval(drawn, weights) for weights in Weights}


def _interval(drawn: Sequence[Cells], weights: Weights) -> _Span:
    values = sorted(value for one in drawn if (value := kappa(one, weights)) is not None)
    if len(values) < (1 - MOST_UNDEFINED) * len(drawn):
        return Undefined.UNSTABLE
    beyond = round((1 - COVERED) / 2 * len(values))
    return values[beyond], values[-1 - beyond]


def _sum(visits: Counter[Cells]) -> Cells:
    """Add up visits that are alike, each as often as it occurs."""
    columns = zip(*([n * times for n in one] for one, times in visits.items()), strict=True)
    return tuple(map(sum, columns)) or (0,) * LEVELS**2


def _share_within(whole: Cells, apart: int) -> Fraction | None:
    distance, pairs = _DISTANCE[Weights.LINEAR], sum(whole)
    within = sum(n for far, n in zip(distance, whole, strict=True) if far <= apart)
    return Fraction(within, pairs) if pairs else None


BANDS = (Fraction(0), Fraction(1, 5), Fraction(2, 5), Fraction(3, 5), Fraction(4, 5))
"""Where the words of Landis and Koch (Biometrics 33, 1977, 159–174) change; they themselves call the
bounds arbitrary. Below the first: poor; then slight, fair, moderate, substantial, almost perfect."""


def band(value: Fraction) -> int:
    """Return where a kappa lies among the six words of Landis and Koch, 0 to 5."""
    if value < 0:
        return 0
    return 1 + sum(value > bound for bound in BANDS[1:])
