"""What a firm asks of the bureau about its locked sheet: to have it back, or opened again."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import requests as steps
from survey.lifecycle.errors import Invalid, Stale
from survey.views.firm.home import overview_page
from survey.views.firm.pages import pages
from survey.web import access, here


@pages.post("/assessments/<row:assessment_id>/ask-return")
def ask_return(assessment_id: int) -> ResponseReturnValue:
    """Ask for the sheet back, saying why."""
    access.own_assessment(assessment_id)
    typed = request.form.get("reason", "")
    try:
        steps.ask(here.step(), assessment_id, typed)
    except Invalid as refused:
        return overview_page(assessment_id, typed, refused.fields), 422
    flash("申请已提交，主管部门处理后会在这里告诉您。", "good")
    return _back(assessment_id)


@pages.post("/assessments/<row:assessment_id>/take-back-request")
def take_back_request(assessment_id: int) -> ResponseReturnValue:
    """Take back what nobody has decided."""
    access.own_assessment(assessment_id)
    try:
        steps.take_back(here.step(), assessment_id)
    except Stale:
        flash("这条申请已经处理过了，结果如下。", "note")
    else:
        flash("申请已撤回，答卷保持不变。", "good")
    return _back(assessment_id)


def _back(assessment_id: int) -> ResponseReturnValue:
    return redirect(url_for(".overview", assessment_id=assessment_id))
