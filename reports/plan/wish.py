"""What a firm asks of a plan: a rung, what counts, and what it has already decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from questionnaires.model import Amounts, Package, Range
from questionnaires.scoring import RungResult
from reports.diagnosis.pace import pace
from reports.lifting import Ground


class Aim(StrEnum):
    """What is made as small as can be, or as large; what is equal by it goes by the next."""

    COST = "cost"
    """Money, then weeks of work, then packages."""
    TIME = "time"
    """Weeks until all is done with so many at once, then money, then packages."""
    COUNT = "count"
    """Packages, then money, then weeks of work."""
    SHARE = "share"
    """The overall share that a budget buys, then money, then packages; no rung is asked."""


@dataclass(frozen=True)
class Wish:
    """What is wanted; money in 万元, what is paid once and the fees of the edition's ``fee_years``.

    Attributes:
        step: The rung wanted, by position; the next one unless given.
        left_out: Packages that are not bought.
        ordered: Packages that are paid for already: they are in place and cost nothing more.
        taken: Packages that are bought whatever they cost.
        prices: What a package costs once by a firm's own quote: all of it, or one unit of what the
            programme counts the units of (``Ground.ratio_of``).
        quantities: How many units, where a package is bought.
        weeks: By when all must be in place.
    """

    step: int | None = None
    aim: Aim = Aim.COST
    left_out: frozenset[str] = frozenset()
    ordered: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    prices: Mapping[str, Range] = field(default_factory=dict)
    quantities: Mapping[str, int] = field(default_factory=dict)
    budget: Fraction | None = None
    at_once: int | None = None
    weeks: int | None = None

    @property
    def has_timing(self) -> bool:
        """Whether it matters how long all of it takes together."""
        return self.aim == Aim.TIME or self.weeks is not None


def target_of(ground: Ground, wish: Wish) -> RungResult | None:
    """Return the rung wanted: the next, or one above; None for none, and on the top rung."""
    above = ground.score.rungs[ground.score.step :]
    if wish.aim == Aim.SHARE or not above:
        return None
    return next((result for result in above if result.step == wish.step), above[0])


def at_once(ground: Ground, wish: Wish) -> int:
    """Return how many packages may run at once: as wished, else what such a firm can carry."""
    return wish.at_once or pace(ground).at_once


def tailored(ground: Ground, wish: Wish) -> Ground:
    """Return the ground with a firm's own prices, quantities and orders in its catalogue."""
    sold = ground.catalogue or ground.score.questionnaire.packages
    own = Ground(ground.score, ground.size, sold, wish.quantities)
    return Ground(
        ground.score,
        ground.size,
        tuple(_priced(own, package, wish) for package in sold),
        wish.quantities,
    )


def _priced(ground: Ground, package: Package, wish: Wish) -> Package:
    if package.code in wish.ordered:
        return _costing(package, Amounts(), Amounts())
    price = wish.prices.get(package.code)
    if price is None:
        return package
    if ground.ratio_of(package):
        fees = package.cost.fixed.yearly, package.cost.each.yearly
        each = Amounts(undivided=price, yearly=fees[1])
        return _costing(package, Amounts(yearly=fees[0]), each)
    listed = package.cost.of(ground.asked_units(package))
    return _costing(package, Amounts(undivided=price, yearly=listed.yearly), Amounts())


def _costing(package: Package, fixed: Amounts, each: Amounts) -> Package:
    cost = package.cost.model_copy(update={"fixed": fixed, "each": each})
    return package.model_copy(update={"cost": cost})


def units_wanted(ground: Ground, wish: Wish, package: Package) -> int | None:
    """Return how many units must be bought where a package is; None where the programme chooses.

    What is ordered is ordered in some number: as many as were said, else the least that makes sense.
    """
    if package.code in wish.quantities:
        return wish.quantities[package.code]
    return ground.offer(package).units if package.code in wish.ordered else None
