"""Signing in by an issuer of the district's choice (统一登录, OpenID Connect): off, back, tied, untied."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

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
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from survey.lifecycle import identities as steps
from survey.lifecycle.errors import Invalid, NotThere, TooManyTries
from survey.lifecycle.identities import MOST_SUBJECT, Untied
from survey.store import accounts
from survey.store import identities as store
from survey.views import account
from survey.web import access, factor, here
from survey.web.issuer import Client, Identity, Question, Unbelieved, Unreached
from survey.words import identities as words

pages = Blueprint("identities", __name__)
pages.register_error_handler(TooManyTries, account.too_many_tries)
ASKED, SHOWN = "identity_asked", "identity_shown"
"""Where the browser's signed cookie holds what it was sent off with, and whom it came back as."""
VALID = timedelta(minutes=10)
"""For how long somebody may be away, and look at whom they came back as."""


class TieForm(FlaskForm):
    """Whose account an identity is tied to, by an administrator."""

    username = StringField("用户名", [InputRequired("请填写用户名。"), Length(max=60)])
    subject = StringField(
        "对方系统里的编号（sub）",
        [InputRequired(steps.NO_SUBJECT), Length(max=MOST_SUBJECT)],
        description="由管那个系统的人给出，不是姓名；大小写要一样。",
    )


class OwnTieForm(FlaskForm):
    """The password that says whose account it is."""

    password = PasswordField("现在的密码", [InputRequired("请填写现在的密码。")])


@pages.get("/sign-in/identity")
def begin() -> ResponseReturnValue:
    """Send a browser to the issuer, to sign in or, where it is signed in, to tie an account."""
    client, who, question = _client(), here.current(), Question.drawn(here.now())
    if client is None:
        return _unset()
    try:
        away = client.away(question)
    except (Unreached, Unbelieved) as fault:
        return _failed("down", fault, 503)
    session[ASKED] = {
        **question.kept(),
        "next": access.safe_next(request.args.get("next")),
        "for": who.token_hash if who else None,
    }
    return redirect(away)


@pages.get("/sign-in/identity/back")
def back() -> ResponseReturnValue:
    """Take somebody in who comes back from the issuer, or show them whom they came back as."""
    client, asked, said = _client(), session.pop(ASKED, None), request.args
    if client is None:
        return _unset()
    if asked is None or not _is_answer(asked, said.get("state", "")):
        return _failed("strange")
    if said.get("iss", client.issuer.url) != client.issuer.url:
        return _refused("issuer", "another issuer answered")
    if "error" in said:
        return _failed("declined")
    question = Question(*(asked[name] for name in Question.__dataclass_fields__))
    try:
        tying = asked["for"] is not None
        identity = client.identity(said.get("code", ""), question, here.now(), called=tying)
    except Unreached as fault:
        return _failed("down", fault, 503)
    except Unbelieved as fault:
        return _refused("unbelieved", fault)
    if tying:
        return _to_be_tied(identity, asked["for"])
    return _enter(identity, asked["next"])


def _is_answer(asked: dict[str, Any], state: str) -> bool:
    late = here.now().timestamp() - asked["asked_at"] > VALID.total_seconds()
    return not late and secrets.compare_digest(asked["state"].encode(), state.encode())


def _enter(identity: Identity, target: str | None) -> ResponseReturnValue:
    try:
        signed_in = steps.sign_in(
            here.step(),
            identity.issuer,
            identity.subject,
            device=request.cookies.get(account.device_cookie(), ""),
            agent=request.user_agent.string,
            shown_at=factor.shown_elsewhere(identity.methods, identity.shown_at),
        )
    except Untied:
        return _failed("untied")
    return account.enter(signed_in, target or url_for("account.home"))


def _to_be_tied(identity: Identity, token_hash: str) -> ResponseReturnValue:
    """Show a signed-in reader whom they came back as: nobody ties what they have not seen."""
    who = here.current()
    if who is None or who.token_hash != token_hash:
        return _failed("strange")
    session[SHOWN] = {
        "issuer": identity.issuer,
        "subject": identity.subject,
        "called": identity.called,
        "for": who.id,
        "at": int(here.now().timestamp()),
    }
    return redirect(url_for(".tie"))


@pages.route("/account/identity", methods=["GET", "POST"])
def tie() -> ResponseReturnValue:
    """Tie whom the reader came back as to their account, once they have seen who that is."""
    shown = _shown()
    if shown is None:
        flash("请重新点“关联统一登录”。", "note")
        return redirect(url_for("account.profile"))
    form, refused = OwnTieForm(), ""
    if form.validate_on_submit():
        who, password = here.reader().id, form.password.data or ""
        try:
            steps.tie(here.step(), who, shown["issuer"], shown["subject"], password)
        except Invalid as error:
            refused = error.fields.get("subject", "")
            form.password.errors = [
                said for name, said in error.fields.items() if name != "subject"
            ]
        else:
            session.pop(SHOWN)
            flash(f"已关联，以后可以用{_name()}登录。", "good")
            return redirect(url_for("account.profile"))
    page = {"form": form, "refused": refused, "shown": shown, "name": _name()}
    return render_template("account/identity.html", **page), 422 if form.is_submitted() else 200


def _shown() -> dict[str, Any] | None:
    """Return whom this reader came back as a little while ago."""
    shown: dict[str, Any] | None = session.get(SHOWN)
    if shown is None or shown["for"] != here.reader().id:
        return None
    return shown if here.now().timestamp() - shown["at"] <= VALID.total_seconds() else None


@pages.post("/account/identity/untie")
def untie() -> ResponseReturnValue:
    """Untie one's own account; one's other sessions end."""
    try:
        steps.untie(here.step(), here.reader().id, keep=here.reader().token_hash)
        flash("已取消关联，其他设备上的登录已退出。", "good")
    except NotThere:
        flash("没有关联，不用取消。", "note")
    return redirect(url_for("account.profile"))


@pages.route("/admin/identities", methods=["GET", "POST"])
def everybodys() -> ResponseReturnValue:
    """List which accounts are tied; tie one to an identity."""
    client, form = _client(), TieForm()
    if client is not None and form.validate_on_submit():
        try:
            name, subject = form.username.data or "", form.subject.data or ""
            user = steps.tie_for(here.step(), name, client.issuer.url, subject)
        except Invalid as error:
            for field, said in error.fields.items():
                form[field].errors = [said]
        else:
            flash(f"已把{user.name}的账号关联到{_name()}。", "good")
            return redirect(url_for(".everybodys"))
    page = render_template(
        "administrator/identities.html",
        form=form,
        lines=store.all_of(here.session()),
        issuer=client.issuer if client else None,
    )
    return page, 422 if request.method == "POST" else 200


@pages.post("/admin/identities/untie")
def untie_for() -> ResponseReturnValue:
    """Untie somebody's account; all their sessions end."""
    user = accounts.user_named(here.session(), request.form.get("username", ""))
    if user is None:
        here.refuse(422, "没有这个用户名。请刷新页面再看。")
    try:
        steps.untie(here.step(), user.id)
        flash("已取消关联，其登录已全部退出。", "good")
    except NotThere:
        flash("这个账号没有关联，不用取消。", "note")
    return redirect(url_for(".everybodys"))


def _client() -> Client | None:
    """Return this application at its issuer, if one is set."""
    client: Client | None = current_app.extensions.get("survey_issuer")
    return client


def _unset() -> ResponseReturnValue:
    flash("本系统没有设置统一登录，请用登录名和密码登录。", "note")
    return redirect(url_for("account.sign_in"))


def _name() -> str:
    client = _client()
    return client.issuer.name if client else "统一登录"


def _refused(why: str, fault: object) -> ResponseReturnValue:
    steps.note_refused(here.step(), why)
    return _failed("refused", fault)


def _failed(code: str, fault: object = "", status: int = 403) -> ResponseReturnValue:
    """Say why nobody came in, and what to do; what the issuer said goes to the server's log."""
    if fault:
        current_app.logger.warning("sign-in by the issuer failed: %s %r", code, fault)
    title, text = words.FAILED[code]
    return render_template(
        "account/identity_failed.html",
        title=title.replace("{name}", _name()),
        text=here.asked(text.replace("{name}", _name())),
    ), status
