"""One consultant or one pair for several firms: a selection, looked at once more, then assigned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import selections
from survey.lifecycle.errors import Interested, Invalid
from survey.lifecycle.selections import Seen
from survey.readings.workloads import loads
from survey.store import assessment_list as store
from survey.store import interests
from survey.store.assessment_list import AssessmentLine
from survey.store.lists import Wanted
from survey.tables import AssessmentState
from survey.views.bureau import selection
from survey.views.bureau.blueprint import pages
from survey.views.bureau.steps import AssignForm
from survey.web import here, lists
from survey.words.interests import WARNED, said
from survey.words.selections import NOT_SENT

VISITABLE = (AssessmentState.SUBMITTED, AssessmentState.VISITING)


@pages.route("/assessments/assign", methods=["GET", "POST"])
def assign_many() -> ResponseReturnValue:
    """Show the firms that were ticked; send the same people to those that can be visited."""
    if request.method != "POST":
        lines = _lines(lists.chosen())
        return _page(lines, _form(lines))
    chosen = selection.seen()
    lines = _lines([one.id for one in chosen])
    form = _form(lines, posted=True)
    if not (form.validate() and chosen):
        return _page(lines, form, status=422)
    return _assign(chosen, form)


def _assign(chosen: Sequence[Seen], form: AssignForm) -> ResponseReturnValue:
    try:
        left = selections.assign(
            here.step(),
            chosen,
            int(form.consultant.data),
            form.second_id,
            form.planned_on.data,
            despite=form.despite.data or "",
        )
    except Invalid as error:
        lines = _lines([one.id for one in chosen])
        return _page(lines, form, status=form.show_refusal(error))
    done = len(chosen) - len(left)
    if left:
        why = {at: selection.why_not(refusal) for at, refusal in left.items()}
        if any(isinstance(refusal, Interested) for refusal in left.values()):
            form.doubts = (WARNED,)
        return _page(_lines(list(left)), form, why, done, status=200 if done else 409)
    flash(f"已指派 {done} 家，顾问现在可以开始现场诊断。", "good")
    return redirect(_list())


def _page(
    lines: Sequence[AssessmentLine],
    form: AssignForm,
    left: Mapping[int, str] | None = None,
    done: int = 0,
    status: int = 200,
) -> ResponseReturnValue:
    return (
        render_template(
            "bureau/assign.html",
            lines=[line for line in lines if line.state in VISITABLE],
            others=[(line, NOT_SENT[line.state]) for line in lines if line.state not in VISITABLE],
            form=form,
            left=left or {},
            interests=_interests(lines),
            done=done,
            back=_list(),
        ),
        status,
    )


def _interests(lines: Sequence[AssessmentLine]) -> dict[str, list[str]]:
    """Say who has an interest in which of these firms, by the firm's code."""
    found: dict[str, list[str]] = {}
    for held in interests.held_in(here.session(), [line.code for line in lines]):
        found.setdefault(held.interest.code, []).append(said(held))
    return found


def _lines(chosen: Sequence[int]) -> list[AssessmentLine]:
    """Return the rows that were ticked; one that is not there answers 404."""
    wanted = Wanted(only=tuple(chosen), sort="firm")
    lines, total = store.assessments(here.session(), wanted)
    return lines if total == len(chosen) else abort(404)


def _list() -> str:
    return selection.back(url_for(".assessments"))


def _form(lines: Sequence[AssessmentLine], *, posted: bool = False) -> AssignForm:
    """Return the form, with the load of whoever may be sent in the rounds of these firms."""
    rounds = {line.round_id for line in lines}
    form = AssignForm("assign", loads(here.session(), here.today(), rounds), posted=posted)
    form.planned_on.description = "选填。留空的，已经排好的日期不变。"
    return form
