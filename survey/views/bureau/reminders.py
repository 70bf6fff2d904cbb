"""Reminders of a round: pressed by an officer, or noted each morning; what is still to be passed on."""

from __future__ import annotations

from dataclasses import replace

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.config import Config
from survey.lifecycle import reminders as life
from survey.lifecycle import typed
from survey.store import mails as mail_store
from survey.store import reminders as store
from survey.store.lists import Slice
from survey.tables import MailState
from survey.views.bureau import completion
from survey.views.bureau.blueprint import pages
from survey.views.bureau.completion import found_round
from survey.web import here, lists
from survey.web.here import today
from survey.words import rounds as words


@pages.get("/rounds/<row:round_id>/reminders")
def reminders(round_id: int) -> ResponseReturnValue:
    """Show whom to call or write to, the text ready to be sent, and what was reminded of so far."""
    found, part, session = found_round(round_id), lists.part(), here.session()
    waiting, total = store.to_pass_on(session, round_id, Slice(1, words.MOST_NAMED))
    waves, whole = store.waves(session, round_id, part)
    config: Config = current_app.config["SURVEY"]
    states = mail_store.states_of(session, mail_store.of_round(round_id))
    return render_template(
        "bureau/reminders.html",
        round=found,
        waiting=waiting,
        total=total,
        up_to=max((one.id for one in waiting), default=0),
        text=words.reminder(
            title=found.title,
            last=found.closes_on,
            today=today(),
            url=config.base_url,
            help_at=here.district().contact,
        ),
        waves=waves,
        whole=whole,
        part=part,
        arguments=lists.arguments(),
        kinds=words.REMINDERS,
        by_mail=here.by_mail(),
        undelivered=states.get(MailState.FAILED, 0) + states.get(MailState.UNSURE, 0),
        today=today(),
    )


@pages.post("/rounds/<row:round_id>/remind")
def remind(round_id: int) -> ResponseReturnValue:
    """Remind the firms that were ticked, or all that the list shows, each once a day."""
    found_round(round_id)
    wanted = replace(completion.narrowing(), only=_ticked())
    told = life.press(here.step(), round_id, wanted, completion.pace(), by_mail=here.by_mail())
    if told:
        flash(f"已记下对 {told} 家企业的提醒，企业登录后会看到。", "good")
    else:
        flash("没有要提醒的企业：都已提交，或者今天已经提醒过。", "note")
    return redirect(url_for(".reminders", round_id=round_id))


def _ticked() -> tuple[int, ...] | None:
    """Return the firms that were ticked; None where the whole list is meant."""
    if not request.form.get("ticked"):
        return None
    ticked = [typed.whole(value) for value in request.form.getlist("chosen")]
    if None in ticked or len(ticked) > lists.MOST_CHOSEN:
        here.refuse(400, "选中的企业不正确，请回到列表重新勾选。")
    return tuple(number for number in ticked if number is not None)


@pages.post("/rounds/<row:round_id>/reminders/passed-on")
def pass_on_reminders(round_id: int) -> ResponseReturnValue:
    """Note that the reminders of the page were passed on."""
    found_round(round_id)
    up_to = typed.whole(request.form.get("up_to"))
    if up_to is None:
        abort(400)
    told = life.pass_on(here.step(), round_id, up_to)
    flash(f"已记下：{told} 条提醒转达给了企业。" if told else "这些提醒已经有人转达了。", "good")
    return redirect(url_for(".reminders", round_id=round_id))
