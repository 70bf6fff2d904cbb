"""A calendar's address made, made anew and shut; a consultant's visits kept as they change."""

from __future__ import annotations

import secrets
from datetime import date

from survey.lifecycle.errors import NotThere
from survey.lifecycle.step import Step
from survey.store import accounts
from survey.store import calendars as store
from survey.store.accounts import hashed
from survey.tables import Appointment, Assessment, CalendarFeed


def renew(step: Step, user_id: int) -> str:
    """Make the address of somebody's calendar, an earlier one spent; return its secret word.

    Raises:
        NotThere: The user is neither consultant nor officer.
    """
    word = secrets.token_urlsafe(32)
    with step.writing() as session:
        user = accounts.user(session, user_id)
        if user is None or user.role not in store.WHO:
            raise NotThere
        feed = store.feed(session, user_id)
        if feed is None:
            session.add(feed := CalendarFeed(user_id=user_id))
        feed.token_hash, feed.created_at = hashed(word), step.now
        step.log("calendar_open", user)
    return word


def revoke(step: Step, user_id: int) -> None:
    """Shut the address of somebody's calendar; shut already, nothing happens."""
    with step.writing() as session:
        feed, user = store.feed(session, user_id), accounts.user(session, user_id)
        if feed is not None and user is not None:
            session.delete(feed)
            step.log("calendar_shut", user)


def follow(step: Step, assessment: Assessment) -> None:
    """Bring every calendar up to a visit as it stands, inside the step that changed it."""
    known = store.appointments(step.session, assessment.id)
    if (day := assessment.planned_on) is not None:
        for user_id in assessment.visitors:
            _plan(step, known.pop(user_id, None), assessment.id, user_id, day)
    for gone in known.values():
        if not gone.cancelled:
            gone.cancelled = True
            _touch(step, gone)


def _plan(
    step: Step, kept: Appointment | None, assessment_id: int, user_id: int, day: date
) -> None:
    if kept is None:
        kept = Appointment(assessment_id=assessment_id, user_id=user_id, sequence=-1)
        step.session.add(kept)
    kept.planned_on, kept.cancelled = day, False
    _touch(step, kept)


def _touch(step: Step, appointment: Appointment) -> None:
    appointment.sequence, appointment.changed_at = appointment.sequence + 1, step.now
