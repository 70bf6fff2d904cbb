"""What stands beside a plan: the next plans, other prices, what each package is for, what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from questionnaires.model import Package
from questionnaires.scoring import RungResult, Score
from reports.lifting import Ground, Purchase
from reports.plan.optimum import Clock, Optimum, Search, optimum, paid
from reports.plan.timing import months_of
from reports.plan.wish import Aim, Wish, tailored
from reports.programme import IN_MONEY, End, open_programme
from reports.roadmap import gates_before, obstacles_of, rescored

RUNNERS_UP = 2


def runners_up(ground: Ground, first: Optimum, clock: Clock) -> tuple[Optimum, ...]:
    """Return the next plans that are really different, the better first.

    Really different is a plan that does without at least one package of every plan before it: one
    that only buys more besides, or other numbers of units, is none. Fewer are returned where there
    are no more, or where time ran out.
    """
    known, found = [first.codes], list[Optimum]()
    while first.after is not None and len(found) < RUNNERS_UP:
        another = optimum(ground, first.wish, clock, known)
        if another.after is None:
            break
        found.append(another)
        known.append(another.codes)
    return tuple(found)


@dataclass(frozen=True)
class AtPrices:
    """Whether another plan would be cheaper where every price lies at one end of its range.

    ``saves`` is by how much, in 万元; 0 where the plan stands. ``other`` is what to buy then; None
    where the plan stands, or where time ran out, which ``is_known`` tells.
    """

    end: Literal["low", "high"]
    cost: Fraction
    saves: Fraction
    other: tuple[Purchase, ...] | None
    is_known: bool


def at_prices(plan: Optimum, clock: Clock) -> tuple[AtPrices, ...]:
    """Hold a plan that was chosen by cost against the best at all low and at all high prices."""
    if plan.after is None or plan.target is None or plan.wish.aim != Aim.COST:
        return ()
    return _at(plan, "low", clock), _at(plan, "high", clock)


def _at(plan: Optimum, end: Literal["low", "high"], clock: Clock) -> AtPrices:
    ends = replace(plan.ground, catalogue=tuple(_at_end(p, end) for p in plan.ground.packages))
    # Prices stand in the catalogue already, and what was ordered costs nothing in it.
    wish = replace(plan.wish, prices={}, budget=None)
    cost = paid(ends, (Purchase(_at_end(p.package, end), p.units) for p in plan.purchases))
    other = optimum(ends, wish, clock)
    if other.after is None or not other.is_proven:
        return AtPrices(end, cost, Fraction(0), None, is_known=False)
    saves = max(Fraction(0), cost - other.paid)
    return AtPrices(end, cost, saves, other.purchases if saves else None, is_known=True)


def _at_end(package: Package, end: End) -> Package:
    cost = package.cost
    ends = {
        part: getattr(cost, part).model_copy(
            update={
                kind: amount.model_copy(
                    update={"low": getattr(amount, end), "high": getattr(amount, end)}
                )
                for kind in type(cost.fixed).model_fields
                if (amount := getattr(getattr(cost, part), kind)).high
            }
        )
        for part in ("fixed", "each")
    }
    return package.model_copy(update={"cost": cost.model_copy(update=ends)})


# --- what each package is for ---------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One purchase of a plan: what would be lost without it and what waits for it.

    ``opens`` are the gates that hold only with it, ``adds`` the share that goes with it, and
    ``needed_by`` the codes of what it must come before.
    """

    purchase: Purchase
    opens: tuple[str, ...]
    adds: Fraction
    keeps_rung: bool
    needed_by: tuple[str, ...]


def parts(plan: Optimum) -> tuple[Part, ...]:
    """Say of each purchase what is lost when it alone is taken away."""
    return tuple(_part(plan, purchase) for purchase in plan.purchases) if plan.after else ()


def _part(plan: Optimum, purchase: Purchase) -> Part:
    rest = tuple(p for p in plan.purchases if p is not purchase)
    without = rescored(plan.ground, rest)
    code, after = purchase.package.code, plan.after
    return Part(
        purchase,
        opens=_shut(plan.target, without),
        adds=after.share - without.share if after else Fraction(0),
        keeps_rung=plan.target is None or without.step >= plan.target.step,
        needed_by=tuple(p.package.code for p in rest if code in p.package.prerequisites),
    )


def _shut(target: RungResult | None, score: Score) -> tuple[str, ...]:
    if target is None:
        return ()
    results = score.rungs[: target.step]
    return tuple(dict.fromkeys(gate.wanted for one in results for gate in one.failed_gates))


# --- what binds -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Binding:
    """One demand of the target, and what the way would cost less without it, in 万元.

    ``wanted`` is a gate in words; empty for the threshold of the share.
    """

    wanted: str
    saves: Fraction


def binding(plan: Optimum, clock: Clock) -> tuple[Binding, ...]:
    """Say which demands cost money: each is dropped alone; the dearest first.

    Only for a plan chosen by cost that no day holds up. Ends where time runs out.
    """
    if plan.after is None or plan.target is None or plan.wish.aim != Aim.COST or plan.wish.weeks:
        return ()
    found = [
        Binding(wanted, saves) for wanted, saves in _dropped(plan, plan.target, clock) if saves > 0
    ]
    return tuple(sorted(found, key=lambda one: -one.saves))


def _dropped(plan: Optimum, target: RungResult, clock: Clock) -> Iterator[tuple[str, Fraction]]:
    opened = open_programme(plan.ground)
    for wanted in ("", *(gate.wanted for gate in gates_before(plan.ground, target))):
        rungs = tuple(_eased(result, wanted) for result in plan.ground.score.rungs)
        eased = replace(plan.ground, score=replace(plan.ground.score, rungs=rungs))
        programme = Search(eased, plan.wish, rungs[target.step - 1], opened).programme
        found = programme.solve(clock.left, [programme.costs()])
        if found.purchases is None and found.bound is not None:
            return
        yield wanted, plan.paid - Fraction(found.value, IN_MONEY)


def _eased(result: RungResult, wanted: str) -> RungResult:
    if not wanted:
        return replace(result, missing_share=Fraction(0))
    return replace(result, gates=tuple(gate for gate in result.gates if gate.wanted != wanted))


# --- why not --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WhyNot:
    """Why a package is not part of a plan.

    ``why``: ``unsuited`` (not for this trade or size, or nothing left to sell), ``idle`` (it lifts
    nothing this firm has not reached), ``dearer`` (with it the plan costs ``more`` 万元), ``equal``
    (it costs as much: weeks or number decide), ``left_out``, ``no_way`` (with it the wish cannot be
    kept), ``unknown`` (time ran out), ``part`` (it is part of it).
    """

    code: str
    why: Literal["part", "unsuited", "idle", "dearer", "equal", "left_out", "no_way", "unknown"]
    more: Fraction = Fraction(0)
    plan: Optimum | None = None


def why_not(ground: Ground, plan: Optimum, code: str, clock: Clock) -> WhyNot:
    """Force a package in and see what it costs more."""
    package = next((p for p in plan.ground.packages if p.code == code), None)
    if code in plan.codes:
        return WhyNot(code, "part")
    if package is None:
        return WhyNot(code, "unsuited")
    if code in plan.wish.left_out:
        return WhyNot(code, "left_out")
    if not plan.ground.lifts(plan.ground.offer(package)):
        return WhyNot(code, "idle")
    wish = replace(plan.wish, taken=plan.wish.taken | {code})
    forced = optimum(ground, wish, clock)
    if forced.after is None:
        return WhyNot(code, "no_way" if forced.is_proven else "unknown")
    more = forced.paid - plan.paid
    return WhyNot(code, "dearer" if more > 0 else "equal", more, forced)


# --- what cannot be reached -----------------------------------------------------------------------


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way of a wish.

    ``kind``: ``gates`` (``said`` names what nothing in the catalogue lifts), ``budget`` (the least it
    takes, 万元), ``time`` (the least it takes, weeks), ``both`` (each can be kept, not together),
    ``left_out`` (``codes``: what of it a plan would need), ``quantities`` (they are too small).
    """

    kind: Literal["gates", "budget", "time", "both", "left_out", "quantities"]
    said: tuple[str, ...] = ()
    money: Fraction = Fraction(0)
    weeks: int = 0
    codes: tuple[str, ...] = ()

    @property
    def months(self) -> int:
        return months_of(self.weeks)


def obstacle(ground: Ground, plan: Optimum, clock: Clock) -> Obstacle | None:
    """Say why a wish cannot be kept, by giving up one thing after the other; None out of time."""
    wish, target = plan.wish, plan.target
    if target is None:
        return None
    freed = replace(wish, budget=None, weeks=None, aim=Aim.COST)
    cheapest = optimum(ground, freed, clock)
    if cheapest.after is not None:
        return _limits(ground, wish, cheapest, clock)
    if wish.left_out:
        whole = optimum(ground, replace(freed, left_out=frozenset()), clock)
        if whole.after is not None:
            return Obstacle("left_out", codes=tuple(sorted(whole.codes & wish.left_out)))
    if wish.quantities:
        whole = optimum(ground, replace(freed, left_out=frozenset(), quantities={}), clock)
        if whole.after is not None:
            return Obstacle("quantities")
    return (
        Obstacle("gates", said=obstacles_of(tailored(ground, wish), target)) if clock.left else None
    )


def _limits(ground: Ground, wish: Wish, cheapest: Optimum, clock: Clock) -> Obstacle | None:
    if wish.budget is not None and cheapest.paid > wish.budget:
        return Obstacle("budget", money=cheapest.paid)
    quickest = optimum(ground, replace(wish, budget=None, weeks=None, aim=Aim.TIME), clock)
    if quickest.after is None:
        return None
    if wish.weeks is not None and quickest.timing.weeks > wish.weeks:
        return Obstacle("time", weeks=quickest.timing.weeks)
    return Obstacle("both")
