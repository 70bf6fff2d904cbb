"""A sheet as pages and papers read it: its answers and files by question, parsed and measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from questionnaires import progress
from questionnaires.answers import Answer
from questionnaires.model import Question, Questionnaire, Section
from questionnaires.progress import Progress, SectionProgress
from survey.library import questionnaire_of
from survey.lifecycle.errors import NotThere
from survey.lifecycle.sheets import sheet_of
from survey.lifecycle.states import WRITABLE
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store import evidence
from survey.store.answers import KeptAnswer
from survey.tables import Assessment, Evidence, SecondSheet, SecondState, SheetKind, SheetRow


@dataclass(frozen=True)
class FilledSheet:
    """One sheet of an assessment, with its answers and files by question id."""

    assessment: Assessment
    row: SheetRow
    rows: Mapping[str, KeptAnswer]
    files: Mapping[str, Sequence[Evidence]]
    given: frozenset[str] | None = None
    """The modules its reader was given; None for all. What is not given is not shown."""
    second: SecondSheet | None = None
    """How far it is, where the second of a pair keeps it apart."""

    @property
    def is_writable(self) -> bool:
        worked_on = self.second.state == SecondState.OPEN if self.second else self.row.speaks
        return worked_on and self.assessment.state == WRITABLE[self.row.kind]

    @cached_property
    def questionnaire(self) -> Questionnaire:
        return questionnaire_of(self.assessment)

    @cached_property
    def processes(self) -> frozenset[str]:
        return frozenset(self.row.processes)

    @property
    def unticked(self) -> tuple[tuple[str, str], ...]:
        """The processes its trade usually has and this sheet has not: (title, why)."""
        usual = (p for p in self.questionnaire.trade.processes if p.usual)
        lacked = (p for p in usual if p.id not in self.processes)
        return tuple((p.title, self.row.lacking.get(p.id, "")) for p in lacked)

    @cached_property
    def answers(self) -> dict[str, Answer]:
        return sheet_of(self.questionnaire, self.rows)

    def asked(self, section: Section) -> tuple[Question, ...]:
        return self.questionnaire.asked(section, self.processes)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections in which anything is asked of its reader."""
        return tuple(
            s for s in self.questionnaire.sections if self.asked(s) and self.is_given(s.id)
        )

    def is_given(self, section_id: str) -> bool:
        return self.given is None or section_id in self.given

    @cached_property
    def progress(self) -> Progress:
        return progress.progress(self.questionnaire, self.answers, self.processes)

    @cached_property
    def section_progress(self) -> tuple[SectionProgress, ...]:
        """How far each of the ``sections`` is, in their order."""
        by_id = {section.section.id: section for section in self.progress.sections}
        return tuple(by_id[section.id] for section in self.sections)

    @property
    def answered(self) -> int:
        """How many of the ``required`` questions that its reader was given are answered."""
        return sum(section.answered for section in self.section_progress)

    @property
    def required(self) -> int:
        return sum(section.required for section in self.section_progress)


def filled_sheet(session: Session, assessment: Assessment, kind: SheetKind) -> FilledSheet:
    """Return the sheet of this kind that speaks for an assessment.

    Raises:
        NotThere: The assessment has none.
    """
    return filled_version(session, assessment, kind, None)


def filled_version(
    session: Session, assessment: Assessment, kind: SheetKind, version: SheetRow | None
) -> FilledSheet:
    """Return a version of a sheet that was left behind, or the one that speaks.

    Raises:
        NotThere: The assessment has none.
    """
    row = version or store.sheet(session, assessment.id, kind)
    if row is None:
        raise NotThere
    return filled_sheets(session, [(assessment, row)])[row.id]


def filled_sheets(
    session: Session, sheets: Iterable[tuple[Assessment, SheetRow]]
) -> dict[int, FilledSheet]:
    """Return sheets by their ids, read by two queries however many there are."""
    sheets = list(sheets)
    ids = [row.id for _, row in sheets]
    rows, files = answer_store.answers_of(session, ids), evidence.by_question(session, ids)
    return {row.id: FilledSheet(a, row, rows[row.id], files[row.id]) for a, row in sheets}
