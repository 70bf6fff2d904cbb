"""A firm's own profile: filled first, shown again whenever something about the firm changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from questionnaires.edition import Edition
from questionnaires.model import Process
from reports.facts import InUse, Use
from survey import library
from survey.lifecycle import edition_status, in_use
from survey.lifecycle import firms as steps
from survey.lifecycle.errors import Invalid, Stale
from survey.lifecycle.typed import line, whole
from survey.store import assessments as store
from survey.store import rounds as round_store
from survey.tables import Assessment, AssessmentState, Firm
from survey.views.fields import Lines, WholeNumber
from survey.views.firm.pages import found_sheet, pages
from survey.web import access, here
from survey.words import wording

YES, NO = "yes", "no"
SPARE = 2
"""Empty lines a page offers for systems and for machines; more come when it was saved."""
WHY = "lacking-"
"""Before the id of a process: why the firm has not what its trade usually has."""


def _offered(_form: Any, field: Any) -> None:
    if field.data not in [choice.value for choice in field.iter_choices()]:
        raise ValidationError("请从列出的选项中选择。")


def _typed(one: InUse) -> in_use.Line:
    return one.kind, one.name, one.vendor, str(one.year or "")


def _at_most(most: int, words: str) -> Length:
    return Length(max=most, message=f"{words}最多 {most} 字，请删减。")


class ProfileForm(FlaskForm):
    """What the bureau and the consultant need to know about a firm before its answers."""

    version = HiddenField()
    trade = SelectField(
        "所属行业", [InputRequired("请选择行业。"), _offered], validate_choice=False
    )
    processes = SelectMultipleField("工序与产品类型", validate_choice=False)
    size = RadioField(
        "企业规模",
        [InputRequired("请选择企业规模。"), _offered],
        validate_choice=False,
        choices=[SelectChoice(value=size, label=words) for size, words in wording.SIZES.items()],
        description="按统计上大中小微型企业划分办法；拿不准时按最近一次申报的填。",
    )
    above_scale = RadioField(
        "是否规模以上工业企业",
        [InputRequired("请选择是否规上。"), _offered],
        validate_choice=False,
        choices=[SelectChoice(value=YES, label="是"), SelectChoice(value=NO, label="否")],
        description="年主营业务收入 2000 万元及以上。",
    )
    township = SelectField("所在乡镇（街道）", [_offered], validate_choice=False)
    park = SelectField(
        "所在园区", [_offered], validate_choice=False, description="不在园区的选“不在园区”。"
    )
    address = StringField("详细地址", [Optional(), _at_most(200, "地址")])
    employees = WholeNumber("从业人数（人）", [InputRequired("请填写从业人数。")])
    revenue = WholeNumber(
        "上年营业收入（万元）", [Optional()], description="单位是万元：1.2 亿元填 12000。"
    )
    products = TextAreaField(
        "主要产品", [Optional(), _at_most(300, "主要产品")], description="例如：不锈钢球阀、闸阀。"
    )
    in_use = Lines(4)
    contact_name = StringField("联系人", [InputRequired("请填写联系人。"), _at_most(60, "联系人")])
    contact_post = StringField("联系人职务", [Optional(), _at_most(60, "职务")])
    contact_phone = StringField(
        "联系电话", [InputRequired("请填写联系电话。"), _at_most(40, "电话")]
    )
    contact_mail = StringField(
        "邮箱",
        [Optional(), _at_most(254, "邮箱")],
        description="可以不填。填了，邀请和提醒会发到这里。",
    )

    def validate_in_use(self, field: Lines) -> None:
        """Name a wrong line together with whatever else is wrong."""
        try:
            in_use.read(field.data, here.today())
        except Invalid as refused:
            raise ValidationError(refused.fields["in_use"]) from refused

    def fill(self, firm: Firm, *, reader: str) -> None:
        """Show what is known; who fills it in is the contact until another is named."""
        for name in ("trade", "size", "township", "park", "address", "products"):
            self[name].data = getattr(firm, name) or ""
        for name in ("contact_name", "contact_post", "contact_phone", "contact_mail"):
            self[name].data = getattr(firm, name) or ""
        self.contact_name.data = self.contact_name.data or reader
        for name in ("employees", "revenue"):
            self[name].data = getattr(firm, name)
        self.above_scale.data = {True: YES, False: NO, None: ""}[firm.above_scale]
        for name, year in firm.from_lists.items():
            self[name].description = f"来自名单（{year} 年），请核对。{self[name].description}"
        self.processes.data = list(firm.processes)
        self.in_use.data = [_typed(InUse.kept(row)) for row in firm.in_use]
        self.version.data = str(firm.version)

    def profile(self, usual: Iterable[Process]) -> steps.Profile:
        """Return what was typed, tidied; ``usual`` are the processes its trade usually has."""
        ticked = tuple(self.processes.data or ())
        reasons = {p.id: line(request.form.get(f"{WHY}{p.id}")) for p in usual}
        texts = {
            name: line(self[name].data) or None
            for name in ("township", "park", "address", "contact_name", "contact_post")
        }
        return steps.Profile(
            trade=self.trade.data or "",
            processes=ticked,
            lacking={p: why for p, why in reasons.items() if why and p not in ticked},
            size=self.size.data or None,
            above_scale={YES: True, NO: False}.get(self.above_scale.data),
            employees=self.employees.data,
            revenue=self.revenue.data,
            products=line(self.products.data) or None,
            in_use=in_use.read(self.in_use.data or (), here.today()),
            contact_phone=line(self.contact_phone.data) or None,
            contact_mail=line(self.contact_mail.data) or None,
            **texts,
        )


@pages.route("/profile", methods=["GET", "POST"], defaults={"assessment_id": None})
@pages.route("/assessments/<row:assessment_id>/profile", methods=["GET", "POST"])
def profile(assessment_id: int | None) -> ResponseReturnValue:
    """Show or keep the profile; on the way into an assessment, lead on to its questions."""
    assessment = _asked_for(assessment_id)
    firm = _firm()
    edition = library.of(here.session()).load(
        assessment.edition if assessment else _present_edition()
    )
    form = ProfileForm()
    _offer_choices(form, firm, edition)
    if request.method == "GET":
        form.fill(firm, reader=here.reader().name)
        return _page(form, firm, edition, assessment)
    if not _sound(form, edition):
        return _page(form, firm, edition, assessment), 422
    moved = form.trade.data != firm.trade
    try:
        _keep(form, edition)
    except Invalid as refused:
        for name, words in refused.fields.items():
            form[name].errors = [words]
        return _page(form, firm, edition, _asked_for(assessment_id)), 422
    except Stale:
        form.version.data = str(firm.version)
        return _page(form, firm, edition, _asked_for(assessment_id), overtaken=True), 409
    flash("企业信息已保存。" if not moved else "行业已更改，请勾选本行业的工序。", "good")
    if moved:
        return redirect(url_for("firm.profile", assessment_id=assessment_id))
    return redirect(_onward(_asked_for(assessment_id)))


def _asked_for(assessment_id: int | None) -> Assessment | None:
    return access.own_assessment(assessment_id) if assessment_id else None


def _firm() -> Firm:
    firm = here.session().get(Firm, here.reader().firm_id or 0)
    assert firm is not None, "a user of role firm has one"  # noqa: S101  a constraint of the table
    return firm


def _present_edition() -> str:
    rounds = round_store.open_to(here.session(), here.reader().firm_id or 0, here.today())
    return rounds[0].edition if rounds else edition_status.newest(here.session())


def _begun() -> list[Assessment]:
    return store.assessments_of_firm(here.session(), here.reader().firm_id or 0)


def _offer_choices(form: ProfileForm, firm: Firm, edition: Edition) -> None:
    district = here.district()
    trades = {trade.id: trade.title for trade in edition.trades.values()}
    form.trade.choices = (
        [(firm.trade, trades.get(firm.trade, firm.trade))] if _begun() else list(trades.items())
    )
    form.township.choices = _with_present(district.townships, firm.township, "请选择")
    form.park.choices = _with_present(district.parks, firm.park, "不在园区")
    asked = form.trade.data if form.trade.data in edition.trades else firm.trade
    form.processes.choices = [(p.id, p.title) for p in _processes(edition, asked)]


def _with_present(known: tuple[str, ...], present: str | None, blank: str) -> list[tuple[str, str]]:
    others = (present,) if present and present not in known else ()
    return [("", blank), *((name, name) for name in (*known, *others))]


def _processes(edition: Edition, trade: str) -> tuple[Process, ...]:
    return edition.trades[trade].processes if trade in edition.trades else ()


def _sound(form: ProfileForm, edition: Edition) -> bool:
    good = form.validate_on_submit()
    if form.trade.data == _firm().trade and form.processes.choices and not form.processes.data:
        form.processes.errors = ["请至少勾选一项，题目会按勾选的工序出现。"]
        good = False
    return good


def _keep(form: ProfileForm, edition: Edition) -> None:
    base = whole(form.version.data) or 0
    firm_id = here.reader().firm_id or 0
    usual = [p for p in _processes(edition, form.trade.data or "") if p.usual]
    profile = form.profile(usual)
    steps.update_profile(here.step(), firm_id, profile, edition, base_version=base)


def _onward(assessment: Assessment | None) -> str:
    """Return what comes after the profile: the first question of an empty sheet, else the overview."""
    if assessment is None or assessment.state != AssessmentState.DRAFT:
        return url_for("firm.home")
    sheet = found_sheet(assessment.id)
    if sheet.rows or not sheet.sections:
        return url_for("firm.overview", assessment_id=assessment.id)
    first = sheet.sections[0].id
    return url_for("firm.section", assessment_id=assessment.id, section_id=first)


def _reasons(firm: Firm) -> Mapping[str, str]:
    """Return why the firm lacks usual processes, by process id: as typed, or as it is kept."""
    typed = {n.removeprefix(WHY): v for n, v in request.form.items() if n.startswith(WHY)}
    return typed if request.method == "POST" else firm.lacking


def _using(form: ProfileForm) -> list[tuple[str, str, list[in_use.Line]]]:
    """Return kind, heading and lines of each kind, as kept or as typed, with empty ones behind."""
    lines = form.in_use.data or []
    return [
        (kind, title, [*(one for one in lines if one[0] == kind), *[(kind, "", "", "")] * SPARE])
        for kind, title in ((Use.SYSTEM, "在用的系统"), (Use.MACHINE, "主要设备"))
    ]


def _page(
    form: ProfileForm,
    firm: Firm,
    edition: Edition,
    assessment: Assessment | None,
    *,
    overtaken: bool = False,
) -> str:
    trade = form.trade.data if form.trade.data in edition.trades else firm.trade
    grouped = groupby(_processes(edition, trade or ""), key=lambda process: process.group)
    return render_template(
        "firm/profile.html",
        form=form,
        firm=firm,
        assessment=assessment,
        groups=[(title, list(processes)) for title, processes in grouped],
        reasons=_reasons(firm),
        using=_using(form),
        fixed=bool(_begun()),
        trade_title=dict(form.trade.choices).get(firm.trade, firm.trade),
        overtaken=overtaken,
        waits=assessment is not None and found_sheet(assessment.id).profile_waits,
    )
