"""A worker's hands: doing what waits in an application's queue, here and now."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from survey.jobs.worker import Worker
from survey.tables import Job, JobState


def work(app: Flask) -> int:
    """Do every job of which a message waits; return how many there were."""
    sessions = app.extensions["survey_sessions"]
    worker = Worker(app.config["SURVEY"], sessions)
    waiting = worker.queue.waiting()
    worker.queue.close()
    with sessions() as session:
        queued = set(session.scalars(select(Job.id).where(Job.state == JobState.QUEUED)))
    for job_id in sorted(waiting & queued):
        worker.do(job_id)
    return len(waiting & queued)
