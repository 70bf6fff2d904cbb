"""What came of a package where firms have finished it, beside what the catalogue says of it.

Nothing here lifts an answer: what was reached is what the firm's next sheet says, and what was paid is
what its contract says. A firm counts once, with the project it finished last.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Final

from questionnaires.model import Amounts, Cost, Package, Range, Weeks

FEWEST: Final = 5
"""Firms: of fewer only the number is told, for each would be found."""
ROUNDED: Final = 20
"""The ends of a moved price are whole parts of so many of the catalogue's middle price: 5 % each.

A quartile of few firms is what one of them paid, and a published catalogue must not say that.
"""
LEAST: Final = 1
"""No promise is lowered further: what lifts nothing is taken out by whoever writes the catalogue."""
ONCE: Final = ("equipment", "software", "services", "undivided")
BEFORE: Final = "；原为："
"""Parts what a moved range rests on from the source it had."""


@dataclass(frozen=True)
class Outcome:
    """What one firm's finished project tells of one package.

    ``paid`` is in 0.01 万元, once, for ``quantity`` of what the package is priced by; ``weeks`` is
    from beginning to end. Both are None where the project does not tell the package apart.
    ``before`` and ``since`` are levels of the questions the package lifts, as far as a sheet tells.
    """

    firm: int
    finished: date
    quantity: int = 1
    paid: int | None = None
    weeks: int | None = None
    before: Mapping[str, int] = field(default_factory=dict)
    since: Mapping[str, int] = field(default_factory=dict)
    satisfied: int | None = None
    """What the firm said of an accepted project, 1 to 5."""
    is_verified: bool = False
    """Whether a consultant confirmed the sheet that ``since`` is of."""


@dataclass(frozen=True)
class Spread:
    """The quartiles of so many firms: a quarter lies below ``low``, a quarter above ``high``."""

    low: Fraction
    median: Fraction
    high: Fraction


@dataclass(frozen=True)
class Reached:
    """How many firms tell of something, and their quartiles; None of fewer than ``FEWEST``."""

    firms: int
    spread: Spread | None


@dataclass(frozen=True)
class LiftTold:
    """A question a package lifts: the level promised, and the levels next sheets say.

    ``there`` firms stand where it was promised or above; None of fewer than ``FEWEST`` firms.
    """

    question: str
    promised: int
    reached: Reached
    there: int | None


@dataclass(frozen=True)
class Told:
    """A package of the catalogue, and what finished projects tell of it."""

    package: Package
    outcomes: tuple[Outcome, ...]
    """One a firm."""

    @property
    def firms(self) -> int:
        return len(self.outcomes)

    @property
    def sheets(self) -> int:
        """Of how many firms a sheet was handed in since."""
        return sum(bool(it.since) for it in self.outcomes)

    @property
    def verified(self) -> int:
        """Of how many of these sheets a consultant has seen the truth."""
        return sum(bool(it.since) and it.is_verified for it in self.outcomes)

    # --- what was lifted ------------------------------------------------------------------------

    @cached_property
    def lifts(self) -> tuple[LiftTold, ...]:
        """Every question the package lifts, in the catalogue's order."""
        return tuple(self._lift(*one) for one in self.package.lifts.items())

    def _lift(self, question: str, promised: int) -> LiftTold:
        """Leave out who stood there before: nothing was to be lifted."""
        found = [
            it.since[question]
            for it in self.outcomes
            if question in it.since and it.before.get(question, -1) < promised
        ]
        there = sum(level >= promised for level in found)
        return LiftTold(question, promised, reached(found), there if _enough(found) else None)

    @cached_property
    def rises(self) -> tuple[Reached, Reached]:
        """By how many levels answers were to rise together, and did, of firms with both sheets."""
        both = [it for it in self.outcomes if it.before and it.since]
        promised = [sum(level - it.before[q] for q, level in self._open(it)) for it in both]
        risen = [sum(it.since[q] - it.before[q] for q, _ in self._open(it)) for it in both]
        return reached(promised), reached(risen)

    @cached_property
    def missed(self) -> dict[str, Reached]:
        """Of questions promised higher than most firms came: {question: what visited sheets say}.

        Only what a consultant confirmed counts, and of few firms nothing. What is bought by the piece
        leads as far as the pieces do, so that its levels are no promise.
        """
        if self.package.cost.units in self.package.lifts:
            return {}
        seen = Told(self.package, tuple(it for it in self.outcomes if it.is_verified))
        return {
            one.question: one.reached
            for one in seen.lifts
            if one.reached.spread and floor(one.reached.spread.median) < one.promised
        }

    def _open(self, it: Outcome) -> list[tuple[str, int]]:
        """What the package could lift of a firm, of what both its sheets tell."""
        return [
            (question, level)
            for question, level in self.package.lifts.items()
            if question in it.since and it.before.get(question, level) < level
        ]

    # --- what was paid, and how long it took ----------------------------------------------------

    @cached_property
    def quantity(self) -> int:
        """How many of what it is priced by a firm has bought, in the middle."""
        bought = [it.quantity for it in self.outcomes]
        return statistics.median_low(bought) if bought else 1

    @property
    def promised(self) -> Range:
        """What so many cost once by the catalogue, in 万元."""
        return self.package.cost.of(self.quantity).once

    @cached_property
    def ratios(self) -> Reached:
        """What firms paid, in parts of the catalogue's middle price of what they bought."""
        return reached(
            Fraction(it.paid, 100) / middle
            for it in self.outcomes
            if it.paid is not None and (middle := _middle(self.package.cost.of(it.quantity).once))
        )

    @property
    def price(self) -> Reached:
        """What firms paid for ``quantity``, in 万元."""
        if (found := self.ratios.spread) is None:
            return self.ratios
        whole = _middle(self.promised)
        spread = Spread(found.low * whole, found.median * whole, found.high * whole)
        return Reached(self.ratios.firms, spread)

    @cached_property
    def weeks(self) -> Reached:
        return reached(it.weeks for it in self.outcomes if it.weeks is not None)

    @cached_property
    def satisfied(self) -> Reached:
        return reached(it.satisfied for it in self.outcomes if it.satisfied is not None)


def told(package: Package, outcomes: Iterable[Outcome]) -> Told:
    """Set what finished projects tell beside a package, a firm once: its newest that tells anything."""
    newest: dict[int, Outcome] = {}
    for it in sorted(outcomes, key=lambda it: (bool(it.since), it.finished)):
        newest[it.firm] = it
    return Told(package, tuple(newest[firm] for firm in sorted(newest)))


def reached(values: Iterable[Fraction | int]) -> Reached:
    """Return how many there are, and their quartiles (inclusive method) where there are enough."""
    known: Sequence[Fraction] = [Fraction(value) for value in values]
    if not _enough(known):
        return Reached(len(known), None)
    return Reached(len(known), Spread(*statistics.quantiles(known, n=4, method="inclusive")))


def _enough(values: Sequence[object]) -> bool:
    return len(values) >= FEWEST


def _middle(one: Range) -> Fraction:
    return (one.low + one.high) / 2


# --- the catalogue moved to it --------------------------------------------------------------------


def moved(it: Told, day: date) -> Package | None:
    """Return the package with price and weeks moved to the quartiles; None where nothing would change.

    A price keeps its parts: each becomes the same share of its middle. Yearly fees stay. A level most
    visited firms did not reach becomes the one half of them did; none is raised, for a next sheet
    tells all that its firm did, not what one package does.
    """
    cost, weeks, lifts = it.package.cost, it.package.weeks, it.package.lifts
    if (ratio := it.ratios.spread) is not None:
        cost = _at(cost, _outward(ratio))
    if (found := it.weeks.spread) is not None:
        weeks = Weeks(low=floor(found.low), high=ceil(found.high))
    for question, there in it.missed.items():
        if there.spread:
            lifts = lifts | {question: max(LEAST, floor(there.spread.median))}
    if (cost, weeks, lifts) == (it.package.cost, it.package.weeks, it.package.lifts):
        return None
    source = _source(it, day)[:200]
    return it.package.model_copy(
        update={"cost": cost, "weeks": weeks, "lifts": lifts, "source": source}
    )


def _outward(ratio: Spread) -> tuple[Fraction, Fraction]:
    return (
        Fraction(max(1, floor(ratio.low * ROUNDED)), ROUNDED),
        Fraction(ceil(ratio.high * ROUNDED), ROUNDED),
    )


def _at(cost: Cost, ends: tuple[Fraction, Fraction]) -> Cost:
    parts = {name: _amounts_at(getattr(cost, name), *ends) for name in ("fixed", "each")}
    return cost.model_copy(update=parts)


def _amounts_at(amounts: Amounts, low: Fraction, high: Fraction) -> Amounts:
    middles = {kind: _middle(getattr(amounts, kind)) * 100 for kind in ONCE}
    ranges = {
        kind: Range(low=Fraction(floor(whole * low), 100), high=Fraction(ceil(whole * high), 100))
        for kind, whole in middles.items()
    }
    return amounts.model_copy(update=ranges)


def _source(it: Told, day: date) -> str:
    """Say what moved ranges rest on; what an earlier move said is dropped."""
    lifted = max(it.missed.values(), key=lambda one: one.firms, default=Reached(0, None))
    parts = (("价格", it.ratios), ("工期", it.weeks), ("提升", lifted))
    counted = "、".join(f"{name} {of.firms} 家" for name, of in parts if of.spread)
    was = it.package.source.split(BEFORE)[-1]
    return f"本区完工项目的四分位（{counted}，截至 {day.isoformat()}）{BEFORE}{was}"
