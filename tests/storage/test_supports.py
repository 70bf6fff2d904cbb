"""By how few answers a rung is held: kept with the score, told again of older ones, named to the bureau."""

from __future__ import annotations

from sqlalchemy import select, update

from survey import db
from survey.lifecycle import scores as life
from survey.lifecycle.step import Actor, Step
from survey.readings.supports import held
from survey.store import standings
from survey.tables import Assessment, ScoreRow, SheetKind
from tests.support.people import a_consultant, a_user, confirmed, handed_in, moment

NIGHT = Actor(None, "系统")


def kept(session):
    session.expire_all()
    lists = session.execute(select(Assessment.own_support, Assessment.visited_support)).one()
    return [*session.scalars(select(ScoreRow.support)), *lists]


def test_it_is_kept_beside_the_score_of_either_sheet(session):
    confirmed(session, a_user(session), a_consultant(session))

    own, visited, *lists = kept(session)
    assert lists == [own, visited]
    assert own
    assert visited


def test_scores_an_older_release_kept_are_told_again_once(session):
    handed_in(session, a_user(session))
    before = kept(session)
    with db.writing(session):
        session.execute(update(ScoreRow).values(support=None))
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
