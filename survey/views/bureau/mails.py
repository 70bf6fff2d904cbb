"""Mails of a round: invitations sent by mail, what became of each, and another try."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.lifecycle import mails as life
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid
from survey.store import jobs as job_store
from survey.store import mails as store
from survey.tables import MailState, Round
from survey.views.bureau.blueprint import pages
from survey.views.bureau.completion import found_round
from survey.views.jobs import send
from survey.web import here, lists
from survey.web.here import today
from survey.words import hands
from survey.words import jobs as job_words
from survey.words import rounds as words

TONES = {
    MailState.WAITING: "plain",
    MailState.SENDING: "note",
    MailState.SENT: "good",
    MailState.FAILED: "bad",
    MailState.UNSURE: "warn",
}


@pages.get("/rounds/<row:round_id>/mails")
def mails(round_id: int) -> ResponseReturnValue:
    """Show every mail of a round with what became of it."""
    return _page(found_round(round_id))


def _page(found: Round, wrong: Invalid | None = None, at: int = 0, given: str = "") -> str:
    """Render the page; ``wrong`` is what is the matter with the address typed for one mail."""
    part, session = lists.part(), here.session()
    asked = lists.one_of("state", tuple(MailState))
    state = MailState(asked) if asked else None
    lines, total = store.mails(session, found.id, state, part)
    jobs = job_store.jobs_about(session, life.KIND, "round", found.id)
    return render_template(
        "bureau/mails.html",
        round=found,
        lines=lines,
        total=total,
        part=part,
        state=asked,
        counts=store.states_of(session, store.of_round(found.id)),
        fault=job_words.ended_without(jobs[0]) if jobs else "",
        with_address=store.with_address(session, found.id),
        states=words.MAILS,
        tones=TONES,
        kinds=words.REMINDERS,
        subjects=hands.SUBJECTS,
        by_mail=here.by_mail(),
        at=at,
        given=given,
        fault_of=wrong.fields["address"] if wrong else "",
        arguments=lists.arguments(),
        today=today(),
    )


@pages.post("/rounds/<row:round_id>/mails")
def mail_invitations(round_id: int) -> ResponseReturnValue:
    """Send the invitations that can go by mail and have not yet."""
    found_round(round_id)
    if not here.by_mail():
        here.refuse(409, "还没有设置发信的邮件服务器，请管理员先设置（MAIL_URL）。")
    queued, job = life.invite(here.step(), round_id)
    if job is not None:
        send(job)
    done = f"{queued} 封邀请邮件正在发送。" if queued else "没有要发的：没有邮箱，或者已经发过。"
    flash(done, "good" if queued else "note")
    return redirect(url_for(".mails", round_id=round_id))


@pages.post("/rounds/<row:round_id>/mails/retry")
def retry_mails(round_id: int) -> ResponseReturnValue:
    """Try again what failed for certain, and whatever still waits."""
    return _again(round_id, None)


@pages.post("/rounds/<row:round_id>/mails/<row:mail_id>/retry")
def retry_mail(round_id: int, mail_id: int) -> ResponseReturnValue:
    """Try one mail again, to another address where one is typed, also where it may have left."""
    address = typed.line(request.form.get("address"))
    try:
        return _again(round_id, mail_id, address)
    except Invalid as error:
        return _page(found_round(round_id), error, mail_id, address), error.status


def _again(round_id: int, mail_id: int | None, address: str = "") -> ResponseReturnValue:
    found_round(round_id)
    if not here.by_mail():
        here.refuse(409, "还没有设置发信的邮件服务器，请管理员先设置（MAIL_URL）。")
    send(life.retry(here.step(), round_id, mail_id, address))
    flash("正在重发。", "good")
    return redirect(url_for(".mails", round_id=round_id))
