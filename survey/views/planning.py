"""What a firm buys first: its plan by what it wishes, for whoever may read its result."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from reports import figures
from reports.paper.gantt import gantt
from survey.lifecycle import plan_projects
from survey.lifecycle.errors import Refusal
from survey.readings import planning
from survey.readings.planning import Planned
from survey.readings.projects import ground_of
from survey.store.sheets import kind_of
from survey.tables import Assessment, AssessmentState, Role
from survey.views.forms import wishes
from survey.views.forms.wishes import Asked
from survey.web import access, here

pages = Blueprint("plans", __name__)
pages.add_app_template_filter(figures.amount, "amount")
pages.add_app_template_filter(figures.percent, "percent")
pages.add_app_template_filter(figures.percentage_points, "shortfall")


@pages.app_template_filter("points")
def points(share: Fraction) -> str:
    """Write what a share grows by, cut."""
    return figures.points_figure(share).text


@pages.get("/assessments/<row:assessment_id>/plan")
def page(assessment_id: int) -> ResponseReturnValue:
    """Show the best plan for what the address asks; a wish that cannot be read says what is wrong."""
    return _page(assessment_id)


def _page(assessment_id: int, fault: str = "", status: int = 200) -> ResponseReturnValue:
    assessment = _standing(assessment_id)
    ground = ground_of(here.session(), assessment) or abort(404)
    asked = wishes.asked(request.args, ground)
    it = planning.planned(
        ground,
        asked.wish,
        why=asked.why,
        trial=asked.trial,
        before=asked.before,
        seconds=planning.SECONDS,
    )
    if fault:
        asked.faults["package"] = fault
    return (
        render_template(
            "results/plan.html",
            it=it,
            asked=asked,
            assessment=assessment,
            kind=kind_of(assessment.state),
            aims=wishes.AIMS,
            rows=_rows(it, asked),
            chart=_chart(it),
            faults=[(_field(name), words) for name, words in asked.faults.items()],
            demands=_demands(assessment, it),
            is_own=here.reader().role == Role.FIRM,
        ),
        422 if asked.faults and status == 200 else status,
    )


def _field(name: str) -> str | None:
    """Return which field of the page a fault is about; a ticked box has none of its own."""
    return None if name in ("out", "got", "do", "package") else f"plan-{name}"


def _standing(assessment_id: int) -> Assessment:
    """Return an assessment whose sheet speaks: while it is with its firm there is nothing to plan."""
    assessment = access.readable_assessment(assessment_id)
    if assessment.state == AssessmentState.DRAFT:
        abort(404)
    return assessment


def _rows(it: Planned, asked: Asked) -> list[Any]:
    """Return the packages that have a line in the form: those of the plans, and those touched."""
    codes = set(it.plan.codes).union(asked.rows, *(one.codes for one in it.runners_up))
    return [package for package in it.plan.ground.packages if package.code in codes]


def _chart(it: Planned) -> Markup:
    """Draw the plan in months, as the report does; our own markup, its words escaped by the drawing."""
    if not it.schedule.tasks:
        return Markup()
    drawn = gantt(it.schedule, f"实施进度，共 {it.plan.timing.months} 个月")
    return Markup(drawn)  # noqa: S704


def _demands(assessment: Assessment, it: Planned) -> planning.Demands | None:
    if not request.args.get("conditions") or it.plan.after is None:
        return None
    return planning.demands(here.session(), assessment, it.plan, here.district(), here.today())


@pages.post("/assessments/<row:assessment_id>/plan/projects")
def begin(assessment_id: int) -> ResponseReturnValue:
    """Make projects of the packages that are ticked, all of them or none."""
    assessment = _standing(assessment_id)
    wanted = {
        code: request.form.get(f"units.{code}", "1") for code in request.form.getlist("package")
    }
    try:
        begun, known = plan_projects.begin_all(here.step(), assessment.id, wanted)
    except Refusal as error:
        here.session().rollback()
        return _page(assessment_id, _said(error), error.status)
    if begun:
        flash(f"已立项 {begun} 个。签了合同就到项目里登记，之后在那里报进度。", "good")
    if known:
        flash(f"{'、'.join(known)} 已经有进行中的项目，没有重复立项。", "note")
    return redirect(url_for("firm.own_projects"))


def _said(error: Refusal) -> str:
    fields = getattr(error, "fields", {})
    return " ".join(fields.values()) or "没有立项，请刷新页面后重试。"
