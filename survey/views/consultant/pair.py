"""Two consultants on one visit: the second's own sheet, and where the two say otherwise."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import disagreements as steps
from survey.lifecycle import second_sheets
from survey.lifecycle.disagreements import Wish
from survey.lifecycle.errors import Incomplete, Invalid, Stale, Unsettled
from survey.lifecycle.typed import whole
from survey.readings.pairs import Pair, compared, pair_of
from survey.tables import Assessment, AssessmentState, SecondState
from survey.views.consultant.pages import pages
from survey.web import access, here
from survey.words import wording

PAIR = "/<row:assessment_id>/second-sheet"


@pages.post(PAIR)
def begin_second_sheet(assessment_id: int) -> ResponseReturnValue:
    """Let the second judge on a sheet of their own from now on."""
    access.visited_assessment(assessment_id)
    second_sheets.begin(here.step(), assessment_id)
    flash("已另开一张您自己的核查表。从现在起您的结论只记在这张表上。", "good")
    return redirect(url_for(".overview", assessment_id=assessment_id))


@pages.post(f"{PAIR}/finish")
def finish_second_sheet(assessment_id: int) -> ResponseReturnValue:
    """Say that the second's sheet is finished."""
    access.visited_assessment(assessment_id)
    try:
        second_sheets.finish(here.step(), assessment_id)
    except Incomplete as error:
        flash(f"还有 {len(error.missing)} 题没有判完，见下面的“待处理”。", "warn")
        return redirect(url_for(".overview", assessment_id=assessment_id, _anchor="open-items"))
    flash("您的核查表已收口，组长现在可以比对两人意见。", "good")
    return redirect(url_for(".overview", assessment_id=assessment_id))


@pages.get("/<row:assessment_id>/disagreements")
def disagreements(assessment_id: int) -> ResponseReturnValue:
    """Show to the lead, and once both are compared to the second, where the two say otherwise."""
    return _page(access.visited_assessment(assessment_id))


@pages.post("/<row:assessment_id>/disagreements")
def compare(assessment_id: int) -> ResponseReturnValue:
    """Lay both sheets side by side."""
    assessment = access.visited_assessment(assessment_id)
    try:
        steps.compare(here.step(), assessment_id)
    except Incomplete as error:
        return _page(assessment, fault=_unjudged(error)), 422
    except Unsettled as error:
        return _page(assessment, fault=wording.PAIR_NEEDS[error.need]), 422
    return redirect(url_for(".disagreements", assessment_id=assessment_id))


def _unjudged(error: Incomplete) -> str:
    return f"您自己还有 {len(error.missing)} 题没有判。两人都判完了才能比对，先看到对方的结论会互相影响。"


@pages.post("/<row:assessment_id>/disagreements/<question_id>")
def decide(assessment_id: int, question_id: str) -> ResponseReturnValue:
    """Decide on one answer of which the second said otherwise."""
    assessment = access.visited_assessment(assessment_id)
    given = request.form
    wish = Wish(
        given.get("decision", ""),
        given.get("why", ""),
        given.get("level", ""),
        whole(given.get("base")) or 0,
    )
    try:
        steps.decide(here.step(), assessment_id, question_id, wish)
    except Invalid as error:
        return _page(assessment, question_id, wish, error.fields), 422
    except Stale:
        return _page(assessment, question_id, wish, stale=True), 409
    flash("已定下，组长的核查表随之更新。", "good")
    way = url_for(".disagreements", assessment_id=assessment_id, _anchor=f"differs-{question_id}")
    return redirect(way)


@pages.post("/<row:assessment_id>/without-second")
def go_on_without(assessment_id: int) -> ResponseReturnValue:
    """Close the visit without the second's sheet, saying why."""
    assessment = access.visited_assessment(assessment_id)
    reason = request.form.get("reason", "")
    try:
        steps.go_on_without(here.step(), assessment_id, reason=reason)
    except Invalid as error:
        return _page(assessment, fault="；".join(error.fields.values()), reason=reason), 422
    flash("不再等组员的核查表，可以继续核定。理由已记录。", "good")
    return redirect(url_for(".disagreements", assessment_id=assessment_id))


def _page(
    assessment: Assessment,
    question_id: str = "",
    wish: Wish | None = None,
    faults: dict[str, str] | None = None,
    *,
    stale: bool = False,
    fault: str = "",
    reason: str = "",
) -> str:
    session, me = here.session(), here.reader().id
    session.rollback()
    session.expire_all()
    assessment = access.visited_assessment(assessment.id)
    pair = pair_of(session, assessment) or abort(404)
    leads = assessment.consultant_id == me
    known = compared(session, assessment) if leads or not _judges_still(assessment, pair) else ()
    seen = tuple(one for one in known if leads or one.state == SecondState.COMPARED)
    return render_template(
        "consultant/disagreements.html",
        assessment=assessment,
        pair=pair,
        sheets=seen,
        leads=leads,
        typed=(question_id, wish),
        faults=faults or {},
        stale=stale,
        fault=fault,
        reason=reason,
    )


def _judges_still(assessment: Assessment, pair: Pair) -> bool:
    """Whether the second would read what the lead says before both are compared."""
    if assessment.state == AssessmentState.CONFIRMED:
        return False
    return pair.current is None or pair.current.state in (SecondState.OPEN, SecondState.FINISHED)
