"""HiGHS, which solves linear and integer programmes, behind the few words we need of it.

``highspy`` alone is lighter than the copy that scipy brings (reports/README has the figures). It is
loaded with this module, and this module when it is first needed: no page carries a solver it does
not use.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import highspy
import numpy as np
from highspy._core import _Highs

from reports.solver import End, Matrix, Solved

ENDS = {
    highspy.HighsModelStatus.kOptimal: End.BEST,
    highspy.HighsModelStatus.kInfeasible: End.HOPELESS,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: End.HOPELESS,
}
"""No column is without bounds, so what is called either is hopeless."""
FEASIBLE = 2
"""HiGHS's word for a choice that keeps every row."""


def solved(
    aim: Sequence[float],
    rows: Matrix,
    sides: tuple[Any, Any],
    bounds: tuple[Any, Any],
    *,
    seconds: float,
    whole: bool = True,
) -> Solved:
    """Make a sum over columns as small as can be.

    Args:
        sides: What each row adds up to, at least and at most.
        bounds: What each column is, at least and at most.
        seconds: How long it may take.
        whole: Whether columns are whole numbers; no gap is allowed then.
    """
    # Not ``highspy.Highs`` around it: that one says hello on standard output before it can be asked not to.
    highs = _Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("time_limit", max(seconds, 0.0))
    highs.passModel(_model(aim, rows, sides, bounds, whole=whole))
    highs.run()
    end, info = ENDS.get(highs.getModelStatus(), End.LATE), highs.getInfo()
    is_found = end == End.BEST or (whole and info.primal_solution_status == FEASIBLE)
    solution = highs.getSolution()
    return Solved(
        end,
        np.array(solution.col_value) if is_found else None,
        info.objective_function_value,
        info.mip_dual_bound if whole else -math.inf,
        None if whole else np.array(solution.col_dual),
    )


def _model(
    aim: Sequence[float],
    rows: Matrix,
    sides: tuple[Any, Any],
    bounds: tuple[Any, Any],
    *,
    whole: bool,
) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(aim), len(rows.begins) - 1
    model.col_cost_ = np.asarray(aim, dtype=float)
    model.col_lower_, model.col_upper_ = _each(bounds[0], len(aim)), _each(bounds[1], len(aim))
    model.row_lower_ = _each(sides[0], model.num_row_)
    model.row_upper_ = _each(sides[1], model.num_row_)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.asarray(rows.begins, dtype=np.int32)
    model.a_matrix_.index_ = np.asarray(rows.columns, dtype=np.int32)
    model.a_matrix_.value_ = np.asarray(rows.weights, dtype=float)
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(aim)
    return model


def _each(given: Any, number: int) -> Any:
    """One number for all, or one for each."""
    return (
        np.full(number, given, dtype=float)
        if np.isscalar(given)
        else np.asarray(given, dtype=float)
    )
