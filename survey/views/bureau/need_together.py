"""Several needs that are the same: ticked in the list, joined to one of them (合并同类)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from survey.lifecycle import need_joining as joining
from survey.lifecycle.errors import NotTogether, Refusal
from survey.store import needs as store
from survey.store.lists import Wanted
from survey.store.needs import NeedLine
from survey.views.bureau import selection
from survey.views.bureau.blueprint import pages
from survey.views.bureau.steps import StepForm
from survey.web import here, lists
from survey.words import needs as words

SHORTEST = 40
"""Letters of a need's text that are shown where one is chosen."""


class MainForm(StepForm):
    """Which of several needs the others follow."""

    main = RadioField("并入哪一件", [InputRequired("请选择并入哪一件。")])

    def __init__(self, lines: Sequence[NeedLine], **values: Any) -> None:
        super().__init__("join", **values)
        self.main.choices = [SelectChoice(str(one.id), _said(one)) for one in lines]


def _said(line: NeedLine) -> str:
    text = line.text if len(line.text) <= SHORTEST else f"{line.text[:SHORTEST]}…"
    return f"{line.number} {line.firm}（{line.category}）：{text}"


@pages.route("/needs/join", methods=["GET", "POST"])
def join_needs() -> ResponseReturnValue:
    """Show the needs that were ticked, and let all follow the one that is chosen."""
    if request.method != "POST":
        return _page(_lines(lists.chosen()))
    seen = selection.seen()
    lines = _lines([one.id for one in seen])
    form = MainForm(_fit(lines), posted=True)
    if not form.validate():
        return _page(lines, form, status=422)
    try:
        joining.join_several(here.step(), seen, int(form.main.data or 0))
    except NotTogether as error:
        here.session().expire_all()
        why = {at: selection.why_not(refusal) for at, refusal in error.why.items()}
        return _page(_lines([one.id for one in seen]), form, why, status=error.status)
    except Refusal as error:
        here.session().expire_all()
        status = form.show_refusal(error)
        return _page(_lines([one.id for one in seen]), form, status=status)
    flash(
        f"已把 {len(seen) - 1} 件诉求并入一件，在那一件上办理；每一件都可以单独取消合并。", "good"
    )
    return redirect(url_for(".need", need_id=int(form.main.data or 0)))


def _lines(chosen: Sequence[int]) -> list[NeedLine]:
    """Return the rows that were ticked, the oldest first; one that is not there answers 404."""
    if not chosen:
        return []
    found, total = store.needs(here.session(), Wanted(only=tuple(chosen), sort="number"))
    return found if total == len(chosen) else abort(404)


def _fit(lines: Sequence[NeedLine]) -> list[NeedLine]:
    return [one for one in lines if joining.may_follow(one)]


def _page(
    lines: Sequence[NeedLine],
    form: MainForm | None = None,
    why: Mapping[int, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    fit = _fit(lines)
    return (
        render_template(
            "bureau/join_needs.html",
            lines=fit,
            others=[one for one in lines if one not in fit],
            form=form or MainForm(fit),
            why=why or {},
            back=selection.back(url_for(".needs")),
            said=_said,
            words=words,
        ),
        status,
    )
