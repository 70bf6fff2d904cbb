"""The shortest time in which purchases are all in place, so many at once, each after what it needs.

Found exactly by trying, in the order of their beginning, which purchase comes next: some such order
is as short as any plan. A list by the longest way to the end is tried first, and is mostly enough.
Of purchases that differ in nothing but their code the first comes first; a place is left where one
like it was at least as early, or where what is left does not fit into the gaps before the best end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
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

    @cached_property
    def later(self) -> dict[str, tuple[str, ...]]:
        """What waits for each."""
        return {
            code: tuple(other for other, needed in self.needs.items() if code in needed)
            for code in self.weeks
        }

    @cached_property
    def tails(self) -> dict[str, int]:
        """How long it takes from the beginning of each until all that waits for it is done."""
        found: dict[str, int] = {}
        waiting = list(self.weeks)
        while waiting:
            code = waiting.pop(0)
            later = self.later[code]
            if all(other in found for other in later):
                found[code] = self.weeks[code] + max((found[o] for o in later), default=0)
            else:
                waiting.append(code)
        return found

    @cached_property
    def twins(self) -> dict[str, str]:
        """{code: the one before it that lasts as long, waits for the same and holds up the same}."""
        found: dict[str, str] = {}
        last: dict[tuple[object, ...], str] = {}
        for code in sorted(self.weeks):
            alike = self.weeks[code], frozenset(self.needs[code]), self.later[code]
            if alike in last:
                found[code] = last[alike]
            last[alike] = code
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
    search = _Search(work, min(at_once, len(work.weeks)), tries)
    search.listed()
    search.begin({}, (0,) * search.at_once)
    begins = dict(sorted(search.found.items(), key=lambda item: (item[1], item[0])))
    return Timing(begins, search.best, search.is_over or search.tried <= tries)


def _work(purchases: Iterable[Purchase]) -> Work:
    packages = {p.package.code: p.package for p in purchases}
    return Work(
        {code: weeks_of(package) for code, package in packages.items()},
        {
            code: tuple(needed for needed in package.prerequisites if needed in packages)
            for code, package in packages.items()
        },
    )


Hands = tuple[int, ...]
"""When each hand is free for what begins next, the earliest first: nothing begins before the last."""


@dataclass
class _Search:
    """The best plan so far, and what no plan goes below."""

    work: Work
    at_once: int
    tries: int
    found: dict[str, int] = field(default_factory=dict)
    best: int = 0
    tried: int = 0
    seen: dict[frozenset[str], list[Hands]] = field(default_factory=dict)
    """Where a search has been, by what had begun: none as early or earlier is gone on from again."""

    @cached_property
    def least(self) -> int:
        """The longest way, or the first end before which all of the work has room."""
        weeks = self.work.weeks.values()
        longest = max(*self.work.tails.values(), ceil(sum(weeks) / self.at_once))
        return next(end for end in count(longest) if _fits(weeks, (0,) * self.at_once, end))

    @property
    def is_over(self) -> bool:
        return self.best == self.least

    def listed(self) -> None:
        """Begin with whatever is ready first, of several with the longest way to the end."""
        free, begun = [0] * self.at_once, dict[str, int]()
        while len(begun) < len(self.work.weeks):
            ready = {code: max(week, free[0]) for code, week in self._ready(begun).items()}
            code = min(ready, key=lambda one: (ready[one], -self.work.tails[one], one))
            begun[code] = ready[code]
            free = sorted((*free[1:], ready[code] + self.work.weeks[code]))
        self.found, self.best = begun, free[-1]

    def begin(self, begun: dict[str, int], hands: Hands) -> None:
        """Try every purchase that is ready as the next to begin, none before the one before it."""
        if len(begun) == len(self.work.weeks):
            if hands[-1] < self.best:
                self.found, self.best = begun, hands[-1]
            return
        ready = self._ready(begun)
        if not self._can_be_better(begun, hands, ready):
            return
        self.tried += 1
        for code in sorted(ready, key=lambda one: (-self.work.tails[one], one)):
            if self.is_over or self.tried > self.tries:
                return
            if self.work.twins.get(code, code) in {*begun, code}:
                week = max(hands[0], ready[code])
                busy = (max(hand, week) for hand in hands[1:])
                after = sorted((*busy, week + self.work.weeks[code]))
                self.begin(begun | {code: week}, tuple(after))

    def _can_be_better(
        self, begun: Mapping[str, int], hands: Hands, ready: Mapping[str, int]
    ) -> bool:
        """Whether a plan that goes on from here may end before the best one, and none alike did."""
        tails, rest = self.work.tails, (w for c, w in self.work.weeks.items() if c not in begun)
        return (
            all(max(hands[0], week) + tails[code] < self.best for code, week in ready.items())
            and _fits(rest, hands, self.best - 1)
            and self._is_new(begun, hands)
        )

    def _is_new(self, begun: Mapping[str, int], hands: Hands) -> bool:
        """Whether no place with the same begun was as early in every hand and in all that is waited for."""
        ends = tuple(
            max(hands[0], begun[code] + self.work.weeks[code])
            for code, later in self.work.later.items()
            if code in begun and not begun.keys() >= set(later)
        )
        here, known = hands + ends, self.seen.setdefault(frozenset(begun), [])
        if any(_is_as_early(one, here) for one in known):
            return False
        known[:] = [one for one in known if not _is_as_early(here, one)] + [here]
        return True

    def _ready(self, begun: Mapping[str, int]) -> dict[str, int]:
        """From which week on each purchase whose needs are begun may begin."""
        return {
            code: max((begun[one] + self.work.weeks[one] for one in needed), default=0)
            for code, needed in self.work.needs.items()
            if code not in begun and all(one in begun for one in needed)
        }


def _is_as_early(one: Hands, other: Hands) -> bool:
    return all(mine <= theirs for mine, theirs in zip(one, other, strict=True))


def _fits(weeks: Iterable[int], hands: Hands, end: int) -> bool:
    """Whether the gaps before an end hold all the work: each at most what some of it adds up to."""
    rest, sums = 0, 1
    for lasting in weeks:
        rest += lasting
        sums |= sums << lasting
    gaps = (end - hand for hand in hands if hand < end)
    return sum((sums & ((2 << gap) - 1)).bit_length() - 1 for gap in gaps) >= rest
