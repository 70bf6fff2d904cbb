"""The conclusion of a visit: the summary of problems and the packages recommended."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import conclusions
from survey.lifecycle.errors import Invalid, Stale
from survey.lifecycle.typed import whole
from survey.readings.proposals import chosen_packages, proposals
from survey.readings.visits import Visit
from survey.views.consultant.pages import found_visit, pages
from survey.web import here


@pages.route("/<row:assessment_id>/conclusion", methods=["GET", "POST"])
def conclusion(assessment_id: int) -> ResponseReturnValue:
    """Edit the summary of problems and the recommended packages, in their order."""
    visit = found_visit(assessment_id)
    if request.method == "GET":
        return _conclusion(visit, visit.assessment.problems or "", chosen_packages(visit))
    computed = "computed" in request.form
    problems, packages = request.form.get("problems", ""), _packages_in_order()
    try:
        conclusions.conclude(
            here.step(),
            assessment_id,
            problems=problems,
            packages=None if computed else packages,
            base_version=_version(),
        )
    except Stale:
        return _conclusion(found_visit(assessment_id), problems, packages, stale=True), 409
    except Invalid as error:
        return _conclusion(found_visit(assessment_id), problems, packages, faults=error.fields), 422
    flash("结论已保存。" + ("改造场景已恢复为系统建议。" if computed else ""), "good")
    return redirect(
        url_for(".conclusion" if computed else ".overview", assessment_id=assessment_id)
    )


def _conclusion(
    visit: Visit,
    problems: str,
    packages: list[str],
    *,
    stale: bool = False,
    faults: dict[str, str] | None = None,
) -> str:
    return render_template(
        "consultant/conclusion.html",
        visit=visit,
        problems=problems,
        packages=packages,
        proposals=proposals(visit, packages),
        stale=stale,
        faults=faults or {},
    )


LAST = 10_000
"""The rank of a package beside which none was typed."""


def _packages_in_order() -> list[str]:
    """Return the ticked packages by the rank typed beside each; without one, as they stood."""
    ticked = request.form.getlist("packages")
    return sorted(dict.fromkeys(ticked), key=lambda code: _rank(f"rank-{code}"))


def _rank(name: str) -> int:
    rank = whole(request.form.get(name))
    return rank if rank is not None else LAST


def _version() -> int:
    return whole(request.form.get("version")) or 0
