"""By how few answers a rung is held: kept with the score, told again of older ones, named to the bureau."""

from __future__ import annotations

from sqlalchemy import select, update

from survey import db
from survey.lifecycle import scores as life
from survey.lifecycle.step import Actor, Step
from survey.readings.supports import held
from survey.store import standings
from survey.tables import AnswerRow, Assessment, ScoreRow, SheetKind, SheetRow, Verdict
from tests.support.people import a_consultant, a_user, confirmed, handed_in, moment

NIGHT = Actor(None, "系统")


def kept(session):
    session.expire_all()
    lists = select(
        Assessment.own_support, Assessment.visited_support, Assessment.visited_unseen_support
    )
    scores = session.execute(select(ScoreRow.support, ScoreRow.unseen_support)).all()
    return [*(value for row in scores for value in row), *session.execute(lists).one()]


def test_it_is_kept_beside_the_score_of_either_sheet(session):
    confirmed(session, a_user(session), a_consultant(session))

    own, own_unseen, visited, visited_unseen, *lists = kept(session)
    assert lists == [own, visited, visited_unseen]
    assert own
    assert own_unseen == own, "nobody saw any answer of a firm's own sheet"
    assert visited
    assert visited_unseen == 0, "the consultant saw every one"


def test_of_a_visit_only_what_nobody_saw_counts_among_the_unseen(session):
    assessment = confirmed(session, a_user(session), a_consultant(session))
    found = held(session, assessment, SheetKind.ONSITE)
    assert found is not None
    sheet = session.scalars(select(SheetRow).filter_by(kind=SheetKind.ONSITE)).one()
    first = select(AnswerRow).filter_by(sheet_id=sheet.id, question_id=found.questions[0].id)
    with db.writing(session):
        session.scalars(first).one().verification = Verdict.NOT_SEEN
        session.execute(update(ScoreRow).values(unseen_support=None))

    assert life.tell_supports(Step(session, NIGHT, moment())) == 2

    again = held(session, assessment, SheetKind.ONSITE)
    assert again is not None
    assert kept(session)[-1] == again.unseen == (1 if found.any else 0)


def test_scores_an_older_release_kept_are_told_again_once(session):
    handed_in(session, a_user(session))
    before = kept(session)
    with db.writing(session):
        session.execute(update(ScoreRow).values(support=None, unseen_support=None))
        session.execute(update(Assessment).values(own_support=None))

    step = Step(session, NIGHT, moment())
    assert life.tell_supports(step) == 1
    assert life.tell_supports(step) == 0

    assert kept(session) == before


def test_what_holds_it_is_named_and_lowering_it_loses_the_rung(session):
    assessment = handed_in(session, a_user(session))

    found = held(session, assessment, SheetKind.SELF)

    assert found is not None
    assert found.answers == kept(session)[0]
    assert found.questions
    assert found.any == (found.answers == 1)
    assert found.unseen == 0


def test_the_columns_of_lists_follow_the_scores(session):
    handed_in(session, a_user(session))
    score = session.scalars(select(ScoreRow)).one()

    assert standings.columns(SheetKind.SELF, score)["own_support"] == score.support
