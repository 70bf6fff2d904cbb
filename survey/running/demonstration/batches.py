"""Files of several firms at once in the demonstration: one archive of reports that is ready to be taken."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.config import Config
from survey.jobs.batches import make
from survey.jobs.workshop import PutDown, Workshop
from survey.lifecycle import batches, jobs
from survey.lifecycle.selections import Seen
from survey.lifecycle.step import Step
from survey.running.demonstration.people import actor
from survey.tables import Assessment, AssessmentState, BatchKind, SheetKind, User
from survey.words.batches import TICKED

FIRMS = 2
LEASE = timedelta(minutes=10)


def make_reports(session: Session, config: Config, officer: User, at: datetime) -> None:
    """Have the on-site reports of the first firms that were confirmed printed into one archive."""
    first = select(func.min(Assessment.id)).where(Assessment.state == AssessmentState.CONFIRMED)
    each = select(Assessment).where(Assessment.id.in_(first.group_by(Assessment.firm_id)))
    firms = session.scalars(each.order_by(Assessment.id).limit(FIRMS)).all()
    chosen = [Seen(one.id, one.version) for one in firms]
    step = Step(session, actor(officer), at)
    _, asked = batches.ask(step, BatchKind.REPORTS, SheetKind.ONSITE, chosen, TICKED)
    for job in asked:
        _work_off(Step(session, jobs.WORKER, at), config, job.id)


def _work_off(step: Step, config: Config, job_id: int) -> None:
    """Do a job here and now; other work that waits in the demonstration waits on."""
    while taken := jobs.take(step, job_id, lambda _kind: LEASE):
        try:
            jobs.finish(step, taken, make(Workshop(config, step.session, taken, LEASE)))
        except PutDown:
            jobs.release(step, taken)
