"""Remind firms every morning of rounds and notices that end in 30, 7 or 1 days."""

from __future__ import annotations

from datetime import datetime, timedelta

from survey import clock
from survey.jobs.workshop import Workshop
from survey.lifecycle import notice_reminders, reminders
from survey.lifecycle.jobs import Effect
from survey.lifecycle.step import Step

BEGINS = timedelta(hours=8)
"""After midnight, local time: a mail comes when the office opens."""


def this_morning(now: datetime) -> str:
    """Name the morning whose hour has come, so that a machine that slept makes up for it."""
    return (now.astimezone(clock.LOCAL) - BEGINS).date().isoformat()


def remind(workshop: Workshop) -> Effect:
    """Everything is done once, in the transaction that ends the job."""
    by_mail = bool(workshop.config.mail_url)

    def reminded(step: Step) -> dict[str, int]:
        rounds = reminders.remind_due(step, by_mail=by_mail)
        return rounds | notice_reminders.remind_due(step, by_mail=by_mail)

    return reminded
