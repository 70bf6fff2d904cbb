"""What one changed answer did to the whole: the sheet scored with and without it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from questionnaires.answers import Answer, Sheet
from questionnaires.gates import GateResult
from questionnaires.scoring import Score, UnansweredQuestion, score


@dataclass(frozen=True)
class Effect:
    """A sheet as it stands beside the same sheet without one of its changes."""

    without: Score
    found: Score

    @property
    def share(self) -> Fraction:
        """By how much the change moved the overall share, exact; below 0 where it cost some."""
        return self.found.share - self.without.share

    @property
    def lost(self) -> tuple[GateResult, ...]:
        """The gates that fail through the change, as they are found."""
        return tuple(now for was, now in self._gates if was.state != "failed" == now.state)

    @property
    def won(self) -> tuple[GateResult, ...]:
        """The gates that hold through the change, as they are found."""
        return tuple(now for was, now in self._gates if was.state == "failed" != now.state)

    @property
    def _gates(self) -> tuple[tuple[GateResult, GateResult], ...]:
        """Those of the rungs that either sheet reaches, and of the next one above."""
        highest = max(self.without.step, self.found.step) + 1
        rungs = zip(self.without.rungs[:highest], self.found.rungs[:highest], strict=True)
        return tuple(pair for was, now in rungs for pair in zip(was.gates, now.gates, strict=True))


def effect(found: Score, sheet: Sheet, question_id: str, before: Answer | None) -> Effect | None:
    """Score a complete sheet without one change: with the answer that stood there ``before``.

    None where nothing can be compared, because the question had no answer before and needs one.
    """
    others = {id: answer for id, answer in sheet.items() if id != question_id}
    known = others if before is None else {**others, question_id: before}
    try:
        return Effect(score(found.questionnaire, known, found.processes), found)
    except UnansweredQuestion:
        return None
