"""The shortest time in which purchases are all in place, so many at once, each after what it needs.

Found exactly by trying, in the order of their beginning, which purchase comes next: some such order
is as short as any plan. A list by the longest way to the end is tried first, and is mostly enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil

from questionnaires.model import Package
from reports.lifting import Purchase

WEEKS_A_YEAR = 52
MOST_TRIED = 2_000
"""Places of a search, all different, that are tried before the best plan found is taken as it is."""


@dataclass(frozen=True)
class Timing:
    """When each purchase begins, in weeks from the start, by its code; ``weeks`` until all is done.

    ``is_shortest`` is False only where the search was given up: no plan is known to be shorter.
    """

    begins: Mapping[str, int]
    weeks: int
    is_shortest: bool = True

    @property
    def months(self) -> int:
        return months_of(self.weeks)


@dataclass(frozen=True)
class Work:
    """What is to be done: how long each takes, and what it waits for among the others."""

    weeks: Mapping[str, int]
    needs: Mapping[str, tuple[str, ...]]

    def tails(self) -> dict[str, int]:
        """How long it takes from the beginning of each until all that waits for it is done."""
        found: dict[str, int] = {}
        waiting = list(self.weeks)
        while waiting:
            code = waiting.pop(0)
            later = [other for other, needed in self.needs.items() if code in needed]
            if all(other in found for other in later):
                found[code] = self.weeks[code] + max((found[o] for o in later), default=0)
            else:
                waiting.append(code)
        return found


def weeks_of(package: Package) -> int:
    """How long a package takes: the longer end of its range, a week at least."""
    return max(package.weeks.high, 1)


def months_of(weeks: int) -> int:
    """Return how many months so many weeks are, a begun one counted."""
    return ceil(weeks * 12 / WEEKS_A_YEAR)


def timed(purchases: Iterable[Purchase], at_once: int, tries: int = MOST_TRIED) -> Timing:
    """Lay purchases out in the shortest time, at most so many at once.

    Args:
        tries: How many places are tried at most.
    """
    work = _work(purchases)
    if not work.weeks:
        return Timing({}, 0)
    search = _Search(work, at_once, work.tails(), tries)
    search.listed()
    if search.best > search.least:
        search.begin({}, [0] * at_once, 0, sum(work.weeks.values()))
    begins = dict(sorted(search.found.items(), key=lambda item: (item[1], item[0])))
    return Timing(begins, search.best, search.best == search.least or search.tried <= tries)


def _work(purchases: Iterable[Purchase]) -> Work:
    packages = {p.package.code: p.package for p in purchases}
    return Work(
        {code: weeks_of(package) for code, package in packages.items()},
        {
            code: tuple(needed for needed in package.prerequisites if needed in packages)
            for code, package in packages.items()
        },
    )


@dataclass
class _Search:
    """The best plan so far, and what no plan goes below."""

    work: Work
    at_once: int
    tails: Mapping[str, int]
    tries: int
    found: dict[str, int] = field(default_factory=dict)
    best: int = 0
    tried: int = 0
    seen: set[tuple[object, ...]] = field(default_factory=set)
    """Where a search has been: whatever led there, it goes on alike."""

    @cached_property
    def least(self) -> int:
        return max(max(self.tails.values()), ceil(sum(self.work.weeks.values()) / self.at_once))

    def listed(self) -> None:
        """Begin with whatever is ready and has the longest way to the end."""
        free, begun = [0] * self.at_once, dict[str, int]()
        while len(begun) < len(self.work.weeks):
            ready = self._ready(begun)
            code = min(ready, key=lambda one: (ready[one], -self.tails[one], one))
            begun[code] = max(min(free), ready[code])
            free = self._after(free, begun[code] + self.work.weeks[code])
        self.found, self.best = begun, self._end(begun)

    def begin(self, begun: dict[str, int], free: list[int], last: int, rest: int) -> None:
        """Try every purchase that is ready as the next to begin, none before the one before it.

        Args:
            rest: Weeks of work of all that has not begun.
        """
        here = self._place(begun, free, last)
        if here in self.seen:
            return
        self.seen.add(here)
        self.tried += 1
        if not rest:
            if free[-1] < self.best:
                self.found, self.best = dict(begun), free[-1]
            return
        ready = self._ready(begun)
        for code in sorted(ready, key=lambda one: (-self.tails[one], one)):
            week, weeks = max(free[0], ready[code], last), self.work.weeks[code]
            if self.best == self.least or self.tried > self.tries:
                return
            if self._at_best(free, week, code, rest) < self.best:
                after = self._after(free, week + weeks)
                self.begin(begun | {code: week}, after, week, rest - weeks)

    def _place(self, begun: Mapping[str, int], free: list[int], last: int) -> tuple[object, ...]:
        """All that what is still to begin depends on: nothing of it begins before ``last``."""
        waiting = (needed for code, needed in self.work.needs.items() if code not in begun)
        ends = {
            (one, end)
            for needed in waiting
            for one in needed
            if one in begun and (end := begun[one] + self.work.weeks[one]) > last
        }
        hands = tuple(max(hand, last) for hand in free)
        return frozenset(begun), hands, last, frozenset(ends)

    def _at_best(self, free: list[int], week: int, code: str, rest: int) -> int:
        """What a plan that goes on so takes at least: the rest begins no earlier than this."""
        taken = sum(hand if hand > week else week for hand in free)
        return max(week + self.tails[code], free[-1], ceil((taken + rest) / self.at_once))

    def _ready(self, begun: Mapping[str, int]) -> dict[str, int]:
        """From which week on each purchase whose needs are begun may begin."""
        return {
            code: max((begun[one] + self.work.weeks[one] for one in needed), default=0)
            for code, needed in self.work.needs.items()
            if code not in begun and all(one in begun for one in needed)
        }

    def _after(self, free: list[int], end: int) -> list[int]:
        return sorted([*sorted(free)[1:], end])

    def _end(self, begun: Mapping[str, int]) -> int:
        return max((week + self.work.weeks[code] for code, week in begun.items()), default=0)
