"""What an installation does for itself every night: forgets what is over, removes what was left."""

from __future__ import annotations

from datetime import datetime, timedelta

from survey import clock
from survey.files.stores import contents_of
from survey.jobs.workshop import Workshop
from survey.lifecycle import accounts, photos
from survey.lifecycle.jobs import Effect
from survey.lifecycle.step import Step

BEGINS = timedelta(hours=3)
"""After midnight, local time: the district sleeps."""
LEFT_BEHIND = timedelta(hours=1)
"""Nobody works on one file as long as this."""


def last_night(now: datetime) -> str:
    """Name the night whose hour has come, so that a machine that slept makes up for it."""
    return (now.astimezone(clock.LOCAL) - BEGINS).date().isoformat()


def tidy(workshop: Workshop) -> Effect:
    """Remove half-made files; what is left to do once is to forget ended sign-ins, photos left."""
    files = contents_of(workshop.config).forget_half_written(clock.utc_now() - LEFT_BEHIND)
    workshop.progress(1, 2)
    hours = workshop.config.session_hours

    def forget(step: Step) -> dict[str, int]:
        ended = accounts.forget_ended(step, session_hours=hours)
        return {"files": files} | ended | photos.forget_left_behind(step)

    return forget
