"""Visits as rows of numbers: every level an answer could have lost is one trial, lost or held.

An answer claimed at level 3 and found at 1 lost a first level and a second one, and held the third:
two trials lost, one held. So one logistic model speaks of whether an answer falls and of how far.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from questionnaires.scoring import FULL
from reports.falls.seen import Seen, Visit

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]

FIRST, FURTHER, CLAIMED = range(3)
"""Columns every trial shares: how often a first level is lost; how much more often a further one, once
one is lost; and what each level claimed above the middle adds."""
SHARED = 3
MIDDLE = FULL // 2


class Effect(StrEnum):
    """What answers have in common, each drawn from a spread of its own."""

    SECTION = "section"
    QUESTION = "question"
    TRADE = "trade"
    SIZE = "size"


@dataclass(frozen=True)
class Layout:
    """Which column speaks of what: the shared ones, then sections, questions, trades and sizes.

    ``section_of`` gives the section of every question of the edition, seen by a visit or not: what
    nobody has seen yet is as its section and the spread among questions say.
    """

    section_of: Mapping[str, str]
    names: Mapping[Effect, tuple[str, ...]]
    columns: Mapping[tuple[Effect, str], int]

    @classmethod
    def of(
        cls, section_of: Mapping[str, str], trades: Iterable[str], sizes: Iterable[str]
    ) -> Layout:
        names = {
            Effect.SECTION: tuple(sorted(set(section_of.values()))),
            Effect.QUESTION: tuple(sorted(section_of)),
            Effect.TRADE: tuple(sorted(set(trades))),
            Effect.SIZE: tuple(sorted(set(sizes))),
        }
        every = ((effect, name) for effect, each in names.items() for name in each)
        return cls(section_of, names, {key: at for at, key in enumerate(every, SHARED)})

    @property
    def width(self) -> int:
        return SHARED + len(self.columns)

    def places(self, effect: Effect) -> Places:
        """The columns of one effect."""
        return np.array([self.columns[effect, name] for name in self.names[effect]], dtype=np.int64)

    def columns_of(self, question: str, trade: str, size: str) -> list[int]:
        """The columns that are 1 for an answer, beside the shared ones."""
        asked = (
            (Effect.SECTION, self.section_of[question]),
            (Effect.QUESTION, question),
            (Effect.TRADE, trade),
            (Effect.SIZE, size),
        )
        return [self.columns[key] for key in asked]


@dataclass(frozen=True)
class Trials:
    """The rows: ``x`` by trial and column, ``lost`` 0 or 1, ``firm`` the position of its firm."""

    x: Any
    lost: Numbers
    firm: Places
    firms: tuple[int, ...]


def trials(visits: Sequence[Visit], layout: Layout) -> Trials:
    """Lay out the trials of visits; answers to questions the edition does not score are left out."""
    firms = tuple(sorted({visit.firm for visit in visits}))
    at = {firm: place for place, firm in enumerate(firms)}
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    lost: list[bool] = []
    firm: list[int] = []
    for visit in visits:
        for seen in visit.seen:
            if seen.question not in layout.section_of:
                continue
            ones = layout.columns_of(seen.question, visit.trade, visit.size)
            for step, fell in enumerate(_steps(seen)):
                row = len(lost)
                filled = [FIRST, *ones, FURTHER, CLAIMED]
                rows += [row] * len(filled)
                columns += filled
                values += [1.0] * (1 + len(ones)) + [float(step > 0), float(seen.claimed - MIDDLE)]
                lost.append(fell)
                firm.append(at[visit.firm])
    x = csr_array((values, (rows, columns)), shape=(len(lost), layout.width))
    return Trials(x, np.array(lost, dtype=float), np.array(firm, dtype=np.int64), firms)


def _steps(seen: Seen) -> Iterator[bool]:
    """Each level in turn that could be lost, until one holds."""
    for step in range(seen.claimed):
        yield step < seen.fell
        if step >= seen.fell:
            return
