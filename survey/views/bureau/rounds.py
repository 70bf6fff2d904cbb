"""Rounds: one year's campaign over one edition, opened and ended by the officer."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from survey import library
from survey.lifecycle import edition_status
from survey.lifecycle import rounds as life
from survey.lifecycle.errors import Invalid
from survey.store import rounds as store
from survey.views.bureau.blueprint import pages
from survey.views.fields import Day
from survey.web import here
from survey.web.here import today


class RoundForm(FlaskForm):
    """A new round."""

    title = StringField(
        "轮次名称",
        [InputRequired("请填写轮次名称。"), Length(max=life.MOST_TITLE)],
        description="企业看到的名称，例如“2026 年度智能制造水平评估”。",
    )
    edition = SelectField("问卷年版", [InputRequired("请选择一个问卷年版。")])
    opens_on = Day("开始日期", [InputRequired("请填写开始日期。")])
    closes_on = Day("截止日期", [Optional()], description="可以先不填，以后再定。")

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        there = edition_status.usable(here.session())
        self.edition.choices = list(library.titles(here.session(), there[::-1]).items())


class EndForm(FlaskForm):
    """Another last day for a round."""

    closes_on = Day("截止日期", [Optional()])


@pages.route("/rounds", methods=["GET", "POST"])
def rounds() -> ResponseReturnValue:
    """List the rounds; open a new one."""
    form = RoundForm()
    status = 200
    if form.is_submitted():
        if form.validate():
            try:
                return _open(form)
            except Invalid as error:
                status = error.status
                for name, words in error.fields.items():
                    form[name].errors = [words]
        else:
            status = 422
    return _page(form, status)


def _open(form: RoundForm) -> ResponseReturnValue:
    opened = life.open_round(
        here.step(),
        title=form.title.data or "",
        edition=form.edition.data,
        opens_on=form.opens_on.data or today(),
        closes_on=form.closes_on.data,
    )
    flash(f"评估轮次“{opened.title}”已建立。", "good")
    return redirect(url_for(".rounds"))


@pages.post("/rounds/<row:round_id>/end")
def end_round(round_id: int) -> ResponseReturnValue:
    """Give a round another last day."""
    form = EndForm()
    if form.validate():
        try:
            life.set_end(here.step(), round_id, form.closes_on.data)
            flash("截止日期已更新。", "good")
            return redirect(url_for(".rounds"))
        except Invalid as error:
            form.closes_on.errors = list(error.fields.values())
    faults = [(f"closes-{round_id}", words) for words in form.closes_on.errors]
    return _page(RoundForm(formdata=None), 422, faults)


def _page(
    form: RoundForm, status: int, faults: list[tuple[str, str]] | None = None
) -> ResponseReturnValue:
    return (
        render_template(
            "bureau/rounds.html",
            form=form,
            faults=faults or [],
            rounds=store.rounds(here.session()),
            titles=library.titles(here.session(), library.of(here.session()).editions()),
            today=today(),
        ),
        status,
    )
