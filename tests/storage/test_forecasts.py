"""What visits taught and what is forecast from it: made by a job, kept for officers, held against visits."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from survey import db, library
from survey.jobs.worker import Worker
from survey.lifecycle import assessments as steps
from survey.lifecycle import forecasts as life
from survey.lifecycle.step import Actor, Step
from survey.readings import falls as reading
from survey.store import forecasts as store
from survey.store.lists import Wanted
from survey.tables import (
    AnswerRow,
    Assessment,
    AssessmentState,
    FallModel,
    Forecast,
    JobState,
    SheetKind,
    Verdict,
)
from tests.support.districts import EDITION, District
from tests.support.forecasts import a_forecast
from tests.support.people import (
    a_consultant,
    a_user,
    confirmed,
    handed_in,
    moment,
)

OFFICER = Actor(None, "主管")
HERE = Wanted(edition=EDITION)


@pytest.fixture
def worker(app):
    worker = Worker(app.config["SURVEY"], app.extensions["survey_sessions"])
    yield worker
    worker.queue.close()


def forecast(session, worker):
    """Ask for forecasts and do the job."""
    job = life.ask(Step(session, OFFICER, moment()))
    worker.do(job.id)
    session.expire_all()
    assert session.get(type(job), job.id).state == JobState.DONE
    session.rollback()


def a_district(session, firms=40):
    """Firms all of which were verified in a first round, and a second one that has begun."""
    District(firms=firms, rounds=2, sheets=30).fill(session)
    query = select(Assessment.id).where(Assessment.state.in_(store.UNVERIFIED))
    return list(session.scalars(query.order_by(Assessment.id)))


def test_after_enough_visits_every_unverified_sheet_is_forecast(session, worker):
    waiting = a_district(session)
    assert waiting
    session.rollback()

    forecast(session, worker)

    kept = {row.assessment_id: row for row in session.scalars(select(Forecast))}
    assert sorted(kept) == waiting
    model = store.model(session, EDITION)
    assert model.visits >= 40
    assert set(model.rates) == {"question", "trade", "size"}
    assert len(model.tried) > 0
    for row in kept.values():
        assert sum(row.rungs) == 1000
        assert 0 <= row.share_low <= row.share_middle <= row.share_high <= 1000
        assert row.overturned == sum(row.rungs[: row.own_step])
        assert row.visits == model.visits
    offered = {one.id: one for one in store.candidates(session, HERE)}
    nobody_sent = select(Assessment.id).where(Assessment.state == AssessmentState.SUBMITTED)
    assert sorted(offered) == sorted(session.scalars(nobody_sent))
    assert all(one.overturned == kept[id].overturned for id, one in offered.items())
    assert [one.id for one in store.untried(session, HERE)] == sorted(offered)
    assert store.unforecast(session, EDITION) == 0
    assert store.candidates(session, Wanted(edition="2099")) == []


def test_below_enough_visits_nothing_is_forecast_and_what_was_is_dropped(session, worker):
    assessment = handed_in(session, a_user(session), level=2)
    with db.writing(session):
        session.add(a_forecast(assessment.id))

    forecast(session, worker)

    assert list(session.scalars(select(Forecast))) == []
    model = store.model(session, EDITION)
    assert (model.visits, model.rates, model.tried) == (0, {}, [])
    assert store.unforecast(session, EDITION) == 1


def test_a_forecast_goes_when_its_sheet_is_scored_again_and_stays_when_it_is_verified(session):
    user, consultant = a_user(session), a_consultant(session)
    verified = confirmed(session, a_user(session), consultant)
    again = handed_in(session, user, level=2)
    with db.writing(session):
        session.add_all([a_forecast(verified.id), a_forecast(again.id)])

    steps.return_to_firm(Step(session, OFFICER, moment()), again.id, reason="请补充")
    steps.submit(
        Step(session, Actor(user.id, user.name), moment()), again.id, declared_by=user.name
    )

    (kept,) = store.answered(session, EDITION)
    assert (kept.overturned, kept.share_low) == (400, 300)
    assert (kept.step, kept.share) == (verified.visited_step, verified.visited_permille)
    assert session.get(Forecast, again.id) is None


def test_a_sheet_that_changed_while_it_was_forecast_waits_for_the_next_time(session):
    assessment = handed_in(session, a_user(session), level=2)
    row = {c.key: getattr(a_forecast(assessment.id), c.key) for c in Forecast.__table__.columns}
    by = Step(session, OFFICER, moment())

    assert life.keep(by, {assessment.id: assessment.version - 1}, [row]) == 0
    assert life.keep(by, {assessment.id: assessment.version}, [row]) == 1


def test_only_answers_a_consultant_looked_at_are_learnt_from(session):
    assessment = confirmed(session, a_user(session), a_consultant(session))
    edition = library.load(session, EDITION)
    rows = store.verified(session, EDITION)

    ((visit, own, found),) = reading.visits(session, edition, rows)

    assert visit.firm == assessment.firm_id
    assert len(visit.seen) == sum(m.state == "scored" for m in own.found.question.values())
    assert all(one.claimed == one.found for one in visit.seen)
    assert found.step == assessment.visited_step

    sheet = rows[0].found_sheet
    session.rollback()
    with db.writing(session):
        answer = session.get(AnswerRow, (sheet, visit.seen[0].question))
        answer.verification = Verdict.NOT_SEEN
    ((less, _, _),) = reading.visits(session, edition, rows)
    assert len(less.seen) == len(visit.seen) - 1


def test_a_second_request_joins_one_that_waits(session):
    by = Step(session, OFFICER, moment())

    assert life.ask(by).id == life.ask(by).id


def test_a_model_is_kept_once_an_edition_and_names_no_firm(session, worker):
    a_district(session)
    session.rollback()

    forecast(session, worker)
    forecast(session, worker)

    (model,) = session.scalars(select(FallModel))
    said = f"{model.tallies}{model.rates}{model.tried}"
    assert "虚构" not in said
    assert AssessmentState.CONFIRMED not in said
    assert SheetKind.SELF not in model.rates
