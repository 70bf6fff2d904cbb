"""What a budget chooses from: firms, and what each of them could reach at what price."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What money is spent on; what a source does not divide is a kind of its own."""

    EQUIPMENT = "equipment"
    SOFTWARE = "software"
    SERVICES = "services"
    UNDIVIDED = "undivided"
    YEARLY = "yearly"


class Price(StrEnum):
    """At which end of every price range money is counted."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


class Costs(NamedTuple):
    """元, by kind, in the order of ``Kind``; ``yearly`` is one year's fees."""

    equipment: int = 0
    software: int = 0
    services: int = 0
    undivided: int = 0
    yearly: int = 0

    def of(self, kinds: frozenset[Kind], years: int) -> int:
        """Add up some kinds, with the fees of so many years."""
        return sum(
            cost * (years if kind is Kind.YEARLY else 1)
            for kind, cost in zip(Kind, self, strict=True)
            if kind in kinds
        )


@dataclass(frozen=True)
class Goal:
    """A rung that a firm could reach, what it must buy for that, and how long this takes.

    ``step`` is the rung's position in its ladder from 1; ``needs`` are the codes of the packages it buys.
    """

    step: int
    low: Costs
    high: Costs
    weeks: int = 0
    needs: tuple[str, ...] = ()

    def costs(self, price: Price) -> Costs:
        """元 at one end of the ranges, or in their middle, cut to whole 元."""
        if price is Price.MIDDLE:
            return Costs(*((a + b) // 2 for a, b in zip(self.low, self.high, strict=True)))
        return self.low if price is Price.LOW else self.high


@dataclass(frozen=True)
class FirmGoals:
    """A firm, where it stands (0 below the lowest rung), and the goals of which it takes one at most.

    ``titles`` are what it holds today: 规上, 专精特新 and the like.
    """

    id: int
    trade: str
    township: str
    size: str
    step: int
    goals: tuple[Goal, ...]
    titles: frozenset[str] = frozenset()
