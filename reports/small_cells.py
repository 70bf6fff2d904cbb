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
    held = small | set(gone)
    tables = _Tables(counts, sums, changes, small, known or {}, frozenset(fixed))
    weak = tables.within_reach(held)
    while weak := tables.weak(weak, held):
        covers = {tables.cover(each, held) for each in weak} - {None}
        if not covers:
            break
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
        self._lines = [_line(counts, one) for one in sums]
        self._at: dict[Cell, list[int]] = {}
        for at, line in enumerate(self._lines):
            for cell in line:
                self._at.setdefault(cell, []).append(at)
        self._readers: dict[frozenset[Cell], _Reader] = {}
        self._small: dict[Cell, Weights] = {cell: {cell: 1} for cell in small}
        for change in changes:
            if 0 < abs(counts[change.after] - counts[change.before]) < FEWEST:
                self._small[change] = {change.after: 1, change.before: -1}

    def within_reach(self, held: set[Cell]) -> list[Cell]:
        """Return the small counts on which something hangs that can still be held back.

        Those of earlier papers are as safe as they were left.
        """
        open_ = self.counts.keys() - held - self._fixed
        reached = open_.union(*self._hanging_on(open_, self.counts.keys()))
        return [key for key, weights in self._small.items() if not reached.isdisjoint(weights)]

    def weak(self, keys: Iterable[Cell], held: set[Cell]) -> list[Cell]:
        """Return which of some small counts a reader can place within fewer than ``FEWEST`` firms.

        Where more is held back no reader comes closer, so what was not weak will not be.
        """
        readers = self._readers_of(held)
        asked = {key: _apart(self._small[key], readers) for key in keys}
        narrow = {
            key
            for key, apart in asked.items()
            if sum(reader.at_most(part) for reader, part in apart.items()) < FEWEST
        }
        for reader in dict.fromkeys(readers.values()):
            open_ = (apart for key, apart in asked.items() if key not in narrow)
            reader.look([apart[reader] for apart in open_ if reader in apart])
        return [key for key in asked if key in narrow or _span(asked[key]) < FEWEST]

    def _readers_of(self, held: set[Cell]) -> dict[Cell, _Reader]:
        """Return who looks at each count that is held back: one for all that hang together."""
        found: dict[Cell, _Reader] = {}
        for cell in self.counts:
            if cell in held and cell not in found:
                lines = self._hanging_on({cell}, held)
                cells = frozenset({cell}.union(*lines) & held)
                if cells not in self._readers:
                    self._readers[cells] = self._reader(cells, lines)
                found |= dict.fromkeys(cells, self._readers[cells])
        return found

    def _reader(self, cells: frozenset[Cell], lines: Sequence[Weights]) -> _Reader:
        """Begin with what was possible while less was held back: it still is."""
        seen = [
            table
            for part, reader in self._readers.items()
            if part <= cells
            for table in reader.seen
        ]
        placed = [cell for cell in self.counts if cell in cells]
        return _Reader({cell: self.counts[cell] for cell in placed}, lines, seen, self._known)

    def cover(self, key: Cell, held: set[Cell]) -> Cell | None:
        """Choose what else to hold back for a small count; None where nothing more hangs on it.

        A line with one gap gives it away: first what fills most such lines at once. Where the gaps
        have company and yet lie too close, the least that stands in a line with the small count.
        """
        near, gone = set(self._small[key]), held | self._fixed
        if near - gone:  # a change between two printed counts
            return self._least(near - gone)
        lines = [line.keys() for line in self._hanging_on(near, held)]
        alone = [line for line in lines if len(line & held) == 1]
        for some in (alone, [line for line in lines if line & near], lines):
            if open_ := set().union(*some) - gone:
                return self._least(open_, some)
        return None

    def _hanging_on(self, cells: Collection[Cell], held: Collection[Cell]) -> list[Weights]:
        """Return the lines that hang together with some cells by what is held back."""
        found: set[int] = set()
        reached, left = set(cells), list(cells)
        while left:
            fresh = set(self._at.get(left.pop(), ())) - found
            found |= fresh
            more = {cell for at in fresh for cell in self._lines[at] if cell in held} - reached
            reached |= more
            left += more
        return [self._lines[at] for at in sorted(found)]

    def _least(self, cells: set[Cell], lines: Sequence[Collection[Cell]] = ()) -> Cell:
        """Return what stands in most of the lines; of equals the least count, then the first."""

        def rank(cell: Cell) -> tuple[int, int, int]:
            stands_in = sum(cell in line for line in lines)
            return (-stands_in, self.counts[cell], self._order[cell])

        return min(cells, key=rank)


def _apart(
    weights: Weights, readers: Mapping[Cell, _Reader]
) -> Mapping[_Reader, Mapping[Cell, int]]:
    """Cut a weighted sum into parts that hang together by nothing; what is printed is none of them."""
    found: dict[_Reader, dict[Cell, int]] = {}
    for cell, weight in weights.items():
        if cell in readers:
            found.setdefault(readers[cell], {})[cell] = weight
    return found


def _span(apart: Mapping[_Reader, Weights]) -> int:
    """Over how many firms a weighted sum can lie: what hangs together by nothing adds up."""
    return sum(reader.span(part) for reader, part in apart.items())


def _line(counts: Mapping[Cell, int], one: Sum) -> Weights:
    """Return a sum as what comes to 0."""
    if counts[one.whole] != sum(counts[part] for part in one.parts):
        raise ValueError(f"{one.whole!r} is not the sum of its parts")
    return {one.whole: -1, **dict.fromkeys(one.parts, 1)}


class _Reader:
    """Somebody who knows all that is printed, and works out what some counts can be that hang together.

    Args:
        counts: What they are.
        lines: Every line one of them stands in.
        seen: Some of what is possible beside the truth, for all of them or for some; what is found
            on the way joins it.
    """

    def __init__(
        self,
        counts: Mapping[Cell, int],
        lines: Iterable[Weights],
        seen: Iterable[Mapping[Cell, int]],
        known: Mapping[Cell, tuple[int, int]],
    ) -> None:
        self._counts, self._known = counts, known
        self.seen: list[Mapping[Cell, int]] = [counts]
        self._ends = {cell: (count, count) for cell, count in counts.items()}
        self._place = {cell: at for at, cell in enumerate(counts)}
        self._rows = [{c: w for c, w in line.items() if c in counts} for line in lines]
        for table in seen:
            self._keep(table)

    def _keep(self, table: Mapping[Cell, int]) -> None:
        self.seen.append(table)
        for cell, count in table.items():
            low, high = self._ends[cell]
            self._ends[cell] = min(low, count), max(high, count)

    def at_most(self, weights: Weights) -> float:
        """Over how many firms a weighted sum can lie at most, by each line for itself."""
        return sum(
            abs(weight) * (self._reach[cell][1] - self._reach[cell][0])
            for cell, weight in weights.items()
        )

    @cached_property
    def _reach(self) -> Mapping[Cell, tuple[float, float]]:
        """Between what each count must lie: what a line leaves for it, until none leaves less."""
        reach = dict(zip(self._place, zip(*self._bounds, strict=True), strict=True))
        moved = True
        while moved:
            moved = False
            for row, sum_ in zip(self._rows, self._sums, strict=True):
                for cell, weight in row.items():
                    low, high = reach[cell]
                    others = [
                        sorted((w * reach[c][0], w * reach[c][1]))
                        for c, w in row.items()
                        if c != cell
                    ]
                    ends = [float(sum_) - sum(end[at] for end in others) for at in (1, 0)]
                    least, most = sorted(end * weight for end in ends)
                    tighter = max(low, least), min(high, most)
                    if tighter != (low, high):
                        reach[cell], moved = tighter, True
        return reach

    def look(self, asked: Sequence[Weights]) -> None:
        """Find possible tables in which many of some weighted sums lie far off, all at once."""
        left = [weights for weights in asked if self._seen_over(weights) < FEWEST]
        for sign in (1, -1):
            while len(left) > 1:
                self._keep(self._farthest([_times(weights, sign) for weights in left]))
                rest = [weights for weights in left if self._seen_over(weights) < FEWEST]
                if len(rest) == len(left):
                    break
                left = rest

    def span(self, weights: Weights) -> int:
        """Return over how many firms a weighted sum of counts can lie, ``FEWEST`` for as many or more."""
        for sign in (1, -1):
            if self._seen_over(weights) >= FEWEST:
                break
            self._keep(self._farthest([_times(weights, sign)]))
        return min(self._seen_over(weights), FEWEST)

    def _seen_over(self, weights: Weights) -> int:
        if len(weights) == 1:
            (low, high), (weight,) = self._ends[next(iter(weights))], weights.values()
            return (high - low) * abs(weight)
        found = [_value(weights, {**self._counts, **table}) for table in self.seen]
        return max(found) - min(found)

    def _farthest(self, asked: Sequence[Weights]) -> Mapping[Cell, int]:
        """Return a possible table in which weighted sums are together as high as need be."""
        # Loaded by whoever publishes: pages of the bureau need no solver.
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        goals = np.array([self._row(weights) for weights in asked])
        matrix = np.vstack([self._matrix, goals])
        low = np.append(self._sums, np.full(len(goals), -np.inf))
        high = np.append(self._sums, goals @ self._true + FEWEST)
        solved = milp(
            -goals.sum(axis=0),
            constraints=LinearConstraint(matrix, low, high),
            bounds=Bounds(*self._bounds),
            integrality=np.ones(len(self._place)),
        )
        if solved.x is None:
            return self._counts
        return {cell: round(solved.x[at]) for cell, at in self._place.items()}

    @cached_property
    def _bounds(self) -> tuple[list[float], list[float]]:
        """How few and how many; the truth stays possible where what is known is of another day."""
        ends = [self._known.get(cell, (0, float("inf"))) for cell in self._place]
        true = self._counts.values()
        low = [float(min(end[0], count)) for end, count in zip(ends, true, strict=True)]
        return low, [float(max(end[1], count)) for end, count in zip(ends, true, strict=True)]

    @cached_property
    def _true(self) -> Any:
        import numpy as np

        return np.array(list(self._counts.values()), dtype=float)

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


def _times(weights: Weights, sign: int) -> Weights:
    return {cell: sign * weight for cell, weight in weights.items()}


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
