"""The end of a visit: what contradicts is explained, then everything is confirmed."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import assessments as steps
from survey.lifecycle import contradictions
from survey.lifecycle.errors import Contradicted, Incomplete, Invalid, NotThere
from survey.views.consultant.pages import found_visit, pages
from survey.web import access, here


@pages.post("/<row:assessment_id>/hints/<check_id>")
def explain(assessment_id: int, check_id: str) -> ResponseReturnValue:
    """Keep why both sides of a contradiction are right."""
    access.visited_assessment(assessment_id)
    says = request.form.get("says", "")
    try:
        contradictions.explain(here.step(), assessment_id, check_id, says)
    except Invalid as error:
        flash("；".join(error.fields.values()), "bad")
    except NotThere:
        flash("这条矛盾提示已经没有了，不用再说明。", "note")
    else:
        flash("说明已保存，会写进诊断报告。", "good")
    return redirect(url_for(".overview", assessment_id=assessment_id, _anchor="hints"))


@pages.route("/<row:assessment_id>/confirm", methods=["GET", "POST"])
def confirm(assessment_id: int) -> ResponseReturnValue:
    """Show what confirming means and what still stands against it; then confirm."""
    visit = found_visit(assessment_id)
    if request.method == "GET":
        return render_template("consultant/confirm.html", visit=visit)
    try:
        steps.confirm(here.step(), assessment_id)
    except (Incomplete, Contradicted):
        visit = found_visit(assessment_id)
        return render_template("consultant/confirm.html", visit=visit), 422
    flash("现场诊断已核定。结果页可以生成诊断报告（现场诊断版）。", "good")
    return redirect(url_for(".overview", assessment_id=assessment_id))
