"""A sheet while it is being filled: how far it is, where its share will end, what does not fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from questionnaires.answers import Ratio, Sheet, level_of
from questionnaires.model import Bound, CrossCheck, Questionnaire, Section, is_asked
from questionnaires.scoring import (
    FULL,
    NO_PROCESSES,
    QuestionScore,
    is_required,
    mark_of,
    section_share,
    weighted_share,
)


@dataclass(frozen=True)
class SectionProgress:
    """How far one section is filled.

    ``asked`` counts the questions shown and ``given`` those of them with an answer; ``required``
    and ``answered`` count only what submission needs, and ``missing`` names the rest of it.
    """

    section: Section
    asked: int
    given: int
    required: int
    answered: int
    missing: tuple[str, ...]


Marked = tuple[tuple[Section, tuple[QuestionScore, ...]], ...]


@dataclass(frozen=True)
class Progress:
    """How far a sheet is filled, and the bounds its final share will lie within.

    ``lower`` and ``upper`` assume level 0 and level 4 wherever an answer is missing; 不适用 instead
    of an answer always ends between the two. Never a rung.
    """

    sections: tuple[SectionProgress, ...]
    marked: Marked = field(repr=False)

    # Worked out when asked for: most pages only count.
    @cached_property
    def lower(self) -> Fraction:
        return _assuming(0, self.marked)

    @cached_property
    def upper(self) -> Fraction:
        return _assuming(FULL, self.marked)

    @property
    def required(self) -> int:
        return sum(s.required for s in self.sections)

    @property
    def answered(self) -> int:
        return sum(s.answered for s in self.sections)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(question_id for s in self.sections for question_id in s.missing)


def progress(
    questionnaire: Questionnaire, sheet: Sheet, processes: frozenset[str] = NO_PROCESSES
) -> Progress:
    """Say how far a sheet is filled; complete or not, it never raises."""
    marked = tuple(
        (s, tuple(mark_of(s, q, sheet, processes) for q in s.questions))
        for s in questionnaire.sections
    )
    return Progress(tuple(_section_progress(s, m) for s, m in marked), marked)


def _assuming(level: int, marked: Marked) -> Fraction:
    """Return the overall share with one level assumed wherever an answer is missing."""
    shares = ((s.weight or Fraction(0), section_share(s, m, level)) for s, m in marked)
    return weighted_share(shares) or Fraction(0)


def _section_progress(section: Section, marks: tuple[QuestionScore, ...]) -> SectionProgress:
    asked = [m for m in marks if m.state != "not_asked"]
    required = [m for m in asked if is_required(section, m.question)]
    missing = tuple(m.question.id for m in required if m.state == "unanswered")
    return SectionProgress(
        section=section,
        asked=len(asked),
        given=sum(m.state != "unanswered" for m in asked),
        required=len(required),
        answered=len(required) - len(missing),
        missing=missing,
    )


def conflicts(
    questionnaire: Questionnaire, sheet: Sheet, processes: frozenset[str] = NO_PROCESSES
) -> tuple[CrossCheck, ...]:
    """Return the cross-checks whose every bound holds; what is missing or 不适用 holds none."""
    return tuple(
        check
        for check in questionnaire.checks
        if all(_is_within(bound, questionnaire, sheet, processes) for bound in check.when)
    )


def _is_within(
    bound: Bound, questionnaire: Questionnaire, sheet: Sheet, processes: frozenset[str]
) -> bool:
    question = questionnaire.questions.get(bound.question)
    answer = sheet.get(bound.question)
    if question is None or answer is None or not is_asked(question, processes):
        return False
    percent = answer.percent if isinstance(answer, Ratio) else None
    return _between(bound.at_least, level_of(question, answer), bound.at_most) and _between(
        bound.percent_at_least, percent, bound.percent_at_most
    )


def _between(
    least: Fraction | int | None, value: Fraction | int | None, most: Fraction | int | None
) -> bool:
    """Whether a value lies within the bounds given; no value lies within no bounds only."""
    if least is None and most is None:
        return True
    if value is None:
        return False
    return (least is None or value >= least) and (most is None or value <= most)
