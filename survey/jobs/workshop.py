"""What work is given: the installation's settings, database and files, and a way to say how far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from survey import clock
from survey.config import Config
from survey.lifecycle import jobs as steps
from survey.lifecycle.jobs import Effect, Taken
from survey.lifecycle.step import Step
from survey.tables import Fault


class WorkFailed(Exception):
    """The work cannot be done, for a reason its reader is told.

    Args:
        values: What the sentence about this fault names.
    """

    def __init__(self, fault: Fault, **values: Any) -> None:
        super().__init__(fault)
        self.fault = fault
        self.values = values


class PutDown(Exception):
    """The work lets others go first; what is left of it waits for its next turn."""


@dataclass(frozen=True)
class Workshop:
    """Where one job is done. It has a session of its own, and time passes while it works."""

    config: Config
    session: Session
    taken: Taken
    lease: timedelta
    let_others: Callable[[], None] = lambda: None
    """Does a short job that somebody waits for, if there is one, in the middle of long work."""

    def step(self) -> Step:
        """Return a step of the worker at this moment."""
        return Step(self.session, steps.WORKER, clock.utc_now())

    def progress(self, done: int, total: int) -> None:
        """Say how far the work is; long work does so well within its lease.

        Raises:
            Overtaken: Nobody wants the work any more, or another does it.
        """
        steps.report_progress(self.step(), self.taken, done, total, self.lease)


@dataclass(frozen=True)
class Work:
    """One kind of work.

    Args:
        do: Does all that takes time and may be done twice, and returns what is to be done once.
        lease: How long it may go without a sign of life before it is given to another worker.
        slot: For periodic work, names the last slot that has begun.
        wished: Whether an installation with these settings wants such periodic work.
    """

    do: Callable[[Workshop], Effect]
    lease: timedelta = timedelta(minutes=3)
    slot: Callable[[datetime], str] | None = None
    wished: Callable[[Config], bool] = lambda _config: True
