"""The visits of a consultant: which there are, one of them, its processes, giving it back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import assessments as steps
from survey.lifecycle import interests
from survey.lifecycle.errors import Invalid
from survey.readings.calendar import by_day, visitors_of
from survey.readings.pairs import pair_of
from survey.readings.todo.consultant import OnVisits, of_consultant
from survey.readings.visits import Visit, visits_of
from survey.store import interests as interest_store
from survey.store import log, pairs
from survey.store import visits as store
from survey.store.visits import Visitor
from survey.tables import Assessment, AssessmentState, Interest, SheetKind
from survey.views import todo
from survey.views.consultant.pages import found_visit, pages, shared_visit
from survey.web import access, here, lists
from survey.words import wording

PAGE_SIZE = 20


@pages.get("")
def home() -> ResponseReturnValue:
    """List the visits: those that run, then those that are confirmed."""
    session, me, part = here.session(), here.reader().id, lists.part(PAGE_SIZE)
    running, _ = store.visits(session, me, AssessmentState.VISITING)
    returned, _ = store.visits(session, me, AssessmentState.DRAFT, AssessmentState.SUBMITTED)
    confirmed, total = store.visits(session, me, AssessmentState.CONFIRMED, part=part)
    visits = visits_of(session, running, by=me)
    return render_template(
        "consultant/home.html",
        todo=todo.groups(of_consultant(_on_visits(visits))),
        days=by_day(visits, here.today()),
        count=len(visits),
        partners=_partners(running, me),
        whens=wording.WHENS,
        returned=returned,
        confirmed=visits_of(session, confirmed),
        total=total,
        part=part,
    )


def _partners(running: list[Assessment], me: int) -> dict[int, tuple[Visitor, ...]]:
    """Return who else goes on each visit, by the assessment's id."""
    found = visitors_of(here.session(), running)
    return {id: tuple(one for one in pair if one.id != me) for id, pair in found.items()}


def _on_visits(visits: list[Visit]) -> OnVisits:
    session = here.session()
    away = store.given_away(session, here.reader().id)
    ids = [visit.assessment.id for visit in visits] + [one.id for one in away]
    last = log.last_steps(session, ids, ("assign", "reopen", "return"))
    return OnVisits(
        visits,
        away,
        since={id: at for id, (_action, at) in last.items()},
        reopened=frozenset(id for id, (action, _at) in last.items() if action == "reopen"),
        second_done=pairs.finished_for(session, here.reader().id),
    )


@pages.get("/<row:assessment_id>")
def overview(assessment_id: int) -> ResponseReturnValue:
    """Show one visit: how far it is, what decides the rung, what is still open."""
    return _overview(found_visit(assessment_id))


def _overview(visit: Visit, **more: Any) -> str:
    groups = [(section, visit.own.asked(section)) for section in visit.own.sections]
    given = {"return_reason": "", "named": (), "faults": {}, "groups": groups} | more
    given = {"off_says": "", "off_fault": "", "asking": _asking(visit)} | given
    pair = pair_of(here.session(), visit.assessment)
    return render_template("consultant/overview.html", visit=visit, pair=pair, **given)


def _asking(visit: Visit) -> Interest | None:
    """Return what the reader asked about this visit and nobody decided yet."""
    waiting = interest_store.asking(here.session(), visit.assessment.id)
    return next((one for one in waiting if one.user_id == here.reader().id), None)


@pages.route("/<row:assessment_id>/processes", methods=["GET", "POST"])
def processes(assessment_id: int) -> ResponseReturnValue:
    """Correct on site which processes the firm has; they switch questions on."""
    visit = shared_visit(assessment_id)
    ticked, faults, status = visit.onsite.processes, {}, 200
    if request.method == "POST":
        ticked = frozenset(request.form.getlist("processes"))
        try:
            steps.set_processes(here.step(), assessment_id, ticked, kind=SheetKind.ONSITE)
        except Invalid as error:
            visit, faults, status = found_visit(assessment_id), error.fields, 422
        else:
            flash("工序已按现场情况更正，题目已随之增减。", "good")
            return redirect(url_for(".overview", assessment_id=assessment_id))
    page = render_template("consultant/processes.html", visit=visit, ticked=ticked, faults=faults)
    return page, status


@pages.post("/<row:assessment_id>/recusal")
def ask_off(assessment_id: int) -> ResponseReturnValue:
    """Ask the bureau to be taken off a visit, saying why."""
    access.visited_assessment(assessment_id)
    says = request.form.get("reason", "")
    try:
        interests.ask_off(here.step(), assessment_id, says)
    except Invalid as error:
        fault = error.fields["reason"]
        return _overview(found_visit(assessment_id), off_says=says, off_fault=fault), 422
    flash("回避申请已交主管部门。在答复以前，这家企业仍在您的清单里。", "good")
    return redirect(url_for(".overview", assessment_id=assessment_id))


@pages.post("/<row:assessment_id>/return")
def return_to_firm(assessment_id: int) -> ResponseReturnValue:
    """Give the sheet back to the firm for completion, saying why."""
    firm = shared_visit(assessment_id).assessment.firm.name
    reason, named = request.form.get("reason", ""), request.form.getlist("questions")
    try:
        steps.return_to_firm(here.step(), assessment_id, reason=reason, questions=named)
    except Invalid as error:
        visit = found_visit(assessment_id)
        typed = {"return_reason": reason, "named": named}
        return _overview(visit, faults=error.fields, **typed), 422
    flash(
        f"已退回{firm}补充。企业重新提交后，由主管部门再次安排现场诊断。",
        "good",
    )
    return redirect(url_for(".home"))
