"""Introductions (引荐): who agreed to be named to whom, brought together, and what came of it."""

from __future__ import annotations

import itertools
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import introductions as steps
from survey.lifecycle.errors import MovedOn
from survey.lifecycle.typed import whole
from survey.store import introduced
from survey.store import introductions as store
from survey.store import templates as template_store
from survey.store.introduced import INTRODUCTION_SORTS, IntroductionLine
from survey.store.lists import Slice
from survey.tables import IntroductionState
from survey.views.bureau import choices, columns, filters, introduction_columns, tiles, views
from survey.views.bureau.blueprint import pages
from survey.views.bureau.everything import Everything, lines_of
from survey.views.bureau.exports import Column, send_list
from survey.views.bureau.filters import Filters
from survey.views.offered import offered
from survey.web import here, lists
from survey.words import providers as words

ORDERS = choices.orders("-changed", "changed", "-agreed", "agreed", "state", "firm", "township")


def _asked() -> Filters:
    trades, packages = choices.frame().trades, offered().packages
    return filters.of_introductions(trades, packages, INTRODUCTION_SORTS)


def _listed(part: Slice) -> tuple[Filters, list[IntroductionLine], int]:
    asked = _asked()
    lines, total = introduced.introductions(here.session(), asked.wanted(), part)
    return asked, lines, total


def of_introductions() -> tuple[Column[Any], ...]:
    """The columns of the list, whatever its lines."""
    return introduction_columns.of_introductions(choices.frame().trades, offered().packages)


def everything() -> Everything:
    """The introductions as they are narrowed and ordered, with every column there is."""
    asked = _asked()
    lines = lines_of(lambda part: introduced.introductions(here.session(), asked.wanted(), part))
    return Everything(of_introductions(), lines, asked.said)


@pages.get("/providers/introductions")
def introductions() -> ResponseReturnValue:
    """List introductions, those that changed last first unless another order is asked."""
    part = lists.part()
    asked, lines, total = _listed(part)
    session = here.session()
    return render_template(
        "bureau/introductions.html",
        lines=lines,
        total=total,
        part=part,
        arguments=lists.arguments(),
        wanted=asked.wanted(),
        filters=asked,
        columns=columns.shown("introductions", of_introductions()),
        views=views.shown("introductions"),
        templates=template_store.templates(session, "introductions"),
        tiles=tiles.of_introductions(introduced.states(session)),
        chips=choices.in_force(asked.said),
        sorts=choices.offered(ORDERS, asked.sort),
        back=url_for(".introductions", page=part.page, **lists.arguments()),
        chosen=(),
        words=words,
    )


@pages.get("/providers/introductions.xlsx")
def export_introductions() -> ResponseReturnValue:
    """Send introductions as they are filtered, ordered and laid out, all pages of them."""
    asked = _asked()
    lines = itertools.chain.from_iterable(introduced.in_portions(here.session(), asked.wanted()))
    found = columns.shown("introductions", of_introductions())
    return send_list("introductions", "供需引荐", found.in_workbook, lines, asked.said)


LEADS = {
    "introduce": IntroductionState.INTRODUCED,
    "contract": IntroductionState.CONTRACTED,
    "end": IntroductionState.ENDED,
}


@pages.post("/providers/introductions/<row:introduction_id>")
def move_introduction(introduction_id: int) -> ResponseReturnValue:
    """Introduce a firm and a provider, say that they signed, or that it came to nothing."""
    if store.introduction(here.session(), introduction_id) is None:
        abort(404)
    turn, seen = request.form.get("turn", ""), whole(request.form.get("version"))
    if seen is None or turn not in LEADS:
        abort(400)
    try:
        _move(turn, introduction_id, seen)
    except MovedOn:
        here.refuse(409, words.MOVED_ON)
    flash(f"已记为“{words.STATES[LEADS[turn]]}”。", "good")
    return redirect(url_for(".introductions", state=LEADS[turn]))


def _move(turn: str, introduction_id: int, seen: int) -> None:
    step, says = here.step(), request.form.get("reason", "")
    if turn == "introduce":
        steps.introduce(step, introduction_id, says, base_version=seen)
    elif turn == "contract":
        steps.contract(step, introduction_id, base_version=seen)
    else:
        steps.end(step, introduction_id, says, base_version=seen)
