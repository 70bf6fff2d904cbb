"""The sheet that speaks for an assessment, scored beside the lock, for what is kept of it afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from questionnaires.answers import Answer
from questionnaires.scoring import Score, score
from survey.library import questionnaire_of
from survey.lifecycle.sheets import sheet_of
from survey.lifecycle.step import Step
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store.sheets import kind_of
from survey.tables import Assessment, AssessmentState, SheetKind


@dataclass(frozen=True)
class Speaking:
    """What was read of an assessment at one version."""

    assessment: Assessment
    version: int
    kind: SheetKind
    answers: dict[str, Answer]
    found: Score


def scored(step: Step, assessment_id: int) -> Speaking | None:
    """Score the sheet that speaks; None of a draft, and where none was ever handed in."""
    session = step.session
    seen = store.assessment(session, assessment_id)
    sheet = store.sheet(session, assessment_id, kind_of(seen.state)) if seen else None
    if seen is None or sheet is None or seen.state == AssessmentState.DRAFT:
        return None
    questionnaire = questionnaire_of(seen)
    answers = sheet_of(questionnaire, answer_store.answers(session, sheet.id))
    found = score(questionnaire, answers, frozenset(sheet.processes))
    return Speaking(seen, seen.version, sheet.kind, answers, found)


def unchanged(step: Step, seen: Speaking) -> Assessment | None:
    """Return the assessment under the lock; None where it changed since it was scored."""
    assessment = store.assessment(step.session, seen.assessment.id, lock=True)
    return assessment if assessment and assessment.version == seen.version else None
