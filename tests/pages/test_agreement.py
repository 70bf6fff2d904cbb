"""How far consultants agree, before the officer: the figures, how many they rest on, and the visits."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from survey import db
from survey.lifecycle import assessments
from survey.lifecycle.step import Actor, Step
from survey.readings.agreement import Two, in_agreement
from survey.store.lists import Slice
from survey.tables import Opinion
from tests.support.bureau import counting
from tests.support.pairs import a_pair_visit, finished
from tests.support.people import a_consultant, a_user, moment, signed_in
from tests.support.world import QUESTION

PAGE = "/bureau/consultants/agreement"


def confirmed_pair(session, lead, second=None):
    pair = a_pair_visit(session, lead)
    if second:
        pair.replace_second(session, second)
        pair.second = second
    finished(session, pair)
    step = Step(session, Actor(lead.id, lead.name), moment())
    assessments.confirm(step, pair.visit.id)
    return pair


def said(session, question, lead, second):
    """Let every pair have said so of a question."""
    with db.writing(session):
        mine = update(Opinion).where(Opinion.question_id == question)
        session.execute(mine.values(lead_level=lead, second_level=second))


@pytest.fixture
def officer(app, session):
    return signed_in(app, session, a_user(session, "officer"))


def test_without_a_visit_of_two_sheets_the_page_says_how_figures_come_about(officer):
    page = officer.get(PAGE).text

    assert "还没有可比的诊断" in page
    assert officer.get(f"{PAGE}/visits").status_code == 200


def test_the_officer_reads_agreement_worst_question_first_and_the_visits_behind_it(
    officer, app, session
):
    lead = a_consultant(session, name="虚构组长")
    pair = confirmed_pair(session, lead)
    said(session, QUESTION, 1, 3)
    two = Two(*sorted((lead.id, pair.second.id)))

    it = in_agreement(session)
    questions, total = it.questions(Slice(1, 20))

    assert questions[0].asked.question_id == QUESTION
    assert total == it.overall.pairs > 50
    assert it.overall.same < 1
    assert questions[0].found.linear.value is None  # one pair tells nothing
    assert it.pairs[0].two == two
    page = officer.get(PAGE).text
    assert "虚构组长" in page
    assert "不足 10 组，不计算" in page
    assert "参考值" in page
    one, other = two
    of_two = officer.get(f"{PAGE}/visits?one={one}&other={other}").text
    assert f"/bureau/assessments/{pair.visit.id}/opinions" in of_two
    asked = questions[0].asked
    query = f"edition={asked.edition}&trade={asked.trade}&question={asked.question_id}"
    assert "1 次诊断" in officer.get(f"{PAGE}/visits?{query}").text
    assert officer.get(f"{PAGE}/visits?one=1&other=999").status_code == 404
    assert officer.get(f"{PAGE}/visits?one=x&other=1").status_code == 400
    for person in (lead, pair.firm):
        assert signed_in(app, session, person).get(PAGE).status_code == 403


def test_two_who_take_turns_to_lead_are_one_pair_and_each_keeps_their_own_levels(session):
    lead = a_consultant(session)
    pair = confirmed_pair(session, lead)
    confirmed_pair(session, pair.second, lead)
    with db.writing(session):
        session.execute(update(Opinion).values(lead_level=2, second_level=3))

    (of_two,) = in_agreement(session).pairs

    # Each gave 2 as often as 3, and always the other one: as far apart as can be.
    assert of_two.found.visits == 2
    assert of_two.found.linear.value == -1


def test_the_page_asks_the_same_few_queries_however_many_visits_there_are(officer, session, engine):
    lead = a_consultant(session)
    confirmed_pair(session, lead)
    with counting(engine) as first:
        officer.get(PAGE)
    for _ in range(2):
        confirmed_pair(session, lead)

    with counting(engine) as second:
        officer.get(PAGE)

    assert len(first) == len(second) > 0
