"""The claims that decide the rung: answers that, were they one level lower, would lose it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor as whole_below

from questionnaires.answers import Answer, Ratio, Sheet
from questionnaires.floor import Floor
from questionnaires.model import LevelQuestion, Question, RatioQuestion, Rung
from questionnaires.scoring import Score, score
from questionnaires.trace import TraceLine, trace
from reports.diagnosis.gaps import rung_title
from reports.figures import share_figure


@dataclass(frozen=True)
class Claim:
    """An answer that holds the rung up: the score as it stands, and with ``lower`` in its place."""

    question: Question
    lower: Answer
    floor: Floor

    @property
    def before(self) -> Rung | None:
        return self.floor.found.rung

    @property
    def after(self) -> Rung | None:
        return self.floor.lowest.rung

    @property
    def fall(self) -> str:
        """From which rung to which it would fall."""
        return f"{rung_title(self.floor.found)} → {rung_title(self.floor.lowest)}"

    @property
    def losses(self) -> tuple[str, ...]:
        """What would be lost: the gates that would fail, the threshold that would be missed."""
        lost = [f"必备条件：{gate.wanted}" for gate in self.floor.lost_gates]
        if (line := self.floor.lost_threshold) is not None:
            share, least = share_figure(self.floor.lowest.share), share_figure(line)
            lost.append(f"分数线 {least.text}：得分率会降到 {share.text}")
        return tuple(lost)


def deciding(found: Score, sheet: Sheet) -> tuple[Claim, ...]:
    """Return the claims that decide the rung of a complete sheet, in reading order.

    Each answer is lowered alone; two that hold the rung only together are not among them. 不适用
    has no level below it, and what earns nothing holds no rung.
    """
    claims = (_claim(found, sheet, line) for line in _candidates(found))
    return tuple(claim for claim in claims if claim is not None)


def one_lower(question: Question, answer: Answer) -> Answer | None:
    """Return the best answer on a lower level; None where there is none.

    Of a ratio that is the greatest count that no longer exceeds the edge of its level. Below the
    first edge there is only none at all, which a gate on a percentage may still notice.
    """
    if isinstance(question, LevelQuestion):
        return answer - 1 if isinstance(answer, int) and answer > 0 else None
    if not isinstance(question, RatioQuestion) or not isinstance(answer, Ratio):
        return None
    level = question.level_at(answer.percent)
    edge = question.above[level - 1] if question.above and level else Fraction(0)
    part = whole_below(answer.whole * edge / 100)
    return Ratio(part, answer.whole) if part < answer.part else None


def _candidates(found: Score) -> tuple[TraceLine, ...]:
    """Leave out what cannot matter: no gate of a reached rung looks there, and the share suffices.

    Scoring the rest again is what decides; this only spares most of it.
    """
    reached = [result for result in found.rungs if result.reached]
    watched = {id for result in reached for gate in result.gates for id in gate.question_ids}
    spare = found.share - max((result.rung.at_least for result in reached), default=Fraction(0))
    return tuple(
        line
        for line in trace(found)
        if reached and (line.question.id in watched or line.contribution > spare)
    )


def _claim(found: Score, sheet: Sheet, line: TraceLine) -> Claim | None:
    question = line.question
    answer = sheet.get(question.id)
    lower = None if line.state != "scored" or answer is None else one_lower(question, answer)
    if lower is None:
        return None
    least = score(found.questionnaire, {**sheet, question.id: lower}, found.processes)
    lowered = Floor(found, least, (question.id,))
    return Claim(question, lower, lowered) if lowered.is_provisional else None
