"""One consultant or one pair for several firms: a selection, looked at once more, then assigned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey.lifecycle import selections
from survey.lifecycle.errors import Interested, Invalid, Shifted
from survey.lifecycle.selections import Chosen, Seen, Whole
from survey.readings.workloads import loads
from survey.store import assessment_list as store
from survey.store import interests
from survey.store.assessment_list import SORTS, AssessmentLine
from survey.store.lists import Slice, Wanted
from survey.tables import AssessmentState
from survey.views.bureau import choices, filters, selection
from survey.views.bureau.blueprint import pages
from survey.views.bureau.steps import AssignForm
from survey.web import here, lists
from survey.words.interests import WARNED, said
from survey.words.selections import NOT_SENT, SHIFTED

VISITABLE = (AssessmentState.SUBMITTED, AssessmentState.VISITING)


@pages.route("/assessments/assign", methods=["GET", "POST"])
def assign_many() -> ResponseReturnValue:
    """Show the firms that were ticked, or all a filter finds; send the same people to them."""
    if request.method != "POST":
        lines = _found() if lists.whole() else _lines(lists.chosen())
        return _page(lines, _form(lines))
    chosen: Chosen = selection.whole(_visitable) if lists.whole() else selection.seen()
    lines = _asked(chosen)
    form = _form(lines, posted=True)
    if not (form.validate() and lines):
        return _page(lines, form, status=422)
    return _assign(chosen, lines, form)


def _asked(chosen: Chosen) -> list[AssessmentLine]:
    return _found() if isinstance(chosen, Whole) else _lines([one.id for one in chosen])


def _found() -> list[AssessmentLine]:
    """Return everything the filters find, in the order of firms; more than a step takes answers 400."""
    wanted = filters.of_assessments(choices.frame(), SORTS).wanted()
    part = Slice(1, lists.MOST_WHOLE)
    lines, total = store.assessments(here.session(), replace(wanted, sort="firm"), part)
    return selection.not_too_many(lines, total)


def _visitable(_session: Session) -> list[Seen]:
    return [Seen(line.id, line.version) for line in _found() if line.state in VISITABLE]


def _assign(
    chosen: Chosen, lines: Sequence[AssessmentLine], form: AssignForm
) -> ResponseReturnValue:
    try:
        left = selections.assign(
            here.step(),
            chosen,
            int(form.consultant.data),
            form.second_id,
            form.planned_on.data,
            despite=form.despite.data or "",
        )
    except Shifted as error:
        form.form_errors.append(SHIFTED.format(now=error.now))
        return _page(_found(), form, status=409)
    except Invalid as error:
        return _page(_asked(chosen), form, status=form.show_refusal(error))
    meant = len([line for line in lines if line.state in VISITABLE])
    done = (meant if isinstance(chosen, Whole) else len(chosen)) - len(left)
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
    visitable = [line for line in lines if line.state in VISITABLE]
    return (
        render_template(
            "bureau/assign.html",
            lines=visitable,
            whole=selection.shown(visitable, left),
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
    return selection.back(url_for(".assessments"), url_for(".visits"))


def _form(lines: Sequence[AssessmentLine], *, posted: bool = False) -> AssignForm:
    """Return the form, with the load of whoever may be sent in the rounds of these firms."""
    rounds = {line.round_id for line in lines}
    form = AssignForm("assign", loads(here.session(), here.today(), rounds), posted=posted)
    form.planned_on.description = "选填。留空的，已经排好的日期不变。"
    return form
