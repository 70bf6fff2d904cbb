"""A firm's user at an open sheet, for tests of many at once and of what breaks underneath."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.lifecycle.step import Actor
from survey.tables import AnswerRevision, Firm
from tests.support.people import a_user, begun, signed_in

QUESTION = "scheduling"


class Desk:
    """A firm's user at an open sheet, as plain numbers that threads may share."""

    def __init__(self, app, session):
        user = a_user(session)
        self.firm = user.firm_id
        self.assessment = begun(session, session.get(Firm, user.firm_id)).id
        self.by = Actor(user.id, "虚构人")
        self.client = signed_in(app, session, user)
        self.address = f"/firm/assessments/{self.assessment}/answers"
        session.rollback()

    def save(self, number, value=2, base=0):
        body = {"question": QUESTION, "request_id": f"tab.{number}", "base_revision": base}
        return self.client.send(self.address, body | {"value": value})


def revisions(engine):
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(AnswerRevision))
