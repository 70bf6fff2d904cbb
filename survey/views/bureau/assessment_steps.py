"""The steps an officer takes from one firm's assessment."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import assessments as life
from survey.lifecycle import documents as document_life
from survey.lifecycle import pool, typed
from survey.lifecycle import requests as request_life
from survey.lifecycle.errors import Refusal
from survey.store import documents
from survey.tables import Assessment, AssessmentState
from survey.views.bureau import choices
from survey.views.bureau.assessment_page import (
    assign_form,
    groups,
    page,
    results_of,
    target_form,
    withdraw_step,
)
from survey.views.bureau.blueprint import pages
from survey.views.bureau.steps import AdmitForm, AnswerForm, ReasonForm, ReturnForm, StepForm
from survey.web import access, here


@pages.post("/assessments/<row:assessment_id>/assign")
def assign(assessment_id: int) -> ResponseReturnValue:
    """Send a consultant or a pair to the firm, or change who goes and when."""
    found = access.handed_in_assessment(assessment_id)
    form = assign_form(found, posted=True)
    if not form.validate():
        return page(found, form, 422)
    wanted = (int(form.consultant.data), form.second_id, form.planned_on.data)
    try:
        life.assign(
            here.step(),
            assessment_id,
            *wanted,
            shown=form.base_version(),
            despite=form.despite.data or "",
        )
    except Refusal as error:
        return _refused(assessment_id, form, error)
    flash("已指派诊断顾问，顾问现在可以开始现场诊断。", "good")
    return _back(assessment_id)


@pages.post("/assessments/<row:assessment_id>/unassign")
def unassign(assessment_id: int) -> ResponseReturnValue:
    """Take an assignment back: the firm waits for a consultant again."""
    found = access.handed_in_assessment(assessment_id)
    form = ReasonForm("unassign", posted=True)
    if not form.validate():
        return page(found, form, 422)
    if found.state != AssessmentState.SUBMITTED or found.consultant_id:
        try:
            life.unassign(here.step(), assessment_id, reason=form.reason.data or "")
        except Refusal as error:
            return _refused(assessment_id, form, error)
    flash("已收回指派，企业回到待指派。已核验的内容保留。", "good")
    return _back(assessment_id)


@pages.post("/assessments/<row:assessment_id>/return")
def return_to_firm(assessment_id: int) -> ResponseReturnValue:
    """Give the sheet back to the firm; from here on it is a draft, and the firm's alone."""
    found = access.known_assessment(assessment_id)
    form = ReturnForm("return", groups(found), posted=True)
    if _is_returned_for(found, typed.paragraph(form.reason.data)):
        return _returned()
    access.handed_in_assessment(assessment_id)
    if not form.validate():
        return page(found, form, 422)
    try:
        life.return_to_firm(
            here.step(),
            assessment_id,
            reason=typed.reason(form.reason.data),
            questions=form.questions.data or (),
        )
    except Refusal as error:
        return _refused(assessment_id, form, error)
    return _returned()


def _is_returned_for(found: Assessment, reason: str) -> bool:
    """Whether this very press already went through: the second one must not look like a fault."""
    return bool(reason and found.state == AssessmentState.DRAFT and found.return_reason == reason)


def _returned() -> ResponseReturnValue:
    flash("已退回企业补充，退回理由企业可以看到。", "good")
    return redirect(url_for(".assessments"))


@pages.post("/assessments/<row:assessment_id>/decline-return")
def decline_return(assessment_id: int) -> ResponseReturnValue:
    """Leave a sheet as it is although its firm asks for it, and say why."""
    found = access.handed_in_assessment(assessment_id)
    form = AnswerForm("decline", posted=True)
    if not form.validate():
        return page(found, form, 422)
    try:
        request_life.decline(here.step(), assessment_id, form.reason.data or "")
    except Refusal as error:
        return _refused(assessment_id, form, error)
    flash("已答复企业，答卷保持不变。", "good")
    return _back(assessment_id)


@pages.post("/assessments/<row:assessment_id>/reopen")
def reopen(assessment_id: int) -> ResponseReturnValue:
    """Take a confirmed assessment back to its consultant."""
    found = access.handed_in_assessment(assessment_id)
    form = ReasonForm("reopen", posted=True)
    if not form.validate():
        return page(found, form, 422)
    try:
        life.reopen(here.step(), assessment_id, reason=typed.reason(form.reason.data))
    except Refusal as error:
        return _refused(assessment_id, form, error)
    flash("已重新打开，顾问可以继续核验。", "good")
    return _back(assessment_id)


@pages.post("/reports/<row:document_id>/withdraw")
def withdraw_report(document_id: int) -> ResponseReturnValue:
    """Take a report back; its reader is told why."""
    report = documents.document(here.session(), document_id)
    if report is None or report.subject != "assessment":
        abort(404)
    found = access.handed_in_assessment(report.subject_id)
    form = ReasonForm(withdraw_step(document_id), posted=True)
    if not form.validate():
        return page(found, form, 422)
    try:
        document_life.withdraw_document(here.step(), document_id, reason=form.reason.data or "")
    except Refusal as error:
        return _refused(found.id, form, error)
    flash(f"报告 {report.number} 已撤销，企业会在结果页看到理由。", "good")
    return _back(found.id)


@pages.post("/assessments/<row:assessment_id>/propose")
def propose(assessment_id: int) -> ResponseReturnValue:
    """Put the firm forward for the pool."""
    return _enter_pool("propose", assessment_id, "已列入拟入库名单。")


@pages.post("/assessments/<row:assessment_id>/admit")
def admit(assessment_id: int) -> ResponseReturnValue:
    """Take the firm into the pool."""
    return _enter_pool("admit", assessment_id, "已入库。")


def _enter_pool(step: str, assessment_id: int, done: str) -> ResponseReturnValue:
    found = access.handed_in_assessment(assessment_id)
    frame = choices.frame_of(found.edition)
    form = target_form(step, frame, results_of(found), posted=True)
    if not form.validate():
        return page(found, form, 422)
    wanted: dict[str, Any] = {
        "target_rung": form.target_rung.data,
        "reason": form.reason.data or "",
        "base_version": form.base_version(),
    }
    try:
        if isinstance(form, AdmitForm):
            entry = pool.admit(here.step(), assessment_id, **wanted, sure=form.sure.data)
        else:
            entry = pool.propose(here.step(), assessment_id, **wanted)
    except Refusal as error:
        return _refused(assessment_id, form, error)
    flash(done, "good")
    return redirect(url_for(".pool_entry", entry_id=entry.id))


def _refused(assessment_id: int, form: StepForm, error: Refusal) -> ResponseReturnValue:
    """Show the page as it is now, with the refusal and everything that was typed."""
    return page(access.handed_in_assessment(assessment_id), form, form.show_refusal(error))


def _back(assessment_id: int) -> ResponseReturnValue:
    return redirect(url_for(".assessment", assessment_id=assessment_id))
