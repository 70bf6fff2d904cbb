"""How firms answer, counted at night for the order of a short first look."""

from __future__ import annotations

from survey.library import questionnaire_of
from survey.lifecycle import habits as life
from survey.lifecycle.step import Actor, Step
from survey.store import habits as store
from tests.support.people import a_firm, a_user, begun, handed_in, moment

NIGHT = Actor(None, "系统")


def test_a_night_counts_the_newest_sheets_of_every_trade_that_is_being_filled(session):
    assessment = handed_in(session, a_user(session), level=2)
    begun(session, a_firm(session))

    assert life.count(Step(session, NIGHT, moment())) == 1

    questionnaire = questionnaire_of(assessment)
    found = life.known(store.of(session, assessment.edition, assessment.trade), questionnaire)
    assert sum(found.firms) == 1
    step = found.firms.index(1)
    scored = next(q for q in questionnaire.questions.values() if q.kind == "level")
    assert found.counts[scored.id][step][2] == 1
    assert sum(map(sum, found.counts[scored.id])) == 1


def test_what_was_counted_before_is_replaced_and_of_other_trades_nothing_is_known(session):
    assessment = handed_in(session, a_user(session), level=2)
    begun(session, a_firm(session))

    life.count(Step(session, NIGHT, moment()))
    life.count(Step(session, NIGHT, moment()))

    questionnaire = questionnaire_of(assessment)
    found = life.known(store.of(session, assessment.edition, assessment.trade), questionnaire)
    assert sum(found.firms) == 1
    assert life.known(store.of(session, assessment.edition, "nowhere"), questionnaire).firms == (
        0,
    ) * (len(questionnaire.ladder) + 1)


def test_where_nobody_fills_a_sheet_nothing_is_counted(session):
    handed_in(session, a_user(session), level=2)

    assert life.count(Step(session, NIGHT, moment())) == 0
