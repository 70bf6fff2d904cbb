"""A firm asks for its sheet back: asked, taken back, declined, or granted by the step it asks for."""

from __future__ import annotations

from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, Locked, NotThere, Stale
from survey.lifecycle.states import REQUEST
from survey.lifecycle.step import Step
from survey.store import assessments
from survey.store import requests as store
from survey.tables import Assessment, AssessmentState, ReturnRequest


def ask(step: Step, assessment_id: int, reason: str) -> None:
    """Ask the bureau to return what was handed in, or to open again what was confirmed.

    Raises:
        Locked: The sheet is with its firm already.
        Invalid: No reason is given, or another request still waits.
    """
    why = typed.reason(reason)
    with step.writing() as session:
        assessment = _held(step, assessment_id)
        if assessment.state == AssessmentState.DRAFT:
            raise Locked(assessment.state)
        if waiting := store.open_one(session, assessment_id):
            if waiting.reason == why:
                return  # pressed twice
            raise Invalid({"reason": "已有一条申请在等主管部门处理。要改理由，请先撤回那一条。"})
        session.add(
            ReturnRequest(
                assessment_id=assessment_id,
                state=REQUEST["ask_return"].leads,
                reason=why,
                asked_by=step.by.name,
                asked_at=step.now,
            )
        )
        step.log("ask_return", assessment, reason=why)


def take_back(step: Step, assessment_id: int) -> None:
    """Take back a request that nobody has decided.

    Raises:
        Stale: It was decided meanwhile, or there is none.
    """
    with step.writing():
        assessment = _held(step, assessment_id)
        _settle(step, assessment, "take_back_request")
        step.log("take_back_request", assessment)


def decline(step: Step, assessment_id: int, answer: str) -> None:
    """Leave the sheet as it is and tell the firm why.

    Raises:
        Stale: The firm took its request back, or somebody else decided.
    """
    why = typed.reason(answer)
    with step.writing():
        assessment = _held(step, assessment_id)
        _settle(step, assessment, "decline_return").answer = why
        step.log("decline_return", assessment, reason=why)


def grant(step: Step, assessment: Assessment) -> bool:
    """Settle what waits, inside the step that does what was asked; return whether anything did."""
    if store.open_one(step.session, assessment.id) is None:
        return False
    _settle(step, assessment, "grant_return")
    return True


def _settle(step: Step, assessment: Assessment, action: str) -> ReturnRequest:
    waiting, turn = store.open_one(step.session, assessment.id), REQUEST[action]
    if waiting is None or waiting.state not in turn.begins:
        raise Stale
    waiting.state, waiting.settled_at = turn.leads, step.now
    return waiting


def _held(step: Step, assessment_id: int) -> Assessment:
    assessment = assessments.assessment(step.session, assessment_id, lock=True)
    if assessment is None:
        raise NotThere
    return assessment
