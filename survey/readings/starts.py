"""A firm's sheet with what it begins with: last round's answers and files, until each was looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy.orm import Session

from questionnaires.model import Question
from survey.library import questionnaire_of
from survey.lifecycle import starts as steps
from survey.lifecycle.errors import NotThere
from survey.readings.sheets import FilledSheet
from survey.store import answers as answer_store
from survey.store import evidence
from survey.store import starts as store
from survey.tables import Assessment, Evidence, SheetKind, Start


@dataclass(frozen=True)
class LastTime:
    """What one question has from the last round.

    Attributes:
        value: The answer in wire form that may stand again; None where it has to be given anew.
        remark: What the firm had written beside it.
        asked: The question as it was asked then, and ``answered`` in wire form what spoke for the firm.
        said: What the firm itself had said, in wire form, where the visit found otherwise, with ``why``.
        files: What the firm had handed in with it and has not handed in again.
    """

    asked: Question | None
    answered: object = None
    value: object = None
    remark: str = ""
    said: object = None
    why: str = ""
    files: tuple[Evidence, ...] = ()

    @property
    def stands(self) -> bool:
        return self.value is not None


@dataclass(frozen=True)
class StartedSheet(FilledSheet):
    """A firm's own sheet with its start; None where the firm had no round before."""

    start: Start | None = None
    last_files: Mapping[str, Sequence[Evidence]] = field(default_factory=dict)
    """By the question id of then."""

    @cached_property
    def waiting(self) -> frozenset[str]:
        """The questions whose answer of last round may stand, and which nobody has touched."""
        if self.start is None or not self.is_writable:
            return frozenset()
        return frozenset(self.start.same) - self.rows.keys()

    def waiting_in(self, section_id: str) -> int:
        """How many of a section's questions wait so."""
        asked = self.questionnaire.asked_by_section(self.processes)[section_id]
        return sum(question.id in self.waiting for question in asked)

    @property
    def waits(self) -> int:
        """How many questions that its reader was given wait so."""
        return sum(self.waiting_in(section.id) for section in self.sections)

    @property
    def profile_waits(self) -> bool:
        """Whether nobody has looked at the firm's profile since this round was begun."""
        return self.is_writable and steps.profile_waits(self.start, self.assessment)

    def last_time(self, question: Question) -> LastTime | None:
        """Return what a question has from the last round, whether it was looked at; None for nothing."""
        if self.start is None:
            return None
        files = self._files(self.start, question)
        kept = self.start.same.get(question.id) or self.start.again.get(question.id)
        if kept is None:
            return LastTime(None, files=files) if files else None
        return LastTime(
            asked=questionnaire_of(self.start.last).questions.get(kept["question"]),
            answered=kept["value"],
            value=kept["value"] if question.id in self.start.same else None,
            remark=kept.get("remark", ""),
            said=kept.get("said"),
            why=kept.get("why", ""),
            files=files,
        )

    def _files(self, start: Start, question: Question) -> tuple[Evidence, ...]:
        held = {file.sha256 for file in self.files.get(question.id, ())}
        old = self.last_files.get(steps.question_then(start, question.id), ())
        return tuple(file for file in old if file.sha256 not in held)


def started_sheet(session: Session, assessment: Assessment) -> StartedSheet:
    """Return the firm's own sheet with its start: two queries more than none, however much it holds.

    Raises:
        NotThere: The assessment has none.
    """
    row = store.own_sheet(session, assessment.id)
    if row is None or row.kind != SheetKind.SELF:
        raise NotThere
    ids = [row.id, *([row.start.own_id] if row.start else [])]
    rows, files = answer_store.answers(session, row.id), evidence.by_question(session, ids)
    last = files[row.start.own_id] if row.start else {}
    return StartedSheet(assessment, row, rows, files[row.id], start=row.start, last_files=last)
