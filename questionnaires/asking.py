"""What to ask next, so that a firm's rung is certain after as few answers as possible.

Greedy: of the questions that can still tell, the one after whose answer least is expected to be left
to prove. What is expected comes from how a pool of firms answered; it sets the order and nothing
else, for what is certain is said by ``screening.py`` alone. Without a pool
a firm is expected to answer as the middle of its rung's part of the scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import exp, inf, prod

from questionnaires.answers import NOT_APPLICABLE, Answer, Sheet, level_of
from questionnaires.gates import counts_in, least_level, question_gates, share_key
from questionnaires.model import (
    LEVELS,
    AnyGate,
    Gate,
    Question,
    QuestionGate,
    Questionnaire,
    Section,
)
from questionnaires.scoring import FULL, NO_PROCESSES
from questionnaires.screening import Prospect, prospect

ABSENT = LEVELS
"""The outcome 不适用; the others are the levels 0 to 4."""
OUTCOMES = LEVELS + 1
IMAGINED = 3
"""About how many answers of a firm nobody counted stand beside those of the pool."""


@dataclass(frozen=True)
class Habits:
    """How many firms of a pool stand on each rung (from none upwards), and how these answered.

    ``counts[question id][step][outcome]`` is a number of firms; a question may be missing.
    """

    firms: tuple[int, ...]
    counts: Mapping[str, tuple[tuple[int, ...], ...]]
    usual: tuple[float, ...]

    def chances(self, question: Question, step: int) -> tuple[float, ...]:
        """How likely each outcome is for a firm on a rung: as counted, and a little as is usual."""
        seen = self.counts[question.id][step] if question.id in self.counts else (0,) * OUTCOMES
        weights = [
            count + IMAGINED * exp(-((level - self.usual[step]) ** 2) / 2)
            for level, count in enumerate(seen[:LEVELS])
        ]
        weights.append(seen[ABSENT] + IMAGINED / 10 if question.not_applicable else 0.0)
        whole = sum(weights)
        return tuple(weight / whole for weight in weights)


def habits(questionnaire: Questionnaire, pool: Iterable[tuple[int, Sheet]]) -> Habits:
    """Count a pool of (rungs reached, complete sheet) of one questionnaire."""
    steps = len(questionnaire.ladder) + 1
    firms = [0] * steps
    counts = {id: [[0] * OUTCOMES for _ in range(steps)] for id in questionnaire.questions}
    for step, sheet in pool:
        firms[step] += 1
        for id, answer in sheet.items():
            found = outcome(questionnaire.questions[id], answer)
            if found is not None:
                counts[id][step][found] += 1
    kept = {id: tuple(tuple(row) for row in rows) for id, rows in counts.items()}
    return Habits(tuple(firms), kept, usual_levels(questionnaire))


def usual_levels(questionnaire: Questionnaire) -> tuple[float, ...]:
    """Return the level in the middle of each rung's part of the scale, from no rung upwards."""
    edges = [Fraction(0), *(rung.at_least for rung in questionnaire.ladder), Fraction(1)]
    return tuple(float(FULL * (low + high) / 2) for low, high in pairwise(edges))


def outcome(question: Question, answer: Answer) -> int | None:
    """Return the level of an answer, or ``ABSENT``; None of what never scores."""
    return ABSENT if answer is NOT_APPLICABLE else level_of(question, answer)


def next_question(
    questionnaire: Questionnaire,
    sheet: Sheet,
    known: Habits,
    processes: frozenset[str] = NO_PROCESSES,
    now: Prospect | None = None,
) -> str | None:
    """Return the id of the question to ask next; None when the rung is certain.

    Of equals it is the first in reading order, so that the same sheet is always asked the same.
    """
    now = now or prospect(questionnaire, sheet, processes)
    if now.is_certain:
        return None
    board = _board(questionnaire, sheet, now)
    belief = _belief(questionnaire, sheet, known, now)
    return min(
        (id for id in now.open if id in now.telling),
        key=lambda id: _expected(board, belief, known, questionnaire.questions[id]),
    )


def _belief(
    questionnaire: Questionnaire, sheet: Sheet, known: Habits, now: Prospect
) -> dict[int, float]:
    """How likely each rung still possible is, by what firms on it answered (naive Bayes)."""
    given = [
        (question, found)
        for question in questionnaire.questions.values()
        if question.id in sheet and (found := outcome(question, sheet[question.id])) is not None
    ]
    weights = {
        step: (1 + known.firms[step])
        * prod(OUTCOMES * known.chances(question, step)[found] for question, found in given)
        for step in range(now.lowest.step, now.highest.step + 1)
    }
    whole = sum(weights.values()) or 1.0
    return {step: weight / whole for step, weight in weights.items()}


def _expected(
    board: _Board, belief: Mapping[int, float], known: Habits, question: Question
) -> float:
    """How much is expected to be left to prove once a question is answered."""
    by_step = {step: known.chances(question, step) for step in belief}
    left = 0.0
    for found in range(OUTCOMES):
        likely = {step: belief[step] * by_step[step][found] for step in belief}
        proofs = board.after(question.id, found).proofs()
        possible = sum(likely[step] for step in proofs)
        if possible:
            mean = sum(likely[step] * needed for step, needed in proofs.items()) / possible
            left += sum(likely.values()) * mean
    return left


# --- how much is left to prove --------------------------------------------------------------------


@dataclass(frozen=True)
class _Sums:
    """A section: units earned at the lowest and at the highest, of the whole; its weight."""

    low: float
    high: float
    whole: float
    weight: float
    is_core: bool


@dataclass(frozen=True)
class _Board:
    """A sheet in plain numbers, quick to copy with one more answer; ``outcomes`` of what is given."""

    questionnaire: Questionnaire
    base: int
    top: int
    sections: dict[str, _Sums]
    outcomes: dict[str, int]
    open: frozenset[str]

    def after(self, question_id: str, found: int) -> _Board:
        """Return the board once a question is answered."""
        section = self.questionnaire.section_of[question_id]
        unit, sums = section.units[question_id], self.sections[section.id]
        if found == ABSENT:
            moved = replace(sums, high=sums.high - FULL * unit, whole=sums.whole - FULL * unit)
        else:
            moved = replace(
                sums, low=sums.low + found * unit, high=sums.high - (FULL - found) * unit
            )
        return replace(
            self,
            sections={**self.sections, section.id: moved},
            outcomes={**self.outcomes, question_id: found},
            open=self.open - {question_id},
        )

    def proofs(self) -> dict[int, float]:
        """By rung still possible: about how many fitting answers prove that it is the one.

        Every rung up to it must be proved reached, and the next one not.
        """
        found: dict[int, float] = {}
        gates_left = threshold_left = 0.0
        for step in range(self.base, self.top + 1):
            if step > self.base:
                rung = self.questionnaire.ladder[step - 1]
                gates_left += sum(self.gate(gate)[0] for gate in rung.gates)
                threshold_left = max(threshold_left, self.share(None, float(rung.at_least))[0])
            left = gates_left + threshold_left + self._against(step)
            if left < inf:
                found[step] = left
        return found

    def _against(self, step: int) -> float:
        if step == len(self.questionnaire.ladder):
            return 0.0
        rung = self.questionnaire.ladder[step]
        return min(
            self.share(None, float(rung.at_least))[1], *(self.gate(g)[1] for g in rung.gates), inf
        )

    def gate(self, gate: Gate) -> tuple[float, float]:
        """How many answers prove a gate passed, and how many prove it failed."""
        if not isinstance(gate, QuestionGate | AnyGate):
            return self.share(share_key(gate), float(gate.at_least_share))
        passed = missing = failed = 0
        for member in question_gates(gate):
            if member.question in self.open:
                missing += 1
            elif (found := self.outcomes.get(member.question, ABSENT)) != ABSENT:
                question = self.questionnaire.questions[member.question]
                holds = found >= least_level(member, question)
                passed, failed = passed + holds, failed + (not holds)
        needed = min(gate.count if isinstance(gate, AnyGate) else 1, passed + missing + failed)
        for_it = max(0, needed - passed)
        against = max(0, passed + missing - needed + 1)
        return (for_it if for_it <= missing else inf), (against if against <= missing else inf)

    def share(self, key: str | None, least: float) -> tuple[float, float]:
        """The same for a share: of a section, of a part, or (None) of the whole."""
        members = [
            sums
            for id, sums in self.sections.items()
            if sums.whole and counts_in(key, id, is_core=sums.is_core)
        ]
        weight = sum(sums.weight for sums in members)
        if not weight:
            return 0.0, inf
        low = sum(sums.weight * sums.low / sums.whole for sums in members) / weight
        high = sum(sums.weight * sums.high / sums.whole for sums in members) / weight
        size = len(self.questionnaire.members[key]) if key else len(self.outcomes) + len(self.open)
        for_it, against = max(0.0, least - low) * size, max(0.0, high - least) * size
        return (for_it if high >= least else inf), (against if low < least else inf)


def _board(questionnaire: Questionnaire, sheet: Sheet, now: Prospect) -> _Board:
    marks = now.lowest.question
    outcomes = {
        id: found
        for id, answer in sheet.items()
        if id in marks
        and marks[id].state in ("scored", "not_applicable")
        and (found := outcome(marks[id].question, answer)) is not None
    }
    sections = {
        section.id: _sums(questionnaire, section, outcomes, now)
        for section in questionnaire.sections
        if section.counts
    }
    steps = now.lowest.step, now.highest.step
    return _Board(questionnaire, *steps, sections, outcomes, frozenset(now.open))


def _sums(
    questionnaire: Questionnaire, section: Section, outcomes: Mapping[str, int], now: Prospect
) -> _Sums:
    levels = {id: found for id, found in outcomes.items() if found != ABSENT}
    earned = sum(unit * levels.get(id, 0) for id, unit in section.units.items())
    missing = FULL * sum(section.units.get(id, 0) for id in now.open)
    whole = FULL * sum(unit for id, unit in section.units.items() if id in levels) + missing
    is_core = section.id in questionnaire.core_section_ids
    return _Sums(earned, earned + missing, whole, float(section.weight or 0), is_core)
