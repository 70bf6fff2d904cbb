"""What the district's page counts, and what its titles and lists are taken from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from questionnaires.model import Rung
from reports.dashboard.tables import Asked, Cell, count

NO_RUNG = "未达最低等级"
NOT_SAID = "没有填"


class Basis(StrEnum):
    """Whose rung is counted: the confirmed one, or the one the firm's own sheet has."""

    VISITED = "visited"
    OWN = "own"


class Group(NamedTuple):
    """Assessments of one round that are alike, counted.

    Args:
        name: Their trade, township or size, whichever they were counted by; empty where nobody said.
        own_sum: Shares in thousandths, added up; by trade alone.
        visited_sum: The same of the confirmed sheets.
    """

    name: str
    confirmed: bool
    own_step: int | None
    visited_step: int | None
    firms: int
    own_sum: int = 0
    visited_sum: int = 0

    def step(self, basis: Basis) -> int | None:
        """Where they stand; None where there is no such rung (yet)."""
        if basis == Basis.OWN:
            return self.own_step
        return self.visited_step if self.confirmed else None


class Mean(NamedTuple):
    """The shares of a section in one trade, in thousandths, added up over firms."""

    section: str
    trade: str
    firms: int
    sum: int


class Near(NamedTuple):
    """A firm close below its next rung, and what it lacks: gates, and thousandths of the share."""

    assessment: int
    firm: str
    step: int
    gates: int
    permille: int


OWN = "own"
"""What a consultant's own measures, which have no code, are asked for by."""


class Wish(NamedTuple):
    """A package that visits recommend: to how many firms, for how much in 0.01 万元."""

    code: str
    firms: int
    low: int
    high: int


class Unreached(NamedTuple):
    """Firms of one township that never began anything, by how far the bureau came with them."""

    township: str
    stage: str
    firms: int


@dataclass(frozen=True)
class Frame:
    """What titles are taken from, and what every list is narrowed to besides."""

    ladder: Sequence[Rung]
    trades: Mapping[str, str]
    sizes: Mapping[str, str]
    sections: Mapping[str, str]
    basis: Basis
    asks: Asked = field(default_factory=dict)
    """The edition and the round of all lists."""

    @property
    def rungs(self) -> list[tuple[str, str]]:
        """(value of the list's filter, title) of every step, from below the ladder up."""
        return [("none", NO_RUNG), *((rung.id, rung.title) for rung in self.ladder)]

    @property
    def whose(self) -> str:
        return "核定等级" if self.basis == Basis.VISITED else "自评等级"

    @property
    def whose_sheet(self) -> str:
        return "核定的答卷" if self.basis == Basis.VISITED else "还没有核定的企业自评"

    def counted(self, number: int, **asks: str) -> Cell:
        return count(number, "assessments", **{**self.asks, **asks})
