"""The best visits for a number of consultant days.

A visit finds out about one firm and changes no other firm's rung, so the rungs that visits overturn
add up in expectation, however much the firms' chances hang together. Among visits of one length the
likeliest come first; how many visits of each length share the days is found by trying every split of
them. That is the best choice, proved; taking the best by the day, one after another, can leave days over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate
from typing import Final

HALVES: Final = 2
"""Days are counted in halves."""
DAYS: Final[Mapping[str, int]] = {"micro": 1, "small": 1, "medium": 2, "large": 4}
"""Half days of a visit by size; a proposal of ours (参考值) until the bureau says otherwise."""
UNSAID: Final = 2
"""Half days of a firm that has not said its size."""
MOST_DAYS: Final = 75
"""Consultant days of one choice: then its visits, of half a day at least, can be assigned at once."""
PREFERRED: Final = 3
"""As how many rungs one counts that the officer needs first; a proposal of ours (参考值)."""


class Aim(StrEnum):
    """Which overturned rungs count more."""

    EACH = "each"
    POOL = "pool"
    """Those of firms about which the pool's decision is awaited or rests on the rung."""
    COUNTED = "counted"
    """Those the district's plan counts."""


@dataclass(frozen=True)
class Candidate:
    """A firm that could be visited: its chance, 0 to 1, what its rung counts, how long a visit takes."""

    id: int
    chance: Fraction
    length: int
    counts: int = 1

    @property
    def worth(self) -> Fraction:
        return self.chance * self.counts


@dataclass(frozen=True)
class Visits:
    """The chosen, likeliest first; ``expected`` overturned rungs, each counting one."""

    chosen: tuple[Candidate, ...]
    length: int

    @property
    def expected(self) -> Fraction:
        return sum((one.chance for one in self.chosen), Fraction(0))


def best(candidates: Iterable[Candidate], length: int) -> Visits:
    """Choose visits of together at most so many half days that are worth most.

    A visit that nothing speaks for is left out, though days remain. Of two alike the lower number is
    taken, so that the same figures always give the same visits.
    """
    lanes = _lanes(candidates)
    splits = _splits(lanes, length)
    chosen: list[Candidate] = []
    left = length
    for lane, taken in zip(reversed(lanes), reversed(splits), strict=True):
        many = taken[left]
        chosen += lane[:many]
        left -= many * lane[0].length
    chosen.sort(key=_order)
    return Visits(tuple(chosen), sum(one.length for one in chosen))


def _order(one: Candidate) -> tuple[Fraction, int]:
    return -one.worth, one.id


def _lanes(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    """Visits of one length each, the worthiest first."""
    lanes: dict[int, list[Candidate]] = defaultdict(list)
    for one in sorted(candidates, key=_order):
        if one.worth > 0:
            lanes[one.length].append(one)
    return [lanes[length] for length in sorted(lanes)]


def _splits(lanes: Sequence[Sequence[Candidate]], length: int) -> list[list[int]]:
    """For each lane, how many of it are best where it and the lanes before it share so many half days."""
    value = [Fraction(0)] * (length + 1)
    splits: list[list[int]] = []
    for lane in lanes:
        each = lane[0].length
        sums = list(accumulate((one.worth for one in lane[: length // each]), initial=Fraction(0)))
        taken = [_most(value, sums, each, have) for have in range(length + 1)]
        value = [value[have - many * each] + sums[many] for have, many in enumerate(taken)]
        splits.append(taken)
    return splits


def _most(value: Sequence[Fraction], sums: Sequence[Fraction], each: int, have: int) -> int:
    many = range(min(len(sums) - 1, have // each) + 1)
    return max(many, key=lambda it: (value[have - it * each] + sums[it], -it))
