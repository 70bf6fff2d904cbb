"""What a worker does with the invitations of a round, here and now; mails without a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from survey import db
from survey.lifecycle import invitations, jobs
from survey.lifecycle.step import Step
from survey.tables import Mail, MailState, Round
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


def a_mail(session: Session, round_: Round, firm_id: int, state: MailState, **given: Any) -> Mail:
    """An invitation by mail, whatever became of it."""
    known = {"address": f"firm-{firm_id}@example.com", "fault": "", "queued_at": datetime.now(UTC)}
    with db.writing(session):
        mail = Mail(round_id=round_.id, firm_id=firm_id, state=state, **known | given)
        session.add(mail)
        session.flush()
    return mail
