"""The district in numbers: the plan's targets beside today, and its firms on every rung.

What is counted is of one edition, except recognitions: those are facts whatever a firm was asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from questionnaires.model import Rung


@dataclass(frozen=True)
class Target:
    """How many firms the plan wants recognised on one of these rungs by the end of a year."""

    year: int
    count: int
    rungs: tuple[str, ...]


class Recognised(NamedTuple):
    """A firm holds a rung since a day."""

    firm: int
    rung: str
    day: date


@dataclass(frozen=True)
class PlanLine:
    """One year's target. Only recognition counts towards it."""

    year: int
    rungs: tuple[str, ...]
    """Titles, bottom-up."""
    wanted: int
    recognised: int
    qualifying: int
    """Firms whose confirmed sheet stands on the lowest of these rungs or above."""

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.recognised)


@dataclass(frozen=True)
class RungLine:
    """One rung of the ladder, counted in firms."""

    rung: Rung
    step: int
    standing: int
    at_or_above: int
    proposed: int
    in_pool: int
    recognised: int


def plan_lines(
    targets: Sequence[Target],
    ladder: Sequence[Rung],
    recognised: Collection[Recognised],
    confirmed: Mapping[int, int],
) -> tuple[PlanLine, ...]:
    """Return one line a target: who was recognised by the end of its year, and who would qualify.

    A firm counts once however many of the rungs it holds; one recognised later does not count.

    Args:
        confirmed: {step: firms standing on it by their confirmed sheet}.
    """
    return tuple(_plan_line(target, ladder, recognised, confirmed) for target in targets)


def _plan_line(
    target: Target,
    ladder: Sequence[Rung],
    recognised: Collection[Recognised],
    confirmed: Mapping[int, int],
) -> PlanLine:
    by_then = date(target.year, 12, 31)
    named = [step for step, rung in enumerate(ladder, 1) if rung.id in target.rungs]
    return PlanLine(
        year=target.year,
        rungs=tuple(ladder[step - 1].title for step in named),
        wanted=target.count,
        recognised=len(
            {fact.firm for fact in recognised if fact.rung in target.rungs and fact.day <= by_then}
        ),
        qualifying=_at_or_above(named[0], confirmed) if named else 0,
    )


def rung_lines(
    ladder: Sequence[Rung],
    recognised: Collection[Recognised],
    confirmed: Mapping[int, int],
    proposed: Mapping[str, int],
    in_pool: Mapping[str, int],
) -> tuple[RungLine, ...]:
    """Return one line a rung, the highest first.

    Args:
        confirmed: {step: firms standing on it by their confirmed sheet}.
        proposed, in_pool: {target rung: entries of the pool}.
    """
    lines = [
        RungLine(
            rung=rung,
            step=step,
            standing=confirmed.get(step, 0),
            at_or_above=_at_or_above(step, confirmed),
            proposed=proposed.get(rung.id, 0),
            in_pool=in_pool.get(rung.id, 0),
            recognised=len({fact.firm for fact in recognised if fact.rung == rung.id}),
        )
        for step, rung in enumerate(ladder, 1)
    ]
    return tuple(reversed(lines))


def _at_or_above(step: int, confirmed: Mapping[int, int]) -> int:
    return sum(firms for other, firms in confirmed.items() if other >= step)
