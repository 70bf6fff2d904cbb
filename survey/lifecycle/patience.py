"""Patience: who fails often waits ever longer, counted in the database for every process."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from survey.lifecycle.errors import TooManyTries
from survey.lifecycle.step import Step
from survey.store import accounts as store

WINDOW = timedelta(minutes=15)
FREE_FAILURES = {"account": 5, "device": 5, "password": 5, "factor": 5, "address": 30, "look": 60}
"""Failures (and looks) before waiting begins; then each doubles the wait, up to the window."""


def require(step: Step, keys: Iterable[str]) -> None:
    """Refuse whoever has to wait under one of these keys.

    Raises:
        TooManyTries: Nothing was checked.
    """
    if wait := max(_wait(step, key) for key in keys):
        raise TooManyTries(wait)


def _wait(step: Step, key: str) -> int:
    """Return the seconds until this key may try again, 0 for now."""
    row = store.throttle(step.session, key)
    free = FREE_FAILURES[key.partition(":")[0]]
    if row is None or row.failures < free or step.now - row.since >= WINDOW:
        return 0
    pause = timedelta(seconds=min(2 ** (row.failures - free + 1), WINDOW.total_seconds()))
    return max(0, int((row.since + pause - step.now).total_seconds() + 0.999))


def count(step: Step, key: str) -> None:
    """Count one more failure under a key, inside the caller's transaction."""
    store.count_failure(step.session, key, step.now, WINDOW)


def look(step: Step) -> None:
    """Count a look at a page that is open to anybody, found or not, by the address it comes from.

    Raises:
        TooManyTries: Too many came from there of late.
    """
    key = f"look:{step.by.address}"
    require(step, [key])
    with step.writing():
        count(step, key)
