"""The district's working days: a year's holidays and make-up days pasted, looked at, kept."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from questionnaires.reading import Fault
from survey.lifecycle import typed
from survey.lifecycle import workdays as steps
from survey.lifecycle.errors import Faulty
from survey.store import workdays as store
from survey.web import here
from survey.words.todo import WEEKDAYS
from survey.workdays import SpecialDay

pages = Blueprint("workdays", __name__, url_prefix="/admin/district/workdays")
MOST_BYTES = 100_000


@pages.route("", methods=["GET", "POST"])
def home() -> ResponseReturnValue:
    """Show the years that are known; read a pasted or brought one, and keep it once it was seen."""
    if request.method == "GET":
        return _page(str(here.today().year), "")
    year, text = request.form.get("year", ""), request.form.get("days", "")
    number = typed.whole(typed.plain(year)) or 0
    try:
        text = _brought() or text
        if request.form.get("keep") == "yes":
            kept = steps.keep_year(here.step(), number, text)
            moved = f"按它改了 {kept.needs} 件在办诉求的办结时限。" if kept.needs else ""
            flash(f"{number} 年的工作日历已导入，共 {kept.days} 天。{moved}", "good")
            return redirect(url_for(".home"))
        return _page(year, text, seen=steps.read(number, text))
    except Faulty as error:
        return _page(year, text, faults=error.faults), error.status


def _brought() -> str:
    """Return what a chosen file holds: UTF-8, or the code page that Chinese Excel writes."""
    given = request.files.get("file")
    raw = given.read(MOST_BYTES + 1) if given and given.filename else b""
    if len(raw) > MOST_BYTES:
        told, remedy = "文件太大", "另存为 CSV，一个文件只放一年的日历"
        raise Faulty((Fault(steps.PLACE, "文件", told, remedy),))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _page(
    year: str, text: str, seen: Sequence[SpecialDay] = (), faults: Sequence[Fault] = ()
) -> str:
    return render_template(
        "administrator/workdays.html",
        calendar=store.read(here.session()),
        year=year,
        text=text,
        seen=seen,
        faults=faults,
        weekdays=WEEKDAYS,
    )


@pages.post("/forget")
def forget() -> ResponseReturnValue:
    """Take a year out again."""
    year = typed.whole(request.form.get("year")) or 0
    steps.forget_year(here.step(), year)
    flash(f"{year} 年的工作日历已删除，这一年改按周末推算。", "good")
    return redirect(url_for(".home"))
