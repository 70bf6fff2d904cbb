"""Leave what nobody has judged in a module as the firm said (其余沿用自评): never a confirmation."""

from __future__ import annotations

from sqlalchemy.orm import Session

from questionnaires.model import Section
from survey.library import questionnaire_of
from survey.lifecycle import second_sheets, verification
from survey.lifecycle.assessments import writable
from survey.lifecycle.errors import NotThere
from survey.lifecycle.step import Step
from survey.lifecycle.verification import Rest
from survey.store import answers as answer_store
from survey.store import assessments as store
from survey.tables import AnswerRevision, AnswerRow, Assessment, SheetKind, SheetRow, Verdict

_KEPT = tuple(column.key for column in AnswerRow.__table__.columns)


def leave_as_said(step: Step, assessment_id: int, section_id: str) -> Rest:
    """Let the firm's word stand for everything in a module that nobody has judged.

    Returns what was left so (``free``) and what was not, because the reached rung rests on it
    (``held``). Pressing twice finds nothing more to leave.

    Raises:
        NotThere: No such assessment, visit or module.
        Locked: The visit is not under way, or the second of a pair has finished the sheet.
    """
    with step.writing() as session:
        assessment = writable(session, assessment_id, SheetKind.ONSITE)
        section = questionnaire_of(assessment).section_by_id.get(section_id)
        if section is None:
            raise NotThere
        onsite = second_sheets.sheet_of_writer(step, assessment)
        rest = _rest(session, assessment, onsite, section)
        for row in answer_store.rows_of(session, onsite.id, rest.free).values():
            _leave(step, row)
        if rest.free:
            left = {"section": section.id, "answers": len(rest.free)}
            step.log("as_said", assessment, after=left)
        return rest


def _rest(session: Session, assessment: Assessment, onsite: SheetRow, section: Section) -> Rest:
    """Return what of a module is left on the sheet that is verified."""
    own = store.sheet(session, assessment.id, SheetKind.SELF)
    if own is None:
        raise NotThere
    said, found = answer_store.answers(session, own.id), answer_store.answers(session, onsite.id)
    resting = verification.resting_on(questionnaire_of(assessment), (onsite, found), (own, said))
    processes = frozenset(onsite.processes)
    return verification.rest_of(section, processes, said=said, found=found, resting=resting)


def _leave(step: Step, row: AnswerRow) -> None:
    """Keep the verdict as a revision of its own, by whoever pressed."""
    row.verification, row.saved_at = Verdict.AS_SAID, step.now
    row.revision += 1
    row.author_id = step.by.user_id or row.author_id
    kept = {name: getattr(row, name) for name in _KEPT}
    # No client may send a colon.
    request_id = f"as_said:{row.revision}:{row.question_id}"
    step.session.add(AnswerRevision(request_id=request_id, **kept))
