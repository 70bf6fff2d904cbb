"""The backup of every night: written, read back, old ones let go; and what is said where it fails."""

import multiprocessing
import os
import signal
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from survey import db
from survey.clock import utc_now
from survey.config import Keep
from survey.files.backups import locks, shelf
from survey.files.contents import hash_of
from survey.files.stores import contents_of
from survey.jobs import backups as work
from survey.jobs.worker import Worker
from survey.lifecycle import backups as steps
from survey.lifecycle.errors import WrongState
from survey.lifecycle.step import Step
from survey.readings import backups
from survey.readings.backup_state import backup_state
from survey.tables import AuditEntry, Fault, Job, JobState
from tests.support.patience import joined
from tests.support.people import TESTER, a_user, moment

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def folder(tmp_path):
    (folder := tmp_path / "backups").mkdir()
    return folder


@pytest.fixture
def config(settings, folder):
    return replace(settings, backup_folder=folder, backup_keep=Keep(2, 0, 0))


def done(config, engine, session):
    """Ask for a backup, have a worker make it, and return the job."""
    job_id = steps.ask(Step(session, TESTER, moment()), config)
    worker = Worker(config, sessionmaker(engine))
    worker.do(job_id)
    session.rollback()
    return session.get_one(Job, job_id, populate_existing=True)


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def an_older(folder, days):
    path = folder / shelf.name_at(utc_now() - timedelta(days=days), locked=False)
    path.write_bytes(b"invented, and kept by its name alone")
    return path.name


def test_a_backup_is_written_read_back_and_told_and_older_ones_go(config, engine, session, folder):
    a_user(session)
    contents_of(config).put(b"no row names this")
    kept, _over, _older = (an_older(folder, days) for days in (1, 2, 3))

    job = done(config, engine, session)

    assert job.state == JobState.DONE
    assert files(folder) == [kept, job.result["name"]]
    looked = backups.look_at(folder / job.result["name"])
    assert (job.result["digest"], job.result["proved"]) == (looked.digest, "whole")
    assert job.result["bytes"] == (folder / job.result["name"]).stat().st_size
    assert (job.result["removed"], job.result["contents"]) == (2, 0)
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (last.action, last.after["digest"]) == ("backup", looked.digest)
    assert (folder / job.result["name"]).stat().st_mode & 0o777 == 0o600


def test_one_that_is_locked_is_proved_by_every_byte_it_was_written_with(
    config, engine, session, folder, tmp_path
):
    secret, public = locks.new_key()
    (tmp_path / "key").write_text(secret)

    job = done(replace(config, backup_key=public), engine, session)

    assert (job.state, job.result["proved"]) == (JobState.DONE, "read_back")
    assert job.result["name"].endswith(".tar.age")
    looked = backups.look_at(folder / job.result["name"], tmp_path / "key")
    assert looked.digest == job.result["digest"]


@pytest.mark.parametrize("locked", [False, True])
def test_one_that_reads_differently_is_no_backup_and_none_goes_for_it(
    config, engine, session, folder, monkeypatch, locked
):
    older = [an_older(folder, days) for days in (3, 2, 1)]

    def rot(path):
        written = bytearray(path.read_bytes())
        written[len(written) // 2] ^= 1
        path.write_bytes(written)

    monkeypatch.setattr(shelf, "forget_in_memory", rot)
    key = locks.new_key()[1] if locked else ""

    job = done(replace(config, backup_key=key), engine, session)

    assert (job.state, job.fault) == (JobState.FAILED, Fault.UNPROVED)
    assert [one.name for one in reversed(shelf.standing(folder))] == older
    assert [name for name in files(folder) if name.endswith(shelf.BAD)] != []


def test_what_stands_in_the_way_is_named_and_leaves_all_that_stood_there(
    config, engine, session, folder, monkeypatch
):
    older = [an_older(folder, days) for days in (9, 8, 7)]

    def without_folder():
        return done(replace(config, backup_folder=folder / "none"), engine, session)

    def with_a_wrong_key():
        return done(replace(config, backup_key="age1x"), engine, session)

    def on_a_full_disk():
        with monkeypatch.context() as patched:
            patched.setattr(backups, "_written", full)
            return done(config, engine, session)

    def full(*_):
        raise OSError(work.FULL[0], "No space left on device")

    for tried, fault in (
        (without_folder, Fault.NO_FOLDER),
        (with_a_wrong_key, Fault.NO_KEY),
        (on_a_full_disk, Fault.NO_ROOM),
    ):
        job = tried()
        assert (job.state, job.fault) == (JobState.FAILED, fault)
        assert files(folder) == sorted(older)


def test_a_locked_backup_on_a_full_disk_is_told_as_one(config, engine, session, monkeypatch):
    class Full:
        def __init__(self, *_):
            pass

        def write(self, _piece):
            raise OSError(work.FULL[0], "No space left on device")

        def flush(self):
            pass

    monkeypatch.setattr(backups, "_Sealed", Full)
    monkeypatch.setattr(work, "NEARLY_NOTHING", 0)

    job = done(replace(config, backup_key=locks.new_key()[1]), engine, session)

    assert (job.state, job.fault) == (JobState.FAILED, Fault.NO_ROOM)


def test_one_that_was_killed_in_the_middle_is_taken_for_nothing_and_cleared_by_the_next(
    config, engine, session, folder
):
    a_user(session)
    session.rollback()

    def die(_done, _all):
        os.kill(os.getpid(), signal.SIGKILL)

    def write():
        own = db.engine_for(config.database_url)
        path = folder / shelf.name_at(utc_now() - timedelta(hours=1), locked=False)
        backups.write(path, own, config, contents_of(config), moment(), told=die)

    killed = FORK.Process(target=write)
    killed.start()
    joined(killed)

    assert killed.exitcode == -signal.SIGKILL
    assert [name.endswith(shelf.HALF) for name in files(folder)] == [True]
    assert shelf.standing(folder) == []
    job = done(config, engine, session)
    assert files(folder) == [job.result["name"]]


def test_a_job_whose_worker_was_killed_is_made_by_the_next(config, engine, session, folder):
    job_id = steps.ask(Step(session, TESTER, moment()), config)
    sessions = sessionmaker(engine)
    worker = Worker(config, sessions)

    def die(_workshop, _done, _all):
        raise KeyboardInterrupt  # ends everything at once, and tells nobody

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(work._Signs, "__call__", die)
        with pytest.raises(KeyboardInterrupt):
            worker.do(job_id)
    with db.writing(session):
        session.get_one(Job, job_id).leased_until = moment() - timedelta(minutes=1)
    worker.sweep()
    worker.do(job_id)

    session.rollback()
    job = session.get_one(Job, job_id, populate_existing=True)
    assert (job.state, job.attempt) == (JobState.DONE, 2)
    assert files(folder) == [job.result["name"]]


def test_it_is_begun_every_night_where_somebody_said_where_to_and_nowhere_else(
    settings, config, engine
):
    def begun(config):
        worker = Worker(config, sessionmaker(engine))
        worker.sweep()
        worker.sweep()
        worker.queue.close()
        with Session(engine) as fresh:
            return fresh.scalars(select(Job.kind).where(Job.kind == "backup")).all()

    assert begun(settings) == []
    assert begun(config) == ["backup"]


def test_asked_for_twice_it_is_made_once_and_without_a_folder_not_at_all(settings, config, session):
    first, second = (steps.ask(Step(session, TESTER, moment()), config) for _ in range(2))

    assert first == second
    with pytest.raises(WrongState):
        steps.ask(Step(session, TESTER, moment()), settings)


def test_how_it_stands_tells_the_last_good_one_and_what_failed_after_it(
    settings, config, engine, session, folder
):
    assert backup_state(session, settings) is None
    good = done(config, engine, session).id
    assert backup_state(session, config).failed is None

    bad = done(replace(config, backup_key="age1x"), engine, session).id
    state = backup_state(session, config)
    assert (state.done.id, state.failed.id, len(state.standing)) == (good, bad, 1)

    again = done(config, engine, session).id
    state = backup_state(session, config)
    assert (state.done.id, state.failed, state.under_way) == (again, None, None)
    assert backup_state(session, replace(config, backup_folder=folder / "none")).standing is None


def test_what_it_was_written_with_is_known_without_reading_it_again(
    config, engine, folder, tmp_path
):
    seen = work.hashlib.sha256()
    backups.write(tmp_path / "one", engine, config, contents_of(config), moment(), seal=seen)

    assert seen.hexdigest() == hash_of(tmp_path / "one")
