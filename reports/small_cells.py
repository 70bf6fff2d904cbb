"""Which figures of published tables are held back, so that none tells about a handful of firms.

The rule. Outside the bureau no count of firms under ``FEWEST`` is printed, nothing excepted: a 0
says of every firm of its row where it is not. That alone hides little: a total less the other cells
gives the missing one away, so does another table over the same firms, or last year's. Therefore
further counts are held back (complementary suppression) until whoever knows everything that is
printed, that firms are whole numbers and not fewer than none, and how the tables hang together
cannot say of a small count where it lies within fewer than ``FEWEST`` firms. Held-back cells look
all alike: nobody sees which of them is small.

What was printed once stays known: counts of an earlier paper are judged together with those of the
next, and only the new ones can be held back (``fixed``).

Tables that share cells, margins or firms are judged together, in one call: each ``Sum`` says that
a whole is the sum of its parts, whatever table they stand in. A ``Change`` between two printed
counts, such as of one cell in two rounds, is a count as well: 1 to 4 firms that came or went may
not come to light by subtraction either.

What it does not promise: safety from a reader who knows of some of the firms, or who runs this
rule backwards over every district that might lie behind a table.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

FEWEST = 5
"""Firms: fewer are never spoken of, and no reader may come closer to a small count than this."""
CLOSEST = Fraction(1, 10)
"""The p of ``tells_one``; 参考值."""
WITHHELD = "未公布"
"""What stands in the place of a count that is held back."""

Cell = Hashable


class Sum(NamedTuple):
    """A count that is the sum of others: a total and its parts."""

    whole: Cell
    parts: tuple[Cell, ...]


class Change(NamedTuple):
    """Two counts whose difference is a count of firms, too: of one round and of the next."""

    before: Cell
    after: Cell


def withheld(
    counts: Mapping[Cell, int],
    sums: Sequence[Sum],
    changes: Sequence[Change] = (),
    gone: Iterable[Cell] = (),
    few: Iterable[Cell] = (),
    known: Mapping[Cell, tuple[int, int]] | None = None,
    fixed: Collection[Cell] = (),
) -> frozenset[Cell]:
    """Return the counts that are held back.

    Args:
        counts: Every count that would be printed; of equals the earlier is held back.
        sums: How they hang together; each holds.
        changes: Which of their differences are counts as well.
        gone: Counts that are held back for a reason of their own.
        few: Counts of something else than firms, with few firms behind them: guarded like small ones.
        known: How few and how many a count can be, as readers know from elsewhere.
        fixed: Counts that were printed before, so that it is too late to hold them back.

    Raises:
        ValueError: A whole is not the sum of its parts.
    """
    small = {cell for cell, count in counts.items() if count < FEWEST} | set(few)
    tables = _Tables(counts, sums, changes, small, known or {}, frozenset(fixed))
    held = small | set(gone)
    while covers := {tables.cover(each, held) for each in tables.weak(held)} - {None}:
        held |= covers
    return frozenset(held)


Weights = Mapping[Cell, int]
"""A weighted sum of counts."""


class _Tables:
    """Counts, how they hang together, and what of them must stay in the dark."""

    def __init__(
        self,
        counts: Mapping[Cell, int],
        sums: Iterable[Sum],
        changes: Iterable[Change],
        small: Iterable[Cell],
        known: Mapping[Cell, tuple[int, int]],
        fixed: frozenset[Cell],
    ) -> None:
        self.counts, self._known, self._fixed = counts, known, fixed
        self._order = {cell: place for place, cell in enumerate(counts)}
        self._seen: list[Mapping[Cell, int]] = [counts]
        self._lines = [_line(counts, one) for one in sums]
        self._small: dict[Cell, Weights] = {cell: {cell: 1} for cell in small}
        for change in changes:
            if 0 < abs(counts[change.after] - counts[change.before]) < FEWEST:
                self._small[change] = {change.after: 1, change.before: -1}

    def weak(self, held: set[Cell]) -> list[Cell]:
        """Return the small counts that a reader can place within fewer than ``FEWEST`` firms."""
        reader = _Reader(self.counts, self._lines, held, self._seen, self._known)
        return [key for key, weights in self._small.items() if reader.span(weights) < FEWEST]

    def cover(self, key: Cell, held: set[Cell]) -> Cell | None:
        """Choose what else to hold back for a small count; None where nothing more hangs on it.

        A line with one gap gives it away: first what fills most such lines at once. Where the gaps
        have company and yet lie too close, the least that stands in a line with the small count.
        """
        near, gone = set(self._small[key]), held | self._fixed
        if near - gone:  # a change between two printed counts
            return self._least(near - gone)
        lines = self._hanging_on(near, held)
        alone = [line for line in lines if len(line & held) == 1]
        for some in (alone, [line for line in lines if line & near], lines):
            if open_ := set().union(*some) - gone:
                return self._least(open_, some)
        return None

    def _hanging_on(self, cells: set[Cell], held: set[Cell]) -> list[set[Cell]]:
        """Return the lines that hang together with some cells by what is held back."""
        found: list[set[Cell]] = []
        reached, left = set(cells), [set(line) for line in self._lines]
        while fresh := [line for line in left if line & reached]:
            found += fresh
            left = [line for line in left if line not in fresh]
            reached |= set().union(*fresh) & held
        return found

    def _least(self, cells: set[Cell], lines: Sequence[set[Cell]] = ()) -> Cell:
        """Return what stands in most of the lines; of equals the least count, then the first."""

        def rank(cell: Cell) -> tuple[int, int, int]:
            stands_in = sum(cell in line for line in lines)
            return (-stands_in, self.counts[cell], self._order[cell])

        return min(cells, key=rank)


def _line(counts: Mapping[Cell, int], one: Sum) -> Weights:
    """Return a sum as what comes to 0."""
    if counts[one.whole] != sum(counts[part] for part in one.parts):
        raise ValueError(f"{one.whole!r} is not the sum of its parts")
    return {one.whole: -1, **dict.fromkeys(one.parts, 1)}


class _Reader:
    """Somebody who knows all that is printed, and works out what the rest can be.

    Args:
        seen: Tables that are possible; what is found on the way joins them. What was possible stays
            so when more is held back, so a later reader begins with them.
    """

    def __init__(
        self,
        counts: Mapping[Cell, int],
        lines: Iterable[Weights],
        held: Iterable[Cell],
        seen: list[Mapping[Cell, int]],
        known: Mapping[Cell, tuple[int, int]],
    ) -> None:
        self._counts, self._seen, self._known = counts, seen, known
        self._place = {cell: at for at, cell in enumerate(held)}
        rows = ({c: w for c, w in line.items() if c in self._place} for line in lines)
        self._rows = [row for row in rows if row]

    def span(self, weights: Weights) -> int:
        """Return over how many firms a weighted sum of counts can lie, ``FEWEST`` for as many or more."""
        asked = {cell: weight for cell, weight in weights.items() if cell in self._place}
        if not asked:
            return 0
        found = [_value(asked, table) for table in self._seen]
        low, high = min(found), max(found)
        for sign in (1, -1):
            if high - low >= FEWEST:
                break
            table = self._farthest({cell: sign * weight for cell, weight in asked.items()})
            self._seen.append(table)
            low, high = min(low, _value(asked, table)), max(high, _value(asked, table))
        return min(high - low, FEWEST)

    def _farthest(self, asked: Weights) -> Mapping[Cell, int]:
        """Return a possible table in which a weighted sum is as high as need be."""
        # Loaded by whoever publishes: pages of the bureau need no solver.
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        goal = self._row(asked)
        matrix = np.vstack([self._matrix, goal])
        low = np.append(self._sums, -np.inf)
        high = np.append(self._sums, goal @ self._true + FEWEST)
        solved = milp(
            -goal,
            constraints=LinearConstraint(matrix, low, high),
            bounds=Bounds(*self._bounds),
            integrality=np.ones(len(goal)),
        )
        if solved.x is None:
            return self._counts
        return {**self._counts, **{c: round(solved.x[at]) for c, at in self._place.items()}}

    @cached_property
    def _bounds(self) -> tuple[list[float], list[float]]:
        """How few and how many; the truth stays possible where what is known is of another day."""
        ends = [self._known.get(cell, (0, float("inf"))) for cell in self._place]
        true = [self._counts[cell] for cell in self._place]
        low = [float(min(end[0], count)) for end, count in zip(ends, true, strict=True)]
        return low, [float(max(end[1], count)) for end, count in zip(ends, true, strict=True)]

    @cached_property
    def _true(self) -> Any:
        import numpy as np

        return np.array([self._counts[cell] for cell in self._place], dtype=float)

    @cached_property
    def _matrix(self) -> Any:
        import numpy as np

        rows = [self._row(row) for row in self._rows]
        return np.array(rows) if rows else np.zeros((0, len(self._place)))

    @cached_property
    def _sums(self) -> Any:
        return self._matrix @ self._true

    def _row(self, weights: Weights) -> Any:
        import numpy as np

        row = np.zeros(len(self._place))
        for cell, weight in weights.items():
            row[self._place[cell]] = weight
        return row


def _value(weights: Weights, table: Mapping[Cell, int]) -> int:
    return sum(weight * table[cell] for cell, weight in weights.items())


def tells_one(total: int, first: int, second: int) -> bool:
    """Whether the second largest, knowing a sum and its own part, finds the largest within a tenth.

    So of one or two nothing is told, however much each has.

    Source:
        The p %-rule for tables of magnitudes: Hundepool et al., Handbook on Statistical Disclosure
        Control (ESSNet SDC 2010), chapter 4.
    """
    return total - first - second < CLOSEST * first


def shown(cell: Cell, count: int, held: frozenset[Cell]) -> str:
    """Write a count as it is published."""
    return WITHHELD if cell in held else str(count)
