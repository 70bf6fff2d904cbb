"""A small hierarchical model of falls: question within section, trade, size, and each firm's own way.

The log odds that a level is lost are a sum (``trials.Layout``), and every effect is drawn from a normal
spread of its own, so that what few visits saw is drawn towards what all of them saw (partial pooling).
The spreads are found from the visits themselves (empirical Bayes): effects by Newton's method, spreads
by expectation and maximisation around that mode, each in turn until nothing moves (Laplace; Breslow
and Clayton 1993, Journal of the American Statistical Association 88, 9–25). No draw is made here: the
same visits give the same model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import cho_solve, solve_triangular
from scipy.sparse import csr_array
from scipy.special import expit
from threadpoolctl import threadpool_limits

from reports.falls.seen import Visit, could_rise
from reports.falls.trials import SHARED, Effect, Layout, Numbers, Trials, trials

FIRM = "firm"
CENTRE = np.array([-1.5, 0.0, 0.0])
WIDTH = np.array([2.0, 1.0, 1.0])
"""What is thought of the shared columns before any visit: about a fifth of answers lose a level, give or
take nearly everything. Weak on purpose (ours): a handful of visits outweighs it."""
BEFORE, WEIGHT = 0.5, 2.0
"""What is thought of a spread before any visit, as of so many effects: it keeps the spread of three trades
or four sizes away from 0, where intervals would be too narrow (Chung et al. 2013, Psychometrika 78)."""
MOST_ROUNDS, MOST_NEWTON = 60, 30
STILL = 1e-3
"""A spread that moves by less than this part of itself stands still."""
FARTHEST = 2.0
"""No effect moves farther in one step: Newton's method begun far away could jump to and fro."""


@dataclass(frozen=True)
class Mode:
    """The likeliest effects under given spreads, with the curvature there.

    ``cross`` (columns × firms) and ``own`` (firms) are the parts of the curvature that touch firms;
    ``factor`` is the Cholesky factor of what is left for the columns once firms are averaged over.
    """

    columns: Numbers
    firms: Numbers
    cross: Numbers
    own: Numbers
    factor: Numbers


@dataclass(frozen=True)
class Model:
    """What visits taught: effects with their uncertainty, spreads, and how often answers rise.

    ``spread`` gives the standard deviation, in log odds, of each ``Effect`` and of ``FIRM``.
    """

    layout: Layout
    mode: Mode
    spread: Mapping[str, float]
    firms: tuple[int, ...]
    raised: int
    could_rise: int


def fit(
    visits: Sequence[Visit],
    section_of: Mapping[str, str],
    trades: Iterable[str],
    sizes: Iterable[str],
) -> Model:
    """Learn from visits; at least one, and trades and sizes must hold every one they name.

    In one thread: matrices are small, and on a busy machine two threads wait for each other.
    """
    with threadpool_limits(1):
        return _fit(visits, Layout.of(section_of, trades, sizes))


def _fit(visits: Sequence[Visit], layout: Layout) -> Model:
    rows = trials(visits, layout)
    spread: dict[str, float] = dict.fromkeys([*map(str, Effect), FIRM], BEFORE)
    columns, firms = np.zeros(layout.width), np.zeros(len(rows.firms))
    columns[:SHARED] = CENTRE
    for _ in range(MOST_ROUNDS):
        mode = _mode(rows, layout, spread, columns, firms)
        columns, firms = mode.columns, mode.firms
        before, spread = spread, _spreads(mode, layout)
        if all(abs(spread[it] - before[it]) < STILL * before[it] for it in spread):
            break
    rising = [seen for visit in visits for seen in visit.seen if could_rise(seen)]
    raised = sum(seen.found > seen.claimed for seen in rising)
    return Model(layout, mode, spread, rows.firms, raised, len(rising))


def _mode(
    rows: Trials, layout: Layout, spread: Mapping[str, float], columns: Numbers, firms: Numbers
) -> Mode:
    """Climb to the likeliest effects from where the last round stood."""
    centre, precision = _before(layout, spread)
    among = spread[FIRM] ** -2
    for _ in range(MOST_NEWTON):
        chance = expit(rows.x @ columns + firms[rows.firm])
        held = chance * (1 - chance)
        own = _by_firm(rows, held) + among
        weighted = rows.x.multiply(held[:, None]).tocsr()
        whole = (rows.x.T @ weighted).toarray() + np.diag(precision)
        cross = _cross(rows, weighted, layout.width)
        factor = np.linalg.cholesky(whole - (cross / own) @ cross.T)
        slope = rows.x.T @ (rows.lost - chance) - precision * (columns - centre)
        slope_firms = _by_firm(rows, rows.lost - chance) - among * firms
        step = cho_solve((factor, True), slope - cross @ (slope_firms / own))
        step_firms = (slope_firms - cross.T @ step) / own
        farthest = max(float(np.abs(step).max()), float(np.abs(step_firms).max(initial=0)))
        slower = min(1.0, FARTHEST / farthest) if farthest else 1.0
        columns, firms = columns + slower * step, firms + slower * step_firms
        if farthest < STILL / 10:
            break
    return Mode(columns, firms, cross, own, factor)


def _before(layout: Layout, spread: Mapping[str, float]) -> tuple[Numbers, Numbers]:
    """Centre and precision of every column before the visits."""
    centre, precision = np.zeros(layout.width), np.zeros(layout.width)
    centre[:SHARED], precision[:SHARED] = CENTRE, WIDTH**-2
    for effect in Effect:
        precision[layout.places(effect)] = spread[effect] ** -2
    return centre, precision


def _by_firm(rows: Trials, amounts: Numbers) -> Numbers:
    return np.bincount(rows.firm, amounts, minlength=len(rows.firms)).astype(np.float64)


def _cross(rows: Trials, weighted: Any, width: int) -> Numbers:
    """The curvature between columns and firms: rows of each firm added up."""
    ones = np.ones(len(rows.firm))
    of_firm = csr_array(
        (ones, (np.arange(len(rows.firm)), rows.firm)), shape=(len(ones), len(rows.firms))
    )
    return np.asarray((weighted.T @ of_firm).toarray()).reshape(width, len(rows.firms))


def _spreads(mode: Mode, layout: Layout) -> dict[str, float]:
    """The spreads that make the effects, uncertain as they are, likeliest."""
    inverse = solve_triangular(mode.factor, np.eye(layout.width), lower=True)
    variance = np.sum(inverse**2, axis=0)
    found: dict[str, float] = {}
    for effect in Effect:
        places = layout.places(effect)
        found[effect] = _spread(mode.columns[places], variance[places])
    through = cho_solve((mode.factor, True), mode.cross)
    of_firms = 1 / mode.own + np.sum(mode.cross * through, axis=0) / mode.own**2
    return found | {FIRM: _spread(mode.firms, of_firms)}


def _spread(effects: Numbers, variances: Numbers) -> float:
    squares = float(np.sum(effects**2 + variances)) + WEIGHT * BEFORE**2
    return float(np.sqrt(squares / (len(effects) + WEIGHT)))
