"""What a firm has said about its project; whatever it has not said is None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from questionnaires.answers import Answer, Choice, Grid, Sheet, describe
from questionnaires.model import GridQuestion, Question

INVESTMENT = "investment"
PROJECT_STATE = "project_state"
FINISH_YEAR = "finish_year"
FINISH_MONTH = "finish_month"
CREDIT_GRADE = "credit_grade"
SERIOUS_INCIDENT = "serious_incident"
SERIOUS_BREACH = "serious_breach"
APPLICANT_KIND = "applicant_kind"
DIGITAL_LEVEL = "digital_level"
DIGITAL_LEVEL_YEAR = "digital_level_year"
UNLAWFUL_ACT = "unlawful_act"
PROJECT_PLACE = "project_place"
FINANCIAL_STATE = "financial_state"
PROJECT_STANDING = "project_standing"

READ = frozenset(
    {
        INVESTMENT,
        PROJECT_STATE,
        FINISH_YEAR,
        FINISH_MONTH,
        CREDIT_GRADE,
        SERIOUS_INCIDENT,
        SERIOUS_BREACH,
        APPLICANT_KIND,
        DIGITAL_LEVEL,
        DIGITAL_LEVEL_YEAR,
        UNLAWFUL_ACT,
        PROJECT_PLACE,
        FINANCIAL_STATE,
        PROJECT_STANDING,
    }
)
"""Every question that a condition may read."""
ASKED: Mapping[str, tuple[str, ...]] = {
    "investment": (INVESTMENT, FINISH_YEAR),
    "completion": (PROJECT_STATE, FINISH_YEAR, FINISH_MONTH),
    "digital_level": (DIGITAL_LEVEL, DIGITAL_LEVEL_YEAR),
    "credit": (CREDIT_GRADE,),
    "incidents": (SERIOUS_INCIDENT,),
    "breaches": (SERIOUS_BREACH,),
    "unlawful_acts": (UNLAWFUL_ACT,),
    "applicant": (APPLICANT_KIND,),
    "in_province": (PROJECT_PLACE,),
    "sound_finances": (FINANCIAL_STATE,),
    "not_yet_listed": (PROJECT_STANDING,),
}
"""The questions that each condition reads, the weightiest first."""
NOT_ANSWERED = "未填写"


@dataclass(frozen=True)
class Facts:
    """The facts of one sheet, with the questions that asked for them."""

    questions: Mapping[str, Question]
    sheet: Sheet

    def answer(self, question_id: str) -> Answer | None:
        return self.sheet.get(question_id) if question_id in self.questions else None

    def chosen(self, question_id: str) -> str | None:
        answer = self.answer(question_id)
        return answer.option if isinstance(answer, Choice) else None

    def number(self, question_id: str) -> Decimal | None:
        answer = self.answer(question_id)
        return answer if isinstance(answer, Decimal) else None

    def whole(self, question_id: str) -> int | None:
        number = self.number(question_id)
        return None if number is None else int(number)

    def said(self, question_id: str) -> str:
        """The answer in the question's own words."""
        answer = self.answer(question_id)
        if answer is None:
            return NOT_ANSWERED
        return describe(self.questions[question_id], answer)

    @property
    def amounts(self) -> dict[tuple[str, int], Decimal]:
        """万元 by kind and year; only cells the firm has filled."""
        answer = self.answer(INVESTMENT)
        if not isinstance(answer, Grid):
            return {}
        return {(row, int(column)): amount for row, column, amount in answer.cells}

    @property
    def years_asked(self) -> frozenset[int]:
        """The years the firm's table has a column for."""
        question = self.questions.get(INVESTMENT)
        columns = question.columns if isinstance(question, GridQuestion) else ()
        return frozenset(int(column.id) for column in columns)

    def kind_titles(self, kinds: tuple[str, ...]) -> str:
        question = self.questions.get(INVESTMENT)
        rows = question.rows if isinstance(question, GridQuestion) else ()
        titles = {row.id: row.text for row in rows}
        return "、".join(titles.get(kind, kind) for kind in kinds)
