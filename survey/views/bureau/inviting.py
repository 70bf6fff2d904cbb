"""Inviting firms that were chosen in the list of firms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import InputRequired

from survey.lifecycle import invitations as life
from survey.lifecycle.errors import Refusal
from survey.store import firms as store
from survey.store import rounds as round_store
from survey.store.firms import FirmLine
from survey.store.invitations import Whom
from survey.store.lists import Slice, Wanted
from survey.tables import Round
from survey.views.bureau import choices, filters, selection
from survey.views.bureau.blueprint import pages
from survey.views.bureau.completion import found_round
from survey.views.bureau.invitations import invited
from survey.views.bureau.steps import StepForm
from survey.views.fields import Choice
from survey.web import here, lists
from survey.web.here import today


class RoundForm(StepForm):
    """Which round asks the firms that were chosen."""

    round = Choice("评估轮次", [InputRequired("请选择一个轮次。")])

    def __init__(self, step: str, rounds: Sequence[Round], **values: Any) -> None:
        super().__init__(step, **values)
        self.round.choices = [("", "请选择"), *((str(one.id), one.title) for one in rounds)]


@pages.route("/firms/invite", methods=["GET", "POST"])
def invite_chosen() -> ResponseReturnValue:
    """Ask the firms that were ticked in the list of firms, or all that its filters find."""
    form = RoundForm("round", _rounds(), posted=request.method == "POST")
    firms = _ticked()
    if request.method != "POST" or not form.validate() or not firms:
        return _page(form, firms, 422 if request.method == "POST" else 200)
    found = found_round(int(form.round.data))
    whom = Whom(only=tuple(firm.id for firm in firms))
    try:
        return invited(found, *life.invite(here.step(), found.id, whom))
    except Refusal as error:
        return _page(form, firms, form.show_refusal(error))


def _rounds() -> list[Round]:
    """The rounds that may still ask firms, newest first."""
    return [
        one
        for one, *_counts in round_store.rounds(here.session())
        if one.closes_on is None or one.closes_on >= today()
    ]


def _ticked() -> list[FirmLine]:
    """Return the firms that are meant; one that is not there answers 404, too many 400."""
    if lists.whole():
        asked = filters.of_firms(choices.frame().trades, store.FIRM_SORTS)
        part = Slice(1, lists.MOST_WHOLE)
        lines, total = store.firms(here.session(), asked.wanted(), part)
        return selection.not_too_many(lines, total)
    chosen = lists.chosen()
    lines, total = store.firms(here.session(), Wanted(only=chosen, sort="firm"))
    return lines if total == len(chosen) else abort(404)


def _page(form: RoundForm, firms: Sequence[FirmLine], status: int) -> ResponseReturnValue:
    listed = url_for(".firms")
    asked = lists.arguments()
    action = asked | ({"whole": "yes"} if lists.whole() else {"chosen": lists.chosen()})
    return (
        render_template(
            "bureau/invite_chosen.html",
            form=form,
            firms=firms,
            action=url_for(".invite_chosen", back=selection.back(listed), **action),
            back=selection.back(listed),
            whole=lists.whole(),
        ),
        status,
    )
