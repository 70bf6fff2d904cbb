"""Jobs on both databases: who may do what to one, when it is tried again, and that it counts once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import db
from survey.clock import utc_now
from survey.lifecycle import jobs
from survey.lifecycle.errors import JobEnded, NotThere
from survey.lifecycle.jobs import Overtaken
from survey.lifecycle.step import About, Step
from survey.tables import AuditEntry, Fault, Job, JobState
from tests.support.people import TESTER

LEASE = timedelta(minutes=3)
NOW = utc_now()
LATE = LEASE + timedelta(seconds=1)


@pytest.fixture
def at(session):
    """Return a step at some time from now; times add up by hand."""

    def step(after=timedelta(0)):
        return Step(session, jobs.WORKER, NOW + after)

    return step


@pytest.fixture
def job(at):
    """A job that waits."""
    return asked(at())


def asked(step, **given):
    with step.writing():
        return jobs.ask(step, "report", {"number": 7}, **given).id


def taken(step, job_id):
    return jobs.take(step, job_id, lambda _kind: LEASE)


def the(engine, job_id):
    with Session(engine) as fresh:
        return fresh.get_one(Job, job_id)


def mark(step):
    step.log("nightly", About("district", ""))
    return {"marks": 1}


def marks(engine):
    with Session(engine) as fresh:
        return fresh.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.action == "nightly"))


def test_of_many_workers_one_takes_a_job(engine, session, job):
    session.rollback()

    def take(_):
        with Session(engine, expire_on_commit=False) as own:
            return taken(Step(own, jobs.WORKER, NOW), job)

    with ThreadPoolExecutor(6) as pool:
        held = [each for each in pool.map(take, range(6)) if each]

    assert [each.id for each in held] == [job]


def test_a_finished_job_has_its_effect_and_its_result(engine, at, job):
    jobs.finish(at(), taken(at(), job), mark)

    done = the(engine, job)
    assert (done.state, done.result, marks(engine)) == (JobState.DONE, {"marks": 1}, 1)


def test_an_effect_that_fails_leaves_nothing_and_the_job_in_hand(engine, at, job):
    held = taken(at(), job)

    def half(step):
        mark(step)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        jobs.finish(at(), held, half)

    assert (the(engine, job).state, marks(engine)) == (JobState.WORKING, 0)


def test_a_worker_overtaken_by_another_finishes_nothing(engine, at, job):
    first = taken(at(), job)
    jobs.sweep(at(LATE), [])
    second = taken(at(LATE), job)

    for late in (
        lambda: jobs.finish(at(LATE), first, mark),
        lambda: jobs.fail(at(LATE), first, Fault.BROKEN, {}),
        lambda: jobs.report_progress(at(LATE), first, 1, 2, LEASE),
        lambda: jobs.release(at(LATE), first),
    ):
        with pytest.raises(Overtaken):
            late()
    jobs.finish(at(LATE), second, mark)
    with pytest.raises(Overtaken):
        jobs.finish(at(LATE), second, mark)

    assert (the(engine, job).state, marks(engine)) == (JobState.DONE, 1)


def test_a_worker_of_before_a_retry_finishes_nothing(engine, at, job):
    """Tries are counted anew after a retry; who holds the job is not."""
    old = taken(at(), job)
    jobs.cancel(at(), job)
    jobs.retry(at(), job)
    new = taken(at(), job)

    with pytest.raises(Overtaken):
        jobs.finish(at(), old, mark)
    jobs.finish(at(), new, mark)

    assert (the(engine, job).attempt, marks(engine)) == (1, 1)


def test_a_job_whose_workers_die_is_given_up_in_the_end(engine, at, job):
    when = timedelta(0)
    for _ in range(3):
        assert taken(at(when), job)
        when += LATE
        jobs.sweep(at(when), [])
        when += jobs.LATER

    given_up = the(engine, job)
    assert (given_up.state, given_up.fault, given_up.attempt) == (JobState.FAILED, Fault.LOST, 3)
    assert taken(at(when), job) is None


def test_what_may_pass_is_tried_again_each_time_later(engine, at, job):
    held = taken(at(), job)
    first = jobs.fail(at(), held, Fault.UNREACHABLE, {})

    assert first == NOW + jobs.SOON
    assert taken(at(jobs.SOON - timedelta(seconds=1)), job) is None
    second = jobs.fail(at(jobs.SOON), taken(at(jobs.SOON), job), Fault.UNREACHABLE, {})
    assert second == NOW + jobs.SOON + jobs.LATER
    third = taken(at(jobs.SOON + jobs.LATER), job)
    assert jobs.fail(at(jobs.SOON + jobs.LATER), third, Fault.UNREACHABLE, {}) is None
    assert the(engine, job).state == JobState.FAILED


@pytest.mark.parametrize("fault", [Fault.TOO_LARGE, Fault.TOO_SLOW, Fault.BROKEN, Fault.GONE])
def test_what_does_not_pass_by_itself_is_not_tried_again(engine, at, job, fault):
    assert jobs.fail(at(), taken(at(), job), fault, {}) is None

    assert (the(engine, job).state, the(engine, job).fault) == (JobState.FAILED, fault)


def test_a_sweep_sends_what_was_lost_and_nothing_else(at):
    lost, waiting, done = (asked(at()) for _ in range(3))
    jobs.finish(at(), taken(at(), done), mark)
    young = asked(at(timedelta(seconds=8)))

    found = jobs.sweep(at(timedelta(seconds=10)), {waiting})

    assert found == {lost: NOW + timedelta(seconds=10)}
    assert young not in found
    assert jobs.sweep(at(timedelta(seconds=11)), {waiting}) == {}, "it has just been sent"


def test_two_sweeps_at_once_send_a_lost_job_once(engine, session, job):
    session.rollback()

    def sweep(_):
        with Session(engine, expire_on_commit=False) as own:
            return jobs.sweep(Step(own, jobs.WORKER, NOW + timedelta(minutes=1)), [])

    with ThreadPoolExecutor(4) as pool:
        found = [each for each in pool.map(sweep, range(4)) if each]

    assert len(found) == 1


def test_of_many_consumers_one_opens_a_slot(engine):
    def begin(_):
        with Session(engine, expire_on_commit=False) as own:
            return jobs.open_slot(Step(own, jobs.WORKER, NOW), "nightly", "2026-11-25")

    with ThreadPoolExecutor(6) as pool:
        begun = [each for each in pool.map(begin, range(6)) if each]

    assert len(begun) == 1
    assert the(engine, begun[0]).slot == "2026-11-25"


def test_progress_is_a_sign_of_life(engine, at, job):
    held = taken(at(), job)
    jobs.report_progress(at(LEASE), held, 3, 10, LEASE)

    assert jobs.sweep(at(LATE), []) == {}
    working = the(engine, job)
    assert (working.progress, working.total, working.state) == (3, 10, JobState.WORKING)


def test_a_cancelled_job_is_put_down_by_whoever_has_it(engine, at, job):
    held = taken(at(), job)
    jobs.cancel(at(), job)

    with pytest.raises(Overtaken):
        jobs.report_progress(at(), held, 1, 2, LEASE)
    with pytest.raises(Overtaken):
        jobs.finish(at(), held, mark)
    assert (the(engine, job).state, marks(engine)) == (JobState.CANCELLED, 0)


def test_a_released_job_counts_no_try(engine, at, job):
    jobs.release(at(), taken(at(), job))

    assert (the(engine, job).state, the(engine, job).attempt) == (JobState.QUEUED, 0)
    assert taken(at(), job).fence == 2


def test_what_is_not_there_can_neither_be_taken_nor_cancelled(at):
    assert taken(at(), 999) is None
    for step in (jobs.cancel, jobs.retry):
        with pytest.raises(NotThere):
            step(at(), 999)


ALLOWED = {
    "take": {JobState.QUEUED},
    "cancel": {JobState.QUEUED, JobState.WORKING},
    "retry": {JobState.FAILED, JobState.CANCELLED},
}


@pytest.mark.parametrize("state", JobState)
def test_a_step_from_a_state_that_does_not_allow_it_changes_nothing(session, engine, at, state):
    steps = {
        "take": lambda job: taken(at(), job) is not None,
        "cancel": lambda job: _allowed(jobs.cancel, at(), job),
        "retry": lambda job: _allowed(jobs.retry, at(), job),
    }
    for name, step in steps.items():
        job = asked(at())
        with db.writing(session):
            session.get_one(Job, job).state = state

        assert step(job) is (state in ALLOWED[name]), name
        assert (the(engine, job).state == state) is (state not in ALLOWED[name]), name


def _allowed(step, at, job):
    try:
        step(at, job)
    except JobEnded:
        return False
    return True


def test_a_persons_step_is_logged_under_their_name(engine, session, at, job):
    jobs.cancel(Step(session, TESTER, NOW), job)
    jobs.retry(Step(session, TESTER, NOW), job)

    with Session(engine) as fresh:
        entries = fresh.scalars(select(AuditEntry).where(AuditEntry.subject == "job")).all()
    assert [(e.action, e.who, e.before, e.after) for e in entries] == [
        ("job_cancel", "测试", {"state": "queued"}, {"state": "cancelled"}),
        ("job_retry", "测试", {"state": "cancelled"}, {"state": "queued"}),
    ]
