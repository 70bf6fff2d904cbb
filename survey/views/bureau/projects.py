"""The district's projects: the list, one project with the bureau's steps, its papers."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, TypeVar

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import project_checks, project_work, subsidies, typed
from survey.lifecycle import projects as projects_life
from survey.lifecycle.errors import Refusal
from survey.readings import projects as readings
from survey.readings.projects import ProjectSeen
from survey.store import firms, project_sums
from survey.store import projects as store
from survey.store import templates as template_store
from survey.store.lists import Slice
from survey.store.projects import PROJECT_SORTS, ProjectLine
from survey.tables import Project, ProjectState
from survey.views import project_page
from survey.views.bureau import choices, columns, filters, project_columns, tiles, views
from survey.views.bureau.blueprint import pages
from survey.views.bureau.columns import Columns
from survey.views.bureau.everything import Everything, lines_of
from survey.views.bureau.exports import send_list
from survey.views.bureau.filters import Filters
from survey.views.bureau.steps import StepForm
from survey.views.forms import projects as forms
from survey.views.project_page import Desk, Forms, ProjectStep
from survey.web import here, lists
from survey.words import projects as words

AnyForm = TypeVar("AnyForm", bound=StepForm)
ORDERS = choices.orders("-changed", "planned", "progress", "-price", "firm", "township")


def _trades() -> dict[str, str]:
    return choices.frame().trades


def _listed(part: Slice) -> tuple[Filters, list[ProjectLine], int]:
    asked = filters.of_projects(_trades(), PROJECT_SORTS)
    lines, total = store.projects(here.session(), asked.wanted(), part)
    return asked, lines, total


def _columns() -> Columns:
    return columns.shown("projects", project_columns.of_projects(_trades(), here.today()))


def everything() -> Everything:
    """The projects as they are narrowed and ordered, with every column there is."""
    asked = filters.of_projects(_trades(), PROJECT_SORTS)
    lines = lines_of(lambda part: store.projects(here.session(), asked.wanted(), part))
    return Everything(project_columns.of_projects(_trades(), here.today()), lines, asked.said)


@pages.get("/projects")
def projects() -> ResponseReturnValue:
    """List projects, found by firm, state, what waits, provider or policy, under their sums."""
    part = lists.part()
    asked, lines, total = _listed(part)
    sums = project_sums.sums(here.session(), here.today())
    return render_template(
        "bureau/projects.html",
        lines=lines,
        total=total,
        part=part,
        arguments=lists.arguments(),
        wanted=asked.wanted(),
        filters=asked,
        columns=_columns(),
        views=views.shown("projects"),
        templates=template_store.templates(here.session(), "projects"),
        sorts=choices.offered(ORDERS, asked.sort),
        tiles=tiles.of_projects(sums),
        sums=sums,
        words=words,
        today=here.today(),
        open_states=store.OPEN,
        chips=choices.in_force(asked.said),
        chosen=lists.chosen(),
        most=lists.MOST_CHOSEN,
        back=url_for(".projects", page=part.page, **lists.arguments()),
    )


@pages.get("/projects.xlsx")
def export_projects() -> ResponseReturnValue:
    """Send the projects as they are filtered, ordered and laid out, all pages of them."""
    asked = filters.of_projects(_trades(), PROJECT_SORTS)
    portions = store.in_portions(here.session(), asked.wanted())
    lines = itertools.chain.from_iterable(portions)
    return send_list("projects", "改造项目", _columns().in_workbook, lines, asked.said)


# --- one written down for a firm ------------------------------------------------------------------


@pages.route("/firms/<row:firm_id>/projects/new", methods=["GET", "POST"])
def plan_project_for(firm_id: int) -> ResponseReturnValue:
    """Write down a project a firm tells of by telephone; the firm confirms it on its own page."""
    session = here.session()
    firm = firms.firm(session, firm_id) or abort(404)
    basis = store.newest_handed_in(session, firm_id, here.now())
    offered = readings.offered(session, project_page.fresh(firm, basis), {})
    form, status = forms.FactsForm(offered, posted=request.method == "POST"), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                row = projects_life.begin(here.step(), firm_id, form.facts(), by_bureau=True)
            except Refusal as error:
                status = form.show_refusal(error)
            else:
                flash("已代企业立项，企业登录后会看到，请它确认。", "good")
                return redirect(url_for(".project", project_id=row.id))
    page = {"form": form, "it": None, "basis": basis, "asked": None, "told_by": firm}
    return render_template("projects/facts.html", **page), status


# --- one project ----------------------------------------------------------------------------------


@pages.get("/projects/<row:project_id>/")
def project(project_id: int) -> ResponseReturnValue:
    """Show one project, and what the bureau can do about it now."""
    return project_page.shown(DESK, project_id)


def _found(project_id: int) -> Project:
    return store.project(here.session(), project_id) or abort(404)


@pages.post("/projects/<row:project_id>/steps/<step>")
def project_step(project_id: int, step: str) -> ResponseReturnValue:
    """Take one of the bureau's steps."""
    if step == "accept" and request.form.get("way") == "back":
        step = "send-back"
    return project_page.taken(DESK, project_id, step)


def _plainly(take: Callable[..., None]) -> Callable[[ProjectSeen, Any], None]:
    """A step that needs nothing but the project as its page showed it."""

    def taken(it: ProjectSeen, form: Any) -> None:
        take(here.step(), it.id, base_version=form.base_version())

    return taken


def _with_reason(take: Callable[..., None]) -> Callable[[ProjectSeen, Any], None]:
    def taken(it: ProjectSeen, form: Any) -> None:
        take(here.step(), it.id, reason=form.reason.data or "", base_version=form.base_version())

    return taken


def _accept(it: ProjectSeen, form: Any) -> None:
    project_checks.accept(
        here.step(),
        it.id,
        form.seen,
        accepted_on=form.accepted_on.data,
        base_version=form.base_version(),
    )


def _send_back(it: ProjectSeen, form: Any) -> None:
    project_checks.send_back(
        here.step(),
        it.id,
        form.seen,
        reason=form.reason.data or "",
        base_version=form.base_version(),
    )


def _pay(it: ProjectSeen, form: Any) -> None:
    subsidy = typed.whole(form.subsidy.data) or abort(400)
    if subsidy not in {one.id for one in it.subsidies}:
        abort(404)
    subsidies.pay(
        here.step(),
        subsidy,
        paid=form.paid.data or "",
        paid_on=form.paid_on.data,
        note=form.note.data or "",
        base_version=form.base_version(),
    )


def _posted(name: str) -> Callable[[ProjectSeen], StepForm]:
    return lambda _it: StepForm(name, posted=True)


def _reason(name: str, *, posted: bool = False) -> StepForm:
    label, hint = REASONS[name]
    return forms.reason(name, label, hint, posted=posted)


def _posted_reason(name: str) -> Callable[[ProjectSeen], StepForm]:
    return lambda _it: _reason(name, posted=True)


REASONS = {
    "question-contract": ("要更正什么", "企业会看到这段话。"),
    "question-progress": ("哪里不对", "企业会看到这段话，并重新填报。"),
    "stop": ("为什么终止", "企业会看到这段话。"),
    "reopen": ("为什么撤回验收", "企业会看到这段话。"),
    "resume": ("为什么恢复", "企业会看到这段话。"),
}


def _posted_pay(it: ProjectSeen) -> StepForm:
    form = forms.PayForm("pay", posted=True)
    form.step = f"pay-{form.subsidy.data}"
    for field in form:
        field.id = f"{form.step}-{field.name}"
    return form


STEPS = {
    "check-contract": ProjectStep(
        _posted("check-contract"), _plainly(project_checks.check_contract), "合同已核对。"
    ),
    "question-contract": ProjectStep(
        _posted_reason("question-contract"),
        _with_reason(project_checks.question_contract),
        "已请企业更正。",
    ),
    "check-progress": ProjectStep(
        _posted("check-progress"), _plainly(project_checks.check_progress), "进度已核对。"
    ),
    "question-progress": ProjectStep(
        _posted_reason("question-progress"),
        _with_reason(project_checks.question_progress),
        "已请企业重新填报。",
    ),
    "accept": ProjectStep(
        lambda it: forms.AcceptForm(it.by_code, posted=True), _accept, "已通过验收。"
    ),
    "send-back": ProjectStep(
        lambda it: forms.AcceptForm(it.by_code, posted=True), _send_back, "已退回企业整改。"
    ),
    "stop": ProjectStep(
        _posted_reason("stop"), _with_reason(project_work.stop), "项目已终止，内容都保留。"
    ),
    "reopen": ProjectStep(
        _posted_reason("reopen"), _with_reason(project_checks.reopen), "验收已撤回，等重新验收。"
    ),
    "resume": ProjectStep(
        _posted_reason("resume"), _with_reason(project_checks.resume), "项目已恢复。"
    ),
    "pay": ProjectStep(_posted_pay, _pay, "兑现情况已登记。"),
}


def _forms(it: ProjectSeen) -> Forms:
    """Return the steps the bureau may take now."""
    row, found = it.row, dict[str, StepForm]()
    running = row.state in project_checks.RUNNING
    if row.state in store.BOUND and not row.contract_checked:
        found["check-contract"] = StepForm("check-contract")
    if running:
        found["question-contract"] = _reason("question-contract")
    if running and not row.progress_checked:
        found["check-progress"] = StepForm("check-progress")
        found["question-progress"] = _reason("question-progress")
    if row.state == ProjectState.FINISHED:
        form = forms.AcceptForm(it.by_code)
        found["accept"] = forms.today_in(form, "accepted_on", here.today())
    if row.state in (*store.OPEN, ProjectState.FINISHED):
        found["stop"] = _reason("stop")
    if row.state == ProjectState.ACCEPTED:
        found["reopen"] = _reason("reopen")
    if row.state == ProjectState.STOPPED:
        found["resume"] = _reason("resume")
    for one in it.subsidies:
        found[f"pay-{one.id}"] = _pay_form(one)
    return found


def _pay_form(one: Any) -> StepForm:
    form = forms.PayForm(f"pay-{one.id}", data={"subsidy": one.id, "note": one.note})
    form["paid"].data = forms.written(one.asked if one.paid is None else one.paid)
    form["paid_on"].data = one.paid_on or here.today()
    return form


# --- papers ---------------------------------------------------------------------------------------


@pages.post("/projects/<row:project_id>/papers")
def attach_project_paper(project_id: int) -> ResponseReturnValue:
    """Put a paper of the bureau beside a project, such as its acceptance."""
    return project_page.attached(DESK, project_id)


@pages.get("/projects/papers/<row:project_paper_id>")
def project_paper(project_paper_id: int) -> ResponseReturnValue:
    """Hand out a paper of a project."""
    return project_page.handed_out(DESK, project_paper_id)


DESK = Desk(_found, "bureau.project", _forms, STEPS)
pages.url_value_preprocessor(
    project_page.room_for_papers(frozenset({"bureau.attach_project_paper"}))
)
