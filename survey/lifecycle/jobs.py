"""The life of a job: asked for, taken by a worker, finished once; or failed, tried again, cancelled.

A worker may die at any moment, and two may believe they hold the same job. Whoever took it last
holds its highest fence; only that one finishes it, and what the job does to the database is done in
the very transaction that finishes it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from survey.lifecycle.errors import JobEnded, NotThere
from survey.lifecycle.states import JOB
from survey.lifecycle.step import About, Actor, Step
from survey.store import jobs as store
from survey.tables import Fault, Job, JobState

WORKER = Actor(None, "后台任务")
UNDER_WAY = timedelta(seconds=5)
"""A message younger than this may be in a worker's hands; it is not missed yet."""
AT_ONCE, SOON, LATER = timedelta(0), timedelta(seconds=10), timedelta(minutes=1)
PAUSES: dict[Fault, tuple[timedelta, ...]] = {
    Fault.LOST: (AT_ONCE, SOON),
    Fault.CHANGED: (AT_ONCE, SOON),
    Fault.UNREACHABLE: (SOON, LATER),
    Fault.UNKNOWN_KIND: (LATER, LATER),
}
"""How long to wait before each further try; a fault that is not here will not pass by itself."""

Effect = Callable[[Step], dict[str, Any]]
"""What a job does to the database in the end, and its result; called inside a transaction."""


class Overtaken(Exception):
    """The job is another worker's by now, or was cancelled: whoever meets this puts it down."""


@dataclass(frozen=True)
class Taken:
    """A job in a worker's hands, as it stood when it was taken."""

    id: int
    fence: int
    kind: str
    subject_id: int | None
    arguments: dict[str, Any]
    requested_by: int | None
    requested_at: datetime


# --- for whoever wants work done ----------------------------------------------------------------


def ask(
    step: Step,
    kind: str,
    arguments: dict[str, Any],
    *,
    subject: str | None = None,
    subject_id: int | None = None,
    slot: str | None = None,
) -> Job:
    """Add a job, inside the transaction of the step that needs it; its message follows later."""
    job = Job(
        kind=kind,
        subject=subject,
        subject_id=subject_id,
        arguments=arguments,
        slot=slot,
        fence=0,
        requested_by=step.by.user_id,
        requested_at=step.now,
    )
    _queue(step, job, "job_ask")
    step.session.add(job)
    step.session.flush()
    return job


def ask_again(step: Step, job: Job) -> None:
    """Queue a job that came to nothing, inside a transaction; it is the asker's from now on.

    Raises:
        JobEnded: It is under way, or was done.
    """
    _queue(step, job, "job_retry")
    job.requested_by, job.requested_at = step.by.user_id, step.now


def _queue(step: Step, job: Job, transition: str) -> None:
    _move(job, transition)
    job.due_at = job.sent_at = step.now
    job.attempt = job.progress = job.total = 0
    job.leased_until = job.finished_at = job.fault = job.result = None
    job.fault_values = {}


def _move(job: Job, transition: str) -> None:
    """Let the job make a transition (``states.JOB``)."""
    if job.state not in JOB[transition].begins:
        raise JobEnded
    job.state = JOB[transition].leads


def open_slot(step: Step, kind: str, slot: str) -> int | None:
    """Ask for the periodic job of a slot; None when another consumer did."""
    with step.writing() as session:
        if store.has_slot(session, kind, slot):
            return None
        job = store.add_if_first(session, lambda: ask(step, kind, {}, slot=slot))
        return job.id if job else None


def cancel(step: Step, job_id: int) -> None:
    """End a job that has not ended; a worker that has it in hand will not be able to finish it.

    Raises:
        NotThere: No such job.
        JobEnded: It is over already.
    """
    with _logged(step, job_id, "job_cancel") as job:
        end(step, job)


def end(step: Step, job: Job) -> None:
    """Cancel a job, inside the caller's transaction.

    Raises:
        JobEnded: It is over already.
    """
    _move(job, "job_cancel")
    job.finished_at, job.leased_until = step.now, None


def retry(step: Step, job_id: int) -> None:
    """Queue a job again that failed or was cancelled; send its id afterwards.

    Raises:
        NotThere: No such job.
        JobEnded: It was done, or is under way.
    """
    with _logged(step, job_id, "job_retry") as job:
        _queue(step, job, "job_retry")


@contextmanager
def _logged(step: Step, job_id: int, action: str) -> Iterator[Job]:
    with step.writing() as session:
        job = store.job(session, job_id, lock=True)
        if job is None:
            raise NotThere
        before = job.state
        yield job
        step.log(action, About("job", job.id), before={"state": before}, after={"state": job.state})


# --- for the worker -----------------------------------------------------------------------------


def take(step: Step, job_id: int, leases: Callable[[str], timedelta]) -> Taken | None:
    """Take a job that is due into one's hands; None where there is nothing (any more) to do.

    Args:
        leases: How long a job of a kind may go without a sign of life.
    """
    with step.writing() as session:
        job = store.job(session, job_id, lock=True)
        if job is None or job.state not in JOB["job_take"].begins or job.due_at > step.now:
            return None
        _move(job, "job_take")
        job.leased_until = step.now + leases(job.kind)
        job.attempt += 1
        job.fence += 1
        return Taken(
            id=job.id,
            fence=job.fence,
            kind=job.kind,
            subject_id=job.subject_id,
            arguments=job.arguments,
            requested_by=job.requested_by,
            requested_at=job.requested_at,
        )


@contextmanager
def held(step: Step, taken: Taken) -> Iterator[Job]:
    """A transaction over a job that is still in these hands.

    Raises:
        Overtaken: It is not; nothing was written.
    """
    with step.writing() as session:
        job = store.job(session, taken.id, lock=True)
        if job is None or job.state != JobState.WORKING or job.fence != taken.fence:
            raise Overtaken(taken.id)
        yield job


def finish(step: Step, taken: Taken, effect: Effect) -> None:
    """Do what the job was for, once, and end it.

    Raises:
        Overtaken: Nothing was done.
    """
    with held(step, taken) as job:
        job.result = effect(step)
        _move(job, "job_finish")
        job.finished_at, job.leased_until = step.now, None


def report_progress(step: Step, taken: Taken, done: int, total: int, lease: timedelta) -> None:
    """Show how far a job is; a sign of life, too.

    Raises:
        Overtaken: It was cancelled or taken over: stop.
    """
    with held(step, taken) as job:
        job.progress, job.total, job.leased_until = done, total, step.now + lease


def fail(step: Step, taken: Taken, fault: Fault, values: dict[str, Any]) -> datetime | None:
    """Note why a try failed; return when the next one is due, or None where there is none.

    Raises:
        Overtaken: It is no longer this worker's to fail.
    """
    with held(step, taken) as job:
        return _fail(step, job, fault, values)


def _fail(step: Step, job: Job, fault: Fault, values: dict[str, Any]) -> datetime | None:
    job.fault, job.fault_values, job.leased_until = fault, values, None
    pauses = PAUSES.get(fault, ())
    if job.attempt <= len(pauses):
        _move(job, "job_put_off")
        job.due_at = job.sent_at = step.now + pauses[job.attempt - 1]
        return job.due_at
    _move(job, "job_fail")
    job.finished_at = step.now
    step.log("job_fail", About("job", job.id), after={"fault": fault}, succeeded=False)
    return None


def release(step: Step, taken: Taken) -> None:
    """Put a job back as if it had not been taken, for the next worker to start with.

    Raises:
        Overtaken: It is no longer this worker's.
    """
    with held(step, taken) as job:
        _move(job, "job_release")
        job.attempt, job.leased_until = job.attempt - 1, None


def sweep(step: Step, waiting: Collection[int]) -> dict[int, datetime]:
    """Find jobs of dead workers and jobs whose message was lost; say which to send, due when.

    Args:
        waiting: Ids of jobs whose message waits in the queue.
    """
    with step.writing() as session:
        unsent = [j for j in store.unsent(session, step.now - UNDER_WAY) if j.id not in waiting]
        for job in unsent:
            job.sent_at = step.now
        found = {job.id: step.now for job in unsent}
        for job in store.abandoned(session, step.now):
            if due := _fail(step, job, Fault.LOST, {}):
                found[job.id] = due
        return found
