"""What an installation does for itself every night: forgets what is over, removes what was left."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from survey import clock, db
from survey.files.stores import contents_of
from survey.jobs import likenesses
from survey.jobs.workshop import Workshop
from survey.lifecycle import (
    accounts,
    batches,
    contents,
    deliveries,
    evidence,
    habits,
    photos,
    resealing,
    retention,
    scores,
    sealing,
    tallies,
)
from survey.lifecycle import seen as seen_steps
from survey.lifecycle.jobs import Effect
from survey.lifecycle.retention import months_before
from survey.lifecycle.step import Step
from survey.lifecycle.webhooks import keys_of
from survey.readings.stray import stray
from survey.store import kept
from survey.store.settings import read
from survey.store.tallies import fold, unsettled

BEGINS = timedelta(hours=3)
"""After midnight, local time: the district sleeps."""
AT_ONCE = 50
"""Assessments settled between two signs of life."""
LEFT_BEHIND = timedelta(hours=1)
"""Nobody works on one file as long as this."""


def last_night(now: datetime) -> str:
    """Name the night whose hour has come, so that a machine that slept makes up for it."""
    return (now.astimezone(clock.LOCAL) - BEGINS).date().isoformat()


def tidy(workshop: Workshop) -> Effect:
    """Remove half-made files, clear working papers that were kept long enough, look at pictures that
    nobody has; what is left to do once is to keep what was seen, to forget ended sign-ins and photos
    left, to lock secrets anew, to fold what was added up, and to tell the database what it holds."""
    files = contents_of(workshop.config).forget_half_written(clock.utc_now() - LEFT_BEHIND)
    workshop.progress(1, 2)
    settled = _settle(workshop)
    while scores.tell_supports(workshop.step()):
        workshop.progress(1, 2)
    habits.count(workshop.step())
    cleared = _clear(workshop)
    log_rows = _drop(workshop)
    hours, seen = workshop.config.session_hours, likenesses.looked_at(workshop)

    def tidied(step: Step) -> dict[str, int]:
        evidence.keep_likenesses(step, seen)
        ended = accounts.forget_ended(step, session_hours=hours)
        seen_steps.forget_taken(step)
        deliveries.forget_jobs(step)
        forgotten = photos.forget_left_behind(step)
        resealed = resealing.renew(step, keys_of(workshop.config))
        fold(step.session)
        kept.fold(step.session)
        db.gather_statistics(step.session)
        done = {"files": files, "pictures": len(seen), "settled": settled, "log_rows": log_rows}
        return done | cleared | ended | forgotten | {"resealed": resealed}

    return tidied


def _settle(workshop: Workshop) -> int:
    """Judge conditions again where a month has passed, and work out what visits recommend to buy."""
    marker = tallies.marker(workshop.step().today, read(workshop.session).reduced)
    waiting = unsettled(workshop.session, marker)
    for first in range(0, len(waiting), AT_ONCE):
        tallies.settle(workshop.step(), waiting[first : first + AT_ONCE])
        workshop.progress(first, len(waiting))
    return len(waiting)


def _clear(workshop: Workshop) -> dict[str, int]:
    """Clear what has been kept long enough, in portions; return how many of each.

    A file lies on where other rows name its bytes, or where they have just been brought again.
    """
    done: Counter[str] = Counter()
    files = set(batches.clear(workshop.step()))
    while any((portion := retention.clear(workshop.step()))[0].values()):
        done.update(portion[0])
        files.update(portion[1])
        workshop.progress(1, 2)
    while deliveries.forget(workshop.step()):
        workshop.progress(1, 2)
    while retention.forget_rows(workshop.step()):
        workshop.progress(1, 2)
    if files:
        kept = contents_of(workshop.config)
        unclaimed = stray(workshop.session, kept, clock.utc_now()).unclaimed
        workshop.session.rollback()
        contents.clear(workshop.step(), kept, [one for one in unclaimed if one.sha256 in files])
    return {name: done[name] for name in ("rosters", "jobs", "mails", "bundles")}


def _drop(workshop: Workshop) -> int:
    """Drop blocks of the log that were kept long enough; return how many rows went."""
    before = months_before(clock.utc_now(), read(workshop.session).log_months)
    rows = 0
    while dropped := sealing.drop(workshop.step(), before):
        rows += dropped
        workshop.progress(1, 2)
    return rows
