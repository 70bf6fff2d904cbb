"""The district's pool in numbers: who stands where, what is weak, and the plan's targets.

Plain rows come in (one per firm with a scored assessment of one edition), plain values go out;
pandas stays inside. Editions are never mixed: their shares do not mean the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import pandas as pd

from reports.figures import Figure, share_figure


class MixedEditions(ValueError):
    """Rows of more than one edition were put into one table."""


@dataclass(frozen=True)
class PoolRow:
    """One firm's standing: what was confirmed on site, else its own unverified sheet.

    ``step`` is the rung reached (0 for none); ``sections`` are shares by section id.
    """

    edition: str
    firm: str
    trade: str
    township: str
    step: int
    share: Fraction
    verified: bool
    sections: Mapping[str, Fraction] = field(default_factory=dict)
    failed_gates: tuple[str, ...] = ()
    """Question ids of the next rung's failed gates."""


@dataclass(frozen=True)
class CountRow:
    """How many firms of a trade stand on each rung, from none upwards."""

    title: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Target:
    """A number the plan sets for a year: firms recognised on ``least_step`` or higher."""

    year: int
    title: str
    number: int
    least_step: int


@dataclass(frozen=True)
class TargetLine:
    """A target beside today: what is recognised, and who would qualify by the numbers.

    ``qualifying_verified`` counts only confirmed sheets; neither counts against the target.
    """

    target: Target
    recognised: int
    qualifying: int
    qualifying_verified: int

    @property
    def missing(self) -> int:
        return max(self.target.number - self.recognised, 0)


@dataclass(frozen=True)
class WeakSpot:
    """A section in which the district's firms earn little."""

    id: str
    mean: Figure
    firms: int
    below_half: int


@dataclass(frozen=True)
class GateSpot:
    """A question whose gate keeps firms from their next rung."""

    question_id: str
    firms: int


def counts(rows: Iterable[PoolRow], trades: Sequence[str], steps: int) -> tuple[CountRow, ...]:
    """Count firms by trade and rung; the last row is everyone.

    Args:
        trades: Titles in the order of the table; a trade without firms is a row of noughts.
        steps: How many rungs the ladder has.

    Raises:
        MixedEditions: The rows are of more than one edition.
    """
    table = _frame(rows)
    columns = range(steps + 1)
    crossed = pd.crosstab(table["trade"], table["step"]) if len(table) else pd.DataFrame()
    crossed = crossed.reindex(index=list(trades), columns=list(columns), fill_value=0)
    lines = [CountRow(t, tuple(int(n) for n in crossed.loc[t])) for t in trades]
    return (*lines, CountRow("合计", tuple(int(crossed[c].sum()) for c in columns)))


def targets(
    rows: Iterable[PoolRow], recognised: Iterable[int], goals: Sequence[Target]
) -> tuple[TargetLine, ...]:
    """Put the plan's targets beside today.

    Args:
        recognised: The step of every recognition on record, one per firm; only these count.

    Raises:
        MixedEditions: The rows are of more than one edition.
    """
    table, found = _frame(rows), list(recognised)
    return tuple(
        TargetLine(
            target=goal,
            recognised=sum(step >= goal.least_step for step in found),
            qualifying=int((table["step"] >= goal.least_step).sum()),
            qualifying_verified=int(((table["step"] >= goal.least_step) & table["verified"]).sum()),
        )
        for goal in goals
    )


def weak_spots(rows: Iterable[PoolRow], most: int = 6) -> tuple[WeakSpot, ...]:
    """The sections with the lowest mean share, lowest first; the mean is exact.

    Raises:
        MixedEditions: The rows are of more than one edition.
    """
    rows = tuple(rows)
    _one_edition(rows)
    shares = pd.DataFrame(
        [(section, share) for row in rows for section, share in row.sections.items()],
        columns=["section", "share"],
    )
    spots = [_weak_spot(str(s), list(group)) for s, group in shares.groupby("section")["share"]]
    return tuple(sorted(spots, key=lambda spot: (spot.mean.exact, spot.id))[:most])


def _weak_spot(section: str, shares: list[Fraction]) -> WeakSpot:
    mean = sum(shares, Fraction(0)) / len(shares)
    below = sum(share < Fraction(1, 2) for share in shares)
    return WeakSpot(section, share_figure(mean), len(shares), below)


def gate_spots(rows: Iterable[PoolRow], most: int = 6) -> tuple[GateSpot, ...]:
    """The gates that stop most firms, most first.

    Raises:
        MixedEditions: The rows are of more than one edition.
    """
    rows = tuple(rows)
    _one_edition(rows)
    stopped = pd.Series([q for row in rows for q in set(row.failed_gates)], dtype="object")
    found = stopped.value_counts()
    ordered = sorted(found.items(), key=lambda item: (-int(item[1]), str(item[0])))
    return tuple(GateSpot(str(q), int(number)) for q, number in ordered[:most])


def _frame(rows: Iterable[PoolRow]) -> pd.DataFrame:
    rows = tuple(rows)
    _one_edition(rows)
    return pd.DataFrame(
        [(row.firm, row.trade, row.step, row.verified) for row in rows],
        columns=["firm", "trade", "step", "verified"],
    ).astype({"step": "int64", "verified": "bool"})


def _one_edition(rows: Sequence[PoolRow]) -> None:
    editions = sorted({row.edition for row in rows})
    if len(editions) > 1:
        raise MixedEditions(", ".join(editions))
