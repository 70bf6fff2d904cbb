"""Firms: the list, a new one with its invitation, one firm's file with its users."""

from __future__ import annotations

import itertools
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from reports import titles
from survey.lifecycle import links, new_firms
from survey.lifecycle.errors import Doubtful, Invalid, Stale
from survey.lifecycle.new_firms import NewFirm, Offered
from survey.store import accounts, listings
from survey.store import assessments as assessment_store
from survey.store import firms as store
from survey.store import templates as template_store
from survey.store.firms import FIRM_SORTS
from survey.tables import Firm, Outlook
from survey.tables.pinyin import MOST
from survey.views import firm_file
from survey.views.bureau import choices, columns, filters, tiles, views
from survey.views.bureau.blueprint import pages
from survey.views.bureau.everything import Everything, Flow, lines_of
from survey.views.bureau.exports import send_list
from survey.views.bureau.steps import CHANGED_MEANWHILE
from survey.views.fields import shown_version
from survey.views.links import hand_over
from survey.web import here, lists
from survey.words import rosters as roster_words
from survey.words.wording import DOUBTS

ORDERS = choices.orders("-added", "firm", "township")


class FirmForm(FlaskForm):
    """A firm's name, trade and township."""

    name = StringField("企业名称", [InputRequired("请填写企业名称。"), Length(max=100)])
    name_key = StringField(
        "名称拼音",
        [Length(max=MOST, message="拼音太长，请删减。")],
        description="列表按它排序，不带声调。多音字不对的在这里改，例如“曾”应是 zeng。清空就重新生成。",
    )
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
    """List firms, found by words, place, size or how far their assessment has come."""
    part = lists.part()
    asked = filters.of_firms(_trades(), FIRM_SORTS)
    lines, total = store.firms(here.session(), asked.wanted(), part)
    return render_template(
        "bureau/firms.html",
        lines=lines,
        total=total,
        part=part,
        arguments=lists.arguments(),
        wanted=asked.wanted(),
        trades=_trades(),
        filters=asked,
        columns=columns.shown("firms", columns.of_firms(_trades())),
        views=views.shown("firms"),
        templates=template_store.templates(here.session(), "firms"),
        sorts=choices.offered(ORDERS, asked.sort),
        tiles=tiles.of_firms(store.states_of_firms(here.session())),
        chips=choices.in_force(asked.said),
        chosen=lists.chosen(),
        most=lists.MOST_CHOSEN,
        back=url_for(".firms", page=part.page, **lists.arguments()),
    )


def everything() -> Everything:
    """The firms as they are narrowed and ordered, with every column there is."""
    asked = filters.of_firms(_trades(), FIRM_SORTS)
    lines = lines_of(lambda part: store.firms(here.session(), asked.wanted(), part))
    return Everything(columns.of_firms(_trades()), lines, asked.said)


def flow() -> Flow:
    """The same, some firms at a time."""
    asked, every = filters.of_firms(_trades(), FIRM_SORTS), columns.of_firms(_trades())
    portions = store.in_portions(here.session(), asked.wanted())
    return Flow(every, ((every, lines) for lines in portions), asked.said)


@pages.get("/firms.xlsx")
def export_firms() -> ResponseReturnValue:
    """Send the firms as they are filtered, ordered and laid out, all pages of them."""
    asked = filters.of_firms(_trades(), FIRM_SORTS)
    lines = itertools.chain.from_iterable(store.in_portions(here.session(), asked.wanted()))
    shown = columns.shown("firms", columns.of_firms(_trades()))
    return send_list("firms", "企业名录", shown.in_workbook, lines, asked.said)


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
    """Show a firm's file (一企一档); correct its name, trade or township."""
    found = _firm(firm_id)
    form = FirmForm(
        found.township,
        data={
            "name": found.name,
            "name_key": found.name_key,
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
                name_key=form.name_key.data,
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
    page = render_template(
        "bureau/firm.html",
        firm=found,
        form=form,
        person=person or PersonForm(formdata=None),
        trade=_trade_title(found),
        users=accounts.users_of_firm(session, found.id),
        begun=bool(assessment_store.assessments_of_firm(session, found.id)),
        told=listings.told(session, found.id),
        roster_words=roster_words,
        title_standing=titles.standing,
        today=here.today(),
        **firm_file.shown(found, Outlook.BUREAU),
    )
    return page, status


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
    kept = {name: getattr(found, name) or "" for name in ("name", "name_key", "trade", "township")}
    form = FirmForm(found.township, formdata=None, data=kept | {"version": str(found.version)})
    return _page(found, form, person, status)


@pages.post("/firms/<row:firm_id>/users/<row:user_id>/link")
def firm_link(firm_id: int, user_id: int) -> ResponseReturnValue:
    """Issue a new link to a user of a firm: an invitation, or a reset of the password."""
    return hand_over(links.hand_out(here.step(), user_id, firm_id=firm_id))


@pages.post("/firms/<row:firm_id>/bundle")
def request_bundle(firm_id: int) -> ResponseReturnValue:
    """Ask for a firm's file as a ZIP."""
    firm_file.request(_firm(firm_id), Outlook.BUREAU)
    return redirect(url_for(".firm", firm_id=firm_id, _anchor="bundle"))


@pages.get("/firms/<row:firm_id>/bundle/state")
def bundle_state(firm_id: int) -> ResponseReturnValue:
    """Say how far the ZIP is."""
    return firm_file.state(_firm(firm_id).id, Outlook.BUREAU)


@pages.get("/firms/<row:firm_id>/file.zip")
def bundle(firm_id: int) -> ResponseReturnValue:
    """Hand the ZIP out."""
    return firm_file.handed_out(_firm(firm_id), Outlook.BUREAU)
