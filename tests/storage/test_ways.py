"""Ways to the rungs above are kept with the score: made by a job, gone when it is scored again."""

from __future__ import annotations

from sqlalchemy import select

from survey.jobs.worker import Worker
from survey.lifecycle import assessments as steps
from survey.lifecycle import ways as life
from survey.lifecycle.step import Actor, Step
from survey.store import ways as store
from survey.tables import Firm, Job, JobState, KeptWay, SheetKind, Size
from tests.support.people import a_consultant, a_user, confirmed, handed_in, moment

OFFICER = Actor(None, "主管")


def kept(session, assessment):
    query = select(KeptWay).filter_by(assessment_id=assessment.id)
    return list(session.scalars(query.order_by(KeptWay.kind, KeptWay.step)))


def test_a_sheet_that_was_handed_in_waits_for_its_ways_and_then_has_one_for_every_rung(session):
    assessment = handed_in(session, a_user(session), level=2)
    assert store.unknown(session) == [assessment.id]
    session.rollback()

    assert life.settle(Step(session, OFFICER, moment()), [assessment.id]) == 1

    assert store.unknown(session) == []
    here, *above = kept(session, assessment)
    assert (here.packages, here.amounts, here.reached) == ({}, {}, True)
    assert [row.step for row in above] == list(range(here.step + 1, 6))
    found = store.of_firms(session, assessment.edition)[assessment.firm_id]
    assert (found.step, found.kind, sorted(found.to)) == (
        assessment.own_step,
        SheetKind.SELF,
        [row.step for row in above],
    )
    way = found.to[here.step + 1]
    assert way.is_reached
    assert way.is_proven
    assert way.weeks > 0
    assert way.packages
    assert sum(high for _, high in (way.equipment, way.software, way.services)) > 0
    assert store.of_firms(session, "2099") == {}


def test_ways_go_when_the_sheet_is_scored_again_and_wait_where_another_speaks(session):
    assessment = confirmed(session, a_user(session), a_consultant(session))
    life.settle(Step(session, OFFICER, moment()), [assessment.id])
    assert {row.kind for row in kept(session, assessment)} == {SheetKind.ONSITE}
    session.rollback()

    steps.reopen(Step(session, OFFICER, moment()), assessment.id, reason="虚构的理由")

    session.rollback()
    assert store.unknown(session) == [assessment.id]
    assert store.of_assessments(session) == {}


def test_a_firm_of_another_size_is_worked_out_again(session):
    assessment = handed_in(session, a_user(session))
    life.settle(Step(session, OFFICER, moment()), [assessment.id])
    firm = session.get_one(Firm, assessment.firm_id)
    firm.size = Size.LARGE if firm.size != Size.LARGE else Size.SMALL
    session.commit()

    assert store.unknown(session) == [assessment.id]


def test_what_changed_meanwhile_or_is_a_draft_again_is_left(session):
    assessment = handed_in(session, a_user(session))
    steps.return_to_firm(Step(session, OFFICER, moment()), assessment.id, reason="虚构的理由")
    session.rollback()

    assert store.unknown(session) == []
    assert life.settle(Step(session, OFFICER, moment()), [assessment.id, 999_999]) == 0
    assert kept(session, assessment) == []


def test_the_job_works_out_what_is_missing_and_two_requests_are_one(app, session):
    assessment = handed_in(session, a_user(session))
    session.rollback()
    step = Step(session, OFFICER, moment())
    with step.writing():
        first = life.ask(step).id
        again = life.ask(step).id
    session.rollback()

    Worker(app.config["SURVEY"], app.extensions["survey_sessions"]).do(first)

    session.rollback()
    job = session.get_one(Job, first)
    assert first == again
    assert (job.state, job.result) == (JobState.DONE, {"ways": 1})
    assert kept(session, assessment)
