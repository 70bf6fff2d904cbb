"""How often answers fall, by question, trade and size: what the model knows of each, with its interval.

Each is told of an otherwise average firm that claims the middle level, so that two of a kind compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from reports.falls.forecast import Draws
from reports.falls.spans import ends
from reports.falls.trials import FIRST, Effect, Numbers


class Rate(NamedTuple):
    """A chance in thousandths: the middle of what was drawn, and the interval that holds 80 % of it."""

    low: int
    middle: int
    high: int


TOLD = (Effect.QUESTION, Effect.TRADE, Effect.SIZE)


def rates(draws: Draws) -> Mapping[Effect, Mapping[str, Rate]]:
    """Return by effect and name how often an answer loses a level."""
    layout = draws.model.layout
    return {
        effect: {name: _rate(_odds(draws, effect, name)) for name in layout.names[effect]}
        for effect in TOLD
    }


def _odds(draws: Draws, effect: Effect, name: str) -> Numbers:
    columns = draws.model.layout.columns
    places = [FIRST, columns[effect, name]]
    if effect == Effect.QUESTION:
        places.append(columns[Effect.SECTION, draws.model.layout.section_of[name]])
    return draws.columns[:, places].sum(axis=1)


def _rate(odds: Numbers) -> Rate:
    chances = np.sort(expit(odds))
    least, most = ends(len(chances))
    low, middle, high = (int(chances[at] * 1000) for at in (least, len(chances) // 2, most))
    return Rate(low, middle, high)
