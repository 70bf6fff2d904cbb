"""A short first look (快筛): which rung is certain whatever is still unanswered.

Nothing here guesses a rung. A sheet that is not complete is scored twice, with every missing answer
at its lowest and at its highest; an answer between the two, and 不适用 as well, ends between them,
because raising an answer never loses a share, a gate or a rung and 不适用 never fails a gate. Where
both stand on one rung, that rung is certain.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from questionnaires.answers import Answer, Ratio, Sheet
from questionnaires.gates import GateResult
from questionnaires.model import Questionnaire, RatioQuestion, Rung
from questionnaires.scoring import FULL, NO_PROCESSES, RungResult, Score, is_required, score


@dataclass(frozen=True)
class Prospect:
    """What a sheet may still become: its score with the ``open`` answers at their lowest and highest.

    ``open`` holds the required questions without an answer, in reading order.
    """

    lowest: Score
    highest: Score
    open: tuple[str, ...]

    @property
    def is_certain(self) -> bool:
        """Whether every completion of the sheet stands on the same rung."""
        return self.lowest.step == self.highest.step

    @property
    def rung(self) -> Rung | None:
        """The highest rung every completion reaches: no more than this may be said."""
        return self.lowest.rung

    @property
    def undecided(self) -> tuple[tuple[RungResult, RungResult], ...]:
        """The rungs some completion reaches and some does not, at their lowest and their highest."""
        pairs = zip(self.lowest.rungs, self.highest.rungs, strict=True)
        return tuple(pairs)[self.lowest.step : self.highest.step]

    @cached_property
    def telling(self) -> frozenset[str]:
        """The open questions that can still change the rung.

        While an undecided rung waits for its threshold that is every one of them; else those that a
        gate looks at which may still pass and fail.
        """
        if any(low.threshold_met != high.threshold_met for low, high in self.undecided):
            return frozenset(self.open)
        watched = {id for gate in self._waiting for id in gate.question_ids}
        return frozenset(id for id in self.open if id in watched)

    @property
    def _waiting(self) -> tuple[GateResult, ...]:
        """The gates of undecided rungs that fail at the lowest and pass at the highest."""
        return tuple(
            gate
            for low, high in self.undecided
            for gate, best in zip(low.gates, high.gates, strict=True)
            if gate.state == "failed" and best.state != "failed"
        )


def prospect(
    questionnaire: Questionnaire, sheet: Sheet, processes: frozenset[str] = NO_PROCESSES
) -> Prospect:
    """Say what an incomplete sheet may still become; a complete one is certain."""
    missing = tuple(
        question.id
        for section in questionnaire.sections
        for question in questionnaire.asked(section, processes)
        if is_required(section, question) and question.id not in sheet
    )

    def completed(*, full: bool) -> Score:
        ends = {id: _end(questionnaire, id, full=full) for id in missing}
        return score(questionnaire, {**ends, **sheet}, processes)

    return Prospect(completed(full=False), completed(full=True), missing)


def _end(questionnaire: Questionnaire, question_id: str, *, full: bool) -> Answer:
    """Return the answer of a question that earns least, or most."""
    if isinstance(questionnaire.questions[question_id], RatioQuestion):
        return Ratio(int(full), 1)
    return FULL if full else 0
