"""Firms: the list, a new one with its invitation, one firm with its users."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from survey.lifecycle import links, new_firms
from survey.lifecycle.errors import Doubtful, Invalid, Stale
from survey.lifecycle.new_firms import NewFirm, Offered
from survey.rosters import titles
from survey.rosters.columns import BY_KEY
from survey.store import accounts, listings
from survey.store import assessments as assessment_store
from survey.store import firms as store
from survey.store import pool as pool_store
from survey.store.firms import FIRM_SORTS
from survey.store.lists import BELOW, Wanted
from survey.tables import Firm
from survey.views.bureau import choices, tiles
from survey.views.bureau.blueprint import pages
from survey.views.bureau.choices import Said
from survey.views.bureau.steps import CHANGED_MEANWHILE
from survey.views.fields import shown_version
from survey.views.links import hand_over
from survey.web import here, lists
from survey.words import rosters as roster_words
from survey.words.wording import DOUBTS, STATES

ORDERS = choices.orders("-added", "firm", "township")


class FirmForm(FlaskForm):
    """A firm's name, trade and township."""

    name = StringField("企业名称", [InputRequired("请填写企业名称。"), Length(max=100)])
    trade = SelectField("行业", [InputRequired("请选择一个行业。")])
    township = SelectField("乡镇（街道）")
    version = HiddenField()

    def __init__(self, township: str | None = None, **values: Any) -> None:
        super().__init__(**values)
        self.trade.choices = [("", "请选择"), *_trades().items()]
        known = list(here.district().townships)
        if township and township not in known:
            known.append(township)
        self.township.choices = [("", "未填"), *((name, name) for name in known)]


class PersonForm(FlaskForm):
    """A user of a firm."""

    person = StringField("姓名", [InputRequired("请填写姓名。"), Length(max=60)])
    username = StringField(
        "用户名",
        [InputRequired("请填写用户名。"), Length(max=40)],
        description="3–40 个小写字母、数字、点、横线或下划线。",
    )


class NewFirmForm(FirmForm):
    """A new firm with its first user."""

    code = StringField(
        "统一社会信用代码",
        [InputRequired("请填写统一社会信用代码。"), Length(max=60)],
        description="18 位，照营业执照填写。",
    )
    person = StringField(
        "首位用户姓名",
        [InputRequired("请填写首位用户的姓名。"), Length(max=60)],
        description="负责填报的人，收到邀请链接后自己设置密码。",
    )
    username = StringField(
        "用户名", [Length(max=40)], description="可以不填，不填就用统一社会信用代码登录。"
    )
    sure = BooleanField("已对照营业执照，代码无误")
    doubts: tuple[str, ...] = ()
    """What is unusual about the code; then the form asks whether it is meant."""


def _trades() -> dict[str, str]:
    return choices.frame().trades


def _offered() -> Offered:
    district = here.district()
    return Offered(_trades(), district.townships, district.demonstration)


@pages.get("/firms")
def firms() -> ResponseReturnValue:
    """List firms, found by words, trade, township or how far their assessment has come."""
    part = lists.part()
    wanted = Wanted(
        words=lists.words(),
        trade=lists.one_of("trade", _trades()),
        township=choices.township(),
        state=lists.one_of("state", {*STATES, BELOW}),
        sort=lists.sort_key(FIRM_SORTS),
    )
    lines, total = store.firms(here.session(), wanted, part)
    return render_template(
        "bureau/firms.html",
        lines=lines,
        total=total,
        part=part,
        arguments=lists.arguments(),
        wanted=wanted,
        trades=_trades(),
        townships=choices.townships(),
        sorts=choices.offered(ORDERS, wanted.sort),
        tiles=tiles.of_firms(store.states_of_firms(here.session())),
        chips=choices.in_force(_said(wanted)),
        chosen=(),
        below=BELOW,
    )


def _said(wanted: Wanted) -> dict[str, Said]:
    return {
        "q": Said("企业", wanted.words),
        "trade": Said("行业", _trades().get(wanted.trade, "")),
        "township": Said("乡镇（街道）", wanted.township),
        "state": Said("最近评估", {BELOW: "还没有开始", **STATES}.get(wanted.state, "")),
    }


@pages.route("/firms/new", methods=["GET", "POST"])
def add_firm() -> ResponseReturnValue:
    """Add a firm with its first user, and show the invitation link once."""
    form = NewFirmForm()
    if not form.is_submitted():
        return render_template("bureau/firm_new.html", form=form)
    status = 422
    if form.validate():
        wanted = NewFirm(
            name=form.name.data or "",
            code=form.code.data or "",
            trade=form.trade.data,
            township=form.township.data or "",
            person=form.person.data or "",
            username=form.username.data or "",
        )
        try:
            sure = form.sure.data
            return hand_over(new_firms.add_firm(here.step(), wanted, _offered(), sure=sure))
        except Doubtful as error:
            form.doubts, status = tuple(DOUBTS[doubt] for doubt in error.doubts), error.status
        except Invalid as error:
            status = _show_faults(form, error)
    return render_template("bureau/firm_new.html", form=form), status


def _show_faults(form: FlaskForm, error: Invalid) -> int:
    for name, words in error.fields.items():
        form[name].errors = [words]
    return error.status


@pages.route("/firms/<row:firm_id>", methods=["GET", "POST"])
def firm(firm_id: int) -> ResponseReturnValue:
    """Show one firm with its users and assessments; correct its name, trade or township."""
    found = _firm(firm_id)
    form = FirmForm(
        found.township,
        data={
            "name": found.name,
            "trade": found.trade,
            "township": found.township or "",
            "version": str(found.version),
        },
    )
    if not form.is_submitted():
        return _page(found, form)
    status = 422
    if form.validate():
        try:
            new_firms.edit_firm(
                here.step(),
                firm_id,
                name=form.name.data or "",
                trade=form.trade.data,
                township=form.township.data or "",
                offered=_offered(),
                base_version=shown_version(form.version),
            )
            flash("企业信息已保存。", "good")
            return redirect(url_for(".firm", firm_id=firm_id))
        except Invalid as error:
            status = _show_faults(form, error)
        except Stale as error:
            status = error.status
            found = _firm(firm_id)
            form.version.data = str(found.version)
            form.form_errors.append(CHANGED_MEANWHILE)
    return _page(found, form, status=status)


def _firm(firm_id: int) -> Firm:
    return store.firm(here.session(), firm_id) or abort(404)


def _page(
    found: Firm, form: FirmForm, person: PersonForm | None = None, status: int = 200
) -> ResponseReturnValue:
    session = here.session()
    return (
        render_template(
            "bureau/firm.html",
            firm=found,
            form=form,
            person=person or PersonForm(formdata=None),
            trade=_trade_title(found),
            users=accounts.users_of_firm(session, found.id),
            assessments=assessment_store.assessments_of_firm(session, found.id),
            entry=pool_store.pool_entry_of_firm(session, found.id),
            recognitions=pool_store.recognitions_of_firm(session, found.id),
            rungs=choices.frame().rungs,
            told=listings.told(session, found.id),
            roster_words=roster_words,
            title_standing=titles.standing,
            today=here.today(),
            figure_titles={key: BY_KEY[key].title for key in listings.FIGURES},
            listed_titles={key: BY_KEY[key].title for key in listings.LISTED},
        ),
        status,
    )


def _trade_title(found: Firm) -> str:
    return _trades().get(found.trade, found.trade)


@pages.post("/firms/<row:firm_id>/users")
def add_firm_user(firm_id: int) -> ResponseReturnValue:
    """Add one more user of the firm, and show the invitation link once."""
    found = _firm(firm_id)
    person = PersonForm()
    status = 422
    if person.validate():
        try:
            return hand_over(
                new_firms.add_firm_user(
                    here.step(),
                    firm_id,
                    person=person.person.data or "",
                    username=person.username.data or "",
                )
            )
        except Invalid as error:
            status = _show_faults(person, error)
    kept = {"name": found.name, "trade": found.trade, "township": found.township or ""}
    form = FirmForm(found.township, formdata=None, data=kept | {"version": str(found.version)})
    return _page(found, form, person, status)


@pages.post("/firms/<row:firm_id>/users/<row:user_id>/link")
def firm_link(firm_id: int, user_id: int) -> ResponseReturnValue:
    """Issue a new link to a user of a firm: an invitation, or a reset of the password."""
    return hand_over(links.hand_out(here.step(), user_id, firm_id=firm_id))
