"""What an installation does for itself every night: forgets what is over, removes what was left."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from survey import clock
from survey.config import Config
from survey.jobs.reports import MAKING
from survey.jobs.workshop import Workshop
from survey.lifecycle import accounts
from survey.lifecycle.jobs import Effect

BEGINS = timedelta(hours=3)
"""After midnight, local time: the district sleeps."""
LEFT_BEHIND_SECONDS = 3600
"""Nobody works on one file as long as this."""


def last_night(now: datetime) -> str:
    """Name the night whose hour has come, so that a machine that slept makes up for it."""
    return (now.astimezone(clock.LOCAL) - BEGINS).date().isoformat()


def tidy(workshop: Workshop) -> Effect:
    """Remove half-made files; what is left to do once is to forget sign-ins that are over."""
    files = _remove_left_behind(workshop.config)
    workshop.progress(1, 2)
    hours = workshop.config.session_hours
    return lambda step: {"files": files} | accounts.forget_ended(step, session_hours=hours)


def _remove_left_behind(config: Config) -> int:
    removed = 0
    for path in _half_made(config):
        with suppress(FileNotFoundError):  # whoever made it has just finished or removed it
            if time.time() - path.stat().st_mtime > LEFT_BEHIND_SECONDS:
                path.unlink()
                removed += 1
    return removed


def _half_made(config: Config) -> Iterator[Path]:
    """Files that a killed process left while it was writing them."""
    yield from config.reports.glob(f"{MAKING}*")
    yield from config.reports.glob(f".{MAKING}*")
    yield from (config.evidence / "incoming").glob("*")
