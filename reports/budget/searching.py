"""One search of the integer programme, narrowed first to the columns that can still matter.

The relaxed programme (columns may be parts) is solved at once, and its reduced costs say by how much
the sum grows at least when a column is not what it is there. Columns for which that is more than a
gap are held, the small rest is searched, and a sum that lies within the gap is the best there is:
every choice that was left out is worse. If the sum lies beyond, the gap is widened.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from time import monotonic
from typing import Any, NamedTuple

import numpy as np

from reports.budget.rows import Found, Open, Row
from reports.solver import Matrix, Solved
from reports.solver.highs import solved

CORE, WIDER = 200, 6
"""How many columns are searched at first, and how many times as many the next time."""
TRIES = 10
"""Choices refused by adding up again before the search gives up."""
NEARLY = 1e-4
"""Sums are whole numbers; the solver's bounds may be off by so much."""


def searched(
    aim: Sequence[int], rows: Sequence[Row], until: float, within: Open | None = None
) -> Found:
    """Make a sum over the columns that are taken as small as can be.

    Args:
        until: When the search ends at the latest, by the monotonic clock.
        within: Columns that are held already.
    """
    width = len(aim)
    whole = within or Open(np.zeros(width), np.ones(width))
    if not width:
        kept = all(row.is_kept_by(set()) for row in rows)
        return Found([] if kept else None, 0, whole, not kept)
    asked = list(rows)
    for _ in range(TRIES):
        found = _narrowed(aim, asked, until, whole)
        if found.taken is None or all(row.is_kept_by(set(found.taken)) for row in rows):
            return found
        asked.append(another(width, found.taken))
    return Found(None, found.bound, whole)


def another(width: int, taken: Sequence[int]) -> Row:
    """Demand that at least one column differs."""
    signs = [-1] * width
    for n in taken:
        signs[n] = 1
    return Row(range(width), signs, -math.inf, len(taken) - 1)


def _narrowed(aim: Sequence[int], rows: Sequence[Row], until: float, whole: Open) -> Found:
    asked = _asked(rows)
    relaxed = _relaxed(aim, asked, until, whole)
    if relaxed.x is None:
        lowest = sum(min(0, value) for value in aim)
        return Found(None, lowest, whole, relaxed.is_hopeless)
    costs = np.abs(relaxed.marginals)
    bound, size = math.ceil(relaxed.value - NEARLY), CORE
    near = _held(whole, relaxed.x, _far(relaxed.x, costs, CORE))
    result = _solved(aim, asked, until, near)
    if result.is_best and result.value <= bound + NEARLY:
        return Found(_taken(result), bound, whole)
    best: list[int] | None = None
    while True:
        gap = math.inf if size >= len(aim) else np.partition(costs, size)[size]
        part = _held(whole, relaxed.x, costs > gap + 2 * NEARLY)
        result = _solved(aim, asked, until, part)
        if result.x is not None:
            best = _taken(result)
            if result.is_best and result.value <= bound + NEARLY:
                return Found(best, bound, whole)
            if result.is_best and result.value <= relaxed.value + gap + NEARLY:
                return Found(best, round(result.value), part)
        if gap == math.inf and result.is_best:
            return Found(best, round(result.value), whole)
        if gap == math.inf and result.is_hopeless:
            return Found(None, bound, whole, is_hopeless=True)
        if gap == math.inf or monotonic() > until:
            return Found(best, _proved(result, bound, gap), whole)
        size *= WIDER


def _taken(result: Solved) -> list[int]:
    return [n for n, x in enumerate(result.x) if x > 0.5]


def _far(x: Any, costs: Any, size: int) -> Any:
    """Tell the columns that are whole in the relaxed programme, but for those whose change costs least.

    What is found among the others may be as good as the relaxed programme, raised to a whole number,
    allows: then it is the best, though others may be as good that take columns held here.
    """
    far = np.abs(x - np.round(x)) <= NEARLY
    whole = np.flatnonzero(far)
    far[whole[np.argsort(costs[whole], kind="stable")[:size]]] = False
    return far


def _proved(result: Solved, bound: int, gap: float) -> int:
    """What a search that ended without an optimum proved of all columns."""
    if gap < math.inf or not math.isfinite(result.bound):
        return bound
    return max(bound, math.ceil(result.bound - NEARLY))


def _held(whole: Open, x: Any, dear: Any) -> Open:
    """Hold the dear columns where the relaxed programme has them."""
    there = np.round(x)
    return Open(np.where(dear, there, whole.low), np.where(dear, there, whole.high))


def _relaxed(aim: Sequence[int], asked: Asked, until: float, whole: Open) -> Solved:
    return solved(
        aim,
        asked.matrix,
        (asked.least, asked.most),
        (whole.low, whole.high),
        seconds=until - monotonic(),
        whole=False,
    )


def _solved(aim: Sequence[int], asked: Asked, until: float, part: Open) -> Solved:
    return solved(
        aim,
        asked.matrix,
        (asked.least, asked.most),
        (part.low, part.high),
        seconds=until - monotonic(),
    )


class Asked(NamedTuple):
    """Rows as the solver takes them."""

    matrix: Matrix
    least: Any
    most: Any


def _asked(rows: Sequence[Row]) -> Asked:
    weights = np.fromiter((w for row in rows for w in row.weights), dtype=float)
    columns = np.fromiter((c for row in rows for c in row.columns), dtype=np.int32)
    begins = np.cumsum([0, *(len(row.columns) for row in rows)], dtype=np.int32)
    least, most = (
        np.array([getattr(row, end) for row in rows], dtype=float) for end in ("least", "most")
    )
    return Asked(Matrix(begins, columns, weights), least, most)
