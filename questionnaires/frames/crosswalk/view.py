"""A sheet as a frame looks at it: only what is asked and answered speaks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from questionnaires.answers import NOT_APPLICABLE, Answer, Sheet, describe, level_of
from questionnaires.frames.crosswalk.results import Span
from questionnaires.model import Question, Questionnaire, is_asked

NOTHING = Fraction(0)


@dataclass(frozen=True)
class View:
    """One firm's sheet with the questions it is asked.

    An answer left over from a process the firm has since unticked is not seen.
    """

    questionnaire: Questionnaire
    sheet: Sheet
    processes: frozenset[str]

    def applies(self, question_id: str) -> bool:
        """Whether the firm is asked this and has not said 不适用."""
        question = self.questionnaire.questions.get(question_id)
        return (
            question is not None
            and is_asked(question, self.processes)
            and self.sheet.get(question_id) is not NOT_APPLICABLE
        )

    def answer(self, question_id: str) -> Answer | None:
        return self.sheet.get(question_id) if self.applies(question_id) else None

    def level(self, question_id: str) -> int | None:
        """0 to 4, or None while unanswered."""
        answer = self.answer(question_id)
        if answer is None:
            return None
        return level_of(self.questionnaire.questions[question_id], answer)

    def reaches(self, question_id: str, level: int) -> tuple[bool, bool] | None:
        """Whether the answer is certainly, and possibly, at this level; None if inapplicable."""
        if not self.applies(question_id):
            return None
        here = self.level(question_id)
        return (False, True) if here is None else (here >= level, here >= level)

    def label(self, question_id: str) -> str:
        """Name a question the way the page does: “C07 报工与进度”."""
        question = self.questionnaire.questions.get(question_id)
        return f"{question.code} {question.short}" if question else question_id

    def said(self, question_id: str) -> str:
        """Name a question with what was answered, in a few words."""
        label, answer, level = (
            self.label(question_id),
            self.answer(question_id),
            self.level(question_id),
        )
        if answer is None:
            return f"{label}（未答）" if self.applies(question_id) else f"{label}（不适用）"
        if level is not None:
            return f"{label} {level} 档"
        return f"{label}：{describe(self.questionnaire.questions[question_id], answer)}"

    def mapped(self, frame: str, title: str) -> tuple[Question, ...]:
        """The scored questions asked of this firm that name a subdomain in their ``maps``."""
        return tuple(
            question
            for question in self.questionnaire.questions.values()
            if question.scored
            and title in question.maps.get(frame, ())
            and is_asked(question, self.processes)
        )


def figure(value: Fraction) -> str:
    """Write a finite decimal without idle zeros: 7/2 is "3.5"."""
    text = format(Decimal(value.numerator) / Decimal(value.denominator), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def span_text(span: Span) -> str:
    """Write a span: "3.5", or "1–3" where the ends differ."""
    lower, upper = figure(span.lower), figure(span.upper)
    return lower if lower == upper else f"{lower}–{upper}"
