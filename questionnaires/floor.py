"""What a sheet is worth for certain: every answer nobody saw stood at its lowest (暂核)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from questionnaires.answers import Answer, Ratio, Sheet
from questionnaires.gates import GateResult, question_gates
from questionnaires.model import LevelQuestion, Question, RatioQuestion
from questionnaires.scoring import RungResult, Score, score


@dataclass(frozen=True)
class Floor:
    """A score beside the one that is left when the ``unseen`` answers are put at their lowest.

    ``unseen`` holds ids of questions that are asked, in reading order.
    """

    found: Score
    lowest: Score
    unseen: tuple[str, ...]

    @property
    def is_provisional(self) -> bool:
        """Whether the rung would be lost."""
        return self.lowest.step < self.found.step

    @property
    def lost_gates(self) -> tuple[GateResult, ...]:
        """The gates of the reached rungs, as found, that hold only while an unseen answer is true."""
        return tuple(
            gate
            for result, floor in self._reached
            for gate, least in zip(result.gates, floor.gates, strict=True)
            if gate.state != "failed" and least.state == "failed"
        )

    @property
    def lost_threshold(self) -> Fraction | None:
        """The lowest threshold of a reached rung that the least share falls short of."""
        missed = (floor.rung.at_least for _, floor in self._reached if not floor.threshold_met)
        return min(missed, default=None)

    @property
    def _reached(self) -> tuple[tuple[RungResult, RungResult], ...]:
        pairs = zip(self.found.rungs, self.lowest.rungs, strict=True)
        return tuple(pair for pair in pairs if pair[0].reached)

    @property
    def holding(self) -> tuple[str, ...]:
        """The unseen answers that hold the rung up; none where it is not provisional.

        Those that a lost gate looks at; all that are scored where the share itself falls short.
        """
        looked_at = {id for gate in self.lost_gates for id in gate.question_ids}
        if self.lost_threshold is not None:
            looked_at.update(id for id, m in self.lowest.question.items() if m.state == "scored")
        return tuple(id for id in self.unseen if id in looked_at)


def floor(found: Score, sheet: Sheet, unseen: Collection[str]) -> Floor:
    """Score a complete sheet again with the ``unseen`` answers at their lowest.

    An unseen 不适用 stands at level 0 too: nobody saw that the work is not done there. What earns
    nothing by its kind holds no rung and stays as it is.
    """
    asked = {id: mark for id, mark in found.question.items() if mark.answer is not None}
    names = tuple(id for id in asked if id in unseen)
    least = {id: lowest(asked[id].question, sheet[id]) for id in names}
    lowered = score(found.questionnaire, {**sheet, **least}, found.processes)
    return Floor(found, lowered, names)


def lowest(question: Question, answer: Answer) -> Answer:
    """Return the answer that earns least: level 0, none of the machines."""
    if isinstance(question, LevelQuestion):
        return 0
    if isinstance(question, RatioQuestion):
        return Ratio(0, answer.whole if isinstance(answer, Ratio) else 1)
    return answer


def resting(found: Score) -> frozenset[str]:
    """Return the questions that a gate of a reached rung looks at, one by one.

    A gate on the share of a section or part looks at no single answer; ``Floor`` judges it.
    """
    return frozenset(
        named.question
        for result in found.rungs
        if result.reached
        for gate in result.gates
        for named in question_gates(gate.gate)
    )
