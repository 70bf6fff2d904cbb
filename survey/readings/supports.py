"""By how few answers a firm's rung is held, and by which."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from questionnaires.model import Question
from questionnaires.scoring import score
from reports.robustness import Support, support
from survey.lifecycle.scores import unseen
from survey.readings.sheets import filled_sheet
from survey.tables import Assessment, SheetKind


@dataclass(frozen=True)
class Held:
    """What holds the rung of one sheet: of all its answers, and of those no consultant saw.

    ``questions`` are those of the first way found, ``any`` says that each of them alone is enough.
    """

    answers: int
    questions: tuple[Question, ...]
    any: bool
    unseen: int


def held(session: Session, assessment: Assessment, kind: SheetKind) -> Held | None:
    """Return by what the rung of a complete sheet is held; None where nothing lowered would lose it."""
    sheet = filled_sheet(session, assessment, kind)
    questionnaire = sheet.questionnaire
    found = score(questionnaire, sheet.answers, sheet.processes)
    whole = support(found, sheet.answers)
    if whole.answers is None:
        return None
    unverified = support(found, sheet.answers, unseen(sheet.rows))
    return Held(
        whole.answers,
        tuple(questionnaire.questions[id] for id in questionnaire.questions if id in _named(whole)),
        any=whole.answers == 1,
        unseen=unverified.answers or 0,
    )


def _named(found: Support) -> frozenset[str]:
    return frozenset().union(*found.ways) if found.stands_on_one else found.ways[0]
