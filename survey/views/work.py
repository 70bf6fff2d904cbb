"""Figures on the work of consultants (核验情况), for whoever may see them: facts, never a score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from reports import consultants, figures
from reports.consultants import FAR, LINES, PERCENT, Figures, Line
from survey.clock import LOCAL, local
from survey.store import consultants as store
from survey.store import rounds
from survey.store.consultants import Wanted
from survey.views.bureau import choices
from survey.views.bureau.choices import Said
from survey.web import here, lists

ALL = "all"
NOTHING = "—"
STEPS = {
    **{-by: f"降 {by} 档" for by in range(1, FAR)},
    **{by: f"升 {by} 档" for by in range(1, FAR)},
    -FAR: f"降 {FAR} 档及以上",
    FAR: f"升 {FAR} 档及以上",
}
"""What changes moved, by levels; the largest on either side together."""


@dataclass(frozen=True)
class Selection:
    """Which visits a page counts: of one round or of ``ALL``, confirmed on which days."""

    wanted: Wanted
    round: str
    rounds: Mapping[str, str]

    @property
    def said(self) -> dict[str, Said]:
        return {
            "round": Said("评估轮次", self.rounds.get(self.round, "")),
            "since": Said("核定日期从", local(self.wanted.since)),
            "until": Said("核定日期到", local(self.wanted.until)),
        }


def selection() -> Selection:
    """Return what the request asks for; by default the round in which was confirmed last."""
    session = here.session()
    known = {ALL: "全部轮次"} | {str(row[0].id): row[0].title for row in rounds.rounds(session)}
    newest = store.newest_round(session)
    chosen = lists.one_of("round", known) or (ALL if newest is None else str(newest))
    wanted = Wanted(
        LOCAL,
        round=None if chosen == ALL else int(chosen),
        since=lists.day("since"),
        until=lists.day("until"),
    )
    return Selection(wanted, chosen, known)


class Row(NamedTuple):
    """One figure as it is read: of one consultant, and in the middle of all."""

    line: Line
    text: str
    middle: str


def rows(it: Figures, middles: Mapping[str, Fraction | None] | None) -> list[Row]:
    """Write every figure of a consultant; without middles none stands beside it."""
    return [
        Row(line, text(line, line.value(it)), text(line, (middles or {}).get(line.id)))
        for line in LINES
    ]


def texts(middles: Mapping[str, Fraction | None]) -> dict[str, str]:
    return {line.id: text(line, middles[line.id]) for line in LINES}


def text(line: Line, value: Fraction | None) -> str:
    """Write one figure with its unit."""
    if value is None:
        return NOTHING
    if line.unit == PERCENT:
        return figures.percent(value)
    if line.id == "minutes":
        value = Fraction(round(value))
    sign = {1: "+", -1: "−"}.get((value > 0) - (value < 0), "") if line.id == "mean" else ""
    return f"{sign}{figures.amount(abs(value))} {line.unit}"


def number(line: Line, value: Fraction | None) -> Decimal | str:
    """Return one figure as a number for a spreadsheet."""
    if value is None:
        return NOTHING
    if line.unit == PERCENT:
        return figures.percent_number(value)
    return round(Decimal(value.numerator) / Decimal(value.denominator), 2)


def middles_for(everybody: Iterable[Figures], *, least: int) -> dict[str, Fraction | None] | None:
    """Return the middle of all where there are enough of them to say it."""
    known = list(everybody)
    return consultants.medians(known) if len(known) >= least else None


def shown(
    chosen: Selection, it: Figures | None, middles: Mapping[str, Fraction | None] | None
) -> dict[str, Any]:
    """Return what a page about one consultant shows; ``it`` is None without any visit."""
    return {
        "chosen": chosen,
        "it": it,
        "rows": rows(it, middles) if it else [],
        "middles": middles,
        "steps": [(title, it.steps[by]) for by, title in sorted(STEPS.items())] if it else [],
        "chips": choices.in_force(chosen.said),
        "arguments": lists.arguments(),
    }
