"""What visits found: the level a firm claimed beside the one a consultant saw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from questionnaires.scoring import FULL

LEAST_VISITS = 30
"""With fewer visits nothing is forecast. How much firms differ decides how wide every interval is, and
its spread is known to one part in √(2(n − 1)): of 30 visits to about 13 %. In districts simulated for the
tests, intervals meant to hold 80 % held 74 % after 20 visits, 76 % after 30 and 78 % after 60; so this is
a convention of ours (参考值)."""


class Seen(NamedTuple):
    """One answer that a consultant looked at: both levels, 0 to 4."""

    question: str
    claimed: int
    found: int

    @property
    def fell(self) -> int:
        """By how many levels; 0 also where it was raised."""
        return max(self.claimed - self.found, 0)


@dataclass(frozen=True)
class Visit:
    """One verified sheet; answers that nobody saw (未能查看, 沿用自评) are left out.

    ``firm`` tells firms apart, visits of one firm share its tendency.
    """

    firm: int
    trade: str
    size: str
    seen: tuple[Seen, ...]


class Tally(NamedTuple):
    """How a question stood at verification: how many claimed a level above 0, how many of them fell,
    by how many levels together, and how many answers of any level were raised."""

    claimed: int = 0
    fell: int = 0
    levels: int = 0
    raised: int = 0

    def plus(self, seen: Seen) -> Tally:
        return Tally(
            self.claimed + (seen.claimed > 0),
            self.fell + (seen.fell > 0),
            self.levels + seen.fell,
            self.raised + (seen.found > seen.claimed),
        )


def tallies(visits: Iterable[Visit]) -> dict[str, Tally]:
    """Count by question; one that no visit saw is missing."""
    counted: dict[str, Tally] = defaultdict(Tally)
    for visit in visits:
        for seen in visit.seen:
            counted[seen.question] = counted[seen.question].plus(seen)
    return dict(counted)


def could_rise(seen: Seen) -> bool:
    return seen.claimed < FULL


def visits_missing(visits: int) -> int:
    """How many more visits it takes before anything is forecast."""
    return max(LEAST_VISITS - visits, 0)
