"""From rows to the pure values that ``questionnaires`` understands."""

from __future__ import annotations

from collections.abc import Mapping

from questionnaires import answers
from questionnaires.answers import Answer
from questionnaires.model import Questionnaire
from survey.store.answers import KeptAnswer


def sheet_of(questionnaire: Questionnaire, rows: Mapping[str, KeptAnswer]) -> dict[str, Answer]:
    """Read stored answers back; cleared ones and unknown questions are left out."""
    return {
        question.id: answers.parse(question, row.value)
        for question in questionnaire.questions.values()
        if (row := rows.get(question.id)) is not None and row.value is not None
    }
