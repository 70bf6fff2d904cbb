"""Tokens for other systems: one's own, made, shown once and revoked; everybody's; how they are used."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from survey.lifecycle import api_tokens as steps
from survey.lifecycle.errors import Invalid
from survey.store import api_tokens as store
from survey.store import together
from survey.views.api.operations import description
from survey.views.fields import Day
from survey.web import here
from survey.words import api as words
from survey.words import webhooks

EXAMPLE = """{"data":{"assessment":15,"firm":7},"timestamp":"2026-11-27T05:30:00.000000+00:00","type":"assessment.confirmed"}"""
"""What a webhook is sent."""
pages = Blueprint("tokens", __name__)


class TokenForm(FlaskForm):
    """What a token is for and until when."""

    purpose = StringField(
        "给哪个系统、做什么用",
        [InputRequired("请写明给哪个系统、做什么用。"), Length(max=60)],
        description="例如“区级数据平台，每天取培育库”。",
    )
    ends_on = Day("有效至", [InputRequired("请选一个截止日期。")])


@pages.get("/account/tokens")
def home() -> ResponseReturnValue:
    """List one's own tokens."""
    _require_offered()
    return _page(TokenForm(formdata=None))


@pages.post("/account/tokens")
def make() -> ResponseReturnValue:
    """Make a token and show its word, this once."""
    _require_offered()
    form, scopes = TokenForm(), request.form.getlist("scopes")
    if not form.validate_on_submit():
        return _page(form, scopes), 422
    try:
        word = steps.make(
            here.step(), here.reader().id, form.purpose.data or "", scopes, form.ends_on.data
        )
    except Invalid as error:
        for name, said in error.fields.items():
            _show(form, name, said)
        return _page(form, scopes), error.status
    return _page(TokenForm(formdata=None), word=word)


def _show(form: TokenForm, name: str, said: str) -> None:
    if name in form._fields:
        form[name].errors = [said]
    else:
        form.form_errors.append(said)


def _require_offered() -> None:
    if not _offered():
        here.refuse(403, "接口令牌由企业负责人生成。如有需要，请联系本企业负责人。")


def _offered() -> tuple[str, ...]:
    who = here.reader()
    alone = together.is_over(here.session(), here.now())
    return steps.offered(who.role, owner=who.owner, alone=alone)


def _page(form: TokenForm, scopes: list[str] | None = None, word: str = "") -> str:
    return render_template(
        "tokens/home.html",
        form=form,
        offered={scope: words.SCOPES[scope] for scope in _offered()},
        chosen=scopes or (),
        word=word,
        tokens=store.of_user(here.session(), here.reader().id, here.today()),
        scopes=words.SCOPES,
    )


@pages.post("/account/tokens/<row:token_id>/revoke")
def revoke(token_id: int) -> ResponseReturnValue:
    """End a token of one's own."""
    steps.revoke(here.step(), token_id, of=here.reader().id)
    flash("已停用，用它的系统马上取不到数据。", "good")
    return redirect(url_for(".home"))


@pages.get("/admin/tokens")
def everybodys() -> ResponseReturnValue:
    """List all tokens that are good, with whose they are."""
    return render_template(
        "tokens/everybodys.html",
        lines=store.everybodys(here.session(), here.today()),
        scopes=words.SCOPES,
    )


@pages.post("/admin/tokens/<row:token_id>/revoke")
def revoke_anybodys(token_id: int) -> ResponseReturnValue:
    """End anybody's token."""
    steps.revoke(here.step(), token_id, of=None)
    flash("已停用，用它的系统马上取不到数据。", "good")
    return redirect(url_for(".everybodys"))


# --- how they are used ----------------------------------------------------------------------------


@pages.get("/api")
def guide() -> ResponseReturnValue:
    """Tell programmers what the interface offers."""
    told = description()
    return render_template(
        "tokens/guide.html",
        operations=_by_tag(told),
        schemas=told["components"]["schemas"],
        tags=words.TAGS,
        scopes=words.SCOPES,
        statuses=words.STATUSES,
        base=f"{current_app.config['SURVEY'].base_url}",
        headers=words.HEADERS,
        taken=words.TAKEN,
        events=webhooks.EVENTS,
        example=EXAMPLE,
        rate=current_app.config["SURVEY"].api_rate,
    )


def _by_tag(told: Any) -> dict[str, list[dict[str, Any]]]:
    """Return the operations under their subjects, each with its method and path."""
    found: dict[str, list[dict[str, Any]]] = {tag: [] for tag in words.TAGS}
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            found[one["tags"][0]].append({**one, "method": method.upper(), "path": path})
    return {tag: sorted(ones, key=lambda one: one["path"]) for tag, ones in found.items()}


@pages.get("/api/openapi.json")
def description_file() -> ResponseReturnValue:
    """Send the description programs read."""
    return jsonify(description())
