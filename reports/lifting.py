"""What a package (改造场景) would change in a firm's answers, and by how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil

from questionnaires.answers import Answer, Ratio, Sheet
from questionnaires.gates import GateResult, least_level, question_gates
from questionnaires.model import Package, RatioQuestion, Scored
from questionnaires.scoring import FULL, Score
from questionnaires.trace import worth


@dataclass(frozen=True)
class Lift:
    """One answer raised by a package."""

    question: Scored
    before: int
    after: int


@dataclass(frozen=True)
class Ground:
    """Where a firm stands before it buys anything.

    ``levels`` holds the questions that count for it; ``worth`` is what full marks in one of them
    add to the overall share.
    """

    score: Score
    size: str | None

    @cached_property
    def levels(self) -> dict[str, int]:
        return {
            mark.question.id: mark.level
            for section in self.score.sections
            for mark in section.questions
            if mark.state == "scored" and mark.level is not None
        }

    @cached_property
    def worth(self) -> dict[str, Fraction]:
        return worth(self.score)

    @cached_property
    def packages(self) -> tuple[Package, ...]:
        """The packages of the trade that suit the firm's size."""
        return tuple(
            package
            for package in self.score.questionnaire.packages
            if not package.sizes or self.size is None or self.size in package.sizes
        )

    def has(self, package: Package) -> bool:
        """Whether the firm already stands where a package would bring it."""
        counted = [q for q in package.lifts if q in self.levels]
        return bool(counted) and all(self.levels[q] >= package.lifts[q] for q in counted)

    def missing_prerequisites(self, package: Package) -> tuple[Package, ...]:
        """The packages that must come first and are not there yet."""
        by_code = {p.code: p for p in self.packages}
        return tuple(
            by_code[code]
            for code in package.prerequisites
            if code in by_code and not self.has(by_code[code])
        )

    def lifts(self, package: Package, levels: Mapping[str, int] | None = None) -> tuple[Lift, ...]:
        """What a package raises above ``levels`` (the firm's own unless given)."""
        levels = self.levels if levels is None else levels
        return tuple(
            Lift(self.score.question[q].question, levels[q], target)  # type: ignore[arg-type]
            for q, target in package.lifts.items()
            if q in levels and levels[q] < target
        )

    def gain(self, lifts: Iterable[Lift]) -> Fraction:
        """What these lifts add to the overall share, exactly."""
        return sum(
            (self.worth[lift.question.id] * (lift.after - lift.before) / FULL for lift in lifts),
            Fraction(0),
        )


def helps(package: Package, result: GateResult, score: Score) -> bool:
    """Whether a package lifts one of the questions a gate demands far enough.

    A demanded percentage is read as the level of the band it lies in: a package that leads to that
    level is taken to be built far enough to reach the percentage too.
    """
    questions = score.questionnaire.questions
    return any(
        package.lifts.get(gate.question, -1) >= least_level(gate, questions[gate.question])
        for gate in question_gates(result.gate)
    )


def lifted_sheet(ground: Ground, sheet: Sheet, packages: Iterable[Package]) -> dict[str, Answer]:
    """Return the sheet as it would read after these packages; other answers stay as they are."""
    lifted: dict[str, Answer] = dict(sheet)
    for package in packages:
        for question_id, target in package.lifts.items():
            if question_id in ground.levels:
                lifted[question_id] = _lifted(ground, question_id, lifted[question_id], target)
    return lifted


def _lifted(ground: Ground, question_id: str, answer: Answer, target: int) -> Answer:
    question = ground.score.question[question_id].question
    if isinstance(question, RatioQuestion) and isinstance(answer, Ratio):
        return _lifted_ratio(question, answer, target, _percents(ground, question_id))
    return max(answer, target) if isinstance(answer, int) else answer


def _lifted_ratio(
    question: RatioQuestion, answer: Ratio, target: int, demanded: Iterable[Fraction]
) -> Ratio:
    """Raise ``part`` as far as the target level, and any percentage demanded within it, need."""
    edges = question.above or ()
    within = [p for p in demanded if question.level_at(p) <= target]
    needed = [ceil(answer.whole * percent / 100) for percent in within]
    above = answer.whole * edges[target - 1] // 100 + 1 if target else 0
    return Ratio(min(answer.whole, max([answer.part, int(above), *needed])), answer.whole)


def _percents(ground: Ground, question_id: str) -> list[Fraction]:
    return [
        gate.at_least_percent
        for rung in ground.score.rungs
        for result in rung.gates
        for gate in question_gates(result.gate)
        if gate.question == question_id and gate.at_least_percent is not None
    ]
