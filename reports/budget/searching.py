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
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack

from reports.budget.rows import Found, Open, Row

INFEASIBLE = 2
"""What ``scipy.optimize`` says of rows that nothing keeps."""
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
    constraints = _constraints(rows, len(aim))
    relaxed = _relaxed(aim, constraints, until, whole)
    if relaxed.x is None:
        lowest = sum(min(0, value) for value in aim)
        return Found(None, lowest, whole, relaxed.status == INFEASIBLE)
    costs = np.abs(relaxed.lower.marginals + relaxed.upper.marginals)
    bound, size = math.ceil(relaxed.fun - NEARLY), CORE
    near = _held(whole, relaxed.x, _far(relaxed.x, costs, CORE))
    result = _solved(aim, constraints, until, near)
    if result.status == 0 and result.fun <= bound + NEARLY:
        return Found(_taken(result), bound, whole)
    best: list[int] | None = None
    while True:
        gap = math.inf if size >= len(aim) else np.partition(costs, size)[size]
        part = _held(whole, relaxed.x, costs > gap + 2 * NEARLY)
        result = _solved(aim, constraints, until, part)
        if result.x is not None:
            best = _taken(result)
            if result.status == 0 and result.fun <= bound + NEARLY:
                return Found(best, bound, whole)
            if result.status == 0 and result.fun <= relaxed.fun + gap + NEARLY:
                return Found(best, round(result.fun), part)
        if gap == math.inf and result.status == 0:
            return Found(best, round(result.fun), whole)
        if gap == math.inf and result.status == INFEASIBLE:
            return Found(None, bound, whole, is_hopeless=True)
        if gap == math.inf or monotonic() > until:
            return Found(best, _proved(result, bound, gap), whole)
        size *= WIDER


def _taken(result: Any) -> list[int]:
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


def _proved(result: Any, bound: int, gap: float) -> int:
    """What a search that ended without an optimum proved of all columns."""
    if gap < math.inf or result.mip_dual_bound is None or not math.isfinite(result.mip_dual_bound):
        return bound
    return max(bound, math.ceil(result.mip_dual_bound - NEARLY))


def _held(whole: Open, x: Any, dear: Any) -> Open:
    """Hold the dear columns where the relaxed programme has them."""
    there = np.round(x)
    return Open(np.where(dear, there, whole.low), np.where(dear, there, whole.high))


def _relaxed(aim: Sequence[int], constraints: Any, until: float, whole: Open) -> Any:
    matrix, least, most = constraints
    lows, highs = np.isfinite(least), np.isfinite(most)
    return linprog(
        aim,
        A_ub=vstack([matrix[highs], -matrix[lows]]),
        b_ub=np.concatenate([most[highs], -least[lows]]),
        bounds=np.column_stack([whole.low, whole.high]),
        method="highs",
        options={"time_limit": max(until - monotonic(), 0)},
    )


def _solved(aim: Sequence[int], constraints: Any, until: float, part: Open) -> Any:
    return milp(
        aim,
        constraints=LinearConstraint(*constraints),
        integrality=np.ones(len(aim)),
        bounds=Bounds(part.low, part.high),
        options={"time_limit": max(until - monotonic(), 0), "mip_rel_gap": 0},
    )


def _constraints(rows: Sequence[Row], width: int) -> Any:
    values = np.fromiter((w for row in rows for w in row.weights), dtype=float)
    columns = np.fromiter((c for row in rows for c in row.columns), dtype=np.int32)
    ends = np.cumsum([0, *(len(row.columns) for row in rows)], dtype=np.int32)
    matrix = csr_array((values, columns, ends), shape=(len(rows), width))
    return matrix, np.array([row.least for row in rows]), np.array([row.most for row in rows])
