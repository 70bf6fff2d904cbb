"""Signing in and out, setting a password by a one-time link, one's own account."""

from __future__ import annotations

from flask import (
    Blueprint,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from survey.config import Config
from survey.lifecycle import accounts
from survey.lifecycle.errors import Invalid, LinkSpent, TooManyTries, WrongPassword
from survey.store import accounts as store
from survey.tables import Role
from survey.web import access, errors, here
from survey.web.here import now

pages = Blueprint("account", __name__)
HOMES = {
    Role.FIRM: "firm.home",
    Role.CONSULTANT: "consultant.home",
    Role.OFFICER: "bureau.assessments",
    Role.ADMINISTRATOR: "administrator.users",
}
DEVICE_DAYS = 180


class SignInForm(FlaskForm):
    """A name and a password."""

    username = StringField(
        "用户名或统一社会信用代码",
        [InputRequired("请填写用户名或统一社会信用代码。"), Length(max=120)],
    )
    password = PasswordField("密码", [InputRequired("请填写密码。")])


class NewPasswordForm(FlaskForm):
    """A new password, typed twice."""

    password = PasswordField(
        "新密码",
        [InputRequired("请填写新密码。")],
        description="至少 10 个字符，可以是一句好记的话。",
    )
    again = PasswordField(
        "再输入一次",
        [InputRequired("请再输入一次新密码。"), EqualTo("password", "两次输入的密码不一样。")],
    )


class ChangePasswordForm(FlaskForm):
    """The present password, and a new one typed twice."""

    old = PasswordField("现在的密码", [InputRequired("请填写现在的密码。")])
    new = PasswordField(
        "新密码",
        [InputRequired("请填写新密码。")],
        description="至少 10 个字符，可以是一句好记的话。",
    )
    again = PasswordField(
        "再输入一次新密码",
        [InputRequired("请再输入一次新密码。"), EqualTo("new", "两次输入的密码不一样。")],
    )


@pages.errorhandler(TooManyTries)
def too_many_tries(error: TooManyTries) -> ResponseReturnValue:
    """Say how long to wait."""
    minutes = -(-error.seconds // 60)
    wait = f"{minutes} 分钟" if error.seconds > 60 else f"{error.seconds} 秒"
    return errors.answer(429, f"尝试次数过多，请 {wait}后再试。", retry_after=error.seconds)


@pages.get("/")
def home() -> ResponseReturnValue:
    """Send each reader to where their work is."""
    who = here.current()
    return redirect(url_for(HOMES[who.role] if who else "account.sign_in"))


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for a name and a password; go back to where the reader came from."""
    form = SignInForm()
    target = access.safe_next(request.args.get("next"))
    if request.method == "GET":
        if here.current():
            return redirect(target or url_for(".home"))
        return render_template("account/sign_in.html", form=form, expired=bool(target))
    if not form.validate_on_submit():
        return render_template("account/sign_in.html", form=form, expired=False), 422
    try:
        signed_in = accounts.sign_in(
            here.step(),
            form.username.data or "",
            form.password.data or "",
            device=request.cookies.get(_device_cookie(), ""),
            agent=request.user_agent.string,
        )
    except WrongPassword:
        form.password.errors = ["用户名或密码不对。忘记密码请联系主管部门管理员重置。"]
        return render_template("account/sign_in.html", form=form, expired=False), 422
    session.clear()  # nothing from before signing in survives it
    session["sid"] = signed_in.session
    response = make_response(redirect(target or url_for(".home")))
    response.set_cookie(
        _device_cookie(),
        signed_in.device,
        max_age=DEVICE_DAYS * 86400,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response


def _device_cookie() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"


@pages.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this session; what the browser kept goes with it."""
    accounts.sign_out(here.step(), here.reader().token_hash)
    return _signed_out("已退出登录。")


@pages.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """End all of one's own sessions on every device."""
    accounts.sign_out_everywhere(here.step(), here.reader().id)
    return _signed_out("已在全部设备上退出登录。")


def _signed_out(words: str) -> ResponseReturnValue:
    session.clear()
    flash(words, "good")
    response = make_response(redirect(url_for(".sign_in")))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@pages.route("/link/<token>", methods=["GET", "POST"])
def link(token: str) -> ResponseReturnValue:
    """Set a password by a one-time link: an invitation or a reset."""
    form = NewPasswordForm()
    try:
        user = accounts.user_of_link(here.session(), token, now())
        name, username = user.name, user.username
        if request.method == "GET":
            return render_template("account/link.html", form=form, name=name, username=username)
        if form.validate_on_submit():
            accounts.set_password_by_link(here.step(), token, form.password.data or "")
            session.clear()
            flash("密码已设置，请登录。", "good")
            return redirect(url_for(".sign_in"))
    except LinkSpent:
        return render_template("account/link_spent.html"), 404
    except Invalid as error:
        form.password.errors = list(error.fields.values())
    return render_template("account/link.html", form=form, name=name, username=username), 422


@pages.route("/account", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    """Show one's own account; change one's own password."""
    form = ChangePasswordForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate_on_submit():
            try:
                accounts.change_password(
                    here.step(),
                    here.reader().id,
                    form.old.data or "",
                    form.new.data or "",
                    token_hash=here.reader().token_hash,
                )
                flash("密码已修改，其他设备上的登录已退出。", "good")
                return redirect(url_for(".profile"))
            except Invalid as error:
                for name, words in error.fields.items():
                    form[name].errors = [words]
    return (
        render_template(
            "account/profile.html",
            form=form,
            sessions=store.sessions_of(here.session(), here.reader().id),
        ),
        status,
    )


def link_url(token: str) -> str:
    """Return a one-time link's address: always the configured one, never the request's host."""
    config: Config = current_app.config["SURVEY"]
    return config.base_url + url_for("account.link", token=token)
