"""Mend an invented sheet until what it says sits well together, without leaving its rung."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from questionnaires.answers import Answer
from questionnaires.contradictions import Contradiction, Told, contradictions
from questionnaires.model import Bound, CrossCheck, LevelQuestion, Questionnaire, RatioQuestion
from questionnaires.scoring import FULL, score
from survey.running.demonstration.sheets import answer_on

Answers = dict[str, Answer]


def coherent(
    questionnaire: Questionnaire, told: Told, step: int, *, but: frozenset[str] = frozenset()
) -> Answers:
    """Return the sheet with as few answers moved as it takes; ``but`` are checks left to speak.

    Raises:
        RuntimeError: No such sheet was found.
    """
    for _ in range(200):
        found = [c for c in contradictions(questionnaire, told) if c.check.id not in but]
        if not found:
            return dict(told.sheet)
        told = _mended(questionnaire, told, found, step, but)
    raise RuntimeError(f"{questionnaire.trade.id}: {found[0].check.id} stays")


def _mended(
    questionnaire: Questionnaire,
    told: Told,
    found: list[Contradiction],
    step: int,
    but: frozenset[str],
) -> Told:
    """Return the sheet with one answer moved: the move after which the fewest checks speak."""
    trials = [
        replace(told, sheet=sheet)
        for contradiction in found
        for bound in contradiction.check.when
        if isinstance(bound, Bound)
        for sheet in _moves(questionnaire, told, bound)
        if score(questionnaire, sheet, told.processes).step == step
    ]
    if not trials:
        raise RuntimeError(f"{questionnaire.trade.id}: {found[0].check.id} cannot be mended")

    def speaking(trial: Told) -> int:
        return sum(c.check.id not in but for c in contradictions(questionnaire, trial))

    return min(trials, key=speaking)


def _moves(questionnaire: Questionnaire, told: Told, bound: Bound) -> Iterator[Answers]:
    """Yield the sheet with the answer a bound speaks of moved out of it, to either side."""
    question = questionnaire.questions[bound.question]
    sheet = dict(told.sheet)
    if not question.scored:
        yield {id: answer for id, answer in sheet.items() if id != question.id}
        return
    if not isinstance(question, LevelQuestion | RatioQuestion):
        return
    for level in range(FULL + 1):
        moved = sheet | {question.id: answer_on(question, level)}
        trial = replace(told, sheet=moved)
        alone = questionnaire.model_copy(update={"checks": (_only(bound),)})
        if not contradictions(alone, trial):
            yield moved


def _only(bound: Bound) -> CrossCheck:
    return CrossCheck(id="alone", when=(bound,), says="只看这一方。")
