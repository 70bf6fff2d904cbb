"""The conclusion of a visit: the summary of problems, and the plan if the consultant makes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports.facts import Choice
from survey.lifecycle import choices as lines
from survey.lifecycle import conclusions
from survey.lifecycle.errors import Invalid, Stale
from survey.readings.proposals import computed_lines, planning
from survey.readings.visits import Visit
from survey.views.consultant.pages import found_visit, pages, shared_visit
from survey.views.forms import plan as forms
from survey.views.forms.plan import Draft
from survey.web import here

KEEPING = {
    "": "结论已保存。",
    "adopt": "已采用系统建议为起点，现在可以逐项修改。",
    "start": "改造方案现在由您自行制定，请逐项加入。",
    "computed": "结论已保存，改造方案已恢复为系统建议。",
}
"""The presses that keep what is typed, and what is then said; all others only amend the page."""


@pages.route("/<row:assessment_id>/conclusion", methods=["GET", "POST"])
def conclusion(assessment_id: int) -> ResponseReturnValue:
    """Write the summary of problems; leave packages to the system, or decide on them."""
    visit = shared_visit(assessment_id)
    if request.method == "GET":
        return _page(visit, _stored(visit))
    press, draft = request.form.get("do", ""), forms.posted(request.form)
    if press not in KEEPING:
        draft, place = forms.amended(draft, press)
        return _page(visit, draft, unkept=True, place=place)
    return _kept(visit, press, draft)


def _kept(visit: Visit, press: str, draft: Draft) -> ResponseReturnValue:
    number = visit.assessment.id
    draft = _decided(visit, press, draft)
    try:
        conclusions.conclude(
            here.step(),
            number,
            problems=draft.problems,
            plan=draft.lines,
            base_version=draft.version,
        )
    except Stale:
        return _page(found_visit(number), draft, stale=True), 409
    except Invalid as error:
        return _page(found_visit(number), draft, faults=error.fields), 422
    flash(KEEPING[press], "good")
    if not press:
        return redirect(url_for(".overview", assessment_id=number))
    return redirect(url_for(".conclusion", assessment_id=number, _anchor="plan"))


def _decided(visit: Visit, press: str, draft: Draft) -> Draft:
    """Return a draft with the lines a press begins with, or without any."""
    if press == "adopt":
        return replace(draft, lines=tuple(computed_lines(visit)))
    if press in ("start", "computed"):
        return replace(draft, lines=() if press == "start" else None)
    return draft


def _stored(visit: Visit) -> Draft:
    assessment = visit.assessment
    choices = lines.choices_of(here.session(), assessment)
    return forms.stored(assessment.problems, choices, assessment.version)


def _page(
    visit: Visit,
    draft: Draft,
    *,
    stale: bool = False,
    unkept: bool = False,
    place: int | None = None,
    faults: dict[str, str] | None = None,
) -> str:
    theirs = _stored(visit) if stale else None
    return render_template(
        "consultant/conclusion.html",
        visit=visit,
        draft=replace(draft, version=theirs.version) if theirs else draft,
        theirs=theirs,
        planning=planning(visit, draft.lines, _read(visit, draft), here.today()),
        titles={code: p.title for code, p in visit.questionnaire.package_by_code.items()},
        unkept=unkept,
        place=place,
        faults=faults or {},
    )


def _read(visit: Visit, draft: Draft) -> Sequence[Choice] | None:
    """Return the lines as they would be kept; None where there are none, or one is faulty."""
    if draft.lines is None:
        return None
    try:
        return lines.read(visit.questionnaire, draft.lines)
    except Invalid:
        return None
