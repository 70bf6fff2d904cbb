"""Rounds: one year's campaign over one edition, and how far each firm is in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from survey import library
from survey.lifecycle import edition_status, typed
from survey.lifecycle import rounds as life
from survey.lifecycle.errors import Refusal
from survey.lifecycle.rounds import Plan
from survey.readings import completion as readings
from survey.store import completion as store
from survey.store import rounds as round_store
from survey.store.lists import BELOW
from survey.tables import AssessmentState, Round
from survey.views.bureau import choices, completion, tiles
from survey.views.bureau.blueprint import pages
from survey.views.bureau.completion import found_round
from survey.views.bureau.steps import StepForm, sure_field
from survey.views.bureau.tiles import Tile
from survey.views.fields import TO_ASCII, Choice, Day
from survey.web import here, lists
from survey.web.here import today
from survey.words import rounds as words
from survey.words import wording

ORDERS = choices.orders("township", "firm", "state")
QUOTA = re.compile(r"(?P<township>\D+?)[\s:：,，]*(?P<firms>[0-9]{0,9})\s*家?")


class Quotas(TextAreaField):
    """How many firms of each township are to hand in: a township and a number a line."""

    data: dict[str, int] | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data, wrong = {}, []
        for number, line in enumerate((valuelist or [""])[0].splitlines(), 1):
            found = QUOTA.fullmatch(typed.line(line).translate(TO_ASCII))
            if found and found["firms"].lstrip("0"):
                self.data[found["township"]] = int(found["firms"])
            elif not found and typed.line(line):
                wrong.append(str(number))
        if wrong:
            raise ValueError(f"第 {'、'.join(wrong)} 行看不懂，请写成“城关镇 30”这样，每行一个。")

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        kept = self.data or {}
        names = dict.fromkeys([*here.district().townships, *kept])
        return "\n".join(f"{name} {kept.get(name, '')}".rstrip() for name in names)


ALL, INVITED = "all", "invited"


class PlanForm(StepForm):
    """What a round is called, whom it is for, its days and quotas."""

    title = StringField(
        "轮次名称",
        [InputRequired("请填写轮次名称。"), Length(max=life.MOST_TITLE)],
        description="企业看到的名称，例如“2026 年度智能制造水平评估”。",
    )
    notice = StringField(
        "通知文号", [Optional(), Length(max=life.MOST_TITLE)], description="可以不填。"
    )
    opens_on = Day("开始日期", [InputRequired("请填写开始日期。")], default=today)
    closes_on = Day("企业截止", [Optional()], description="可以先不填，以后再定。这一天还能开始。")
    check_by = Day("区级审核截止", [Optional()])
    upward_by = Day("上报截止", [Optional()])
    whom = RadioField(
        "哪些企业参加",
        choices=[SelectChoice(ALL, "全部企业"), SelectChoice(INVITED, "只有选定的企业")],
        default=ALL,
    )
    quotas = Quotas(
        "各乡镇（街道）任务数",
        description="每行一个乡镇（街道）和家数，例如“城关镇 30”。没有任务数的，后面空着。",
        render_kw={"rows": 6},
    )
    sure = sure_field()

    def plan(self) -> Plan:
        return Plan(
            self.title.data or "",
            self.opens_on.data or today(),
            self.closes_on.data,
            self.notice.data or "",
            self.check_by.data,
            self.upward_by.data,
            only_invited=self.whom.data == INVITED,
            quotas=self.quotas.data or {},
        )


class RoundForm(PlanForm):
    """A new round."""

    edition = Choice("问卷年版", [InputRequired("请选择一个问卷年版。")])

    def __init__(self, step: str, **values: Any) -> None:
        super().__init__(step, **values)
        there = edition_status.usable(here.session())
        self.edition.choices = list(library.titles(here.session(), there[::-1]).items())


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
            rounds=round_store.rounds(here.session()),
            titles=library.titles(here.session(), library.of(here.session()).editions()),
            today=today(),
        ),
        status,
    )


def _open(form: RoundForm) -> ResponseReturnValue:
    opened = life.open_round(here.step(), form.plan(), form.edition.data, sure=form.sure.data)
    onward, said = (
        (".invite", "接着选要参加的企业。")
        if opened.only_invited
        else (".round_", "接着打开“邀请名单”，把链接发给企业。")
    )
    flash(f"评估轮次“{opened.title}”已建立。{said}", "good")
    return redirect(url_for(onward, round_id=opened.id))


@pages.route("/rounds/<row:round_id>", methods=["GET", "POST"])
def round_(round_id: int) -> ResponseReturnValue:
    """Show how far every firm is in a round and whom to call; change its name and days."""
    found = found_round(round_id)
    if request.method != "POST":
        return _page(found)
    form = PlanForm("change", posted=True)
    if not form.validate():
        return _page(found, form, 422)
    try:
        life.change(
            here.step(),
            round_id,
            form.plan(),
            base_version=form.base_version(),
            sure=form.sure.data,
        )
    except Refusal as error:
        return _page(found_round(round_id), form, form.show_refusal(error))
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


def _page(found: Round, form: PlanForm | None = None, status: int = 200) -> ResponseReturnValue:
    plan, wanted, part, session = (
        life.plan_of(found),
        completion.narrowing(),
        lists.part(),
        here.session(),
    )
    lines, total = store.round_firms(session, found, wanted, completion.pace(), part)
    whom = INVITED if found.only_invited else ALL
    form = form or PlanForm("change", data=asdict(plan) | {"whom": whom})
    form.show_at(found.version)
    counted = store.counted(session, found)
    counts = counted.states
    frame = choices.frame_of(found.edition)
    return (
        render_template(
            "bureau/round.html",
            round=found,
            title=frame.edition.title,
            form=form,
            begun=sum(count for state, count in counts.items() if state != BELOW),
            invited=round_store.invited(session, found.id),
            tiles=_tiles(found, counts),
            late=counts.get(AssessmentState.DRAFT, 0) + counts.get(BELOW, 0),
            places=readings.by_township(found, counted),
            done_by_trade=counted.trades,
            trades=frame.trades,
            days=readings.by_day(session, found, today()),
            wanted=wanted,
            lines=lines,
            total=total,
            part=part,
            townships=choices.townships(),
            who=completion.who(),
            sorts=choices.offered(ORDERS, wanted.sort),
            arguments=lists.arguments(),
            chosen=(),
            most=lists.MOST_CHOSEN,
            chips=choices.in_force(completion.filters(found, wanted)),
            not_begun=words.NOT_BEGUN,
            slow=completion.why,
            no_township=words.NO_TOWNSHIP,
            draft=AssessmentState.DRAFT,
            today=today(),
        ),
        status,
    )


def _tiles(found: Round, counts: Mapping[str, int]) -> list[Tile]:
    """Return every state, and among those that fill in the slow ones where there are any."""
    slow_ones = store.slow_of(here.session(), found, completion.pace())
    all_of = {**dict.fromkeys(wording.STATES, 0), BELOW: 0, **counts, **slow_ones}
    shown = {
        code: title
        for code, title in completion.who().items()
        if code not in completion.SLOW or all_of[code]
    }
    return tiles.of_round(found.id, all_of, shown, completion.SLOW)
