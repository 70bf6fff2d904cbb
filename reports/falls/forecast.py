"""Where a firm will probably stand once somebody has looked, from what visits to others found.

The sheet's answers are drawn as a visit may find them, many times over: each time with effects drawn
from what the model knows of them, with a tendency of the firm's own, and then with every answer for
itself. Each version is scored exactly (``climbing``). So the interval holds what is not known of the
questions, of the firm and of chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import expit
from threadpoolctl import threadpool_limits

from questionnaires.scoring import FULL
from reports.falls.climbing import RISEN, SAME, Climb, Outcomes
from reports.falls.fitting import FIRM, WEIGHT, Model
from reports.falls.spans import ends
from reports.falls.trials import CLAIMED, FIRST, FURTHER, MIDDLE, Effect, Numbers

DRAWS = 1000
"""A chance is known to ±1.6 percentage points at most (one standard error)."""
SEED = 20261127
MOST_REASONS = 3


class Span(NamedTuple):
    """The middle of what was drawn, and the interval that holds 80 % of it."""

    low: Fraction
    middle: Fraction
    high: Fraction


class Reason(NamedTuple):
    """A question that decides: in how many draws it fell, and in how many of those the rung did too."""

    question: str
    fell: int
    with_rung: int


@dataclass(frozen=True)
class Forecast:
    """How a sheet would probably be found: ``rungs`` counts the draws by rungs reached, none first."""

    own: int
    rungs: tuple[int, ...]
    share: Span
    reasons: tuple[Reason, ...]

    @property
    def draws(self) -> int:
        return sum(self.rungs)

    @property
    def overturned(self) -> Fraction:
        """The chance that a visit finds a lower rung than the firm's own sheet says."""
        return Fraction(sum(self.rungs[: self.own]), self.draws)


@dataclass(frozen=True)
class Draws:
    """The model's effects drawn ``count`` times: the same draws for every firm of a district."""

    model: Model
    columns: Numbers
    among: Numbers
    rising: Numbers

    @classmethod
    def of(cls, model: Model, count: int = DRAWS, seed: int = SEED) -> Draws:
        dice = np.random.default_rng(seed)
        free = dice.standard_normal((model.layout.width, count))
        with threadpool_limits(1):
            moved = solve_triangular(model.mode.factor.T, free, lower=False)
        degrees = len(model.firms) + WEIGHT
        among = model.spread[FIRM] * np.sqrt(degrees / dice.chisquare(degrees, count))
        rising = dice.beta(model.raised + 0.5, model.could_rise - model.raised + 0.5, count)
        return cls(model, (model.mode.columns[:, None] + moved).T, among, rising)

    @property
    def count(self) -> int:
        return len(self.columns)

    def firm(self, firm: int, dice: np.random.Generator) -> Numbers:
        """Draw a firm's tendency: from what its earlier visits found, or as firms differ."""
        free = dice.standard_normal(self.count)
        if firm not in self.model.firms:
            return self.among * free
        at = self.model.firms.index(firm)
        mode = self.model.mode
        own, cross = mode.own[at], mode.cross[:, at]
        shift = (self.columns - mode.columns) @ cross / own
        return mode.firms[at] - shift + free / np.sqrt(own)


def forecast(draws: Draws, climb: Climb, trade: str, size: str, firm: int) -> Forecast:
    """Forecast one sheet; the same draws and firm give the same forecast, whoever is asked before."""
    outcomes = drawn(draws, climb, trade, size, firm)
    steps = climb.steps(outcomes)
    shares = np.sort(climb.shares(outcomes))
    least, most = ends(draws.count)
    told = (int(shares[at]) for at in (least, draws.count // 2, most))
    rungs = np.bincount(steps, minlength=len(climb.rules) + 1)
    return Forecast(
        own=climb.own,
        rungs=tuple(int(many) for many in rungs),
        share=Span(*(Fraction(end, climb.denominator) for end in told)),
        reasons=tuple(_reasons(climb, outcomes, steps < climb.own)),
    )


def drawn(draws: Draws, climb: Climb, trade: str, size: str, firm: int) -> Outcomes:
    """Draw what a visit finds of each answer: ``count`` rows of outcomes."""
    dice = np.random.default_rng((SEED, firm))
    odds = _odds(draws, climb.questions, trade, size)
    odds = odds + draws.columns[:, [CLAIMED]] * (climb.claimed - MIDDLE)
    odds += draws.firm(firm, dice)[:, None]
    first, further = expit(odds), expit(odds + draws.columns[:, [FURTHER]])
    luck = dice.random(odds.shape)
    outcomes = np.full(odds.shape, SAME, dtype=np.int64)
    lost = first
    for level in range(1, FULL + 1):
        outcomes += (luck < lost) & (climb.claimed >= level)
        lost = lost * further
    risen = (luck > 1 - draws.rising[:, None]) & (outcomes == SAME) & (climb.claimed < FULL)
    outcomes[risen] = RISEN
    return outcomes


def _odds(draws: Draws, questions: Sequence[str], trade: str, size: str) -> Numbers:
    """What questions, trade and size say of a first level, in log odds: draws × questions."""
    layout = draws.model.layout
    both = [layout.columns[Effect.TRADE, trade], layout.columns[Effect.SIZE, size]]
    own = [layout.columns[Effect.QUESTION, id] for id in questions]
    sections = [layout.columns[Effect.SECTION, layout.section_of[id]] for id in questions]
    everywhere = draws.columns[:, [FIRST, *both]].sum(axis=1)
    return draws.columns[:, own] + draws.columns[:, sections] + everywhere[:, None]


def _reasons(climb: Climb, outcomes: Outcomes, lost: np.ndarray) -> Iterator[Reason]:
    """The questions that fall together with the rung most often beyond what chance would bring."""
    fell = outcomes > SAME
    both, alone = fell[lost].sum(axis=0), fell.sum(axis=0)
    beyond = both * len(lost) - alone * int(lost.sum())
    for at in np.argsort(-beyond, kind="stable")[:MOST_REASONS]:
        if beyond[at] > 0:
            yield Reason(climb.questions[at], int(alone[at]), int(both[at]))
