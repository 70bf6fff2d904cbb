"""A sheet's row, and from rows to the pure values that ``questionnaires`` understands."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from questionnaires import answers
from questionnaires.answers import Answer
from questionnaires.model import Questionnaire
from survey.lifecycle.errors import NotThere
from survey.store import assessments as store
from survey.store.answers import KeptAnswer
from survey.tables import SheetKind, SheetRow


def sheet_of(questionnaire: Questionnaire, rows: Mapping[str, KeptAnswer]) -> dict[str, Answer]:
    """Read stored answers back; cleared ones and unknown questions are left out."""
    return {
        question.id: answers.parse(question, row.value)
        for question in questionnaire.questions.values()
        if (row := rows.get(question.id)) is not None and row.value is not None
    }


def row_of(session: Session, assessment_id: int, kind: SheetKind) -> SheetRow:
    """Return a sheet's row.

    Raises:
        NotThere: The assessment has no such sheet.
    """
    sheet = store.sheet(session, assessment_id, kind)
    if sheet is None:
        raise NotThere
    return sheet
