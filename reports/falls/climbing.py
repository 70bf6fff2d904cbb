"""One sheet with its answers risen or fallen in thousands of ways, each scored exactly.

What a level is worth in a share does not depend on other levels, and which gates a lowered answer
still meets is a table of six outcomes. So the rules of ``questionnaires.scoring`` become sums and
look-ups over many versions of the sheet at once; all sums are whole numbers over one denominator,
small enough to be exact, so that a firm exactly on a threshold stands on its rung here too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from questionnaires.answers import Answer, Sheet, answer_at, level_of
from questionnaires.gates import holds, question_gates, share_key
from questionnaires.model import (
    AnyGate,
    Gate,
    LevelQuestion,
    PartGate,
    QuestionGate,
    RatioQuestion,
    SectionGate,
)
from questionnaires.scoring import FULL, QuestionScore, Score
from reports.deciding import one_lower
from reports.robustness import level_worth

Outcomes = NDArray[np.int64]
Flags = NDArray[np.bool_]
RISEN, SAME = 0, 1
"""Outcomes of an answer: one level up, as claimed, then one, two, three, four levels down."""
OUTCOMES = 2 + FULL
EXACT = 2**53
"""Whole numbers below it are exact in the processor's own arithmetic."""


@dataclass(frozen=True)
class Line:
    """A share that must reach a threshold: what one level of each question is worth, in whole numbers."""

    worth: NDArray[np.int64]
    least: int


@dataclass(frozen=True)
class Rule:
    """What one rung demands besides the rungs below it.

    ``each`` (questions × outcomes) says which single answers meet every gate on them; ``some`` are
    gates of several: so many of these tables must hold, each at its question's place.
    """

    line: Line
    shares: tuple[Line, ...]
    each: Flags
    some: tuple[tuple[int, tuple[tuple[int, Flags], ...]], ...]
    possible: bool
    """False where a gate fails whatever the scored answers are."""


@dataclass(frozen=True)
class Climb:
    """A complete sheet made ready: ``claimed`` holds its levels, ``levels`` those of every outcome."""

    questions: tuple[str, ...]
    claimed: Outcomes
    levels: Outcomes
    whole: Line
    denominator: int
    rules: tuple[Rule, ...]
    own: int

    def shares(self, outcomes: Outcomes) -> Outcomes:
        """The share of each version (one a row), in parts of ``denominator``."""
        return self._levels(outcomes) @ self.whole.worth

    def steps(self, outcomes: Outcomes) -> Outcomes:
        """How many rungs each version reaches."""
        levels = self._levels(outcomes)
        below = np.ones(len(outcomes), dtype=bool)
        reached = np.zeros(len(outcomes), dtype=np.int64)
        for rule in self.rules:
            below &= self._meets(rule, outcomes, levels)
            reached += below
        return reached

    def _levels(self, outcomes: Outcomes) -> Outcomes:
        return self.levels[np.arange(len(self.questions)), outcomes]

    def _meets(self, rule: Rule, outcomes: Outcomes, levels: Outcomes) -> Flags:
        met = np.full(len(outcomes), rule.possible)
        for line in (rule.line, *rule.shares):
            met &= levels @ line.worth >= line.least
        watched = np.flatnonzero(~rule.each.all(axis=1))
        met &= rule.each[watched, outcomes[:, watched]].all(axis=1)
        for needed, members in rule.some:
            met &= sum(table[outcomes[:, at]] for at, table in members) >= needed
        return met


def climb(found: Score, sheet: Sheet) -> Climb:
    """Make a complete sheet ready; only answers that are scored rise or fall."""
    marks = [mark for mark in found.question.values() if mark.state == "scored"]
    versions = [_versions(mark, sheet[mark.question.id]) for mark in marks]
    questions = tuple(mark.question.id for mark in marks)
    at = {id: place for place, id in enumerate(questions)}
    whole, denominator = _line(level_worth(found, None), Fraction(0), at)
    return Climb(
        questions=questions,
        claimed=np.array([mark.level for mark in marks], dtype=np.int64),
        levels=np.array(
            [[level for level, _ in each] for each in versions], dtype=np.int64
        ).reshape(-1, OUTCOMES),
        whole=whole,
        denominator=denominator,
        rules=tuple(_rules(found, versions, at)),
        own=found.step,
    )


Versions = list[tuple[int, Answer]]
"""Level and answer by outcome."""


def fallen(mark: QuestionScore, answer: Answer, outcome: int) -> Answer:
    """Return an answer of this outcome: the best one that is so many levels lower, or one level higher.

    An answer at the end of its scale stays where it is.
    """
    question, level = mark.question, mark.level or 0
    if outcome == RISEN:
        higher = isinstance(question, LevelQuestion | RatioQuestion) and level < FULL
        return answer_at(question, level + 1) if higher else answer  # type: ignore[arg-type]
    target = max(level - (outcome - SAME), 0)
    while (level_of(question, answer) or 0) > target:
        lower = one_lower(question, answer)
        if lower is None:
            break
        answer = lower
    return answer


def _versions(mark: QuestionScore, answer: Answer) -> Versions:
    every = [fallen(mark, answer, outcome) for outcome in range(OUTCOMES)]
    return [(level_of(mark.question, it) or 0, it) for it in every]


def _line(
    worth: Mapping[str, Fraction], least: Fraction, at: Mapping[str, int]
) -> tuple[Line, int]:
    denominator = lcm(least.denominator, *(each.denominator for each in worth.values()))
    whole = [0] * len(at)
    for id, each in worth.items():
        whole[at[id]] = int(each * denominator)
    exact = FULL * sum(whole) < EXACT
    return Line(
        np.array(whole, dtype=np.int64 if exact else object), int(least * denominator)
    ), denominator


def _rules(found: Score, versions: list[Versions], at: Mapping[str, int]) -> Iterator[Rule]:
    for result in found.rungs:
        each = np.ones((len(at), OUTCOMES), dtype=bool)
        shares, some, possible = [], [], True
        for judged in result.gates:
            gate = judged.gate
            if judged.state == "not_applicable":
                continue
            if isinstance(gate, SectionGate | PartGate):
                shares.append(
                    _line(level_worth(found, share_key(gate)), gate.at_least_share, at)[0]
                )
            elif isinstance(gate, AnyGate):
                some.append(_some(found, gate, versions, at))
            elif gate.question in at:
                each[at[gate.question]] &= _table(gate, versions[at[gate.question]])
            else:
                possible &= judged.state == "passed"
        line, _ = _line(level_worth(found, None), result.rung.at_least, at)
        yield Rule(line, tuple(shares), each, tuple(some), possible)


def _table(gate: QuestionGate, versions: Versions) -> Flags:
    return np.array([holds(gate, level, answer) for level, answer in versions])


def _some(
    found: Score, gate: Gate, versions: list[Versions], at: Mapping[str, int]
) -> tuple[int, tuple[tuple[int, Flags], ...]]:
    """How many of which tables must hold; what holds whatever the levels are is taken off before."""
    asked = [member for member in question_gates(gate) if _applies(found, member)]
    count = gate.count if isinstance(gate, AnyGate) else len(asked)
    fixed = [member for member in asked if member.question not in at]
    marks = [(member, found.question[member.question]) for member in fixed]
    certain = sum(holds(member, mark.level, mark.answer) for member, mark in marks)
    moving = [member for member in asked if member.question in at]
    members = tuple((at[it.question], _table(it, versions[at[it.question]])) for it in moving)
    return min(count, len(asked)) - certain, members


def _applies(found: Score, gate: QuestionGate) -> bool:
    mark = found.question.get(gate.question)
    return mark is not None and mark.answer is not None and mark.state != "not_applicable"
