"""How wide an interval is, and a forecast as it was kept: read without what made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

COVERED = Fraction(8, 10)
"""How much of the draws an interval holds."""


def ends(draws: int) -> tuple[int, int]:
    """The places, in order of size, at which an interval begins and ends."""
    outside = int(draws * (1 - COVERED) / 2)
    return outside, draws - 1 - outside


@dataclass(frozen=True)
class Standing:
    """On which rungs the draws stand: ``rungs`` counts them by rungs reached, none first."""

    rungs: Sequence[int]

    @property
    def likeliest(self) -> int:
        """The rung on which most of the draws stand; the lower of two alike."""
        return max(range(len(self.rungs)), key=lambda step: (self.rungs[step], -step))

    @property
    def steps(self) -> tuple[int, int]:
        """From which rung to which 80 % of the draws stand, or more: rungs are few."""
        steps = [step for step, many in enumerate(self.rungs) for _ in range(many)]
        least, most = ends(len(steps))
        return steps[least], steps[most]
