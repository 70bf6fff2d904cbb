"""Remind of notices 30, 7 and 1 days before the district's last day; end those that are over."""

from __future__ import annotations

from datetime import date, timedelta

from survey.clock import LOCAL
from survey.lifecycle import mails
from survey.lifecycle.errors import NotThere
from survey.lifecycle.notices import about, end_what_is_over
from survey.lifecycle.reminders import LATE, MARKS
from survey.lifecycle.step import Step
from survey.store import mails as mail_store
from survey.store import notices as store
from survey.tables import Notice, ReminderKind


def due(notice: Notice, today: date) -> ReminderKind | None:
    """Return which reminder of a notice is due today, if any: none from before it was published."""
    last, published = notice.district_by, notice.published_at
    if last is None or published is None or today > last:
        return None
    began = published.astimezone(LOCAL).date()
    for kind, days in MARKS.items():
        mark = last - timedelta(days=days)
        if began <= mark <= today <= mark + LATE:
            return kind
    return None


def remind_due(step: Step, *, by_mail: bool) -> dict[str, int]:
    """Remind of every notice that is due, inside the transaction of the job that does so daily."""
    told = 0
    for notice in store.live(step.session):
        kind = due(notice, step.today)
        if kind is None or notice.district_by is None:
            continue
        if found := store.remind(step.session, notice, kind, notice.district_by, step.now):
            step.log("notice_remind", about(notice), after={"reminder": kind, "firms": found})
            told += found
            if by_mail and mail_store.queue_notice_reminders(step.session, notice.id, step.now):
                mails.ask_of_notice(step, notice.id)
    return {"applicants": told, "ended": end_what_is_over(step)}


def pass_on(step: Step, notice_id: int, up_to: int) -> int:
    """Note that an officer has passed reminders on, up to the last one the page showed."""
    with step.writing() as session:
        notice = store.notice(session, notice_id, lock=True)
        if notice is None:
            raise NotThere
        told = store.pass_on(session, notice_id, up_to, step.now)
        if told:
            step.log("notice_passed_on", about(notice), after={"firms": told})
        return told
