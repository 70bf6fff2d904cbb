"""A firm's own projects: the list, a new one, what it is, its contract, and the steps it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports.figures import money_text
from survey.clock import LOCAL
from survey.lifecycle import project_work, projects, sample_copies, subsidies, typed
from survey.lifecycle.errors import Refusal
from survey.readings import projects as readings
from survey.readings.projects import ProjectSeen, project_seen
from survey.store import assessments, firms
from survey.store import projects as store
from survey.store import samples as sample_store
from survey.tables import Assessment, Project, ProjectState
from survey.views import project_page
from survey.views.bureau.steps import StepForm
from survey.views.firm.pages import pages
from survey.views.forms import projects as forms
from survey.views.forms.projects import ContractForm, FactsForm
from survey.views.forms.samples import WhyForm
from survey.views.project_page import Desk, Forms, ProjectStep
from survey.web import here
from survey.words import projects as words

AnyForm = TypeVar("AnyForm", bound=StepForm)
OVER = (ProjectState.FINISHED, ProjectState.ACCEPTED)


def own_project(project_id: int) -> Project:
    """Return a project of the signed-in firm; anybody else's is simply not there.

    A project never changes its firm, so nothing is asked again when a step begins.
    """
    row = store.project(here.session(), project_id)
    if row is None or row.firm_id != here.reader().firm_id:
        abort(404)
    return row


@pages.get("/projects/")
def own_projects() -> ResponseReturnValue:
    """List the firm's own projects."""
    rows = store.of_firm(here.session(), here.reader().firm_id or 0)
    return render_template(
        "projects/mine.html", projects=rows, words=words, today=here.today(), open=store.OPEN
    )


@pages.get("/projects/<row:project_id>/")
def project(project_id: int) -> ResponseReturnValue:
    """Show one project, and what can be done about it now."""
    return project_page.shown(DESK, project_id)


# --- what it is -----------------------------------------------------------------------------------


@pages.route("/projects/new", methods=["GET", "POST"])
def plan_project() -> ResponseReturnValue:
    """Begin a project: from a package that a result recommends, or of the firm's own."""
    session, firm_id = here.session(), here.reader().firm_id or 0
    basis = _basis(firm_id)
    firm = firms.firm(session, firm_id) or abort(404)
    fresh = project_page.fresh(firm, basis)
    form = FactsForm(readings.offered(session, fresh, {}), posted=request.method == "POST")
    if request.method != "POST":
        _propose(form, basis)
        return _facts_page(form, None, basis)
    if not form.validate():
        return _facts_page(form, None, basis, 422)
    try:
        row = projects.begin(
            here.step(), firm_id, form.facts(), assessment_id=basis.id if basis else None
        )
    except Refusal as error:
        return _facts_page(form, None, basis, form.show_refusal(error))
    flash("已立项。签了合同就来登记，之后在这里报进度。", "good")
    return redirect(url_for(".project", project_id=row.id))


def _basis(firm_id: int) -> Assessment | None:
    """Return the firm's assessment that an address names; without one, the last it handed in."""
    asked = typed.whole(request.args.get("assessment"))
    if asked is None:
        return store.newest_handed_in(here.session(), firm_id, here.now())
    found = assessments.assessment(here.session(), asked)
    if found is None or found.firm_id != firm_id or found.submitted_at is None:
        abort(404)
    return found


def _propose(form: FactsForm, basis: Assessment | None) -> None:
    """Fill in what the package in the address says, as many of it as its result counts."""
    code = request.args.get("package", "")
    package = next((one for one in form.offered if one.code == code), None)
    if package is None:
        return
    ground = readings.ground_of(here.session(), basis) if basis else None
    units = ground.offer(package).units if ground and code in _sold(ground) else 1
    form.title.data = package.title[:100]
    form.quantities = {code: str(max(units, 1))}


def _sold(ground: Any) -> set[str]:
    return {package.code for package in ground.packages}


@pages.route("/projects/<row:project_id>/edit", methods=["GET", "POST"])
def edit_project(project_id: int) -> ResponseReturnValue:
    """Change what a project is."""
    it = project_seen(here.session(), own_project(project_id))
    offered = readings.offered(here.session(), it.row, it.by_code)
    form = FactsForm(offered, posted=request.method == "POST")
    if request.method != "POST":
        form.show(it.row, it.by_code)
        form.show_at(it.row.version)
        return _facts_page(form, it, it.basis)
    if not form.validate():
        return _facts_page(form, it, it.basis, 422)
    try:
        projects.edit(here.step(), project_id, form.facts(), base_version=form.base_version())
    except Refusal as error:
        status = form.show_refusal(error)
        return _facts_page(form, _again(form, project_id), it.basis, status)
    flash("项目内容已保存。", "good")
    return redirect(url_for(".project", project_id=project_id))


def _facts_page(
    form: FactsForm, it: ProjectSeen | None, basis: Assessment | None, status: int = 200
) -> ResponseReturnValue:
    asked = request.args.get("assessment") if it is None else None
    return (
        render_template("projects/facts.html", form=form, it=it, basis=basis, asked=asked),
        status,
    )


def _again(form: StepForm, project_id: int) -> ProjectSeen:
    """Read a project anew for a page that was refused; the form goes on from there."""
    here.session().rollback()
    it = project_seen(here.session(), own_project(project_id))
    form.show_at(it.row.version)
    return it


# --- its contract ---------------------------------------------------------------------------------


@pages.route("/projects/<row:project_id>/contract", methods=["GET", "POST"])
def contract_project(project_id: int) -> ResponseReturnValue:
    """Record what was contracted, or correct it."""
    it = project_seen(here.session(), own_project(project_id))
    providers = store.offered_providers(here.session(), it.row.provider_id)
    titles = {held.row.package: held.title for held in it.packages}
    form = ContractForm(providers, it.by_code, titles, posted=request.method == "POST")
    if request.method != "POST":
        form.show(it.row)
        form.show_at(it.row.version)
        return _contract_page(form, it)
    if not form.validate():
        return _contract_page(form, it, 422)
    try:
        projects.contract(
            here.step(), project_id, form.contract(), base_version=form.base_version()
        )
    except Refusal as error:
        status = form.show_refusal(error)
        return _contract_page(form, _again(form, project_id), status)
    flash("合同已登记，主管部门会核对。请把合同传到下面的“资料”里。", "good")
    return redirect(url_for(".project", project_id=project_id))


def _contract_page(form: ContractForm, it: ProjectSeen, status: int = 200) -> ResponseReturnValue:
    return render_template("projects/contract.html", form=form, it=it), status


# --- its steps ------------------------------------------------------------------------------------


def _confirm(it: ProjectSeen, form: Any) -> None:
    projects.confirm(here.step(), it.id, base_version=form.base_version())


def _stop(it: ProjectSeen, form: Any) -> None:
    project_work.stop(
        here.step(), it.id, reason=form.reason.data or "", base_version=form.base_version()
    )


def _report(it: ProjectSeen, form: Any) -> None:
    project_work.report(here.step(), it.id, form.progress(), base_version=form.base_version())


def _finish(it: ProjectSeen, form: Any) -> None:
    project_work.finish(here.step(), it.id, form.progress(), base_version=form.base_version())


def _figure(it: ProjectSeen, form: Any) -> None:
    project_work.keep_figure(here.step(), it.id, form.typed(), base_version=form.base_version())


def _drop_figure(it: ProjectSeen, form: Any) -> None:
    figure = typed.whole(form.figure.data) or abort(400)
    project_work.drop_figure(here.step(), it.id, figure, base_version=form.base_version())


def _opinion(it: ProjectSeen, form: Any) -> None:
    project_work.say_opinion(
        here.step(),
        it.id,
        points=form.satisfaction.data,
        opinion=form.opinion.data or "",
        base_version=form.base_version(),
    )


def _subsidy(it: ProjectSeen, form: Any) -> None:
    subsidies.ask(
        here.step(),
        it.id,
        int(form.policy.data),
        asked=form.asked.data or "",
        base_version=form.base_version(),
    )


def _posted(kind: Callable[..., AnyForm], name: str) -> Callable[[ProjectSeen], AnyForm]:
    return lambda _it: kind(name, posted=True)


def _stop_form(*, posted: bool = False) -> StepForm:
    hint = "会写入操作日志，主管部门能看到。已填的内容都保留。"
    return forms.reason("stop", "为什么不做了", hint, posted=posted)


def _figure_form(it: ProjectSeen, step: str = "figure", *, posted: bool = False) -> Any:
    session, basis = here.session(), it.basis
    handed_in = basis.submitted_at if basis else None
    return forms.FigureForm(
        step,
        readings.key_figures(session, it.row),
        readings.said_before(session, basis),
        handed_in.astimezone(LOCAL).date() if handed_in else None,
        posted=posted,
    )


def _posted_figure(it: ProjectSeen) -> Any:
    """Answer on the form of the figure that was meant."""
    form = _figure_form(it, posted=True)
    if typed.whole(form.figure.data):
        form.step = f"figure-{form.figure.data}"
        for field in form:
            field.id = f"{form.step}-{field.name}"
    return form


def _subsidy_form(it: ProjectSeen, *, posted: bool = False) -> Any:
    decided = {one.policy_id for one in it.subsidies if one.paid is not None}
    offered = [
        (one.id, f"{one.name}（{one.year} 年，最多可申请 {money_text(most)}）")
        for one in store.policies(here.session())
        if one.open
        and one.id not in decided
        and (most := subsidies.askable(it.row, one, it.subsidies))
    ]
    return forms.SubsidyForm(offered, posted=posted)


def _explain(it: ProjectSeen, form: Any) -> None:
    why = form.reason.data or ""
    sample_copies.explain(here.step(), it.row.firm_id, it.id, reason=why)


def _explain_form(*, posted: bool = False) -> WhyForm:
    return WhyForm(
        "explain", "为什么不一样", "主管部门会看到，供以后照着做的企业参考。", posted=posted
    )


STEPS = {
    "confirm": ProjectStep(_posted(StepForm, "confirm"), _confirm, "已确认，这个项目由您接着办。"),
    "explain": ProjectStep(lambda _it: _explain_form(posted=True), _explain, "原因已保存。"),
    "progress": ProjectStep(
        _posted(forms.ProgressForm, "progress"), _report, "进度已报，主管部门会核对。"
    ),
    "finish": ProjectStep(
        _posted(forms.FinishForm, "finish"), _finish, "已报完工，等主管部门验收。"
    ),
    "stop": ProjectStep(lambda _it: _stop_form(posted=True), _stop, "项目已终止，内容都保留。"),
    "figure": ProjectStep(_posted_figure, _figure, "指标已保存。"),
    "drop-figure": ProjectStep(
        _posted(forms.DropForm, "drop-figure"), _drop_figure, "指标已删除。"
    ),
    "opinion": ProjectStep(_posted(forms.OpinionForm, "opinion"), _opinion, "评价已保存。"),
    "subsidy": ProjectStep(
        lambda it: _subsidy_form(it, posted=True), _subsidy, "补助申请已提交，等主管部门办理。"
    ),
}


@pages.post("/projects/<row:project_id>/steps/<step>")
def project_step(project_id: int, step: str) -> ResponseReturnValue:
    """Take one of the firm's steps."""
    return project_page.taken(DESK, project_id, step)


def _forms(it: ProjectSeen) -> Forms:
    """Return the steps a firm may take now, each filled with what is known."""
    found: Forms = {}
    if it.row.unconfirmed:
        found["confirm"] = StepForm("confirm")
    if it.row.state in project_work.RUNNING:
        found["progress"] = _progress_form(it, here.today())
        found["finish"] = forms.today_in(forms.FinishForm("finish"), "as_of", here.today())
    if it.row.state in (*store.OPEN, ProjectState.FINISHED):
        found["stop"] = _stop_form()
    if it.row.state in OVER:
        found["opinion"] = forms.OpinionForm(
            "opinion", data={"satisfaction": it.row.satisfaction, "opinion": it.row.opinion}
        )
    if it.row.state in subsidies.ASKING:
        offer = _subsidy_form(it)
        if len(offer.policy.choices) > 1:
            found["subsidy"] = offer
    found |= _figure_forms(it)
    choice = sample_store.choice_of_project(here.session(), it.id)
    if choice is not None and it.row.state != ProjectState.STOPPED:
        found["explain"] = _explain_form()
        found["explain"]["reason"].data = choice.reason
    return found


def _progress_form(it: ProjectSeen, today: date) -> StepForm:
    form = forms.today_in(forms.ProgressForm("progress"), "as_of", today)
    form["percent"].data = it.row.progress if it.row.progress in range(10, 101, 10) else None
    return form


def _figure_forms(it: ProjectSeen) -> Forms:
    found: Forms = {}
    accepted = it.row.state == ProjectState.ACCEPTED
    if it.row.state == ProjectState.STOPPED:
        return found
    if not accepted:
        found["figure"] = _figure_form(it)
    for figure in it.figures:
        if not accepted or figure.after is None:
            form = _figure_form(it, f"figure-{figure.id}")
            form.show(figure)
            found[form.step] = form
    return found


# --- its papers -----------------------------------------------------------------------------------


@pages.post("/projects/<row:project_id>/papers")
def attach_project_paper(project_id: int) -> ResponseReturnValue:
    """Put a contract, an invoice or another paper beside a project."""
    return project_page.attached(DESK, project_id)


@pages.get("/projects/papers/<row:project_paper_id>")
def project_paper(project_paper_id: int) -> ResponseReturnValue:
    """Hand out a paper of the firm's own project."""
    return project_page.handed_out(DESK, project_paper_id)


@pages.post("/projects/papers/<row:project_paper_id>/delete")
def remove_project_paper(project_paper_id: int) -> ResponseReturnValue:
    """Take a paper away."""
    project_page.paper_of(DESK, project_paper_id)
    project_id = project_work.remove_paper(here.step(), project_paper_id)
    flash("资料已删除。", "good")
    return redirect(url_for(".project", project_id=project_id) + "#papers")


DESK = Desk(own_project, "firm.project", _forms, STEPS)
pages.url_value_preprocessor(project_page.room_for_papers(frozenset({"firm.attach_project_paper"})))
