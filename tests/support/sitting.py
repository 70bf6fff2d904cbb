"""A firm's user in front of an open sheet, for tests that send what no page of ours would."""

from __future__ import annotations

import json

from sqlalchemy import func, select

from survey.tables import AnswerRevision, AnswerRow, Firm
from tests.support.people import a_user, begun, signed_in

LEVEL = "scheduling"


class Sitting:
    """A firm's user in front of an open sheet."""

    def __init__(self, app, session, **given):
        self.session = session
        self.user = a_user(session)
        self.firm = session.get(Firm, self.user.firm_id)
        self.assessment = begun(session, self.firm, **given)
        self.id = self.assessment.id
        session.rollback()
        self.client = signed_in(app, session, self.user)
        self.sent = 0

    def save(self, value=None, question=LEVEL, base=0, client=None, **more):
        self.sent += 1
        body = {"question": question, "request_id": f"tab.{self.sent}", "base_revision": base}
        body |= {"value": value} | more
        client = client or self.client
        return client.post(
            f"/firm/assessments/{self.id}/answers",
            data=json.dumps(body),  # as a script may: half a character is written \\ud800
            content_type="application/json",
            headers={"X-CSRFToken": client.token, "Accept": "application/json"},
        )

    def raw(self, body, content_type="application/json", **headers):
        return self.client.post(
            f"/firm/assessments/{self.id}/answers",
            data=body,
            content_type=content_type,
            headers={"X-CSRFToken": self.client.token, "Accept": "application/json"} | headers,
        )

    def kept(self, question=LEVEL):
        self.session.rollback()
        query = select(AnswerRow.value).where(AnswerRow.question_id == question)
        return self.session.scalar(query.execution_options(populate_existing=True))

    def revisions(self):
        self.session.rollback()
        return self.session.scalar(select(func.count()).select_from(AnswerRevision))
