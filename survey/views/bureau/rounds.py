"""Rounds: one year's campaign over one edition, and how far each firm is in it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length, Optional

from survey import library
from survey.lifecycle import edition_status
from survey.lifecycle import rounds as life
from survey.lifecycle.errors import Refusal
from survey.lifecycle.rounds import Plan
from survey.store import rounds as store
from survey.store.lists import BELOW, Wanted
from survey.store.rounds import ROUND_SORTS, RoundLine
from survey.tables import AssessmentState, Round
from survey.views.bureau import choices, tiles
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import Said
from survey.views.bureau.exports import Column, local_day, send_list
from survey.views.bureau.steps import StepForm, sure_field
from survey.views.fields import Choice, Day
from survey.web import here, lists
from survey.web.here import today
from survey.words import wording

NOT_BEGUN = "未开始"
WHO = {BELOW: NOT_BEGUN, **wording.STATES}
ORDERS = choices.orders("township", "firm", "state")


class PlanForm(StepForm):
    """What a round is called, and its days."""

    title = StringField(
        "轮次名称",
        [InputRequired("请填写轮次名称。"), Length(max=life.MOST_TITLE)],
        description="企业看到的名称，例如“2026 年度智能制造水平评估”。",
    )
    opens_on = Day("开始日期", [InputRequired("请填写开始日期。")])
    closes_on = Day("截止日期", [Optional()], description="可以先不填，以后再定。这一天还能开始。")
    sure = sure_field()

    def plan(self) -> Plan:
        opens_on = self.opens_on.data or today()
        return Plan(self.title.data or "", opens_on, self.closes_on.data)


class RoundForm(PlanForm):
    """A new round."""

    edition = Choice("问卷年版", [InputRequired("请选择一个问卷年版。")])

    def __init__(self, step: str, **values: Any) -> None:
        super().__init__(step, **values)
        there = edition_status.usable(here.session())
        self.edition.choices = list(library.titles(here.session(), there[::-1]).items())


class ChangeForm(PlanForm):
    """A round as it is to be; what the page showed goes along."""

    was = HiddenField()

    def seen(self) -> Plan:
        """Return the round as the page showed it; what no page of ours wrote answers 400."""
        opens_on, _, rest = (self.was.data or "").partition("/")
        closes_on, _, title = rest.partition("/")
        try:
            last = date.fromisoformat(closes_on) if closes_on else None
            return Plan(title, date.fromisoformat(opens_on), last)
        except ValueError:
            abort(400)

    def show(self, plan: Plan) -> None:
        self.was.data = f"{plan.opens_on}/{plan.closes_on or ''}/{plan.title}"


@pages.route("/rounds", methods=["GET", "POST"])
def rounds() -> ResponseReturnValue:
    """List the rounds; open a new one."""
    posted = request.method == "POST"
    form, status = RoundForm("new", posted=posted), 200
    if posted:
        status = 422
        if form.validate():
            try:
                return _open(form)
            except Refusal as error:
                status = form.show_refusal(error)
    return (
        render_template(
            "bureau/rounds.html",
            form=form,
            rounds=store.rounds(here.session()),
            titles=library.titles(here.session(), library.of(here.session()).editions()),
            today=today(),
        ),
        status,
    )


def _open(form: RoundForm) -> ResponseReturnValue:
    sure = form.sure.data
    opened = life.open_round(
        here.step(), edition=form.edition.data, sure=sure, **asdict(form.plan())
    )
    flash(f"评估轮次“{opened.title}”已建立。", "good")
    return redirect(url_for(".round_", round_id=opened.id))


@pages.route("/rounds/<row:round_id>", methods=["GET", "POST"])
def round_(round_id: int) -> ResponseReturnValue:
    """Show how far every firm is in a round and whom to call; change its name and days."""
    found = _found(round_id)
    if request.method != "POST":
        return _page(found)
    form = ChangeForm("change", posted=True)
    if not form.validate():
        return _page(found, form, 422)
    try:
        life.change(here.step(), round_id, form.plan(), seen=form.seen(), sure=form.sure.data)
    except Refusal as error:
        return _page(_found(round_id), form, form.show_refusal(error))
    flash("轮次已更新。", "good")
    return redirect(url_for(".round_", round_id=round_id))


@pages.post("/rounds/<row:round_id>/close")
def close_round(round_id: int) -> ResponseReturnValue:
    """Close a round now."""
    life.close(here.step(), round_id)
    flash("已截止：企业不能再开始这一轮，已经开始的可以继续填完。", "good")
    return redirect(url_for(".round_", round_id=round_id))


@pages.post("/rounds/<row:round_id>/delete")
def delete_round(round_id: int) -> ResponseReturnValue:
    """Delete a round that no firm has begun."""
    life.delete(here.step(), round_id)
    flash("轮次已删除。", "good")
    return redirect(url_for(".rounds"))


@pages.get("/rounds/<row:round_id>/firms.xlsx")
def export_round(round_id: int) -> ResponseReturnValue:
    """Send the firms of a round with whom to call, as they are filtered, all pages of them."""
    found, wanted = _found(round_id), _wanted()
    lines, _total = store.round_firms(here.session(), round_id, wanted)
    said = {"round": Said("评估轮次", found.title), **_said(wanted)}
    return send_list("round", "轮次进度", COLUMNS, lines, said)


COLUMNS: tuple[Column[RoundLine], ...] = (
    Column("企业名称", lambda line: line.firm, 30),
    Column("统一社会信用代码", lambda line: line.code, 22),
    Column("乡镇（街道）", lambda line: line.township),
    Column("进度", lambda line: wording.STATES.get(line.state or "", NOT_BEGUN)),
    Column("联系人", lambda line: line.contact_name),
    Column("联系电话", lambda line: line.contact_phone, 18),
    Column("开始填写", lambda line: local_day(line.begun_at), kind="date"),
)


def _page(found: Round, form: ChangeForm | None = None, status: int = 200) -> ResponseReturnValue:
    plan, wanted, part = life.plan_of(found), _wanted(), lists.part()
    lines, total = store.round_firms(here.session(), found.id, wanted, part)
    counts = store.states_of(here.session(), found.id)
    form = form or ChangeForm("change", data=asdict(plan))
    form.show(plan)
    begun = sum(count for state, count in counts.items() if state != BELOW)
    return (
        render_template(
            "bureau/round.html",
            round=found,
            title=library.titles(here.session(), [found.edition])[found.edition],
            form=form,
            begun=begun,
            tiles=tiles.of_round(found.id, {state: counts.get(state, 0) for state in WHO}, WHO),
            wanted=wanted,
            lines=lines,
            total=total,
            part=part,
            townships=choices.townships(),
            who=WHO,
            sorts=choices.offered(ORDERS, wanted.sort),
            arguments=lists.arguments(),
            chosen=(),
            chips=choices.in_force(_said(wanted)),
            not_begun=NOT_BEGUN,
            draft=AssessmentState.DRAFT,
            today=today(),
        ),
        status,
    )


def _found(round_id: int) -> Round:
    return store.round_(here.session(), round_id) or abort(404)


def _wanted() -> Wanted:
    return Wanted(
        words=lists.words(),
        township=choices.township(),
        state=lists.one_of("state", WHO),
        sort=lists.sort_key(ROUND_SORTS),
    )


def _said(wanted: Wanted) -> dict[str, Said]:
    return {
        "state": Said("进度", WHO.get(wanted.state, "")),
        "township": Said("乡镇（街道）", wanted.township),
        "q": Said("企业", wanted.words),
        "sort": Said("排序", choices.ORDERS.get(wanted.sort, "")),
    }
