"""A visit of two consultants, and their judging, straight into the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import db
from survey.lifecycle import assessments, disagreements, second_sheets
from survey.lifecycle.step import Actor, Step
from survey.store import assessments as store
from survey.store import pairs
from survey.tables import AnswerRow, Assessment, SheetKind, User, Verdict
from tests.support.people import TESTER, a_consultant, a_user, moment, visited


@dataclass
class PairVisit:
    """A visit under way, who leads it, who goes along, and the firm's user."""

    visit: Assessment
    lead: User
    second: User
    firm: User

    def assign(self, session: Session) -> None:
        """Send both again."""
        self.replace_second(session, self.second)

    def replace_second(self, session: Session, who: User) -> None:
        step = Step(session, TESTER, moment())
        assessments.assign(step, self.visit.id, self.lead.id, who.id)


def a_pair_visit(session: Session, lead: User | None = None, **given: object) -> PairVisit:
    lead, firm = lead or a_consultant(session), a_user(session)
    visit = visited(session, firm, lead, **given)
    pair = PairVisit(visit, lead, a_consultant(session), firm)
    pair.replace_second(session, pair.second)
    return pair


def judge_all(session: Session, visit: Assessment, person: User, *, apart: bool = False) -> None:
    """Confirm every answer that a person's sheet has not judged."""
    session.rollback()
    with db.writing(session):
        kept = pairs.in_force(session, visit.id) if apart else None
        sheet = kept.row if kept else store.sheet(session, visit.id, SheetKind.ONSITE)
        assert sheet is not None
        query = select(AnswerRow).where(
            AnswerRow.sheet_id == sheet.id, AnswerRow.verification == Verdict.UNVERIFIED
        )
        for row in session.scalars(query):
            row.verification, row.author_id = Verdict.VERIFIED, person.id
    session.expire_all()


def finished(session: Session, pair: PairVisit) -> None:
    """Let both judge everything and lay their sheets side by side."""
    number = pair.visit.id
    lead, second = (
        Step(session, Actor(who.id, who.name), moment()) for who in (pair.lead, pair.second)
    )
    second_sheets.begin(second, number)
    judge_all(session, pair.visit, pair.lead)
    judge_all(session, pair.visit, pair.second, apart=True)
    second_sheets.finish(second, number)
    disagreements.compare(lead, number)
