"""What a worker does with a message: takes the job, does the work, ends the job; and sweeps."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from survey import clock
from survey.config import Config
from survey.db import DatabaseMissing
from survey.jobs.kinds import HURRIED, KINDS, lease_of
from survey.jobs.queue import Queue
from survey.jobs.workshop import PutDown, WorkFailed, Workshop
from survey.lifecycle import deliveries
from survey.lifecycle import jobs as steps
from survey.lifecycle.jobs import Effect, Overtaken, Taken
from survey.lifecycle.step import Step
from survey.store import jobs as store
from survey.tables import Fault

logger = logging.getLogger(__name__)


class Worker:
    """Does the jobs of one installation, one after another."""

    def __init__(self, config: Config, sessions: sessionmaker[Session]) -> None:
        self.queue = Queue(config, do=self.do, sweep=self.sweep)
        self._config = config
        self._sessions = sessions
        self._in_hand: Taken | None = None

    def do(self, job_id: int) -> None:
        """Do a job, unless it is done, taken or cancelled already."""
        with self._step() as step:
            taken = steps.take(step, job_id, lease_of)
        if taken is None:
            return
        self._in_hand = taken
        try:
            with self._sessions() as session:
                self._work(
                    Workshop(self._config, session, taken, lease_of(taken.kind), self._others)
                )
        except Overtaken:
            logger.info("job %s is no longer ours", job_id)
        finally:
            self._in_hand = None

    def _others(self) -> None:
        """Do one short job that somebody waits for, and take up again what was in hand."""
        in_hand = self._in_hand
        with self._sessions() as session:
            waits = store.first_due(session, HURRIED, clock.utc_now())
        if waits is not None:
            self.do(waits)
            self._in_hand = in_hand

    def _work(self, workshop: Workshop) -> None:
        taken = workshop.taken
        try:
            effect = _effect(workshop)
            steps.finish(workshop.step(), taken, effect)
        except Overtaken:
            raise
        except PutDown:
            self._give_back(taken)
        except WorkFailed as error:
            self._fail(taken, error.fault, error.values)
        except (SQLAlchemyError, DatabaseMissing, OSError):
            logger.exception("job %s cannot reach what it needs", taken.id)
            self._fail(taken, Fault.UNREACHABLE)
        except Exception:
            logger.exception("job %s failed", taken.id)
            self._fail(taken, Fault.BROKEN)

    def _fail(self, taken: Taken, fault: Fault, values: dict[str, Any] | None = None) -> None:
        with self._step() as step:
            due = steps.fail(step, taken, fault, values or {})
        if due:
            self.queue.send(taken.id, due)

    def sweep(self) -> None:
        """Send what was lost, take from the dead, and begin what the clock asks for."""
        waiting = self.queue.waiting()
        with self._step() as step:
            missed = steps.sweep(step, waiting)
            begun = [
                steps.open_slot(step, kind, work.slot(step.now))
                for kind, work in KINDS.items()
                if work.slot and work.wished(self._config)
            ]
            begun += deliveries.begin(step) if self._config.webhook_hosts else []
        for job_id, due in missed.items():
            self.queue.send(job_id, due)
        for job_id in filter(None, begun):
            self.queue.send(job_id)

    def put_down(self) -> None:
        """Give the job in hand, if any, back to whoever works next."""
        if (taken := self._in_hand) is None:
            return
        with suppress(Overtaken):  # it was finished a moment ago
            self._give_back(taken)

    def _give_back(self, taken: Taken) -> None:
        with self._step() as step:
            steps.release(step, taken)
        self.queue.send(taken.id)

    @contextmanager
    def _step(self) -> Iterator[Step]:
        with self._sessions() as session:
            yield Step(session, steps.WORKER, clock.utc_now())


def _effect(workshop: Workshop) -> Effect:
    work = KINDS.get(workshop.taken.kind)
    if work is None:
        raise WorkFailed(Fault.UNKNOWN_KIND)
    effect = work.do(workshop)
    workshop.session.rollback()  # whatever it read is over
    return effect
