"""The life of a mail: queued, taken, handed to the server, sent, failed or unsure; sent once.

SMTP has no transaction: between the last byte of a message and the server's word that it has it, a
worker that dies cannot know. Such a mail is never sent again by itself (``UNSURE``); an officer
decides. Its message id stays the same, so that most receivers drop a second one.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement

from survey.lifecycle import jobs
from survey.lifecycle.addresses import is_address
from survey.lifecycle.errors import Invalid, NotThere, WrongState
from survey.lifecycle.jobs import Taken
from survey.lifecycle.rounds import held_round
from survey.lifecycle.states import MAIL
from survey.lifecycle.step import About, Step
from survey.store import jobs as job_store
from survey.store import mails as store
from survey.store import together
from survey.tables import Assessment, Job, JobState, Mail, MailState, News

KIND = "mails"
OF_NOTICE = "notice_mails"
MOST_FAULT = 300


# --- for the officer ----------------------------------------------------------------------------


def invite(step: Step, round_id: int) -> tuple[int, int | None]:
    """Queue the invitations that can go by mail and have not yet; return how many, and the job."""
    with step.writing() as session:
        round_ = held_round(step, round_id)
        if round_.closes_on is not None and round_.closes_on < step.today:
            raise WrongState({"round": "这一轮已经截止，不再发邀请。"})
        queued = store.queue_invitations(session, round_id, step.now)
        if not queued:
            return 0, None
        step.log("mail_queue", round_, after={"firms": queued})
        return queued, ask(step, round_id).id


def retry(step: Step, round_id: int, mail_id: int | None = None, address: str = "") -> int:
    """Queue again one mail that did not go out, or all that failed for certain; return the job.

    Args:
        address: Where the firm of the one mail gets mail from now on; empty for where it does.

    Raises:
        NotThere: No such mail of the round.
        WrongState: It is on its way, or was sent.
        Invalid: The address is none.
    """
    if address and not is_address(address):
        raise Invalid({"address": "邮箱写得不对，请写成 name@example.com 这样。"})
    with step.writing() as session:
        round_ = held_round(step, round_id)
        found = store.undelivered(session, round_id, mail_id)
        if mail_id is not None and not found:
            raise NotThere
        for mail in found:
            move(mail, "mail_retry")
            known = store.address_of(session, mail.firm_id)
            if mail_id is not None and address not in ("", known):
                store.keep_addresses(session, {mail.firm_id: address})
                known = address
            mail.address = known or mail.address
            mail.fault = ""
        step.log("mail_retry", round_, after={"firms": len(found)})
        return ask(step, round_id).id


def ask(step: Step, round_id: int) -> Job:
    """Ask for a round's mails to be sent, inside the caller's transaction."""
    for job in job_store.jobs_about(step.session, KIND, "round", round_id):
        if job.state == JobState.QUEUED:
            return job
    return jobs.ask(step, KIND, {}, subject="round", subject_id=round_id)


def ask_of_notice(step: Step, notice_id: int) -> Job:
    """Ask for a notice's mails to be sent, inside the caller's transaction."""
    return jobs.ask(step, OF_NOTICE, {}, subject="notice", subject_id=notice_id)


def tell(step: Step, assessment: Assessment, news: News) -> None:
    """Queue news of a sheet for its firm, inside the transaction of the step that made them.

    Without a mail server nothing is queued, nor while a release runs beside this one that would take
    it for an invitation.
    """
    session, alone = step.session, step.mails and together.is_over(step.session, step.now)
    if alone and store.queue_news(session, assessment, news, step.now):
        ask(step, assessment.round_id)


def of(taken: Taken) -> ColumnElement[bool]:
    """Return whose mails a job sends."""
    return {KIND: store.of_round, OF_NOTICE: store.of_notice}[taken.kind](taken.subject_id or 0)


def move(mail: Mail, transition: str) -> None:
    """Let a mail make a transition (``states.MAIL``)."""
    if mail.state not in MAIL[transition].begins:
        raise WrongState({"mail": "这封邮件正在发送或已经发出，不用重发。"})
    mail.state = MAIL[transition].leads


# --- for the worker -----------------------------------------------------------------------------


def settle(step: Step, taken: Taken) -> None:
    """Give up on mails whose worker went away with them: nobody knows whether they left."""
    with jobs.held(step, taken):
        for mail in store.in_hand(step.session, of(taken), taken.id):
            move(mail, "mail_lose")
            step.log("mail_lose", About("mail", mail.id, mail.firm_id), succeeded=False)


def take(step: Step, taken: Taken, after: int, lease: timedelta) -> Mail | None:
    """Take the next mail into one's hands; from now on it may have left.

    Raises:
        Overtaken: Another does this work, or nobody wants it.
    """
    with jobs.held(step, taken) as job:
        mail = store.next_waiting(step.session, of(taken), after)
        if mail is not None:
            move(mail, "mail_take")
            mail.job_id, job.leased_until = taken.id, step.now + lease
        return mail


def sent(step: Step, mail_id: int) -> None:
    """Note that the server has a mail; so it stays, even where another gave up on it meanwhile."""
    _end(step, mail_id, "mail_sent", "")


def failed(step: Step, mail_id: int, fault: str) -> None:
    _end(step, mail_id, "mail_fail", fault)


def unsure(step: Step, mail_id: int) -> None:
    _end(step, mail_id, "mail_lose", "")


def put_back(step: Step, mail_id: int) -> None:
    """Let a mail wait again that certainly did not leave."""
    with step.writing() as session:
        mail = store.mail(session, mail_id, lock=True)
        if mail is not None and mail.state == MailState.SENDING:
            move(mail, "mail_put_back")


def _end(step: Step, mail_id: int, transition: str, fault: str) -> None:
    with step.writing() as session:
        mail = store.mail(session, mail_id, lock=True)
        if mail is None or mail.state not in MAIL[transition].begins:
            return  # another has said what became of it
        move(mail, transition)
        mail.fault = fault[:MOST_FAULT]
        if transition == "mail_sent":
            mail.sent_at = step.now
        about = About("mail", mail.id, mail.firm_id)
        step.log(transition, about, succeeded=transition == "mail_sent")
