"""A firm's cheapest way to every rung above its own, as the district counts with it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from questionnaires.model import Amounts
from reports.diagnosis.pace import pace
from reports.lifting import Ground, Purchase
from reports.plan.timing import timed
from reports.programme import SECONDS, open_programme
from reports.roadmap import way_to


@dataclass(frozen=True)
class Way:
    """The cheapest way to one rung.

    ``weeks`` is how long it takes a firm that carries no more at once than ``pace`` says. Without
    purchases and with ``is_reached`` False nothing leads there; ``bound`` is set only where time
    ran out: then no way costs less than so many 万元.
    """

    step: int
    rung: str
    is_reached: bool
    purchases: tuple[Purchase, ...]
    amounts: Amounts
    weeks: int
    bound: Fraction | None


def ways(ground: Ground, seconds: float = SECONDS) -> tuple[Way, ...]:
    """Find the cheapest way to each rung a firm has not reached, the next one first.

    Above a rung that nothing leads to there is no way either: it is not searched for again.

    Args:
        seconds: How long one search may take.
    """
    at_once, found, opened = pace(ground).at_once, list[Way](), open_programme(ground)
    for target in ground.score.rungs[ground.score.step :]:
        if found and not found[-1].is_reached and found[-1].bound is None:
            found.append(Way(target.step, target.rung.id, False, (), Amounts(), 0, None))
            continue
        way = way_to(ground, target, seconds, opened)
        found.append(
            Way(
                step=target.step,
                rung=target.rung.id,
                is_reached=way.after is not None,
                purchases=way.purchases,
                amounts=way.amounts,
                weeks=timed(way.purchases, at_once).weeks,
                bound=way.bound,
            )
        )
    return tuple(found)
