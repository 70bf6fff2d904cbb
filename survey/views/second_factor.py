"""The second factor: set up, shown at the door and before destructive steps, reset, chosen for whom."""

from __future__ import annotations

import re

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from survey.config import Config
from survey.lifecycle import second_factor as steps
from survey.lifecycle.errors import Invalid, Stale, TooManyTries
from survey.lifecycle.second_factor import Shown
from survey.store import second_factors as store
from survey.tables import Role
from survey.views import account
from survey.views.links import scannable
from survey.web import access, factor, here
from survey.words import factors as words

pages = Blueprint("second_factor", __name__)
pages.register_error_handler(TooManyTries, account.too_many_tries)
BEING_SET = "factor"
"""Where the browser's signed cookie holds a secret that is being set up."""


class CodeForm(FlaskForm):
    """A code of the app, or a recovery code."""

    code = StringField(
        "动态码",
        [InputRequired("请填写 6 位动态码。"), Length(max=60)],
        description="打开手机上的身份验证器应用，填写显示的 6 位数字。",
    )


class PasswordForm(FlaskForm):
    """The password, of somebody who has no factor."""

    password = PasswordField("密码", [InputRequired("请填写登录密码。")])


@pages.route("/second-factor", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """Ask for the factor, at the door or before a destructive step; go back to where they came from."""
    who, form = here.reader(), CodeForm()
    target = access.safe_next(request.args.get("next"))
    again = who.factor_at is not None
    if not who.has_factor:
        return redirect(url_for(".begin", next=target))
    if request.method == "GET" and factor.is_fresh(who):  # shown meanwhile in another tab
        return redirect(target or url_for("account.home"))
    if request.method == "POST" and form.validate_on_submit():
        try:
            code, apps = form.code.data or "", factor.takes_apps()
            shown = steps.show(
                here.step(), who.id, code, sign_in=who.token_hash, keys=_keys(), apps=apps
            )
        except Invalid as error:
            form.code.errors = [error.fields["code"]]
        else:
            return let_in(shown, target, again=again)
    return asked(form, target), 422 if request.method == "POST" else 200


def asked(form: CodeForm, target: str | None, wrong: str = "") -> str:
    """Show the page that asks for the factor; ``wrong`` is what was wrong with a passkey."""
    who = here.reader()
    app = who.has_app and factor.takes_apps()
    if not app:
        form.code.label.text = "恢复码"
        form.code.description = "设置两步验证时保存下来的，每个只能用一次。"
    return render_template(
        "second_factor/ask.html",
        form=form,
        again=who.factor_at is not None,
        action=url_for("second_factor.ask", next=target),
        app=app,
        passkey=who.has_passkey and factor.site() is not None,
        target=target,
        wrong=wrong,
    )


def let_in(shown: Shown, target: str | None, *, again: bool) -> ResponseReturnValue:
    """Give the session its new word, and say what follows."""
    session["sid"] = shown.session
    if shown.codes_left is not None:
        anew = (
            "换了手机，请到“账号与密码”重新设置。"
            if factor.takes_apps()
            else "设备丢了或不能用的，请移除它的通行密钥，另加一个。"
        )
        left = f"用掉了一个恢复码，还剩 {shown.codes_left} 个。{anew}"
        flash(left, "warn" if shown.codes_left < 3 else "note")
    elif again:
        flash("已验证，10 分钟内有效。刚才的操作还没有办，请再按一次。", "good")
    return redirect(target or url_for("account.home"))


@pages.route("/account/confirm", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Ask somebody without a factor for the password before what guards the account; go back."""
    who, form = here.reader(), PasswordForm()
    target = access.safe_next(request.args.get("next")) or url_for("account.profile")
    if who.has_factor:
        return redirect(url_for(".ask", next=target))
    if request.method == "GET" and factor.came_lately(who):  # shown meanwhile in another tab
        return redirect(target)
    if request.method == "POST" and form.validate_on_submit():
        try:
            said = form.password.data or ""
            shown = steps.show_password(here.step(), who.id, said, sign_in=who.token_hash)
        except Invalid as error:
            form.password.errors = [error.fields["password"]]
        else:
            session["sid"] = shown.session
            flash("已验证，10 分钟内有效。刚才的操作还没有办的，请再按一次。", "good")
            return redirect(target)
    status = 422 if request.method == "POST" else 200
    page = render_template(
        "second_factor/password.html",
        form=form,
        action=url_for(".password", next=target),
        issuer=current_app.config["SURVEY"].issuer,
    )
    return page, status


@pages.route("/account/second-factor", methods=["GET", "POST"])
def begin() -> ResponseReturnValue:
    """Set the factor up: scan, type the first code, keep the recovery codes."""
    who, form = here.reader(), CodeForm()
    target = access.safe_next(request.args.get("next"))
    if not factor.takes_apps():
        return redirect(url_for("passkeys.add", next=target))
    if who.has_app:
        return redirect(target or url_for("account.profile"))
    secret = session.setdefault(BEING_SET, steps.drawn())
    if request.method == "POST" and form.validate_on_submit():
        try:
            code = form.code.data or ""
            shown = steps.begin(
                here.step(), who.id, secret, code, sign_in=who.token_hash, keys=_keys()
            )
        except Invalid as error:
            form.code.errors = [error.fields["code"]]
        except Stale:
            return redirect(url_for(".ask", next=target))
        else:
            session.pop(BEING_SET, None)
            return begun(shown, target)
    status = 422 if request.method == "POST" else 200
    return _scanned(secret, form, target), status


def begun(shown: Shown, target: str | None) -> ResponseReturnValue:
    """Give the session its new word; after a first factor show the recovery codes."""
    session["sid"] = shown.session
    if shown.codes:
        return _codes(shown.codes, target, again=False)
    flash("已添加，以后登录时用哪一种都可以。", "good")
    return redirect(url_for("account.profile"))


def _scanned(secret: str, form: CodeForm, target: str | None) -> str:
    address = steps.address(secret, here.reader().username, factor.issuer())
    return render_template(
        "second_factor/begin.html",
        form=form,
        action=url_for(".begin", next=target),
        required=factor.is_required(here.reader().role) and not here.reader().has_factor,
        passkey=factor.site() is not None and not here.reader().has_factor,
        target=target,
        secret=" ".join(re.findall(".{1,4}", secret)),
        picture=Markup(scannable(address)),  # noqa: S704  # drawn from what we made
    )


def _codes(codes: tuple[str, ...], target: str | None, *, again: bool) -> str:
    return render_template(
        "second_factor/codes.html",
        codes=codes,
        again=again,
        username=here.reader().username,
        target=target or url_for("account.home"),
    )


@pages.post("/account/second-factor/codes")
def codes() -> ResponseReturnValue:
    """Draw new recovery codes and show them, this once."""
    drawn = steps.draw_again(here.step(), here.reader().id)
    return _codes(drawn, url_for("account.profile"), again=True)


@pages.post("/account/second-factor/leave")
def leave() -> ResponseReturnValue:
    """Go without the app, where the role may; whoever must have one sets it up anew at once."""
    steps.leave(here.step(), here.reader().id)
    return gone(last=not here.reader().has_passkey, by="动态码已停用，以后用通行密钥验证。")


def gone(*, last: bool, by: str) -> ResponseReturnValue:
    """Lead on somebody who gave a factor up: their last one, or one of several."""
    if last and factor.is_required(here.reader().role):
        return redirect(url_for("second_factor.begin"))
    flash("两步验证已停用，以后只用密码登录。" if last else by, "good")
    return redirect(url_for("account.profile"))


@pages.post("/admin/users/<row:user_id>/second-factor")
def reset(user_id: int) -> ResponseReturnValue:
    """Take away the factor of somebody who lost it."""
    try:
        steps.reset(here.step(), user_id)
        flash("已重置。对方下次登录时会重新设置两步验证。", "good")
    except Stale:
        flash("这位用户没有设置两步验证，不用重置。", "note")
    return redirect(url_for("administrator.users"))


@pages.route("/admin/security", methods=["GET", "POST"])
def security() -> ResponseReturnValue:
    """Show who must have a factor and who lacks it; choose which steps want it again."""
    if request.method == "POST":
        steps.choose_again(here.step(), request.form.getlist("again"))
        flash("已保存。", "good")
        return redirect(url_for(".security"))
    required = [role for role in Role if factor.is_required(role)]
    return render_template(
        "second_factor/security.html",
        required=required,
        lacking=store.who_lack(here.session(), required, apps=factor.takes_apps()),
        kinds=words.AGAIN,
        chosen=factor.again(),
        demonstration=here.district().demonstration,
    )


def _keys() -> tuple[str, ...]:
    config: Config = current_app.config["SURVEY"]
    return (config.secret_key, *config.secret_key_fallbacks)
