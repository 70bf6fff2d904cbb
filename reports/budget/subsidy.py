"""By which rules a firm is paid a subsidy (补助), and how much for a goal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from reports.budget.errors import Absurd, Fault
from reports.budget.firms import Costs, FirmGoals, Goal, Kind, Price

WHOLE: Final = 10_000
"""A share is counted in 0.01 %."""
LEAST_COIN: Final = 100
"""Grants are paid in whole 百元; what is less is cut."""
MOST_MONEY: Final = 10**12
"""元. Nobody's budget is larger; a slip of the hand is."""
MOST_YEARS: Final = 10


class Why(StrEnum):
    """Why the rules pay nothing for a goal."""

    SIZE = "size"
    TITLE = "title"
    LATE = "late"
    TOO_LITTLE = "too_little"
    OWN = "own"
    NOTHING = "nothing"


class Refused(NamedTuple):
    """``short`` says by how much: 元, or days for ``LATE``; 0 where no amount would do."""

    why: Why
    short: int = 0


@dataclass(frozen=True)
class Rules:
    """A subsidy's rules as data; money in 元.

    ``share`` of the counted cost, in 0.01 %, and the fixed ``awards`` of rungs ({step: 元}) together
    never exceed ``cap``. ``least_counted`` is what a plan must at least invest of what counts,
    ``least_own`` what the firm pays itself at least, once its grant is taken off. Empty ``sizes``
    and ``titles`` ask for nothing. Work begins on the day of the choice and ends by ``until``.
    """

    share: int
    cap: int
    least_counted: int = 0
    least_own: int = 0
    kinds: frozenset[Kind] = frozenset(Kind) - {Kind.YEARLY}
    fee_years: int = 1
    sizes: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None
    awards: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        money = {"cap": self.cap, "least_counted": self.least_counted, "least_own": self.least_own}
        for name, value in money.items():
            whole(name, value, 0, MOST_MONEY)
        whole("share", self.share, 0, WHOLE)
        whole("fee_years", self.fee_years, 0, MOST_YEARS)
        for step, award in self.awards.items():
            whole("awards", award, 0, MOST_MONEY)
            whole("awards", step, 1, 100)
        if not self.kinds and not any(self.awards.values()):
            raise Absurd("kinds", Fault.EMPTY)
        if self.since and self.until and self.since > self.until:
            raise Absurd("until", Fault.BEFORE)


def whole(name: str, value: object, least: int, most: int) -> None:
    """Refuse what is no whole number between two others: a NaN, a text, a slip of the hand.

    Raises:
        Absurd: Names the field.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise Absurd(name, Fault.NO_NUMBER)
    if not least <= value <= most:
        raise Absurd(name, Fault.TOO_SMALL if value < least else Fault.TOO_LARGE)


def grant(
    rules: Rules, firm: FirmGoals, goal: Goal, day: date, price: Price = Price.MIDDLE
) -> int | Refused:
    """Return what a firm is paid for a goal, in 元, or why it is paid nothing.

    Args:
        day: On which work begins.
        price: At which end of every range the goal's cost is counted.
    """
    if rules.sizes and firm.size not in rules.sizes:
        return Refused(Why.SIZE)
    if rules.titles and not rules.titles & firm.titles:
        return Refused(Why.TITLE)
    late = (day + timedelta(weeks=goal.weeks) - rules.until).days if rules.until else 0
    if late > 0:
        return Refused(Why.LATE, late)
    return _paid(rules, goal, goal.costs(price))


def _paid(rules: Rules, goal: Goal, costs: Costs) -> int | Refused:
    counted = costs.of(rules.kinds, rules.fee_years)
    if counted < rules.least_counted:
        return Refused(Why.TOO_LITTLE, rules.least_counted - counted)
    shared = counted * rules.share // WHOLE
    paid = min(rules.cap, shared + rules.awards.get(goal.step, 0)) // LEAST_COIN * LEAST_COIN
    if paid == 0:
        return Refused(Why.NOTHING)
    own = costs.of(frozenset(Kind), rules.fee_years) - paid
    return paid if own >= rules.least_own else Refused(Why.OWN, rules.least_own - own)


def nearest(refusals: Iterable[Refused]) -> Refused | None:
    """Of several goals' refusals, the one that is least far from a grant; None of none.

    One that says an amount comes before one that no amount would mend.
    """
    return min(refusals, key=lambda it: (it.short == 0, it.short, it.why), default=None)
