"""What a plan should bring (预期成效): the firm's own figures today, what to reach, how to measure it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.diagnosis.key_figures import KeyFigure

KEEP = "保持，已在这一区间"
BASELINE = "先测出基准值"


@dataclass(frozen=True)
class Effect:
    """One figure from its baseline to its target; ``now`` is None where the firm gave none."""

    title: str
    now: str | None
    target: str
    how: str
    is_reference: bool


def effects(figures: Sequence[KeyFigure], target: str) -> tuple[Effect, ...]:
    """Say of every key figure what the next rung's firms reach.

    Args:
        target: The title of the next rung; empty on the top one, where everything is kept.
    """
    return tuple(_effect(figure, target) for figure in figures)


def _effect(figure: KeyFigure, target: str) -> Effect:
    titles = [band.title for band in figure.bands]
    here = next((number for number, band in enumerate(figure.bands) if band.here), -1)
    wanted = titles.index(target) if target in titles else len(titles) - 1
    given = bool(figure.stands)
    reached = given and here >= wanted
    return Effect(
        title=f"{figure.short}（{figure.unit}）",
        now=figure.value if given else None,
        target=KEEP if reached else figure.bands[wanted].words,
        how=figure.definition if given else f"{BASELINE}。{figure.definition}",
        is_reference=figure.is_reference,
    )
