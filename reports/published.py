"""What earlier public papers of a district told, so that the next one cannot be taken from them.

A paper that left the bureau stays in somebody's drawer. Printed again after one firm was confirmed,
the same table would tell that firm's rung to whoever subtracts one paper from the other. So every
public paper leaves behind what it counted and what of that it held back, and the next is judged
together with those before: a count that moved by one to four firms since one of them is held back,
and with it what would give the difference away (``small_cells``). What was held back and has not
moved stays held back.

So papers printed day after day would tell less and less. Therefore the figures of a paper stand for a
period (``Figures``): printed again they are the same, and nothing is to be found between the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from reports.dashboard import Basis, Table
from reports.small_cells import Cell, Change, Sum

MOST = 4
"""So many earlier papers are looked at, the newest that say something new. Of 60 firms in 14 townships the first
paper takes half a second of a processor, and the fifth as much."""


class Remembered(NamedTuple):
    """One count of a paper.

    ``names``: under which it is known from paper to paper; ``few``: few firms stand behind it.
    """

    firms: int
    held: bool
    few: bool
    names: tuple[str, ...]


@dataclass(frozen=True)
class Published:
    """The counts of one public paper, and which of them add up to which, by their places."""

    cells: tuple[Remembered, ...] = ()
    sums: tuple[tuple[int, tuple[int, ...]], ...] = ()

    @classmethod
    def of(
        cls,
        counts: Mapping[Cell, int],
        sums: Iterable[Sum],
        held: frozenset[Cell],
        few: Iterable[Cell],
        names: Mapping[Cell, tuple[str, ...]],
    ) -> Published:
        """Remember what a paper tells."""
        at, few = {cell: place for place, cell in enumerate(counts)}, set(few)
        return cls(
            tuple(Remembered(n, c in held, c in few, names[c]) for c, n in counts.items()),
            tuple((at[one.whole], tuple(at[part] for part in one.parts)) for one in sums),
        )

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Published:
        """Read one as it is kept in JSON."""
        cells = (Remembered(n, held, few, tuple(names)) for n, held, few, names in kept["cells"])
        return cls(tuple(cells), tuple((whole, tuple(parts)) for whole, parts in kept["sums"]))

    @property
    def as_data(self) -> dict[str, Any]:
        return {
            "cells": [[*cell[:3], list(cell.names)] for cell in self.cells],
            "sums": [[whole, list(parts)] for whole, parts in self.sums],
        }


@dataclass(frozen=True)
class Figures:
    """What public papers of a round print for a period.

    Args:
        made: As of when they are.
        told: What they tell; None where a paper told it before.
    """

    basis: Basis
    made: datetime
    tables: tuple[Table, ...]
    told: Published | None


class Before:
    """Earlier papers as the next one is judged with them: their counts, sums, and what is too late.

    Args:
        papers: The newest first.
    """

    def __init__(self, papers: Sequence[Published] = ()) -> None:
        self.counts: dict[Cell, int] = {}
        self.sums: list[Sum] = []
        self.held: set[Cell] = set()
        self.few: set[Cell] = set()
        self._named: dict[str, list[Cell]] = {}
        for number, paper in enumerate(list(dict.fromkeys(papers))[:MOST]):
            self._take_in(number, paper)

    def _take_in(self, number: int, paper: Published) -> None:
        keys: list[Cell] = [("before", number, place) for place in range(len(paper.cells))]
        for key, cell in zip(keys, paper.cells, strict=True):
            self.counts[key] = cell.firms
            for name in cell.names:
                self._named.setdefault(name, []).append(key)
        for chosen, which in ((self.held, "held"), (self.few, "few")):
            chosen |= {k for k, cell in zip(keys, paper.cells, strict=True) if getattr(cell, which)}
        self.sums += [Sum(keys[w], tuple(keys[part] for part in parts)) for w, parts in paper.sums]

    @property
    def printed(self) -> frozenset[Cell]:
        return frozenset(self.counts.keys() - self.held)

    def changes(self, names: Mapping[Cell, tuple[str, ...]]) -> list[Change]:
        """Pair each count of a new paper with the same one of earlier papers."""
        return [
            Change(before, cell)
            for cell, known in names.items()
            for name in known
            for before in self._named.get(name, ())
        ]

    def still_held(
        self, counts: Mapping[Cell, int], names: Mapping[Cell, tuple[str, ...]]
    ) -> set[Cell]:
        """What of a new paper was held back before, and has not moved since."""
        return {
            now
            for before, now in self.changes(names)
            if before in self.held and self.counts[before] == counts[now]
        }
