"""Forecasts of sheets that are verified already, by models that have not seen them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from reports.falls.checking import Outcome
from reports.falls.climbing import Climb
from reports.falls.fitting import fit
from reports.falls.forecast import Draws, forecast
from reports.falls.seen import LEAST_VISITS, Visit

PARTS = 5
"""Visits are set aside a fifth at a time."""


@dataclass(frozen=True)
class Verified:
    """A visit with the firm's own sheet made ready, and what was found: rungs reached, and the share."""

    visit: Visit
    own: Climb
    step: int
    share: Fraction


def tried(
    verified: Sequence[Verified],
    section_of: Mapping[str, str],
    trades: Iterable[str],
    sizes: Iterable[str],
    part_done: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """Forecast each fifth of the firms from the other four; nothing where four are too few.

    All visits of one firm are set aside together: its earlier visit would tell of the later one.
    """
    trades, sizes = tuple(trades), tuple(sizes)
    firms = sorted({one.visit.firm for one in verified})
    part_of = {firm: at % PARTS for at, firm in enumerate(firms)}
    outcomes: list[Outcome] = []
    for part in range(PARTS):
        aside = [one for one in verified if part_of[one.visit.firm] == part]
        others = [one.visit for one in verified if part_of[one.visit.firm] != part]
        if len(others) >= LEAST_VISITS:
            draws = Draws.of(fit(others, section_of, trades, sizes))
            outcomes += _outcomes(draws, aside)
        part_done()
    return outcomes


def _outcomes(draws: Draws, aside: Iterable[Verified]) -> Iterator[Outcome]:
    for one in aside:
        visit = one.visit
        said = forecast(draws, one.own, visit.trade, visit.size, visit.firm)
        within = said.share.low <= one.share <= said.share.high
        yield Outcome(said.overturned, one.step < one.own.own, within)
