"""What a firm's last result recommends to buy: by code, in the order of its plan."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import Session

from questionnaires.scoring import score
from reports.diagnosis.advice import choose
from reports.diagnosis.chosen import bought
from reports.lifting import Ground, Purchase
from reports.roadmap import roadmap
from survey.library import questionnaire_of
from survey.lifecycle.choices import choices_of
from survey.lifecycle.sheets import sheet_of
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.store.sheets import kind_of
from survey.tables import Assessment, AssessmentState, SheetKind


class Recommended(NamedTuple):
    """The result a firm's purchases come from, and these; measures are bought of nobody."""

    assessment: Assessment
    kind: SheetKind
    purchases: tuple[Purchase, ...]


def recommended(session: Session, firm_id: int) -> Recommended | None:
    """Return what the last result of a firm recommends; None before it has handed in any."""
    for assessment in store.assessments_of_firm(session, firm_id):
        kind = kind_of(assessment.state)
        sheet = store.sheet(session, assessment.id, kind)
        if sheet is None or assessment.state == AssessmentState.DRAFT:
            continue
        questionnaire = questionnaire_of(assessment)
        answers = sheet_of(questionnaire, answer_store.answers(session, sheet.id))
        ground = Ground(
            score(questionnaire, answers, frozenset(sheet.processes)), assessment.firm.size
        )
        return Recommended(assessment, kind, _purchases(session, assessment, kind, ground))
    return None


def _purchases(
    session: Session, assessment: Assessment, kind: SheetKind, ground: Ground
) -> tuple[Purchase, ...]:
    way = roadmap(ground)
    choices = choices_of(session, assessment) if kind == SheetKind.ONSITE else None
    found = (
        choose(ground, way)
        if choices is None
        else tuple(one.purchase for one in bought(ground, way, choices))
    )
    known = ground.score.questionnaire.package_by_code
    bought_once = {one.package.code: one for one in reversed(found) if one.package.code in known}
    return tuple(one for one in reversed(bought_once.values()) if one.package.kind == "package")
