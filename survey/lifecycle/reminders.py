"""Remind firms of a round's last day: 30, 7 and 1 days before, and when an officer presses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from survey.lifecycle import mails
from survey.lifecycle.errors import WrongState
from survey.lifecycle.rounds import held_round
from survey.lifecycle.step import Step
from survey.store import mails as mail_store
from survey.store import reminders as store
from survey.store import rounds
from survey.store.completion import Pace
from survey.store.lists import Wanted
from survey.store.reminders import Reason
from survey.tables import ReminderKind, Round

MARKS: Final[Mapping[ReminderKind, int]] = {
    ReminderKind.BEFORE_1: 1,
    ReminderKind.BEFORE_7: 7,
    ReminderKind.BEFORE_30: 30,
}
"""How many days before the firms' last day each comes."""
LATE = timedelta(days=2)
"""How late a reminder may come that a sleeping machine missed."""


def due(round_: Round, today: date) -> ReminderKind | None:
    """Return which reminder a round is due for today, if any.

    A round that was put off is due again before its new last day; one that is closed, has no last
    day or has not opened on the day itself, never.
    """
    last = round_.closes_on
    if last is None or not round_.opens_on <= today <= last:
        return None
    for kind, days in MARKS.items():
        mark = last - timedelta(days=days)
        if round_.opens_on <= mark <= today <= mark + LATE:
            return kind
    return None


def remind_due(step: Step, *, by_mail: bool) -> dict[str, int]:
    """Remind of every round that is due, inside the transaction of the job that does so daily."""
    told = 0
    for round_ in rounds.open_rounds(step.session, step.today):
        kind = due(round_, step.today)
        if kind is not None and round_.closes_on is not None:
            reason = Reason(kind, round_.closes_on)
            told += _remind(step, round_, reason, Wanted(), Pace(step.today, step.today), by_mail)
    return {"firms": told}


def press(step: Step, round_id: int, wanted: Wanted, pace: Pace, *, by_mail: bool) -> int:
    """Remind the firms an officer has filtered, each once a day; return how many are new.

    Raises:
        WrongState: The round has not opened.
    """
    with step.writing():
        round_ = held_round(step, round_id)
        if round_.opens_on > step.today:
            raise WrongState({"round": "这一轮还没开始，不用提醒。"})
        reason = Reason(ReminderKind.PRESSED, step.today)
        return _remind(step, round_, reason, wanted, pace, by_mail)


def _remind(
    step: Step, round_: Round, reason: Reason, wanted: Wanted, pace: Pace, by_mail: bool
) -> int:
    told = store.remind(
        step.session,
        round_,
        reason,
        wanted,
        pace,
        mails=by_mail,
        by=step.by.user_id,
        now=step.now,
    )
    if told:
        step.log("round_remind", round_, after={"reminder": reason.kind, "firms": told})
        if mail_store.queue_reminders(step.session, round_.id, step.now):
            mails.ask(step, round_.id)
    return told


def pass_on(step: Step, round_id: int, up_to: int) -> int:
    """Note that an officer has passed reminders on, up to the last one the page showed."""
    with step.writing() as session:
        round_ = held_round(step, round_id)
        told = store.pass_on(session, round_id, up_to, step.now)
        if told:
            step.log("round_passed_on", round_, after={"firms": told})
        return told
