"""How needs are sorted: categories with their working days and departments, as the administrator types them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import need_rules as steps
from survey.lifecycle.errors import Invalid
from survey.lifecycle.need_rules import Line
from survey.store import need_rules as store
from survey.web import here

pages = Blueprint("need_rules", __name__, url_prefix="/admin/district/needs")
SPARE = 3
"""Empty lines after those there are."""
MOST_LENGTH = 400


@pages.route("", methods=["GET", "POST"])
def home() -> ResponseReturnValue:
    """Show the categories and departments, or keep them as they were typed."""
    rules = store.read(here.session())
    if request.method == "GET":
        lines = [
            Line(one.name, str(one.days), one.department, "、".join(one.words))
            for one in rules.categories
        ]
        typed = "\n".join(rules.departments), str(rules.most_open)
        return _page(lines, *typed, shipped=rules == store.NeedRules())
    lines, departments = _posted(), request.form.get("departments", "")
    most_open = request.form.get("most_open", "")[:MOST_LENGTH]
    try:
        steps.keep(here.step(), steps.read(lines, departments, most_open))
    except Invalid as error:
        return _page(lines, departments, most_open, faults=error.fields), error.status
    flash("诉求类别和责任部门已保存。", "good")
    return redirect(url_for(".home"))


def _posted() -> list[Line]:
    def typed(n: int, name: str) -> str:
        return request.form.get(f"{name}-{n}", "")[:MOST_LENGTH]

    every = range(1, steps.MOST_CATEGORIES + 1)
    found = [Line(*(typed(n, name) for name in Line._fields)) for n in every]
    while found and not any(found[-1]):
        found.pop()
    return found


def _page(
    lines: Sequence[Line],
    departments: str,
    most_open: str,
    *,
    shipped: bool = False,
    faults: Mapping[str, str] | None = None,
) -> str:
    spare = [Line()] * min(SPARE, steps.MOST_CATEGORIES - len(lines))
    return render_template(
        "administrator/need_rules.html",
        lines=[*lines, *spare],
        departments=departments,
        most_open=most_open,
        shipped=shipped,
        faults=faults or {},
    )
