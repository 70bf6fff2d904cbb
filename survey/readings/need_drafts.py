"""What a firm's answers propose as needs: a gap that no package lifts, words that name 资金 and the like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from questionnaires.model import Question, TextQuestion
from questionnaires.scoring import score
from reports.diagnosis.gaps import gaps
from reports.lifting import Ground
from survey.readings.sheets import FilledSheet, filled_sheet
from survey.store import assessments, need_rules
from survey.store import needs as store
from survey.store.answers import KeptAnswer
from survey.store.need_rules import NeedRules
from survey.tables import Assessment, AssessmentState, SheetKind

OF_GAPS = "技术改造"
"""The category of what no package lifts, where the district has it; else its first."""
MOST_DRAFTS = 8


@dataclass(frozen=True)
class Draft:
    """A need as an answer proposes it; it is none until somebody confirms.

    ``key`` stays the same from round to round, so that what was dismissed does not come back.
    """

    key: str
    category: str
    text: str
    why: str


def drafts_of(session: Session, firm_id: int) -> list[Draft]:
    """Return what the newest assessment of a firm proposes and nobody decided about.

    Words are the firm's own; gaps are those of the sheet that speaks.
    """
    newest = _newest(session, firm_id)
    if newest is None:
        return []
    own, rules = filled_sheet(session, newest, SheetKind.SELF), need_rules.read(session)
    speaks = own
    if newest.state == AssessmentState.CONFIRMED:
        speaks = filled_sheet(session, newest, SheetKind.ONSITE)
    decided = store.decided_drafts(session, firm_id)
    found = [*_named(own, rules), *_without_package(speaks, rules)]
    return [one for one in found if one.key not in decided][:MOST_DRAFTS]


def draft_of(session: Session, firm_id: int, key: str) -> Draft | None:
    return next((one for one in drafts_of(session, firm_id) if one.key == key), None)


def _newest(session: Session, firm_id: int) -> Assessment | None:
    """Return the newest assessment that was handed in."""
    found = assessments.assessments_of_firm(session, firm_id)
    handed_in = (one for one in found if one.state != AssessmentState.DRAFT)
    return max(handed_in, key=lambda one: one.id, default=None)


def _named(sheet: FilledSheet, rules: NeedRules) -> Iterator[Draft]:
    """What answers in the firm's own words name, by the words of each category."""
    for question in sheet.questionnaire.questions.values():
        row = sheet.rows.get(question.id)
        said = _own_words(question, row) if row else ""
        for one in rules.categories:
            word = next((word for word in one.words if word in said), "")
            if word:
                where = f"{question.code} {question.short}"
                why = f"答卷“{where}”里写到了“{word}”"
                yield Draft(f"said:{question.id}:{one.name}"[:120], one.name, said, why)


def _own_words(question: Question, row: KeptAnswer) -> str:
    typed = row.value if isinstance(question, TextQuestion) else ""
    return "；".join(filter(None, (str(typed or "").strip(), row.remark.strip())))


def _without_package(sheet: FilledSheet, rules: NeedRules) -> Iterator[Draft]:
    """Gaps that nothing in the catalogue lifts for this firm."""
    ground = Ground(
        score(sheet.questionnaire, sheet.answers, sheet.processes), sheet.assessment.firm.size
    )
    category = OF_GAPS if rules.category(OF_GAPS) else rules.names[0]
    for gap in gaps(ground):
        if not gap.packages:
            lacking = gap.weakness.plain if gap.weakness else gap.answer
            text = f"{gap.short}：{lacking}"
            why = "系统的改造场景里没有能补上这一项的"
            yield Draft(f"gap:{gap.question_id}", category, text, why)
