"""The plan's targets beside today: what is recognised, and what the confirmed sheets would carry."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from questionnaires.model import Rung
from survey.store.settings import Target
from survey.tables import IN_POOL, PROPOSED

Recognised = tuple[int, str, date]
"""Firm, rung, day."""


@dataclass(frozen=True)
class PlanLine:
    """One year's target. Only recognition counts towards it."""

    year: int
    rungs: tuple[str, ...]
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
    """Return one line a target. A firm counts once however many of the rungs it holds.

    Args:
        confirmed: {step: firms standing on it by their confirmed sheet}, of one edition.
    """
    steps = {rung.id: step for step, rung in enumerate(ladder, 1)}
    lines = []
    for target in targets:
        by_then = date(target.year, 12, 31)
        firms = {f for f, rung, day in recognised if rung in target.rungs and day <= by_then}
        lowest = min((steps[rung] for rung in target.rungs if rung in steps), default=0)
        qualifying = sum(count for step, count in confirmed.items() if 0 < lowest <= step)
        titles = tuple(rung.title for rung in ladder if rung.id in target.rungs)
        lines.append(PlanLine(target.year, titles, target.count, len(firms), qualifying))
    return tuple(lines)


def rung_lines(
    ladder: Sequence[Rung],
    recognised: Collection[Recognised],
    confirmed: Mapping[int, int],
    entries: Mapping[tuple[str, str], int],
) -> tuple[RungLine, ...]:
    """Return one line a rung, the highest first.

    Args:
        entries: {(state, target rung): pool entries}, of the same edition as ``confirmed``.
    """
    lines = [
        RungLine(
            rung=rung,
            step=step,
            standing=confirmed.get(step, 0),
            at_or_above=sum(count for other, count in confirmed.items() if other >= step),
            proposed=entries.get((PROPOSED, rung.id), 0),
            in_pool=entries.get((IN_POOL, rung.id), 0),
            recognised=len({firm for firm, held, _day in recognised if held == rung.id}),
        )
        for step, rung in enumerate(ladder, 1)
    ]
    return tuple(reversed(lines))
