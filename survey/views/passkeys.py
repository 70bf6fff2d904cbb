"""Passkeys: added and removed on one's own account, shown instead of a code."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from survey.lifecycle import passkeys as steps
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, NotThere, TooManyTries
from survey.lifecycle.passkeys import Site
from survey.store import accounts
from survey.store import second_factors as store
from survey.views import account, second_factor
from survey.views.second_factor import CodeForm
from survey.web import access, factor, here
from survey.words.wording import device

pages = Blueprint("passkeys", __name__)
pages.register_error_handler(TooManyTries, account.too_many_tries)
NOWHERE = "本系统现在的网址用不了通行密钥（要有域名和 HTTPS），请用动态码。"


class PasskeyForm(FlaskForm):
    """What a new passkey is called, and what its device answered."""

    name = StringField(
        "名字",
        [InputRequired("请起个名字，例如“办公室电脑”。"), Length(max=steps.MOST_NAME)],
        description="设备多了好分辨，例如“办公室电脑”“手机”。",
    )
    passkey = HiddenField()


@pages.post("/second-factor/passkey/challenge")
def challenge() -> ResponseReturnValue:
    """Draw what one of the reader's passkeys is to sign."""
    known = store.passkeys(here.session(), here.reader().id)
    if not known:
        here.refuse(409, "您还没有通行密钥，请用页面上的另一种办法验证。")
    site, drawn = _site(), factor.keep_challenge(steps.draw_challenge())
    return _json(steps.to_show(site, known, drawn))


@pages.post("/second-factor/passkey")
def show() -> ResponseReturnValue:
    """Let a session in that shows a passkey, and lead back to where it wanted."""
    who, target = here.reader(), access.safe_next(request.args.get("next"))
    if factor.is_fresh(who) or not who.has_passkey:  # shown meanwhile in another tab, or removed
        return redirect(url_for("second_factor.ask", next=target))
    said = request.form.get("passkey", "")
    try:
        shown = steps.show(here.step(), who.id, said, sign_in=who.token_hash, site=_site())
    except Invalid as error:
        form = CodeForm(formdata=None)
        return second_factor.asked(form, target, wrong=error.fields["passkey"]), 422
    return second_factor.let_in(shown, target, again=who.factor_at is not None)


@pages.post("/account/passkeys/challenge")
def offer() -> ResponseReturnValue:
    """Draw what a new passkey of the reader's is to sign."""
    user = accounts.user(here.session(), here.reader().id)
    if user is None:
        raise NotThere
    known = store.passkeys(here.session(), user.id)
    site, drawn = _site(), factor.keep_challenge(steps.draw_challenge())
    return _json(steps.to_make(site, user, known, drawn))


@pages.route("/account/passkeys", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """Ask what a new passkey is called, and keep it; after a first factor show recovery codes."""
    who, form = here.reader(), PasskeyForm()
    target = access.safe_next(request.args.get("next"))
    if request.method == "GET":
        form.name.data = device(request.user_agent.string)[: steps.MOST_NAME]
    elif form.validate_on_submit():
        name, said = form.name.data or "", form.passkey.data or ""
        try:
            shown = steps.add(here.step(), who.id, name, said, sign_in=who.token_hash, site=_site())
        except Invalid as error:
            for field, words in error.fields.items():
                form[field].errors = [words]
        else:
            return second_factor.begun(shown, target)
    status = 422 if request.method == "POST" else 200
    led = factor.is_required(who.role) and not who.has_factor
    nowhere = "" if factor.site() else NOWHERE
    led = led or (not who.has_passkey and not factor.takes_apps())
    told = {"target": target, "led": led, "nowhere": nowhere, "apps": factor.takes_apps()}
    return render_template("second_factor/passkey.html", form=form, **told), status


@pages.post("/account/passkeys/remove")
def remove() -> ResponseReturnValue:
    """Forget one of one's own passkeys; whoever must have a factor sets one up anew at once."""
    steps.remove(here.step(), here.reader().id, typed.whole(request.form.get("which")))
    last = not store.has_any(here.session(), here.reader().id)
    return second_factor.gone(last=last, by="通行密钥已移除，用它不能再验证。")


def _site() -> Site:
    """Return whom passkeys are made for here; 409 where no browser would make one."""
    return factor.site() or here.refuse(409, NOWHERE)


def _json(text: str) -> ResponseReturnValue:
    return current_app.response_class(text, mimetype="application/json")
