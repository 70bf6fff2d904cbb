"""Where other systems are told what happened: set up, tried, changed, switched; and what was sent."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from survey.config import Config
from survey.lifecycle import deliveries
from survey.lifecycle import webhooks as steps
from survey.lifecycle.errors import Invalid, Stale
from survey.lifecycle.webhook_events import EVENTS, body_of, name_of
from survey.lifecycle.webhooks import Wanted
from survey.store import webhooks as store
from survey.tables import DeliveryState, Webhook, WebhookState
from survey.views.jobs import send
from survey.web import here
from survey.words import webhooks as words

SHOWN = 50
"""Deliveries on a page, the newest."""
TONES = {
    WebhookState.ON: "good",
    WebhookState.OFF: "plain",
    WebhookState.FAILED: "bad",
    DeliveryState.WAITING: "note",
    DeliveryState.TAKEN: "good",
    DeliveryState.GIVEN_UP: "bad",
}
pages = Blueprint("webhooks", __name__, url_prefix="/admin/operation/webhooks")


class WebhookForm(FlaskForm):
    """Which system is told, where, and what."""

    purpose = StringField(
        "推送给哪个系统、做什么用",
        [InputRequired("请写明推送给哪个系统、做什么用。"), Length(max=60)],
        description="例如“区级数据平台，核定后更新”。",
    )
    url = StringField(
        "地址",
        [InputRequired("请填对方接收推送的地址。"), Length(max=500)],
        description="对方给出的 https:// 开头的网址，主机要由运维先允许。",
    )
    events = SelectMultipleField(
        "推送哪些事件",
        choices=[SelectChoice(kind, words.EVENTS[kind]) for kind in EVENTS],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
        description="保存以后发生的才推送；以后再加选的事件，从加选时算起。",
    )
    version = IntegerField(default=0)

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.purpose.data or "", self.url.data or "", self.events.data or ())


def _config() -> Config:
    config: Config = current_app.config["SURVEY"]
    return config


@pages.get("")
def home() -> ResponseReturnValue:
    """List the webhooks, and take a new one."""
    return _home(WebhookForm(formdata=None))


def _home(form: WebhookForm) -> str:
    found = store.all_of_them(here.session())
    return render_template(
        "webhooks/home.html",
        form=form,
        lines=found,
        counts=store.counts(here.session(), [row.id for row, _ in found]),
        hosts=sorted(_config().webhook_hosts),
        words=words,
        tones=TONES,
    )


@pages.post("")
def add() -> ResponseReturnValue:
    """Set one up and show its secret, this once."""
    form = WebhookForm()
    if not form.validate_on_submit():
        return _home(form), 422
    try:
        webhook_id, secret = steps.add(here.step(), form.wanted, _config())
    except Invalid as error:
        _show(form, error)
        return _home(form), error.status
    return _page(_found(webhook_id), secret=secret)


def _show(form: WebhookForm, error: Invalid) -> None:
    for name, said in error.fields.items():
        form[name].errors = [said]


def _found(webhook_id: int) -> Webhook:
    return store.webhook(here.session(), webhook_id) or abort(404)


@pages.get("/<row:webhook_id>")
def webhook(webhook_id: int) -> ResponseReturnValue:
    """Show one, with what was sent to it last."""
    return _page(_found(webhook_id))


def _page(row: Webhook, form: WebhookForm | None = None, secret: str = "") -> str:
    session = here.session()
    return render_template(
        "webhooks/webhook.html",
        row=row,
        course=store.course(session, row.id),
        form=form or WebhookForm(formdata=None, obj=row),
        secret=secret,
        deliveries=[
            (one, name_of(one), body_of(one).decode())
            for one in store.newest(session, row.id, SHOWN)
        ],
        counts=store.counts(session, [row.id]).get(row.id, store.Counts(0, 0, 0)),
        earlier=[one.until for one in store.earlier(session, row.id, here.now())],
        hours=int(steps.ROTATION.total_seconds() // 3600),
        words=words,
        tones=TONES,
    )


@pages.post("/<row:webhook_id>")
def edit(webhook_id: int) -> ResponseReturnValue:
    """Change which system is told, where, and what."""
    form, row = WebhookForm(), _found(webhook_id)
    if not form.validate_on_submit():
        return _page(row, form), 422
    try:
        step = here.step()
        steps.change(step, webhook_id, form.wanted, _config(), version=form.version.data or 0)
    except Invalid as error:
        _show(form, error)
        return _page(_found(webhook_id), form), error.status
    except Stale:
        flash("另一位管理员刚改过，您的修改没有保存。请看过现在的设置再改。", "bad")
        return _page(_found(webhook_id)), 409
    flash("已保存，以后的事件按新的设置推送。", "good")
    return redirect(url_for(".webhook", webhook_id=webhook_id))


@pages.post("/<row:webhook_id>/secret")
def rotate(webhook_id: int) -> ResponseReturnValue:
    """Draw a new secret and show it, this once."""
    secret = steps.rotate(here.step(), webhook_id, _config())
    return _page(_found(webhook_id), secret=secret)


@pages.post("/<row:webhook_id>/state")
def switch(webhook_id: int) -> ResponseReturnValue:
    """Switch it on or off."""
    on = request.form.get("on") == "1"
    job_id = steps.switch(here.step(), webhook_id, on=on)
    if job_id is not None:
        send(job_id)
    said = "已启用，停用期间的事件会补发。" if on else "已停用，再启用时会补发停用期间的事件。"
    flash(said, "good")
    return redirect(url_for(".webhook", webhook_id=webhook_id))


@pages.post("/<row:webhook_id>/removal")
def remove(webhook_id: int) -> ResponseReturnValue:
    """Remove it."""
    steps.remove(here.step(), webhook_id)
    flash("已删除，不再推送。", "good")
    return redirect(url_for(".home"))


@pages.post("/<row:webhook_id>/test")
def try_out(webhook_id: int) -> ResponseReturnValue:
    """Send it an event that says nothing."""
    send(deliveries.try_out(here.step(), webhook_id))
    flash("已试发一条。刷新这一页，看对方的回应。", "good")
    return redirect(url_for(".webhook", webhook_id=webhook_id))


@pages.post("/<row:webhook_id>/deliveries")
def send_all_again(webhook_id: int) -> ResponseReturnValue:
    """Send once more whatever was given up."""
    send(deliveries.send_all_again(here.step(), webhook_id))
    flash("放弃的推送已重新排队。", "good")
    return redirect(url_for(".webhook", webhook_id=webhook_id))


@pages.post("/<row:webhook_id>/deliveries/<row:delivery_id>")
def send_again(webhook_id: int, delivery_id: int) -> ResponseReturnValue:
    """Send one event once more."""
    send(deliveries.send_again(here.step(), webhook_id, delivery_id))
    flash("已重新排队，编号不变。", "good")
    return redirect(url_for(".webhook", webhook_id=webhook_id))
