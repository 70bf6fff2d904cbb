"""Invented districts whose self-ratings fall in a known way, so that a model of them can be held to it.

Everything is drawn by a seed from spreads that the test chooses; the model under test sees only what
visits found. Levels found are scored with the real rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp
from random import Random

from questionnaires.answers import Answer, answer_at
from questionnaires.library import SHIPPED
from questionnaires.model import Questionnaire
from questionnaires.scoring import FULL, Score, score
from reports.falls.climbing import RISEN, SAME, climb, fallen
from reports.falls.fitting import Model, fit
from reports.falls.forecast import DRAWS, Draws, Forecast, forecast
from reports.falls.seen import Seen, Visit

EDITION = "2026"
SIZES = ("large", "medium", "micro", "small")


@dataclass(frozen=True)
class Falls:
    """How self-ratings fall: an average in log odds, and how far each thing departs from it."""

    often: float = -1.6
    further: float = -0.6
    claimed: float = 0.3
    section: float = 0.4
    question: float = 0.5
    trade: float = 0.3
    size: float = 0.3
    firm: float = 0.8
    risen: float = 0.03
    tendency: Callable[[Random], float] | None = None
    """How a firm departs, where it is not as a normal variable would."""


@dataclass(frozen=True)
class Rated:
    """One firm's own sheet and what a visit would find."""

    id: int
    trade: str
    size: str
    own: Score
    sheet: dict[str, Answer]
    found: Score
    seen: tuple[Seen, ...]

    @property
    def visit(self) -> Visit:
        return Visit(self.id, self.trade, self.size, self.seen)

    @property
    def overturned(self) -> bool:
        return self.found.step < self.own.step


@dataclass
class District:
    """Firms drawn one after another under one set of falls."""

    falls: Falls
    random: Random
    effects: dict[tuple[str, str], float] = field(default_factory=dict)
    questionnaires: dict[str, Questionnaire] = field(default_factory=dict)
    number: int = 0

    def __post_init__(self) -> None:
        edition = SHIPPED.load(EDITION)
        self.questionnaires = {trade: edition.questionnaire(trade) for trade in edition.trades}

    @property
    def section_of(self) -> dict[str, str]:
        """The section of every scored question of the edition."""
        return {
            id: one.section_of[id].id
            for one in self.questionnaires.values()
            for part in ("core", "trade")
            for id in one.members[part]
        }

    def firms(self, many: int) -> list[Rated]:
        return [self._firm() for _ in range(many)]

    def learn(self, visited: list[Rated]) -> Model:
        return fit([one.visit for one in visited], self.section_of, self.questionnaires, SIZES)

    def _firm(self) -> Rated:
        self.number += 1
        dice, trade, size = self.random, self.random.choice([*self.questionnaires]), ""
        size = dice.choice(SIZES)
        asked = self.questionnaires[trade]
        base = dice.uniform(1.3, 3.8)
        processes = frozenset(process.id for process in asked.trade.processes)
        sheet: dict[str, Answer] = {}
        for id in (*asked.members["core"], *asked.members["trade"]):
            level = min(max(round(dice.gauss(base, 0.8)), 0), FULL)
            sheet[id] = answer_at(asked.questions[id], level)
        own = score_of(asked, sheet, processes)
        return self._visited(asked, own, sheet, size)

    def _visited(
        self, asked: Questionnaire, own: Score, sheet: dict[str, Answer], size: str
    ) -> Rated:
        tendency = self.falls.tendency or (lambda dice: dice.gauss(0, self.falls.firm))
        firm, found, seen = tendency(self.random), dict(sheet), []
        for mark in own.question.values():
            if mark.state != "scored" or mark.level is None:
                continue
            id = mark.question.id
            odds = self._odds(asked, id, size) + firm + self.falls.claimed * (mark.level - 2)
            found[id] = fallen(mark, sheet[id], self._outcome(odds, mark.level))
            seen.append((id, mark.level))
        after = score_of(asked, found, own.processes)
        told = tuple(Seen(id, level, after.question[id].level or 0) for id, level in seen)
        return Rated(self.number, asked.trade.id, size, own, sheet, after, told)

    def _odds(self, asked: Questionnaire, id: str, size: str) -> float:
        parts = (
            ("section", asked.section_of[id].id, self.falls.section),
            ("question", id, self.falls.question),
            ("trade", asked.trade.id, self.falls.trade),
            ("size", size, self.falls.size),
        )
        return self.falls.often + sum(self._effect(*part) for part in parts)

    def _effect(self, kind: str, name: str, spread: float) -> float:
        if (kind, name) not in self.effects:
            self.effects[kind, name] = self.random.gauss(0, spread)
        return self.effects[kind, name]

    def _outcome(self, odds: float, level: int) -> int:
        dice, falls = self.random, 0
        while falls < level and dice.random() < _chance(
            odds + (self.falls.further if falls else 0)
        ):
            falls += 1
        if not falls and dice.random() < self.falls.risen:
            return RISEN
        return SAME + falls


def _chance(odds: float) -> float:
    return 1 / (1 + exp(-odds))


def score_of(asked: Questionnaire, sheet: dict[str, Answer], processes: frozenset[str]) -> Score:
    """Score the scored questions of a sheet alone, the others answered by nothing that counts."""
    return score(only_scored(asked), sheet, processes)


_CUT: dict[str, Questionnaire] = {}


def only_scored(asked: Questionnaire) -> Questionnaire:
    """The same questionnaire without what earns nothing."""
    if asked.trade.id not in _CUT:
        kept = {*asked.members["core"], *asked.members["trade"]}
        sections = [
            section.model_copy(
                update={"questions": tuple(q for q in section.questions if q.id in kept)}
            )
            for section in asked.sections
            if kept & {q.id for q in section.questions}
        ]
        _CUT[asked.trade.id] = asked.model_copy(update={"sections": tuple(sections)})
    return _CUT[asked.trade.id]


def told(draws: Draws, firm: Rated) -> Forecast:
    return forecast(draws, climb(firm.own, firm.sheet), firm.trade, firm.size, firm.id)


def draws_of(model: Model, count: int = DRAWS) -> Draws:
    return Draws.of(model, count)
