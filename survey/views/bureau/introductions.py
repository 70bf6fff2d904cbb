"""Introductions (引荐): who agreed to be named to whom, brought together, and what came of it."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import introductions as steps
from survey.lifecycle.errors import MovedOn
from survey.lifecycle.typed import whole
from survey.store import introductions as store
from survey.store.introductions import IntroductionsWanted
from survey.tables import IntroductionState
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import Said, in_force
from survey.views.bureau.exports import Column, local_day, send_list
from survey.views.offered import offered
from survey.web import here, lists
from survey.words import providers as words


def _columns() -> tuple[Column[Any], ...]:
    packages = offered().packages
    return (
        Column("企业名称", lambda line: line.firm.name, 30),
        Column("统一社会信用代码", lambda line: line.firm.code, 22),
        Column("服务商", lambda line: line.provider.name, 30),
        Column("改造场景", lambda line: f"{line.package} {packages.get(line.package, '')}", 26),
        Column("状态", lambda line: words.STATES[line.state], 18),
        Column("同意日期", lambda line: local_day(line.agreed_at), 14, "date"),
        Column("变动日期", lambda line: local_day(line.changed_at), 14, "date"),
        Column("引荐说明", lambda line: line.note, 40),
        Column("没有谈成的原因", lambda line: line.reason, 40),
    )


def _asked() -> tuple[IntroductionsWanted, dict[str, Said]]:
    state, said = lists.one_of("state", words.STATES), lists.words()
    wanted = IntroductionsWanted(words=said, state=state)
    return wanted, {
        "q": Said("企业或服务商", said),
        "state": Said("状态", words.STATES.get(state, "")),
    }


@pages.get("/providers/introductions")
def introductions() -> ResponseReturnValue:
    """List introductions, those that changed last first."""
    part, (wanted, said) = lists.part(), _asked()
    lines, total = store.listed(here.session(), wanted, part)
    return render_template(
        "bureau/introductions.html",
        lines=lines,
        total=total,
        part=part,
        wanted=wanted,
        chips=in_force(said),
        counts=store.states(here.session()),
        arguments=lists.arguments(),
        packages=offered().packages,
        words=words,
    )


@pages.get("/providers/introductions.xlsx")
def export_introductions() -> ResponseReturnValue:
    """Send introductions as they are filtered, all pages of them."""
    wanted, said = _asked()
    lines, _total = store.listed(here.session(), wanted)
    return send_list("introductions", "供需引荐", _columns(), lines, said)


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
