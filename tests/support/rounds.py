"""What a worker does with the invitations of a round, here and now."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey.lifecycle import invitations, jobs
from survey.lifecycle.step import Step
from survey.tables import Round
from tests.support.people import TESTER

LEASE = timedelta(minutes=3)


def prepare_links(session: Session, round_: Round, secret: str, now: datetime) -> int:
    """Make the links of a round's invitations; return how many invitations that touched."""
    step = Step(session, TESTER, now)
    with step.writing():
        job_id = jobs.ask(step, "invite", {}, subject="round", subject_id=round_.id).id
    taken = jobs.take(step, job_id, lambda _kind: LEASE)
    assert taken is not None
    after, touched = 0, 0
    while True:
        after, some = invitations.prepare_some(step, taken, secret, after, LEASE)
        touched += some
        if not after:
            jobs.finish(step, taken, lambda _step: {})
            return touched
