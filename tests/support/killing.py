"""Workers killed or stunned at any moment over a queue of small jobs, and what came of it.

A stunned worker is thought dead, its job given to another, and then it goes on as if nothing was.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator, MutableSequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.context import ForkProcess

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from survey import db
from survey.clock import utc_now
from survey.config import Config
from survey.jobs import consumer, kinds
from survey.jobs.queue import Queue
from survey.jobs.workshop import Work, Workshop
from survey.lifecycle import jobs
from survey.lifecycle.jobs import Effect
from survey.lifecycle.step import About, Step
from survey.tables import AuditEntry, Fault, Job, JobState
from tests.support.patience import joined

FORK = multiprocessing.get_context("fork")
KIND = "mark"
WORKERS = 3
LEASE = timedelta(seconds=1)
"""Short, so that what a dead worker held is given on while the test still runs."""
STUNNED = 2 * LEASE
EVERY_SO_OFTEN = 6
"""One blow in so many stuns, the others kill."""
AIMED = 2
"""One kill in so many waits for a worker that has a job in hand; the others fall where they fall."""
LONG, LONG_SECONDS = 10, 0.2
"""One job in so many takes so long, so that a blow that is aimed finds it under way."""
PATIENCE_SECONDS = 300
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Outcome:
    """What came of a queue. ``effects`` counts rows that jobs wrote, ``once`` and
    ``doubled`` the jobs that wrote one and more."""

    jobs: int
    kills: int
    stunned: int
    done: int
    effects: int
    once: int
    doubled: int
    taken_again: int
    sent_again: int

    @property
    def is_exact(self) -> bool:
        return self.jobs == self.done == self.effects == self.once

    def __str__(self) -> str:
        return (
            f"{self.jobs} jobs, {self.kills} workers killed, {self.stunned} stunned: {self.done} done, "
            f"{self.effects} effects, {self.once} jobs with exactly one, "
            f"{self.jobs - self.done} lost, {self.doubled} doubled; "
            f"{self.taken_again} taken more than once, {self.sent_again} sent more than once"
        )


def kill_over_a_queue(machines: list[Config], *, number: int, kills: int, seed: int = 1) -> Outcome:
    """Ask for jobs, then kill workers on all machines in turn while they work the queue off."""
    engine = db.engine_for(machines[0].database_url)
    dice = random.Random(seed)
    try:
        asked = _ask(machines[0], engine, number)
        with _workers(machines) as workers:
            for kill in range(kills):
                _wait_for(engine, number * kill // (kills + 1))
                time.sleep(dice.uniform(0, 0.03))
                if kill % EVERY_SO_OFTEN == 0:
                    workers.stun(dice.randrange(WORKERS))
                place = dice.randrange(WORKERS) if kill % AIMED else workers.at_work()
                workers.replace(place, signal.SIGKILL)
                workers.wake()
            _work_off(engine, workers, number)
        return _counted(engine, asked, kills)
    finally:
        engine.dispose()


def _ask(config: Config, engine: Engine, number: int) -> list[int]:
    queue = Queue(config)
    with Session(engine, expire_on_commit=False) as session:
        step = Step(session, jobs.WORKER, utc_now())
        with step.writing():
            asked = [jobs.ask(step, KIND, {}).id for _ in range(number)]
    for job_id in asked:
        queue.send(job_id)
    queue.close()
    return asked


def _mark(workshop: Workshop) -> Effect:
    workshop.progress(1, 2)
    time.sleep(random.uniform(0.002, 0.02) if workshop.taken.id % LONG else LONG_SECONDS)
    about = About("job", workshop.taken.id)

    def leave_a_row(step: Step) -> dict[str, int]:
        step.log("nightly", about)
        return {}

    return leave_a_row


class _Workers:
    """As many as ``WORKERS`` processes, spread over machines; one that ends is replaced."""

    def __init__(self, machines: list[Config]) -> None:
        self._machines = machines
        self._stunned: list[tuple[float, ForkProcess]] = []
        self._busy = FORK.Array("b", WORKERS, lock=False)
        self._running = [self._start(place) for place in range(WORKERS)]

    def _start(self, place: int) -> ForkProcess:
        self._busy[place] = False
        machine = self._machines[place % len(self._machines)]
        process = FORK.Process(target=_work, args=(machine, self._busy, place))
        process.start()
        return process

    def at_work(self) -> int:
        """Wait for a worker that has a job in hand; where none comes soon, take the first."""
        until = time.monotonic() + LEASE.total_seconds()
        while not any(self._busy) and time.monotonic() < until:
            time.sleep(0.001)
        return next((place for place in range(WORKERS) if self._busy[place]), 0)

    def replace(self, place: int, how: signal.Signals) -> None:
        self.end(place, how)
        self._running[place] = self._start(place)

    def stun(self, place: int) -> None:
        """Stop one where it stands, and let another begin in its place."""
        process = self._running[place]
        os.kill(process.pid or 0, signal.SIGSTOP)
        self._stunned.append((time.monotonic() + STUNNED.total_seconds(), process))
        self._running[place] = self._start(place)

    def wake(self) -> None:
        """Let those go on that were stunned long enough to be thought dead."""
        for since, process in self._stunned:
            if since <= time.monotonic():
                os.kill(process.pid or 0, signal.SIGCONT)

    def end(self, place: int, how: signal.Signals) -> None:
        _end(self._running[place], how)

    def end_all(self) -> None:
        for _, process in self._stunned:
            os.kill(process.pid or 0, signal.SIGCONT)
        for process in (*self._running, *(process for _, process in self._stunned)):
            _end(process, signal.SIGTERM)


@contextmanager
def _workers(machines: list[Config]) -> Iterator[_Workers]:
    workers = _Workers(machines)
    try:
        yield workers
    finally:
        workers.end_all()


def _end(process: ForkProcess, how: signal.Signals) -> None:
    os.kill(process.pid or 0, how)
    joined(process)
    process.close()


def _work(config: Config, busy: MutableSequence[int], place: int) -> None:
    """Be a worker as an installation has it, but for one more kind and less patience."""

    def mark(workshop: Workshop) -> Effect:
        busy[place] = True
        effect = _mark(workshop)
        busy[place] = False
        return effect

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    random.seed()
    kinds.KINDS[KIND] = Work(mark, lease=LEASE)
    jobs.UNDER_WAY = timedelta(seconds=0.3)
    jobs.PAUSES[Fault.LOST] = (jobs.AT_ONCE,) * 1000
    consumer.WATCH_SECONDS = 0.05
    engine = db.engine_for(config.database_url)
    consumer.run(config, sessionmaker(engine, expire_on_commit=False))


def _wait_for(engine: Engine, done: int) -> None:
    """Wait until so many are done; not long, for what is left may be in dead hands."""
    until = time.monotonic() + 2 * LEASE.total_seconds()
    while _done(engine) < done and time.monotonic() < until:
        time.sleep(0.01)


def _work_off(engine: Engine, workers: _Workers, number: int) -> None:
    """Let the rest be done. Each worker that starts sweeps; the next sweep would take a minute."""
    until = time.monotonic() + PATIENCE_SECONDS
    while _done(engine) < number and time.monotonic() < until:
        time.sleep(LEASE.total_seconds())
        workers.wake()
        workers.replace(0, signal.SIGTERM)


def _done(engine: Engine) -> int:
    with Session(engine) as session:
        done = select(func.count(Job.id)).where(Job.state == JobState.DONE, Job.kind == KIND)
        return session.scalar(done) or 0


def _counted(engine: Engine, asked: list[int], kills: int) -> Outcome:
    with Session(engine) as session:
        rows = session.scalars(select(Job).where(Job.id.in_(asked))).all()
        effects: dict[str, int] = dict(
            session.execute(
                select(AuditEntry.subject_id, func.count())
                .where(AuditEntry.action == "nightly", AuditEntry.subject == "job")
                .group_by(AuditEntry.subject_id)
            ).all()
        )
        return Outcome(
            jobs=len(asked),
            kills=kills,
            stunned=-(-kills // EVERY_SO_OFTEN),
            done=sum(job.state == JobState.DONE for job in rows),
            effects=sum(effects.values()),
            once=sum(effects.get(str(job_id)) == 1 for job_id in asked),
            doubled=sum(count > 1 for count in effects.values()),
            taken_again=sum(job.fence > 1 for job in rows),
            sent_again=sum(job.sent_at > job.requested_at for job in rows),
        )
