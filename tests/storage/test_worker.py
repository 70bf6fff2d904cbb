"""The worker: what it does with a job, with a fault, with its own end, and every night."""

import multiprocessing
import os
import signal
import threading
import time
from datetime import datetime, timedelta

import pytest
from huey.consumer import Consumer
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from survey import db
from survey.clock import LOCAL, utc_now
from survey.files.stores import contents_of
from survey.jobs import consumer, kinds, nightly
from survey.jobs.worker import Worker
from survey.jobs.workshop import Work, WorkFailed
from survey.lifecycle import documents, jobs
from survey.lifecycle.step import Step
from survey.tables import (
    Assessment,
    Document,
    Evidence,
    Fault,
    Firm,
    Job,
    JobState,
    SheetKind,
    Throttle,
    User,
    UserSession,
)
from tests.support.bureau import counting
from tests.support.files import a_pdf, a_scene, saved
from tests.support.patience import PATIENCE_SECONDS, joined, until
from tests.support.people import TESTER, a_file, a_user, begun, handed_in, moment
from tests.support.servers import Server

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def worker(app):
    worker = Worker(app.config["SURVEY"], app.extensions["survey_sessions"])
    yield worker
    worker.queue.close()


@pytest.fixture
def waiting(app, session):
    """A report that is asked for and sent."""
    assessment = handed_in(session, a_user(session))
    step = Step(session, TESTER, moment())
    job = documents.request_report(step, assessment.id, SheetKind.SELF)
    app.extensions["survey_queue"].send(job.id)
    app.extensions["survey_queue"].close()
    session.rollback()
    return job.id


@pytest.fixture
def kind(monkeypatch):
    """A kind of work of the test's own."""

    def add(work, **given):
        monkeypatch.setitem(kinds.KINDS, "invented", Work(work, **given))

    return add


def asked(session, kind="invented"):
    step = Step(session, TESTER, moment())
    with step.writing():
        return jobs.ask(step, kind, {}).id


def the(engine, job_id):
    with Session(engine) as fresh:
        return fresh.get_one(Job, job_id)


def raising(error):
    def work(_workshop):
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "state", "fault"),
    [
        (WorkFailed(Fault.TOO_LARGE), JobState.FAILED, Fault.TOO_LARGE),
        (ValueError("a fault of ours"), JobState.FAILED, Fault.BROKEN),
        (OSError("no disk"), JobState.QUEUED, Fault.UNREACHABLE),
        (OperationalError("", {}, Exception()), JobState.QUEUED, Fault.UNREACHABLE),
        (WorkFailed(Fault.CHANGED), JobState.QUEUED, Fault.CHANGED),
    ],
)
def test_a_fault_is_kept_by_its_code_and_may_be_given_another_try(
    worker, session, engine, kind, error, state, fault
):
    kind(raising(error))
    job = asked(session)

    worker.do(job)

    failed = the(engine, job)
    assert (failed.state, failed.fault) == (state, fault)
    assert (failed.finished_at is None) is (state == JobState.QUEUED)


def test_work_of_a_newer_release_waits_for_a_worker_that_knows_it(worker, session, engine):
    job = asked(session, "of next year")

    worker.do(job)

    left = the(engine, job)
    assert (left.state, left.fault) == (JobState.QUEUED, Fault.UNKNOWN_KIND)
    assert left.due_at > moment()


def test_a_sweep_sends_what_was_never_sent_and_begins_night_and_morning_once(
    worker, session, engine
):
    lost = asked(session, "report")
    with db.writing(session):
        session.get_one(Job, lost).sent_at = moment() - timedelta(minutes=1)

    worker.sweep()
    worker.sweep()

    with Session(engine) as fresh:
        begun = dict(fresh.execute(select(Job.id, Job.kind).where(Job.slot.is_not(None))).all())
    assert worker.queue.waiting() == {lost, *begun}
    assert sorted(begun.values()) == [
        "benchmarks",
        "check_log",
        "forecasts",
        "nightly",
        "notices",
        "reminders",
        "seal",
        "ways",
    ]


def test_a_night_belongs_to_the_day_it_began_in_local_time():
    assert nightly.last_night(datetime(2026, 11, 26, 2, 59, tzinfo=LOCAL)) == "2026-11-25"
    assert nightly.last_night(datetime(2026, 11, 26, 3, 0, tzinfo=LOCAL)) == "2026-11-26"


def test_every_night_forgets_what_is_over_and_removes_what_was_left(
    worker, session, engine, settings
):
    user = a_user(session)
    now = moment()
    with db.writing(session):
        for word, age in (("old", timedelta(days=2)), ("new", timedelta(hours=1))):
            begun = now - age
            session.add(
                UserSession(
                    token_hash=word,
                    user_id=user.id,
                    created_at=begun,
                    seen_at=begun,
                    address="",
                    agent="",
                )
            )
        session.add(Throttle(key="old", failures=3, since=now - timedelta(days=1)))
        session.add(Throttle(key="new", failures=3, since=now))
    (incoming := contents_of(settings).incoming).mkdir(parents=True)
    (half := incoming / "making-1-1-1.pdf").write_bytes(b"%PDF")
    (fresh_one := incoming / "making-2-1-1.pdf").write_bytes(b"%PDF")
    os.utime(half, (time.time() - 7200,) * 2)

    job = asked(session, "nightly")
    worker.do(job)

    with Session(engine) as fresh:
        assert fresh.scalars(select(UserSession.token_hash)).all() == ["new"]
        assert fresh.scalars(select(Throttle.key)).all() == ["new"]
        assert fresh.scalar(select(func.count(User.id))) == 1
    done = {"files": 1, "pictures": 0, "settled": 0, "sessions": 1, "throttles": 1, "uploads": 0}
    done |= {"rosters": 0, "jobs": 0, "mails": 0, "log_rows": 0, "bundles": 0, "resealed": 0}
    assert the(engine, job).result == done
    assert (half.exists(), fresh_one.exists()) == (False, True)


def test_after_the_night_the_database_knows_how_its_rows_are_spread(worker, session, engine):
    """Those of an index over some rows alone too, which were none the night before."""
    user = a_user(session)
    begun(session, session.get(Firm, user.firm_id))
    with db.writing(session):
        session.execute(update(Assessment).values(newest=False))
        db.gather_statistics(session)
    assert _looked_at(engine).get("ix_assessments_newest") in (None, "0 0 0 0 0")
    with db.writing(session):
        session.execute(update(Assessment).values(newest=True))

    with counting(engine) as sent:
        worker.do(asked(session, "nightly"))

    asked_to_look = "ANALYZE" in sent
    assert asked_to_look != db.on_postgresql(engine), "PostgreSQL looks by itself"
    if asked_to_look:
        known = _looked_at(engine)
        assert {"ix_firms_named", "ix_users_firm_id"} <= known.keys()
        assert known["ix_assessments_newest"] == "1 1 1 1 1"


def _looked_at(engine):
    """What SQLite knows of its indexes, by name."""
    if db.on_postgresql(engine):
        return {}
    with engine.connect() as connection:
        return dict(connection.exec_driver_sql("SELECT idx, stat FROM sqlite_stat1").all())


def test_pictures_nobody_has_looked_at_are_looked_at_in_the_night(
    worker, session, engine, settings
):
    assessment = begun(session, session.get(Firm, a_user(session).firm_id))
    scene, more = saved(a_scene(1)), {"name": "现场.jpg"}
    photo = a_file(session, settings, assessment, "scheduling", content=scene, **more)
    again = a_file(session, settings, assessment, "delivery_promise", content=scene, **more)
    paper = a_file(session, settings, assessment, "scheduling", name="表.pdf", content=a_pdf())
    known, rows = photo.likeness, (photo.id, again.id, paper.id)
    with db.writing(session):
        session.execute(update(Evidence).values(likeness=None))

    worker.do(job := asked(session, "nightly"))
    worker.do(asked(session, "nightly"))

    with Session(engine) as fresh:
        found = [fresh.get_one(Evidence, row).likeness for row in rows]
    assert known
    assert found == [known, known, None]
    assert the(engine, job).result["pictures"] == 1


def test_a_worker_that_must_stop_gives_back_what_it_cannot_finish(worker, session, engine, kind):
    stopped, seen = threading.Event(), threading.Event()

    def slow(_workshop):
        seen.set()
        stopped.wait(PATIENCE_SECONDS)
        return lambda _step: {"late": True}

    kind(slow)
    job = asked(session)
    working = threading.Thread(target=worker.do, args=(job,))
    working.start()
    assert seen.wait(PATIENCE_SECONDS), "the job never began"
    worker.put_down()
    stopped.set()
    joined(working)

    back = the(engine, job)
    assert (back.state, back.attempt, back.result) == (JobState.QUEUED, 0, None)
    assert job in worker.queue.waiting()


def tell():
    os.kill(os.getpid(), signal.SIGTERM)


def a_worker(settings, until=lambda: False):
    """Be a worker until it is told to stop."""
    engine = db.engine_for(settings.database_url)
    consumer.run(settings, sessionmaker(engine, expire_on_commit=False), until)


def test_a_worker_told_to_stop_the_moment_it_has_begun_stops(settings):
    """Huey hears such signals too: what it hears must stop the worker as well."""

    def work():
        begin = Consumer.start

        def start(self):
            begin(self)
            tell()

        Consumer.start = start
        a_worker(settings)

    (process := FORK.Process(target=work)).start()
    joined(process)

    assert process.exitcode == 0


def test_a_worker_told_to_stop_while_it_looks_whether_it_was_stops(settings):
    """A signal may come while whoever waits for it holds an event's lock."""
    has_begun, wait = FORK.Event(), threading.Condition.wait

    def told_meanwhile(self, timeout=None):
        came = wait(self, timeout)
        if threading.current_thread() is threading.main_thread():
            tell()
        return came

    def looked():
        threading.Condition.wait = told_meanwhile
        has_begun.set()

    (process := FORK.Process(target=a_worker, args=(settings, looked))).start()
    assert has_begun.wait(PATIENCE_SECONDS), "the worker never began"
    os.kill(process.pid, signal.SIGTERM)
    joined(process)

    assert process.exitcode == 0


def test_a_report_printed_by_a_slow_worker_never_becomes_anothers(worker, engine, waiting):
    """While it prints, its lease runs out and another worker takes over."""
    slow = threading.Thread(target=worker.do, args=(waiting,))
    slow.start()
    until(lambda: the(engine, waiting).state == JobState.WORKING)
    with Session(engine, expire_on_commit=False) as own:
        late = utc_now() + timedelta(minutes=10)
        jobs.sweep(Step(own, jobs.WORKER, late), [])
        other = jobs.take(Step(own, jobs.WORKER, late), waiting, kinds.lease_of)
    joined(slow)

    left = the(engine, waiting)
    assert (left.state, left.fence, left.result) == (JobState.WORKING, other.fence, None)
    with Session(engine) as fresh:
        assert fresh.scalar(select(func.count(Document.id))) == 0


@pytest.fixture
def printing(engine, settings, waiting):
    """A worker in a process of its own that has a report in hand."""
    server = Server(settings)
    try:
        server.start_jobs()
        # The row says so for as long as it prints; the half-made file is there for a moment only.
        until(lambda: the(engine, waiting).state == JobState.WORKING)
        yield server
    finally:
        server.kill()


def test_a_killed_worker_leaves_its_report_to_the_next(
    worker, session, engine, settings, waiting, printing
):
    printing.kill()
    assert the(engine, waiting).state == JobState.WORKING

    worker.do(waiting)  # the lease still holds
    assert the(engine, waiting).state == JobState.WORKING
    with db.writing(session):
        session.get_one(Job, waiting).leased_until = utc_now() - timedelta(seconds=1)
    worker.sweep()
    assert waiting in worker.queue.waiting()
    worker.do(waiting)

    done = the(engine, waiting)
    assert (done.state, done.fence) == (JobState.DONE, 2)
    with Session(engine) as fresh:
        document = fresh.scalars(select(Document)).one()
    assert contents_of(settings).size(document.sha256) == document.size


def test_a_worker_told_to_stop_finishes_the_report_in_hand(engine, waiting, printing):
    printing.stop()

    assert the(engine, waiting).state == JobState.DONE
