"""What a search is asked and what it came to, as plain values: whoever names them carries no solver."""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, NamedTuple


class End(Enum):
    """How a search ended: with what is best, with nothing that keeps the rows, or too late."""

    BEST = auto()
    HOPELESS = auto()
    LATE = auto()


class Matrix(NamedTuple):
    """Rows of weighted columns, row after row: where each begins and the last ends, columns, weights.

    Each is a list or an array of numbers.
    """

    begins: Any
    columns: Any
    weights: Any


class Solved(NamedTuple):
    """What a search came to.

    ``x`` are the columns, None where nothing was found; ``bound`` is what no choice goes below.
    ``marginals``, of a programme whose columns may be parts: by how much the sum changes at least
    with each unit a column is more than it is.
    """

    end: End
    x: Any
    value: float
    bound: float
    marginals: Any = None

    @property
    def is_best(self) -> bool:
        return self.end == End.BEST

    @property
    def is_hopeless(self) -> bool:
        return self.end == End.HOPELESS
