"""Signing in and out, setting a password by a one-time link, one's own account."""

from __future__ import annotations

from typing import Any

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
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from survey.lifecycle import accounts, links, side_doors
from survey.lifecycle.accounts import SignedIn
from survey.lifecycle.errors import Invalid, LinkSpent, PhoneShared, TooManyTries, WrongPassword
from survey.store import accounts as store
from survey.store import calendars, firms, identities, log
from survey.store import second_factors as factors
from survey.tables import Role, User
from survey.web import access, errors, factor, here
from survey.web.here import now
from survey.words import links as words

pages = Blueprint("account", __name__)
DOOR_BYTES = 16 * 1024
"""How much a stranger may send; the largest form here holds a password."""
HOMES = {
    Role.FIRM: "firm.home",
    Role.CONSULTANT: "consultant.home",
    Role.OFFICER: "bureau.home",
    Role.ADMINISTRATOR: "administrator.home",
    Role.PROVIDER: "provider.home",
}
DEVICE_DAYS = 180
MOST_SIGN_INS = 10


class SignInForm(FlaskForm):
    """A name and a password."""

    username = StringField(
        "登录名",
        [InputRequired("请填写手机号、用户名或统一社会信用代码。"), Length(max=120)],
        description="手机号、用户名或统一社会信用代码都可以。",
    )
    password = PasswordField("密码", [InputRequired("请填写密码。")])


class FirstPasswordForm(FlaskForm):
    """A password to begin with, and optionally a phone number to sign in with.

    Typed once: it may be looked at while it is typed, and whoever mistypes it asks for a new link.
    """

    password = PasswordField(
        "密码",
        [InputRequired("请填写密码。")],
        description="至少 10 个字符，可以是一句好记的话。",
    )
    phone = StringField(
        "手机号（选填）",
        [Length(max=30)],
        description="填了以后就能用手机号登录，不用记长长的代码。",
    )
    keep = BooleanField("", description="不勾，设好密码时就一并停用，以后要用再重新办。")


class PhoneForm(FlaskForm):
    """The phone number one signs in with, and the password that says whose it is."""

    phone = StringField(
        "手机号", [Length(max=30)], description="填了就能用它登录；清空即不再使用。"
    )
    password = PasswordField("现在的密码", [InputRequired("请填写现在的密码。")])


class ChangePasswordForm(FlaskForm):
    """The present password, and a new one."""

    old = PasswordField("现在的密码", [InputRequired("请填写现在的密码。")])
    new = PasswordField(
        "新密码",
        [InputRequired("请填写新密码。")],
        description="至少 10 个字符，可以是一句好记的话。",
    )


@pages.url_value_preprocessor
def _narrow_door(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Set before anything looks into the body: the CSRF check does.
    if endpoint in ("account.sign_in", "account.link"):
        request.max_content_length = DOOR_BYTES


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
        return _asked(form, expired=bool(target))
    if not form.validate_on_submit():
        return _asked(form), 422
    try:
        signed_in = accounts.sign_in(
            here.step(),
            form.username.data or "",
            form.password.data or "",
            device=request.cookies.get(device_cookie(), ""),
            agent=request.user_agent.string,
        )
    except PhoneShared:
        form.username.errors = ["这个手机号登记在不止一个账号上，请改填用户名或统一社会信用代码。"]
        return _asked(form), 422
    except WrongPassword:
        wrong = "登录名或密码不对。忘记密码请向{bureau}索取重置链接。"
        form.password.errors = [here.asked(wrong)]
        return _asked(form), 422
    return enter(signed_in, target or url_for(".home"))


def _asked(form: SignInForm, *, expired: bool = False) -> str:
    return render_template(
        "account/sign_in.html",
        form=form,
        expired=expired,
        target=access.safe_next(request.args.get("next")),
        issuer=current_app.config["SURVEY"].issuer,
    )


def enter(signed_in: SignedIn, target: str) -> ResponseReturnValue:
    """Give the browser its session, and what tells it again next time."""
    session.clear()  # nothing from before signing in survives it
    session["sid"] = signed_in.session
    response = make_response(redirect(target))
    response.set_cookie(
        device_cookie(),
        signed_in.device,
        max_age=DEVICE_DAYS * 86400,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response


def device_cookie() -> str:
    """Name the cookie by which a browser that has signed in before is known."""
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


@pages.post("/account/sessions/end")
def end_session() -> ResponseReturnValue:
    """End one session of one's own; the present one like signing out."""
    given, who = request.form.get("session", ""), here.reader()
    accounts.end_session(here.step(), who.id, given)
    if given == who.token_hash:
        return _signed_out("已退出登录。")
    flash("那台设备上的登录已退出。", "good")
    return redirect(url_for(".profile"))


def _signed_out(words: str) -> ResponseReturnValue:
    session.clear()
    flash(words, "good")
    # Not "storage": what a consultant's device has not sent yet lies there, locked. The page that
    # follows drops its keys, told so by its address, and clears the rest.
    response = make_response(redirect(url_for(".sign_in", left="yes")))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@pages.route("/link/<token>", methods=["GET", "POST"])
def link(token: str) -> ResponseReturnValue:
    """Set a password by a one-time link, an invitation or a reset, and be signed in."""
    form = FirstPasswordForm()
    try:
        user = links.user_of_link(here.session(), token, now())
        known = {"name": user.name, "username": user.username, "firm": _firm_of(user)}
        if user.phone:
            del form.phone  # whoever holds a reset need not read it, and it stays as it is
        _offer_side_doors(form, user)
        if request.method == "GET":
            return render_template("account/link.html", form=form, **known)
        if form.validate_on_submit():
            signed_in = links.use_link(
                here.step(),
                token,
                form.password.data or "",
                phone=(form.phone.data or "") if form.phone else "",
                keep=bool(form.keep and form.keep.data),
                device=request.cookies.get(device_cookie(), ""),
                agent=request.user_agent.string,
            )
            return enter(signed_in, url_for(".home"))
    except LinkSpent:
        if again := _second_press(token, form):
            return enter(again, url_for(".home"))
        return render_template("account/link_spent.html"), 404
    except Invalid as error:
        for field, words in error.fields.items():
            form[field].errors = [words]
    return render_template("account/link.html", form=form, **known), 422


def _offer_side_doors(form: FirstPasswordForm, user: User) -> None:
    """Ask after what else opens the account, where a password is set anew and there is something."""
    found = side_doors.of_user(here.step(), user.id)
    if user.password_hash and found.any:
        form.keep.label.text = words.kept(found.identity, found.tokens, found.calendar)
    else:
        del form.keep


def _second_press(token: str, form: FirstPasswordForm) -> SignedIn | None:
    """Sign in by the password that the first press of the button has just set, if it was that."""
    user = links.user_of_spent_link(here.session(), token)
    if user is None or not form.validate_on_submit():
        return None
    device, agent = request.cookies.get(device_cookie(), ""), request.user_agent.string
    try:
        word = form.password.data or ""
        return accounts.sign_in(here.step(), user.username, word, device=device, agent=agent)
    except WrongPassword:
        return None


def _firm_of(user: User) -> str:
    firm = firms.firm(here.session(), user.firm_id) if user.firm_id else None
    return firm.name if firm else ""


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
    return _profile(form, PhoneForm(formdata=None, prefix="phone-")), status


def profile_page(feed: str = "") -> str:
    """Show one's own account, with the address of one's calendar that was just made."""
    phone = PhoneForm(formdata=None, prefix="phone-")
    return _profile(ChangePasswordForm(formdata=None), phone, feed)


def _profile(form: ChangePasswordForm, phone: PhoneForm, feed: str = "") -> str:
    session, reader = here.session(), here.reader()
    kept = store.user(session, reader.id)
    if phone.phone.data is None and kept is not None:
        phone.phone.data = kept.phone
    return render_template(
        "account/profile.html",
        form=form,
        phone=phone,
        sessions=store.sessions_of(session, reader.id),
        sign_ins=log.sign_ins(session, reader.id, MOST_SIGN_INS),
        codes_left=factors.codes_left(session, reader.id) if reader.has_factor else None,
        passkeys=factors.passkeys(session, reader.id) if reader.has_passkey else [],
        makes_passkeys=factor.site() is not None,
        takes_apps=factor.takes_apps(),
        issuer=current_app.config["SURVEY"].issuer,
        identity=identities.of_user(session, reader.id),
        must_have_factor=factor.is_required(reader.role),
        feed=feed,
        calendar=calendars.feed(session, reader.id) if reader.role in calendars.WHO else None,
    )


@pages.post("/account/phone")
def keep_phone() -> ResponseReturnValue:
    """Keep the phone number one signs in with."""
    form = PhoneForm(prefix="phone-")
    if form.validate_on_submit():
        try:
            accounts.keep_phone(
                here.step(), here.reader().id, form.phone.data or "", form.password.data or ""
            )
            flash(
                "手机号已保存，下次可以用它登录。" if form.phone.data else "已不再用手机号登录。",
                "good",
            )
            return redirect(url_for(".profile"))
        except Invalid as error:
            for name, words in error.fields.items():
                form[name].errors = [words]
    return _profile(ChangePasswordForm(formdata=None), form), 422
