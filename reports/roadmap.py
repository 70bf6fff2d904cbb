"""The cheapest packages that lead a firm to its next rung, found exactly.

A mixed-integer programme (``programme.py``) chooses packages; the choice is then re-scored in
fractions, and a choice that rounding let through is forbidden and the search repeated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from questionnaires.answers import Sheet
from questionnaires.model import NOTHING, Package
from questionnaires.scoring import RungResult, Score, score
from reports.lifting import Ground, lifted_sheet
from reports.programme import middle, programme_of

LONGEST_SEARCH = 10
"""Choices refused by re-scoring before the search gives up."""


@dataclass(frozen=True)
class Roadmap:
    """The way to the next rung.

    ``after`` is the exact share once ``packages`` are in place. Where no choice of packages leads
    there, ``packages`` is empty and ``obstacles`` says in Chinese what nothing in the catalogue
    lifts.
    """

    target: RungResult
    packages: tuple[Package, ...]
    after: Score | None
    obstacles: tuple[str, ...]

    @property
    def cost(self) -> tuple[Fraction, Fraction]:
        """万元, low and high, one unit of each package."""
        once = sum((p.cost.of(1).once for p in self.packages), NOTHING)
        return once.low, once.high


def roadmap(ground: Ground, sheet: Sheet) -> Roadmap | None:
    """Find the cheapest packages that reach the next rung; None on the top rung.

    Prerequisites come along unless they are in place; the cost counted is the middle of each range,
    one unit of a package priced by the piece.
    """
    target = ground.score.next
    if target is None:
        return None
    programme = programme_of(ground, target)
    for _ in range(LONGEST_SEARCH):
        chosen = programme.solve()
        if chosen is None:
            break
        after = score(
            ground.score.questionnaire,
            lifted_sheet(ground, sheet, chosen),
            ground.score.processes,
        )
        if after.step >= target.step:
            return Roadmap(target, _in_order(chosen), after, ())
        programme.forbid(chosen)
    return Roadmap(target, (), None, _obstacles(ground, sheet, target))


def _in_order(chosen: Iterable[Package]) -> tuple[Package, ...]:
    """Prerequisites first, then cheaper first."""
    waiting = sorted(chosen, key=lambda p: (middle(p), p.code))
    codes = {p.code for p in waiting}
    ordered: list[Package] = []
    while waiting:
        placed = {p.code for p in ordered}
        ready = next((p for p in waiting if codes & set(p.prerequisites) <= placed), waiting[0])
        waiting.remove(ready)
        ordered.append(ready)
    return tuple(ordered)


# --- what stands in the way -----------------------------------------------------------------------


def _obstacles(ground: Ground, sheet: Sheet, target: RungResult) -> tuple[str, ...]:
    """Say which gates stay shut, and whether the threshold stays out of reach, with everything."""
    best = score(
        ground.score.questionnaire,
        lifted_sheet(ground, sheet, ground.packages),
        ground.score.processes,
    ).rungs[target.step - 1]
    shut = tuple(
        f"{result.wanted}：目录中没有能够达到这一要求的改造场景，需要企业另行安排。"
        for result in best.failed_gates
    )
    short = (
        ("即使实施目录中全部适用场景，总得分率仍达不到分数线，需要同时改进目录以外的题目。",)
        if not best.threshold_met
        else ()
    )
    return shut + short
