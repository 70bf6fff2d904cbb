"""Queries over jobs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.store.lists import Slice, sliced
from survey.tables import Assessment, Firm, Job, JobState, User
from survey.tables.jobs import OPEN


def job(session: Session, job_id: int, *, lock: bool = False) -> Job | None:
    return session.get(Job, job_id, with_for_update=lock, populate_existing=lock)


def jobs_about(session: Session, kind: str, subject: str, subject_id: int) -> list[Job]:
    """Return the jobs of a kind about one subject, newest first."""
    query = select(Job).where(
        Job.kind == kind, Job.subject == subject, Job.subject_id == subject_id
    )
    return list(
        session.scalars(query.order_by(Job.id.desc()).execution_options(populate_existing=True))
    )


def open_about(session: Session, kind: str, subject: str, subject_id: int) -> Job | None:
    """Return the job of a kind about one subject that has not ended."""
    of = (Job.kind == kind, Job.subject == subject, Job.subject_id == subject_id)
    query = select(Job).where(*of, Job.state.in_(OPEN)).order_by(Job.id).limit(1)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def abandoned(session: Session, now: datetime) -> list[Job]:
    """Return jobs whose lease is over, each locked; another process has the rest."""
    query = select(Job).where(Job.state == JobState.WORKING, Job.leased_until < now)
    return _locked(session, query)


def unsent(session: Session, sent_before: datetime) -> list[Job]:
    """Return queued jobs whose last message left before, oldest first, each locked."""
    query = select(Job).where(Job.state == JobState.QUEUED, Job.sent_at <= sent_before)
    return _locked(session, query)


def _locked(session: Session, query: Select[Job]) -> list[Job]:
    query = query.order_by(Job.id).with_for_update(skip_locked=True)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def first_due(session: Session, kinds: Collection[str], now: datetime) -> int | None:
    """Return the job of these kinds that has waited longest for a free worker."""
    due = (Job.state == JobState.QUEUED, Job.kind.in_(kinds), Job.due_at <= now)
    return session.scalar(select(Job.id).where(*due).order_by(Job.id).limit(1))


def has_slot(session: Session, kind: str, slot: str) -> bool:
    query = select(Job.id).where(Job.kind == kind, Job.slot == slot)
    return session.scalar(query) is not None


def add_if_first(session: Session, add: Callable[[], Job]) -> Job | None:
    """Add a job unless another process is just adding the same slot."""
    try:
        with session.begin_nested():
            return add()
    except IntegrityError:
        return None


def waiting(session: Session, kind: str) -> Job | None:
    """Return a job of a kind that nobody has begun."""
    query = select(Job).where(Job.kind == kind, Job.state == JobState.QUEUED)
    return session.scalars(query.order_by(Job.id).limit(1)).one_or_none()


def under_way(session: Session, kind: str) -> Job | None:
    """Return a job of a kind that has not ended."""
    query = select(Job).where(Job.kind == kind, Job.state.in_(OPEN))
    return session.scalars(query.order_by(Job.id).limit(1)).one_or_none()


def last_ended(session: Session, kind: str) -> Job | None:
    """Return the job of a kind that was done or failed last."""
    ended = (JobState.DONE, JobState.FAILED)
    query = select(Job).where(Job.kind == kind, Job.state.in_(ended))
    return session.scalars(query.order_by(Job.finished_at.desc()).limit(1)).one_or_none()


def last_done(session: Session, kind: str) -> Job | None:
    """Return the job of a kind that was done last."""
    query = select(Job).where(Job.kind == kind, Job.state == JobState.DONE)
    return session.scalars(query.order_by(Job.id.desc()).limit(1)).one_or_none()


def forget_done(session: Session, kind: str, before: datetime) -> None:
    """Drop jobs of a kind that were done before this moment, where nobody asks after them."""
    over = (Job.kind == kind, Job.state == JobState.DONE, Job.finished_at < before)
    session.execute(delete(Job).where(*over))


def count_by_state(session: Session) -> dict[str, int]:
    """Return how many jobs stand in each state, none as 0."""
    query = select(Job.state, func.count()).group_by(Job.state)
    found: dict[JobState, int] = dict(session.execute(query).all())
    return {str(state): found.get(state, 0) for state in JobState}


def oldest_wait(session: Session, now: datetime) -> float:
    """Return for how many seconds the oldest job that is due has waited for a worker; 0 for none."""
    due = (Job.state == JobState.QUEUED, Job.due_at <= now)
    first = session.scalar(select(func.min(Job.due_at)).where(*due))
    return (now - first).total_seconds() if first else 0.0


def left_lying(session: Session, before: datetime) -> int:
    """Return how many jobs are held by workers that gave no sign of life since, and nobody took them over."""
    query = select(func.count()).where(Job.state == JobState.WORKING, Job.leased_until < before)
    return session.scalar(query) or 0


def waiting_before(session: Session, job: Job) -> int:
    """Return how many jobs of this kind stand before this one."""
    query = select(func.count()).where(Job.state.in_(OPEN), Job.kind == job.kind, Job.id < job.id)
    return session.scalar(query) or 0


class JobLine(NamedTuple):
    """A job as the administrator's list shows it, with the names behind its numbers."""

    job: Job
    firm: str | None
    requester: str | None


def job_lines(session: Session, state: JobState | None, part: Slice) -> tuple[list[JobLine], int]:
    """Return one page of jobs, of one state or all, newest first, and how many there are."""
    query = (
        select(Job, Firm.name, User.name)
        .outerjoin(Assessment, (Job.subject == "assessment") & (Assessment.id == Job.subject_id))
        .outerjoin(Firm, Firm.id == Assessment.firm_id)
        .outerjoin(User, User.id == Job.requested_by)
        .order_by(Job.id.desc())
    )
    rows, total = sliced(session, query.where(Job.state == state) if state else query, part)
    return [JobLine(*row) for row in rows], total
