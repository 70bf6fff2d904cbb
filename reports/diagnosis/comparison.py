"""The firm's own answers beside the consultant's, where the two differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from questionnaires.answers import Answer, Sheet, describe, level_of
from questionnaires.model import Question
from questionnaires.scoring import Score
from reports.diagnosis.gaps import rung_title
from reports.diagnosis.sections import LONG
from reports.facts import SelfAssessment, Verification
from reports.figures import Figure, share_figure
from reports.words import VERDICTS


@dataclass(frozen=True)
class Difference:
    """One question answered differently by the firm and on site."""

    code: str
    question_id: str
    section: str
    short: str
    own: str
    onsite: str
    change: str
    reason: str

    @property
    def is_long(self) -> bool:
        """Whether the row may not fit on one page and must be allowed to break across pages."""
        return len(self.own) + len(self.onsite) + len(self.reason) > LONG


@dataclass(frozen=True)
class Comparison:
    """Both results and every difference; ``counts`` are (what the consultant did, how often)."""

    own_share: Figure
    own_rung: str
    differences: tuple[Difference, ...]
    counts: tuple[tuple[str, int], ...]


def compare(
    score: Score,
    sheet: Sheet,
    own: SelfAssessment,
    verifications: Mapping[str, Verification],
) -> Comparison:
    """Put the two sheets side by side; questions that were not asked on site are left out."""
    asked = [
        (section.section.title, mark.question)
        for section in score.sections
        for mark in section.questions
        if mark.state != "not_asked"
    ]
    states = [verifications[q.id].state for _, q in asked if q.id in verifications]
    return Comparison(
        own_share=share_figure(own.score.share),
        own_rung=rung_title(own.score),
        differences=tuple(
            _difference(title, question, sheet, own, verifications)
            for title, question in asked
            if sheet.get(question.id) != own.sheet.get(question.id)
        ),
        counts=tuple((text, states.count(state)) for state, text in VERDICTS.items()),
    )


def _difference(
    section: str,
    question: Question,
    sheet: Sheet,
    own: SelfAssessment,
    verifications: Mapping[str, Verification],
) -> Difference:
    before, after = own.sheet.get(question.id), sheet.get(question.id)
    verification = verifications.get(question.id)
    return Difference(
        code=question.code,
        question_id=question.id,
        section=section,
        short=question.short,
        own=_said(question, before),
        onsite=_said(question, after),
        change=_change(question, before, after),
        reason=verification.reason if verification else "",
    )


def _said(question: Question, answer: Answer | None) -> str:
    return "未填写" if answer is None else describe(question, answer)


def _change(question: Question, before: Answer | None, after: Answer | None) -> str:
    """How many levels up or down, where both have one."""
    if before is None or after is None:
        return "更正"
    low, high = level_of(question, before), level_of(question, after)
    if low is None or high is None or low == high:
        return "更正"
    return f"升 {high - low} 档" if high > low else f"降 {low - high} 档"
