"""The end of a visit: what contradicts is explained, then everything is confirmed."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import assessments as steps
from survey.lifecycle import contradictions
from survey.lifecycle.errors import Contradicted, Incomplete, Invalid, NotThere, Stale, Unsettled
from survey.lifecycle.responses import Word
from survey.readings.pairs import Line, compared, pair_of
from survey.readings.summary import summary_of
from survey.readings.visits import Visit
from survey.views.consultant.pages import found_visit, pages, shared_visit
from survey.views.responses import posted_word
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
    """Show what the visit comes to and what still stands against it; then confirm."""
    visit = shared_visit(assessment_id)
    if request.method == "GET":
        return _confirm(visit)
    word = posted_word()
    try:
        kept = word if word.kind else None
        steps.confirm(here.step(), assessment_id, word=kept, shown=request.form.get("shown"))
    except (Incomplete, Contradicted, Unsettled):
        return _confirm(found_visit(assessment_id), word), 422
    except Stale:
        return _confirm(found_visit(assessment_id), word, stale=True), 409
    except Invalid as error:
        return _confirm(found_visit(assessment_id), word, faults=error.fields), error.status
    flash("现场诊断已核定。结果页可以生成诊断报告（现场诊断版）。", "good")
    return redirect(url_for(".overview", assessment_id=assessment_id))


def _undecided(visit: Visit) -> tuple[Line, ...]:
    found = compared(here.session(), visit.assessment)
    return next((one.undecided for one in found if one.in_force), ())


def _confirm(
    visit: Visit,
    word: Word | None = None,
    *,
    stale: bool = False,
    faults: dict[str, str] | None = None,
) -> str:
    pair = pair_of(here.session(), visit.assessment)
    return render_template(
        "consultant/confirm.html",
        visit=visit,
        pair=pair,
        differing=_undecided(visit) if pair and pair.undecided else (),
        summary=summary_of(visit),
        word=word or Word(None, ""),
        stale=stale,
        faults=faults or {},
    )
