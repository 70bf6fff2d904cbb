"""Every count of a district's page under one key, and what ties them together, for ``outward``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reports.dashboard import TOTAL, Basis, Line, Table, Where
from reports.small_cells import FEWEST, Change, Sum
from reports.small_cells import Cell as Key

CONFIRMED, HANDED_IN = "诊断核定", "提交"
DISTRIBUTIONS = frozenset({"by-trade", "by-size", "by-township"})
COUNTED = {"plan": 3, "deviation": 3, "projects": 1, "samples": 2}
"""How many columns of a block leave the bureau, the first ones. Of the plan anybody knows what is wanted,
who was recognised (published by name), the rest of it; a mean deviation, taken twice, would tell a
newcomer's; what projects cost is told of all together, in the block's sentence."""
COLUMNS = frozenset(COUNTED) - {"plan", "deviation"}
"""Blocks whose columns each have a sum of their own, and no total beside them."""
Place = tuple[int, int]
"""Line and column of a cell that counts firms."""


@dataclass
class Ties:
    """Every count of the page under one key, however often it is printed, and what ties them.

    Args:
        current: The number of the round whose firms most tables count.
    """

    current: str
    basis: Basis
    width: int
    counts: dict[Key, int] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    few: set[Key] = field(default_factory=set)
    _lists: dict[Key, set[str]] = field(default_factory=dict)

    @property
    def everybody(self) -> Key:
        return ("all", self.width)

    @property
    def rated(self) -> str:
        """What the funnel calls everybody who has a rung."""
        return CONFIRMED if self.basis == Basis.VISITED else HANDED_IN

    def key(self, table: Table, at: int, column: int) -> Key:
        """Name a count; the same firms have one name in all tables."""
        line = table.lines[at]
        title = _round_of(line) if table.id == "by-round" else line.title
        whole = title == TOTAL or len(table.lines) == 1
        if (table.id in DISTRIBUTIONS and whole) or (table.id, title) == ("by-round", self.current):
            return ("all", column)
        if (table.id, title, column) == ("funnel", self.rated, 0):
            return self.everybody
        return (table.id, title, column)

    @property
    def names(self) -> Mapping[Key, tuple[str, ...]]:
        """Under what each count is known from one paper to the next: the lists of what it counts.

        A list is asked for by ids, so that a new title makes no new count of it.
        """
        return {key: tuple(sorted(self._lists[key])) for key in self.counts}

    def note(self, table: Table) -> None:
        """Take in the counts of a table, and how they hang together."""
        keys = self.keys(table)
        for (at, column), key in keys.items():
            cell = table.lines[at].cells[column]
            self.counts[key] = int(cell.number or 0)
            if cell.where is not None:
                self._lists.setdefault(key, set()).add(_said(cell.where))
            if cell.firms is not None and cell.firms < FEWEST:
                self.few.add(key)
        ties = {
            "by-round": self._of_rounds,
            "funnel": self._one_within_another,
            "systems": self._one_within_another,
            "gates": self._within_everybody,
            "deviation": self._of_deviation,
        }
        if table.id in DISTRIBUTIONS or table.id in ("by-round", "unreached", "needs"):
            self.sums += _sums_of(table, keys)
        if table.id in COLUMNS:
            self.sums += _sums_down(table, keys, COUNTED[table.id])
        if table.id in ties:
            ties[table.id](table, keys)

    def keys(self, table: Table) -> Mapping[Place, Key]:
        """The key of each cell that counts firms; the plan's are public."""
        return {
            (at, column): self.key(table, at, column)
            for at, line in enumerate(table.lines)
            for column, cell in enumerate(line.cells)
            if cell.where is not None and table.id != "plan"
        }

    def _of_rounds(self, table: Table, keys: Mapping[Place, Key]) -> None:
        """What came and went from one round to the next is a count as well."""
        for at, column in keys:
            if at + 1 < len(table.lines):
                self.changes.append(Change(keys[at, column], keys[at + 1, column]))

    def _one_within_another(self, table: Table, keys: Mapping[Place, Key]) -> None:
        """Each step holds the firms of the next, and those that stayed behind are a count.

        Of systems each lies within the firms that have a result.
        """
        for at in range(1, len(table.lines)):
            outer = min(at - 1, 1) if table.id == "systems" else at - 1
            self.changes.append(Change(keys[at, 0], keys[outer, 0]))

    def _within_everybody(self, table: Table, keys: Mapping[Place, Key]) -> None:
        if self.everybody in self.counts:
            self.changes += [Change(key, self.everybody) for key in keys.values()]

    def _of_deviation(self, table: Table, keys: Mapping[Place, Key]) -> None:
        """Of confirmed firms the three columns are all there are."""
        lines = range(len(table.lines))
        for at in lines:
            title = table.lines[at].title
            whole = ("by-trade", title, self.width)
            if self.basis == Basis.VISITED and whole in self.counts:
                self.sums.append(Sum(whole, _row(keys, at, table.bars)))
        last = lines[-1] if lines else 0
        confirmed = self.everybody if self.basis == Basis.VISITED else ("funnel", CONFIRMED, 0)
        if lines and confirmed in self.counts:
            self.sums.append(Sum(confirmed, _row(keys, last, table.bars)))
        if len(lines) > 1:
            for column in range(table.bars):
                parts = tuple(keys[at, column] for at in lines[:-1])
                self.sums.append(Sum(keys[last, column], parts))


def _row(keys: Mapping[Place, Key], at: int, width: int) -> tuple[Key, ...]:
    return tuple(keys[at, column] for column in range(width))


def _said(where: Where) -> str:
    asks = "&".join(f"{name}={value}" for name, value in sorted(where.asks.items()))
    return f"{where.listed}?{asks}"


def _round_of(line: Line) -> str:
    return next(cell.where.asks["round"] for cell in line.cells if cell.where is not None)


def _sums_of(table: Table, keys: Mapping[Place, Key]) -> Iterator[Sum]:
    """A line's total is the sum of its parts, and the last line that of those above."""
    width, lines = table.bars, range(len(table.lines))
    for at in lines:
        yield Sum(keys[at, width], _row(keys, at, width))
    yield from _sums_down(table, keys, width + 1)


def _sums_down(table: Table, keys: Mapping[Place, Key], columns: int) -> Iterator[Sum]:
    """The last line is the sum of those above."""
    last = len(table.lines) - 1
    if last > 0 and table.lines[-1].title == TOTAL:
        for column in range(columns):
            yield Sum(keys[last, column], tuple(keys[at, column] for at in range(last)))
