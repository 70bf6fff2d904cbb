"""What a search is asked and what it came to, as plain values: whoever names them carries no solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class Row(NamedTuple):
    """What weighted columns must add up to, both ends included."""

    columns: Sequence[int]
    weights: Sequence[int]
    least: float
    most: float

    def is_kept_by(self, taken: set[int]) -> bool:
        pairs = zip(self.columns, self.weights, strict=True)
        return self.least <= sum(w for c, w in pairs if c in taken) <= self.most


@dataclass(frozen=True)
class Open:
    """Between which ends each column may lie; both are 0 or both 1 for one that is held."""

    low: Any
    high: Any


class Found(NamedTuple):
    """What a search came to.

    ``taken`` is None where nothing keeps the rows (``is_hopeless``), or nothing was found in time;
    ``bound`` is proved: no choice adds up to less. ``open`` are the columns among which every best
    choice lies.
    """

    taken: list[int] | None
    bound: int
    open: Open
    is_hopeless: bool = False
