"""One check of several projects: ticked in the list, or all that its filters find."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import DateField
from wtforms.validators import InputRequired

from survey.lifecycle import project_selections as steps
from survey.lifecycle.errors import Invalid, Shifted
from survey.lifecycle.project_selections import Check
from survey.lifecycle.selections import Chosen, Seen, Whole
from survey.store import projects as store
from survey.store.lists import Slice, Wanted
from survey.store.projects import PROJECT_SORTS, ProjectLine
from survey.views.bureau import choices, filters, selection
from survey.views.bureau.blueprint import pages
from survey.views.bureau.steps import StepForm
from survey.web import here, lists
from survey.words import projects as words
from survey.words.selections import SHIFTED


class Said(NamedTuple):
    """A check in words: what its page is called, what it says, what was done."""

    title: str
    lead: str
    done: str


SAID: Mapping[Check, Said] = {
    Check.CONTRACT: Said(
        "核对合同", "确认企业登记的价格和日期与合同一致。", "已核对 {} 个项目的合同。"
    ),
    Check.PROGRESS: Said(
        "核对进度",
        "确认企业报的进度和投入属实；看过的报告都记为已核对。",
        "已核对 {} 个项目的进度。",
    ),
    Check.ACCEPT: Said(
        "通过验收", "改造内容已经逐项看过、都达到的项目，可以一起通过。", "已通过 {} 个项目的验收。"
    ),
}


class CheckForm(StepForm):
    """A check that asks nothing more."""


class AcceptForm(StepForm):
    """The day of an acceptance."""

    accepted_on = DateField("验收日期", [InputRequired("请填写验收日期。")])


@pages.route("/projects/check", methods=["GET", "POST"])
def check_projects() -> ResponseReturnValue:
    """Show the projects that were ticked, or all a filter finds, and record a check of them."""
    asked = request.values.get("check", Check.PROGRESS)
    if asked not in tuple(Check):
        here.refuse(400, "请从列表下方选择核对合同、核对进度或通过验收。")
    check = Check(asked)
    if request.method != "POST":
        lines = _found() if lists.whole() else _lines(lists.chosen())
        return _page(check, lines, _form(check))
    chosen: Chosen = selection.whole(_fitting(check)) if lists.whole() else selection.seen()
    lines, form = _asked(chosen), _form(check, posted=True)
    if not (form.validate() and lines):
        return _page(check, lines, form, status=422)
    return _record(check, chosen, lines, form)


def _form(check: Check, *, posted: bool = False) -> StepForm:
    if check != Check.ACCEPT:
        return CheckForm("check", posted=posted)
    return AcceptForm("check", posted=posted, data={"accepted_on": here.today()})


def _asked(chosen: Chosen) -> list[ProjectLine]:
    return _found() if isinstance(chosen, Whole) else _lines([one.id for one in chosen])


def _found() -> list[ProjectLine]:
    """Return all the filters find, in the order of firms; more than a step takes answers 400."""
    wanted = filters.of_projects(choices.frame().trades, PROJECT_SORTS).wanted()
    lines, total = store.projects(
        here.session(), replace(wanted, sort="firm"), Slice(1, lists.MOST_WHOLE)
    )
    return selection.not_too_many(lines, total)


def _lines(chosen: Sequence[int]) -> list[ProjectLine]:
    """Return the rows that were ticked; one that is not there answers 404."""
    found, total = store.projects(here.session(), Wanted(only=tuple(chosen), sort="firm"))
    return found if total == len(chosen) else abort(404)


def _obstacles(check: Check, lines: Sequence[ProjectLine]) -> dict[int, str]:
    packages = store.packages_of(here.session(), [line.id for line in lines])
    found = ((line, steps.obstacle(check, line.row, packages.get(line.id, {}))) for line in lines)
    return {line.id: why for line, why in found if why}


def _fitting(check: Check) -> Callable[[Session], list[Seen]]:
    def fit(_session: Session) -> list[Seen]:
        lines = _found()
        obstacles = _obstacles(check, lines)
        return [Seen(line.id, line.version) for line in lines if line.id not in obstacles]

    return fit


def _record(
    check: Check, chosen: Chosen, lines: Sequence[ProjectLine], form: StepForm
) -> ResponseReturnValue:
    meant = len(lines)
    if isinstance(chosen, Whole):
        meant -= len(_obstacles(check, lines))
    day = form.accepted_on.data if isinstance(form, AcceptForm) else None
    try:
        left = steps.record(here.step(), chosen, check, day)
    except Shifted as error:
        form.form_errors.append(SHIFTED.format(now=error.now).replace("企业", "项目"))
        return _page(check, _found(), form, status=409)
    except Invalid as error:
        return _page(check, _asked(chosen), form, status=form.show_refusal(error))
    done = meant - len(left)
    if left:
        why = {at: selection.why_not(refusal) for at, refusal in left.items()}
        return _page(check, _lines(list(left)), form, why, done, status=200 if done else 409)
    flash(SAID[check].done.format(done), "good")
    return redirect(_list())


def _page(
    check: Check,
    lines: Sequence[ProjectLine],
    form: StepForm,
    left: Mapping[int, str] | None = None,
    done: int = 0,
    status: int = 200,
) -> ResponseReturnValue:
    obstacles = _obstacles(check, lines)
    fit = [line for line in lines if line.id not in obstacles]
    return (
        render_template(
            "bureau/check_projects.html",
            check=check,
            said=SAID[check],
            lines=fit,
            whole=selection.shown(fit, left),
            others=[(line, obstacles[line.id]) for line in lines if line.id in obstacles],
            form=form,
            left=left or {},
            done=done,
            back=_list(),
            words=words,
        ),
        status,
    )


def _list() -> str:
    return selection.back(url_for(".projects"))
