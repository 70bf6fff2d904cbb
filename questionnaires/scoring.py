"""What a sheet is worth: exact shares, gates, and the rung a firm stands on.

Pure arithmetic in whole numbers and ``Fraction``; nothing is rounded here, so a firm exactly on a
threshold stands on its rung. The rules are those of ``README.md``, "How a sheet is scored".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

from questionnaires.answers import NOT_APPLICABLE, Answer, Sheet, level_of
from questionnaires.gates import GateResult, Marks, judge
from questionnaires.model import (
    LEVELS,
    Question,
    Questionnaire,
    Rung,
    Section,
    is_asked,
)

FULL = LEVELS - 1
POINTS = tuple(Fraction(level, FULL) for level in range(LEVELS))
"""Points of each level: level L earns L/4."""

NO_PROCESSES: frozenset[str] = frozenset()

QuestionState = Literal["scored", "unscored", "not_applicable", "not_asked", "unanswered"]


class UnansweredQuestion(ValueError):
    """A required question that is asked has no answer, so the sheet cannot be scored."""

    def __init__(self, question_id: str) -> None:
        super().__init__(question_id)
        self.question_id = question_id


@dataclass(frozen=True)
class QuestionScore:
    """One question with its answer and what it earned.

    ``unscored`` is an answer that earns nothing by its kind or section (a KPI, free text); a
    question ``not_asked`` has neither answer nor level, whatever the sheet holds.
    """

    question: Question
    answer: Answer | None
    state: QuestionState
    level: int | None
    points: Fraction | None


@dataclass(frozen=True)
class SectionScore:
    """One section; ``share`` is None where nothing in it applies, or where it never scores."""

    section: Section
    questions: tuple[QuestionScore, ...]
    share: Fraction | None

    @property
    def weight(self) -> Fraction:
        return self.section.weight or Fraction(0)


@dataclass(frozen=True)
class RungResult:
    """Whether one rung is reached, and what is missing: a part of the share, or gates."""

    rung: Rung
    step: int
    threshold_met: bool
    gates: tuple[GateResult, ...]
    reached: bool
    missing_share: Fraction

    @property
    def failed_gates(self) -> tuple[GateResult, ...]:
        return tuple(g for g in self.gates if g.state == "failed")


@dataclass(frozen=True)
class Score:
    """A complete sheet scored."""

    questionnaire: Questionnaire
    processes: frozenset[str]
    share: Fraction
    sections: tuple[SectionScore, ...]
    rungs: tuple[RungResult, ...]
    core_share: Fraction | None
    trade_share: Fraction | None

    @property
    def step(self) -> int:
        """The number of rungs reached, 0 for none."""
        return sum(result.reached for result in self.rungs)

    @property
    def rung(self) -> Rung | None:
        """The highest rung reached."""
        return self.rungs[self.step - 1].rung if self.step else None

    @property
    def next(self) -> RungResult | None:
        """The first rung not reached; None on the top rung."""
        return next((result for result in self.rungs if not result.reached), None)

    def share_of(self, key: str) -> Fraction | None:
        """The share over one section, or over the ``core`` or ``trade`` part."""
        parts = {"core": self.core_share, "trade": self.trade_share}
        return parts[key] if key in parts else self.section[key].share

    @cached_property
    def question(self) -> dict[str, QuestionScore]:
        """Every question's score by id."""
        return {q.question.id: q for s in self.sections for q in s.questions}

    @cached_property
    def section(self) -> dict[str, SectionScore]:
        """Every section's score by id."""
        return {s.section.id: s for s in self.sections}


def score(
    questionnaire: Questionnaire, sheet: Sheet, processes: frozenset[str] = NO_PROCESSES
) -> Score:
    """Score a complete sheet.

    Answers to questions that are not asked (their process is absent) are ignored. A sheet in which
    nothing applies has the share 0.

    Raises:
        UnansweredQuestion: Names the first required question without an answer.
    """
    sections = tuple(_section_score(s, sheet, processes) for s in questionnaire.sections)
    for section in sections:
        for mark in section.questions:
            if mark.state == "unanswered" and is_required(section.section, mark.question):
                raise UnansweredQuestion(mark.question.id)
    share = weighted_share((s.weight, s.share) for s in sections) or Fraction(0)
    core, trade = _part_shares(questionnaire, sections)
    marks = _marks(questionnaire, sections, core, trade)
    return Score(
        questionnaire=questionnaire,
        processes=processes,
        share=share,
        sections=sections,
        rungs=_climb(questionnaire.ladder, share, marks),
        core_share=core,
        trade_share=trade,
    )


def is_required(section: Section, question: Question) -> bool:
    """Whether an assessment cannot be submitted without an answer, where the question is asked."""
    return question.required and not section.optional


def weighted_share(parts: Iterable[tuple[Fraction, Fraction | None]]) -> Fraction | None:
    """Return the weighted mean of (weight, share); parts without a share leave both sides."""
    counted = [(weight, share) for weight, share in parts if share is not None]
    whole = sum((weight for weight, _ in counted), Fraction(0))
    if not whole:
        return None
    return sum((weight * share for weight, share in counted), Fraction(0)) / whole


def mark_of(
    section: Section, question: Question, sheet: Sheet, processes: frozenset[str]
) -> QuestionScore:
    """Say what one question of a sheet, complete or not, earns."""
    if not is_asked(question, processes):
        return QuestionScore(question, None, "not_asked", None, None)
    answer = sheet.get(question.id)
    if answer is None:
        return QuestionScore(question, None, "unanswered", None, None)
    if answer is NOT_APPLICABLE:
        return QuestionScore(question, answer, "not_applicable", None, None)
    level = level_of(question, answer)
    if level is None or not section.counts:
        return QuestionScore(question, answer, "unscored", level, None)
    return QuestionScore(question, answer, "scored", level, POINTS[level])


def _section_score(section: Section, sheet: Sheet, processes: frozenset[str]) -> SectionScore:
    marks = tuple(mark_of(section, q, sheet, processes) for q in section.questions)
    return SectionScore(section, marks, section_share(section, marks))


def section_share(
    section: Section, marks: Iterable[QuestionScore], unanswered: int | None = None
) -> Fraction | None:
    """Return a section's share (得分率).

    Questions 不适用 or not asked leave both sides of the mean: a firm is neither paid nor charged
    for work it does not do. ``unanswered`` is the level assumed where an answer is still missing;
    without it such questions are left out as well.
    """
    if not section.counts:
        return None
    earned = whole = 0
    for mark in marks:
        unit = section.units.get(mark.question.id)
        level = unanswered if mark.state == "unanswered" else mark.level
        if unit is not None and level is not None:
            earned += unit * level
            whole += unit
    return Fraction(earned, FULL * whole) if whole else None


def _part_shares(
    questionnaire: Questionnaire, sections: Iterable[SectionScore]
) -> tuple[Fraction | None, Fraction | None]:
    core: list[tuple[Fraction, Fraction | None]] = []
    trade: list[tuple[Fraction, Fraction | None]] = []
    for scored in sections:
        part = core if scored.section.id in questionnaire.core_section_ids else trade
        part.append((scored.weight, scored.share))
    return weighted_share(core), weighted_share(trade)


def _marks(
    questionnaire: Questionnaire,
    sections: tuple[SectionScore, ...],
    core: Fraction | None,
    trade: Fraction | None,
) -> Marks:
    answered = [m for s in sections for m in s.questions if m.answer is not None]
    return Marks(
        questionnaire=questionnaire,
        answers={m.question.id: m.answer for m in answered if m.answer is not None},
        levels={m.question.id: m.level for m in answered},
        shares={s.section.id: s.share for s in sections} | {"core": core, "trade": trade},
    )


def _climb(ladder: tuple[Rung, ...], share: Fraction, marks: Marks) -> tuple[RungResult, ...]:
    """Climb from the bottom; no rung is reached over one that is not."""
    results: list[RungResult] = []
    below = True
    for step, rung in enumerate(ladder, start=1):
        gates = tuple(judge(gate, marks) for gate in rung.gates)
        met = share >= rung.at_least
        below = below and met and all(g.state != "failed" for g in gates)
        missing = max(rung.at_least - share, Fraction(0))
        results.append(RungResult(rung, step, met, gates, below, missing))
    return tuple(results)
