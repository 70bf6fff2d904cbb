"""A firm's sheet as its pages see it: found for this reader, parsed, measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import abort

from questionnaires.answers import Answer
from questionnaires.model import Question, Questionnaire, Section
from questionnaires.progress import Progress, SectionProgress, progress
from survey.library import questionnaire_of
from survey.lifecycle.sheets import sheet_of
from survey.store import assessments as store
from survey.tables import AnswerRow, Assessment, AssessmentState, SheetKind, SheetRow
from survey.web import access, here


@dataclass
class OpenedSheet:
    """The signed-in firm's own sheet of one assessment."""

    assessment: Assessment
    row: SheetRow
    rows: dict[str, AnswerRow]

    @property
    def writable(self) -> bool:
        return self.assessment.state == AssessmentState.DRAFT

    @cached_property
    def questionnaire(self) -> Questionnaire:
        return questionnaire_of(self.assessment)

    @cached_property
    def processes(self) -> frozenset[str]:
        return frozenset(self.row.processes)

    @cached_property
    def answers(self) -> dict[str, Answer]:
        return sheet_of(self.questionnaire, self.rows)

    @cached_property
    def progress(self) -> Progress:
        return progress(self.questionnaire, self.answers, self.processes)

    @cached_property
    def sections(self) -> list[SectionProgress]:
        """The sections that ask this firm anything, in reading order."""
        return [section for section in self.progress.sections if section.asked]

    @property
    def groups(self) -> list[tuple[str, list[SectionProgress]]]:
        """The sections by what they are: common, the trade's own, optional; none is empty."""
        common = self.questionnaire.core_section_ids
        needed = [s for s in self.sections if s.required]
        groups = [
            ("共性模块", [s for s in needed if s.section.id in common]),
            (
                f"{self.questionnaire.trade.title}专有模块",
                [s for s in needed if s.section.id not in common],
            ),
            ("选填模块", [s for s in self.sections if not s.required]),
        ]
        return [(title, sections) for title, sections in groups if sections]

    def section(self, section_id: str) -> Section:
        """Return a section by its id; an unknown one is not found."""
        return self.questionnaire.section_by_id.get(section_id) or abort(404)

    def questions(self, section: Section) -> tuple[Question, ...]:
        return self.questionnaire.asked(section, self.processes)

    def neighbours(self, section: Section) -> tuple[Section | None, Section | None]:
        """Return the sections before and after this one, where there are such."""
        shown = [s.section for s in self.sections]
        if section not in shown:
            return None, shown[0] if shown else None
        place = shown.index(section)
        before = shown[place - 1] if place else None
        return before, shown[place + 1] if place + 1 < len(shown) else None


def opened(assessment_id: int) -> OpenedSheet:
    """Find the firm's own sheet; anybody else's is simply not there."""
    assessment = access.own_assessment(assessment_id)
    row = store.sheet(here.session(), assessment.id, SheetKind.SELF) or abort(404)
    return OpenedSheet(assessment, row, store.answers(here.session(), row.id))
