"""A sheet while it is being filled: how far it is, where its share will end."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from questionnaires.answers import Sheet
from questionnaires.model import Question, Questionnaire, Section
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


@dataclass(frozen=True)
class Progress:
    """How far a sheet is filled, and the bounds its final share will lie within.

    ``lower`` and ``upper`` assume level 0 and level 4 wherever an answer is missing; 不适用 instead
    of an answer always ends between the two. Never a rung.
    """

    sections: tuple[SectionProgress, ...]
    questionnaire: Questionnaire = field(repr=False)
    sheet: Sheet = field(repr=False)
    processes: frozenset[str] = field(repr=False)

    # Worked out when asked for: most pages only count.
    @cached_property
    def lower(self) -> Fraction:
        return self._assuming(0)

    @cached_property
    def upper(self) -> Fraction:
        return self._assuming(FULL)

    def _assuming(self, level: int) -> Fraction:
        """Return the overall share with one level assumed wherever an answer is missing."""
        shares = ((s.weight or Fraction(0), section_share(s, m, level)) for s, m in self._marks)
        return weighted_share(shares) or Fraction(0)

    @cached_property
    def _marks(self) -> tuple[tuple[Section, tuple[QuestionScore, ...]], ...]:
        return tuple(
            (s, tuple(mark_of(s, q, self.sheet, self.processes) for q in s.questions))
            for s in self.questionnaire.sections
        )

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
    sections = tuple(
        _section_progress(section, questionnaire.asked(section, processes), sheet)
        for section in questionnaire.sections
    )
    return Progress(sections, questionnaire, sheet, processes)


def _section_progress(
    section: Section, asked: tuple[Question, ...], sheet: Sheet
) -> SectionProgress:
    required = [question.id for question in asked if is_required(section, question)]
    missing = tuple(question_id for question_id in required if question_id not in sheet)
    return SectionProgress(
        section=section,
        asked=len(asked),
        given=sum(question.id in sheet for question in asked),
        required=len(required),
        answered=len(required) - len(missing),
        missing=missing,
    )
