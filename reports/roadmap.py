"""The cheapest purchases that lead a firm to its next rung, found exactly.

A mixed-integer programme (``programme.py``) chooses packages and how many units of each; the choice
is then re-scored in fractions, and one that rounding let through is refused and the search repeated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from questionnaires.gates import GateResult
from questionnaires.model import Amounts, Range
from questionnaires.scoring import RungResult, Score, score
from reports.lifting import Ground, Purchase, lifted_sheet
from reports.programme import SECONDS, Found, Programme, counted, demands, programme_of

LONGEST_SEARCH = 10
"""Choices refused by re-scoring before the search gives up."""


@dataclass(frozen=True)
class Roadmap:
    """The way to the next rung.

    ``after`` is the score once everything is in place. Where nothing leads there, ``purchases`` is
    empty and ``obstacles`` says in Chinese what nothing in the catalogue lifts. ``bound`` is set
    only when time ran out: then the way is the best found (if any), and none costs less than so
    many 万元, counted as ``counted`` does.
    """

    target: RungResult
    purchases: tuple[Purchase, ...]
    after: Score | None
    obstacles: tuple[str, ...] = ()
    bound: Fraction | None = None

    @property
    def amounts(self) -> Amounts:
        """万元, by what is bought, of all purchases together."""
        return total(self.purchases)


def total(purchases: Iterable[Purchase]) -> Amounts:
    """Add up what purchases cost."""
    amounts = [purchase.amounts for purchase in purchases]
    sums: dict[str, Any] = {
        kind: _total(getattr(one, kind) for one in amounts) for kind in Amounts.model_fields
    }
    return Amounts.model_construct(**sums)


def _total(ranges: Iterable[Range]) -> Range:
    """Add ranges up; a sum of ranges is a range and is not checked again."""
    known = [one for one in ranges if one.high]
    low, high = (
        sum((one.low for one in known), Fraction(0)),
        sum((one.high for one in known), Fraction(0)),
    )
    return Range.model_construct(low=low, high=high)


def roadmap(ground: Ground, seconds: float = SECONDS) -> Roadmap | None:
    """Find the cheapest purchases that reach the next rung; None on the top rung.

    What is compared is the middle of each range: what is paid once, and the fees of the edition's
    ``fee_years``. Prerequisites come along unless they are in place.

    Args:
        seconds: How long one search may take.
    """
    target = ground.score.next
    return None if target is None else way_to(ground, target, seconds)


def way_to(
    ground: Ground, target: RungResult, seconds: float = SECONDS, opened: Programme | None = None
) -> Roadmap:
    """Find the cheapest purchases that reach a rung, the next or one above it, as ``roadmap`` does.

    Args:
        opened: As ``programme_of`` takes it.
    """
    programme = programme_of(ground, target, opened)
    found = Found(None)
    for _ in range(LONGEST_SEARCH):
        found = programme.solve(seconds)
        if found.purchases is None:
            break
        after = rescored(ground, found.purchases)
        if after.step >= target.step:
            ordered = in_order(ground, target, found.purchases)
            return Roadmap(target, ordered, after, bound=found.bound)
        programme.ask_for_more(found.purchases)
    if found != Found(None):
        return Roadmap(target, (), None, bound=found.bound or Fraction(0))
    return Roadmap(target, (), None, obstacles_of(ground, target))


def rescored(ground: Ground, purchases: Iterable[Purchase]) -> Score:
    """Return the score once these purchases are in place, and nothing else has changed."""
    sheet = lifted_sheet(ground, purchases)
    return score(ground.score.questionnaire, sheet, ground.score.processes)


def in_order(
    ground: Ground, target: RungResult, purchases: tuple[Purchase, ...]
) -> tuple[Purchase, ...]:
    """What opens gates first, then the cheaper; everything after its prerequisites."""
    years = ground.score.questionnaire.fee_years
    first = _opening(ground, gates_before(ground, target), purchases)
    waiting = sorted(
        purchases,
        key=lambda p: (p.package.code not in first, counted(p.amounts, years), p.package.code),
    )
    codes = {p.package.code for p in purchases}
    ordered: list[Purchase] = []
    while waiting:
        placed = {p.package.code for p in ordered}
        ready = next(
            (p for p in waiting if codes & set(p.package.prerequisites) <= placed), waiting[0]
        )
        waiting.remove(ready)
        ordered.append(ready)
    return tuple(ordered)


def opening(
    ground: Ground, target: RungResult | None, purchases: Iterable[Purchase]
) -> frozenset[str]:
    """The codes of purchases that open a gate of a rung, and of what these need first."""
    return _opening(ground, target.failed_gates if target else (), purchases)


def gates_before(ground: Ground, target: RungResult) -> tuple[GateResult, ...]:
    """Return the gates that are shut on the way to a rung, each once, the lowest rung's first."""
    found = {gate.wanted: gate for _, gates in demands(ground.score, target) for gate in gates}
    return tuple(found.values())


def _opening(
    ground: Ground, failed: Iterable[GateResult], purchases: Iterable[Purchase]
) -> frozenset[str]:
    by_code = {p.package.code: p for p in purchases}
    failed = tuple(failed)
    found = {c for c, p in by_code.items() if any(ground.helps(p, gate) for gate in failed)}
    waiting = list(found)
    while waiting:
        needed = by_code[waiting.pop()].package.prerequisites
        new = {code for code in needed if code in by_code} - found
        found |= new
        waiting += new
    return frozenset(found)


# --- what stands in the way -----------------------------------------------------------------------


def obstacles_of(ground: Ground, target: RungResult) -> tuple[str, ...]:
    """Say which gates stay shut, and whether the threshold stays out of reach, with everything."""
    everything = [Purchase(p, max(1, ground.room(p))) for p in ground.packages]
    best = rescored(ground, everything)
    shut = tuple(
        f"{result.wanted}：目录中没有能够达到这一要求的改造场景，需要企业另行安排。"
        for result in gates_before(replace(ground, score=best), target)
    )
    short = (
        ("即使实施目录中全部适用场景，总得分率仍达不到分数线，需要同时改进目录以外的题目。",)
        if not best.rungs[target.step - 1].threshold_met
        else ()
    )
    return shut + short
