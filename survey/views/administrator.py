"""Pages of the administrator: users and their links, the district's settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from reports.district import Counting
from survey import library
from survey.lifecycle import (
    accounts,
    edition_status,
    links,
    provider_rates,
    settings,
    stage_rules,
    typed,
)
from survey.lifecycle.errors import Invalid
from survey.readings.first_steps import first_steps
from survey.readings.todo.bureau import Desk, of_administrator
from survey.store import accounts as store
from survey.store import alerts, second_factors
from survey.store import stages as stage_store
from survey.store.rounds import open_rounds
from survey.store.settings import District
from survey.tables import Ladder, Role
from survey.views import stage_lines, targets, todo
from survey.views.bureau import choices
from survey.views.bureau.choices import Said
from survey.views.fields import Day, WholeNumber
from survey.views.links import hand_over
from survey.views.targets import Line
from survey.web import here, lists, proxies
from survey.words import condition, wording
from survey.words import stages as stage_words

pages = Blueprint("administrator", __name__, url_prefix="/admin")
STAFF = tuple(role for role in Role if role not in accounts.OUTSIDE)


class UserForm(FlaskForm):
    """A new member of staff."""

    name = StringField("姓名", [InputRequired("请填写姓名。"), Length(max=60)])
    username = StringField(
        "用户名",
        [InputRequired("请填写用户名。"), Length(max=40)],
        description="3–40 个小写字母、数字、点、横线或下划线。",
    )
    role = SelectField(
        "身份", choices=[SelectChoice(value=role, label=wording.ROLES[role]) for role in STAFF]
    )


class DistrictForm(FlaskForm):
    """The district's names, townships and targets."""

    name = StringField("区县名称", [InputRequired("请填写区县名称。"), Length(max=30)])
    bureau = StringField("主管部门名称", [InputRequired("请填写主管部门名称。"), Length(max=60)])
    department = StringField(
        "科室", [Optional(), Length(max=60)], description="主管部门里办这件事的科室，写在报表上。"
    )
    plan = StringField("规划名称", [Optional(), Length(max=100)])
    townships = TextAreaField("乡镇（街道）", description="每行一个。")
    parks = TextAreaField("产业园区", description="每行一个。")
    titles = StringField(
        "计入的称号",
        [Optional(), Length(max=100)],
        description="多个用“、”隔开。例如：未来工厂、智能工厂、数字化车间。登记的称号含其中之一就计入；登记时没写的只看等级。",
    )
    levels = StringField(
        "计入的级别", [Optional(), Length(max=40)], description="例如：省级。多个用“、”隔开。"
    )
    since = Day(
        "自哪一天起的认定计入",
        [Optional()],
        description="空着表示不论早晚。早于这一天的算在基数里。",
    )
    base = WholeNumber(
        "基数（家）",
        [Optional(), NumberRange(0, 9999, "请填 0 至 9999 的整数。")],
        description="起算日以前已经算数的企业数，与登记的认定相加。",
    )
    contact_name = StringField(
        "联系人",
        [Optional(), Length(max=30)],
        description="企业遇到问题找谁。凡是请企业来问的地方都会写上。",
    )
    contact_phone = StringField("联系电话", [Optional(), Length(max=30)])
    link_days = WholeNumber(
        "邀请和重置链接的有效天数",
        [InputRequired("请填写天数。"), NumberRange(1, 30, "请填写 1 到 30 之间的整数。")],
        description="按日历天算，到最后一天 18 时；遇周末顺延到周一。",
    )
    stuck_days = WholeNumber(
        "几天没动算停住",
        [Optional(), NumberRange(1, 60, message="请填 1 至 60 天。")],
        description="企业开始填了，这么多天没有保存过，就列为停住，提醒催办。",
    )
    bundle_days = WholeNumber(
        "企业档案包保存几天",
        [Optional(), NumberRange(1, 60, message="请填 1 至 60 天。")],
        description="打好的档案包（ZIP）过了这么多天就不能再下载，由每夜检查清除；需要时重新生成。可填 1 到 60，不填按 7 天。",
    )
    retention_months = WholeNumber(
        "过程材料保存几个月",
        [Optional(), NumberRange(6, 120, "请填 6 到 120 之间的整数（月）。")],
        description="导入过的名单原件和逐行内容、办完的后台任务、已发邮件的收件地址，过了这么多个月自动清除。企业信息、答卷、佐证材料、得分、报告和操作日志不清除。可填 6 到 120，不填按 36 个月。",
    )
    log_months = WholeNumber(
        "操作日志保存几个月",
        [Optional(), NumberRange(6, 240, "请填 6 到 240 之间的整数（月）。")],
        description="封存过的日志过了这么多个月，由每夜检查整块清除，只留下摘要，剩下的仍可核对。谁看过、改过、导出过什么，以及评估、培育库页面上的办理经过，都来自日志。可填 6 到 240，不填按 60 个月。",
    )
    provider_classes = StringField(
        "服务商类别",
        [Optional(), Length(max=100)],
        description="多个用“、”隔开。例如：软件、集成。",
    )
    provider_rates = TextAreaField(
        "服务商奖补比例",
        description="按真实销售额的百分之几。每行一条：从哪天起、比例、文件名称和文号，用空格隔开，"
        f"例如 {provider_rates.LIKE}。项目按验收那天的比例算，所以比例变了要另加一行，不要改原来的。"
        "不写日期表示一直如此，不写文号的标为参考值。",
    )
    reduced = BooleanField("适用山区海岛县的申报金额")


@pages.get("/")
def home() -> ResponseReturnValue:
    """Show what waits for the administrator, and what an empty installation begins with."""
    session, district = here.session(), here.district()
    desk = Desk(session, here.now(), district.contact, bool(open_rounds(session, here.today())))
    return render_template(
        "administrator/home.html",
        untold_proxy=proxies.is_untold(),
        alerts=[condition.title(one.about) for one in alerts.open_alerts(session)],
        checks=todo.checks(first_steps(session, district)),
        todo=todo.groups(of_administrator(desk)),
    )


@pages.get("/users")
def users() -> ResponseReturnValue:
    """List users, found by words or role."""
    words, role = lists.words(), request.args.get("role", "")
    if role not in ("", *Role):
        role = ""
    part = lists.part()
    found, total = store.users(here.session(), words=words, role=role, part=part)
    return render_template(
        "administrator/users.html",
        users=found,
        factors=second_factors.who_have(here.session(), (user.id for user, _ in found)),
        total=total,
        part=part,
        words=words,
        role=role,
        chips=choices.in_force(
            {"q": Said("查找", words), "role": Said("身份", wording.ROLES.get(role, ""))}
        ),
        form=UserForm(),
        staff=STAFF,
    )


@pages.post("/users")
def create_user() -> ResponseReturnValue:
    """Add a member of staff and show their invitation link, once."""
    form = UserForm()
    if form.validate_on_submit():
        try:
            link = links.add_and_invite(
                here.step(),
                username=form.username.data or "",
                name=form.name.data or "",
                role=form.role.data,
            )
            return hand_over(link)
        except Invalid as error:
            for name, words in error.fields.items():
                form[name].errors = [words]
    return render_template("administrator/user_form.html", form=form), 422


@pages.post("/users/<row:user_id>/link")
def reset_link(user_id: int) -> ResponseReturnValue:
    """Issue a one-time link; the administrator never chooses or sees a password."""
    return hand_over(links.issue_link(here.step(), user_id))


@pages.post("/users/<row:user_id>/active")
def set_active(user_id: int) -> ResponseReturnValue:
    """Disable or enable an account."""
    if store.user(here.session(), user_id) is None:
        abort(404)
    active = {"yes": True, "no": False}.get(request.form.get("active", ""))
    if active is None:
        raise Invalid({"active": "请用列表里的“停用”或“启用”按钮。"})
    accounts.set_active(here.step(), user_id, active)
    flash("账号已启用。" if active else "账号已停用，其登录已全部退出。", "good")
    return redirect(url_for(".users"))


@pages.post("/users/<row:user_id>/role")
def set_role(user_id: int) -> ResponseReturnValue:
    """Give a member of staff another role."""
    accounts.set_role(here.step(), user_id, request.form.get("role", ""))
    flash("身份已更改，立即生效。以前身份的接口令牌和日历地址已停用。", "good")
    return redirect(url_for(".users"))


@pages.post("/users/<row:user_id>/sign-out")
def end_sessions(user_id: int) -> ResponseReturnValue:
    """End every session of a user."""
    accounts.sign_out_everywhere(here.step(), user_id)
    flash("该用户在全部设备上的登录已退出。", "good")
    return redirect(url_for(".users"))


@pages.route("/district", methods=["GET", "POST"])
def district_settings() -> ResponseReturnValue:
    """Show and keep the district's settings."""
    district = here.district()
    newest = library.load(here.session(), edition_status.newest(here.session()))
    titles = {rung.id: rung.title for rung in newest.ladder}
    form = DistrictForm(data=_typed(district))
    lines, fault = targets.shown(district.targets), ""
    if form.is_submitted():
        lines = targets.posted()
    if form.validate_on_submit():
        try:
            settings.keep_district(here.step(), _district(form, district, lines, titles))
            flash("设置已保存。", "good")
            return redirect(url_for(".district_settings"))
        except Invalid as error:
            fault = error.fields.get("targets", "")
            for name in set(error.fields) - {"targets"}:
                form[name].errors = [error.fields[name]]
    status = 422 if request.method == "POST" else 200
    return (
        render_template(
            "administrator/district.html", form=form, lines=lines, fault=fault, rungs=titles
        ),
        status,
    )


@pages.route("/district/stages", methods=["GET", "POST"])
def stages() -> ResponseReturnValue:
    """Show and keep the stages of the pool's ledger."""
    known, fault = here.district().stages, ""
    lines = {ladder: stage_lines.shown(known, ladder) for ladder in Ladder}
    if request.method == "POST":
        lines = {ladder: stage_lines.posted(ladder) for ladder in Ladder}
        try:
            wanted = [s for one in Ladder for s in stage_lines.read(lines[one], one, known)]
            settings.keep_stages(here.step(), stage_rules.read(wanted))
            flash("培育阶段已保存。", "good")
            return redirect(url_for(".stages"))
        except Invalid as error:
            fault = error.fields["stages"]
    return (
        render_template(
            "administrator/stages.html",
            ladders=[(ladder, stage_words.LADDERS[ladder], lines[ladder]) for ladder in Ladder],
            states=wording.POOL,
            facts={
                ladder: {fact: stage_words.FACTS[fact] for fact in stage_store.facts_of(ladder)}
                for ladder in Ladder
            },
            held=stage_store.occupied(here.session()),
            fault=fault,
        ),
        422 if fault else 200,
    )


def _typed(district: District) -> dict[str, object]:
    """Write the settings as they are typed into the form."""
    return asdict(district) | {
        "townships": "\n".join(district.townships),
        "parks": "\n".join(district.parks),
        "titles": "、".join(district.counting.titles),
        "levels": "、".join(district.counting.levels),
        "since": district.counting.since,
        "provider_classes": "、".join(district.provider_classes),
        "provider_rates": provider_rates.as_text(district.provider_rates),
        "base": district.counting.base,
    }


def _district(
    form: DistrictForm, district: District, lines: Sequence[Line], titles: Mapping[str, str]
) -> District:
    """Read the form; what it does not ask stays as it is.

    Raises:
        Invalid: A target cannot be read.
    """
    return replace(
        district,
        name=form.name.data or "",
        bureau=form.bureau.data or "",
        department=typed.line(form.department.data),
        plan=form.plan.data or "",
        townships=_lines(form.townships.data),
        parks=_lines(form.parks.data),
        targets=targets.read(lines, titles),
        counting=Counting(
            titles=_words(form.titles.data),
            levels=_levels(form.levels.data),
            since=form.since.data,
            base=form.base.data or 0,
        ),
        contact_name=typed.line(form.contact_name.data),
        contact_phone=typed.line(form.contact_phone.data),
        link_days=form.link_days.data or District.link_days,
        stuck_days=form.stuck_days.data or District.stuck_days,
        bundle_days=form.bundle_days.data or District.bundle_days,
        retention_months=form.retention_months.data or District.retention_months,
        log_months=form.log_months.data or District.log_months,
        provider_classes=_words(form.provider_classes.data) or District.provider_classes,
        provider_rates=provider_rates.read(form.provider_rates.data or ""),
        reduced=bool(form.reduced.data),
    )


def _lines(text: str | None) -> tuple[str, ...]:
    seen = dict.fromkeys(line.strip()[:60] for line in (text or "").splitlines())
    return tuple(line for line in seen if line)


def _words(text: str | None) -> tuple[str, ...]:
    found = dict.fromkeys(typed.line(word) for word in (text or "").split("、"))
    return tuple(word for word in found if word)


def _levels(text: str | None) -> tuple[str, ...]:
    levels = _words(text)
    if not set(levels) <= set(wording.AWARD_LEVELS.values()):
        raise Invalid({"levels": f"请写{'、'.join(wording.AWARD_LEVELS.values())}中的一个或几个。"})
    return levels
