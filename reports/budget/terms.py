"""What an officer sets before a choice is worked out, checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from reports.budget.errors import Absurd, Fault
from reports.budget.firms import FirmGoals, Goal, Price
from reports.budget.subsidy import MOST_MONEY, Rules, whole

MOST_FIRMS: Final = 1_000_000
MOST_WORTH: Final = 1_000


class By(StrEnum):
    """By what a limit counts firms."""

    TRADE = "trade"
    TOWNSHIP = "township"
    SIZE = "size"


@dataclass(frozen=True)
class Limit:
    """At least and at most so many supported firms of one trade, township or size."""

    by: By
    value: str
    least: int = 0
    most: int | None = None

    def __post_init__(self) -> None:
        whole("limits", self.least, 0, MOST_FIRMS)
        if self.most is not None:
            whole("limits", self.most, 0, MOST_FIRMS)
            if self.most < self.least:
                raise Absurd("limits", Fault.CROSSED)

    def holds_for(self, firm: FirmGoals) -> bool:
        return bool(getattr(firm, self.by) == self.value)


@dataclass(frozen=True)
class Plan:
    """A target of the district's plan, by its own rule of counting (``reports/district.Counting``).

    What is reached by the end of ``year`` counts, a firm once: not one that counts ``already``.
    """

    year: int
    already: frozenset[int] = frozenset()

    @property
    def until(self) -> date:
        return date(self.year, 12, 31)


@dataclass(frozen=True)
class Terms:
    """The budget in 元, the rules, and what counts.

    ``worth`` says what a firm on a rung counts ({step: points}); empty, every firm counts one.
    ``plan`` besides, where only what a target of the plan counts is counted.
    ``kept`` firms are supported whatever happens ({firm: step}), ``withdrawn`` ones are not.
    """

    money: int
    rules: Rules
    day: date
    worth: Mapping[int, int] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    price: Price = Price.MIDDLE
    kept: Mapping[int, int] = field(default_factory=dict)
    withdrawn: frozenset[int] = frozenset()
    plan: Plan | None = None

    def __post_init__(self) -> None:
        whole("money", self.money, 0, MOST_MONEY)
        for step, points in self.worth.items():
            whole("worth", step, 1, 100)
            whole("worth", points, 0, MOST_WORTH)
        if self.worth and not any(self.worth.values()):
            raise Absurd("worth", Fault.EMPTY)
        if len({(one.by, one.value) for one in self.limits}) < len(self.limits):
            raise Absurd("limits", Fault.TWICE)
        if self.kept.keys() & self.withdrawn:
            raise Absurd("withdrawn", Fault.CROSSED)
        since, until = self.rules.since, self.rules.until
        if (since and self.day < since) or (until and self.day > until):
            raise Absurd("day", Fault.BEFORE)

    def points(self, firm: FirmGoals, goal: Goal) -> int:
        """What it counts that a firm reaches a goal."""
        if self.plan and not self._is_counted(self.plan, firm, goal):
            return 0
        return self.worth.get(goal.step, 0) if self.worth else 1

    def _is_counted(self, plan: Plan, firm: FirmGoals, goal: Goal) -> bool:
        ends = self.day + timedelta(weeks=goal.weeks)
        return firm.id not in plan.already and ends <= plan.until
