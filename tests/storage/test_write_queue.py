"""Writers stand in line: nobody is overtaken without end, and nobody who dies holds up the rest."""

import fcntl
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey import db
from survey.config import sqlite_url
from survey.turns import Turns, WaitedTooLong
from tests.support.patience import joined
from tests.support.servers import PROJECT

FORK = multiprocessing.get_context("fork")
LONG = 120
"""Seconds longer than any test: who goes on sooner did not merely lose patience."""


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "some.db")


@pytest.fixture
def turns(path):
    return Turns(path, LONG)


@pytest.fixture
def begin():
    """Start another process; whatever becomes of the test, it ends with it."""
    begun = []

    def start(work, *given):
        process = FORK.Process(target=work, args=given)
        begun.append(process)
        process.start()
        return process

    yield start
    for process in begun:
        process.kill()
        joined(process)


def until(true):
    """Wait for something that is bound to come."""
    end = time.monotonic() + LONG / 2
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


def is_locked(path):
    with Path(path).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def note(path, word):
    with Path(f"{path}.notes").open("a", encoding="utf-8") as file:
        file.write(f"{word}\n")


def notes(path):
    return Path(f"{path}.notes").read_text("utf-8").split()


def take_and_note(turns, path, word):
    with turns.turn():
        note(path, word)


def in_line(turns, path, word):
    """Return a thread that waits for its turn in this process, once it does."""
    before = len(turns._waiting)
    thread = threading.Thread(target=take_and_note, args=(turns, path, word))
    thread.start()
    until(lambda: len(turns._waiting) == before + 1)
    return thread


# --- in what order -------------------------------------------------------------------------------


def test_the_threads_of_a_process_come_in_the_order_they_asked(turns, path):
    with turns.turn():
        threads = [in_line(turns, path, str(number)) for number in range(8)]
    for thread in threads:
        thread.join(LONG)

    assert notes(path) == [str(number) for number in range(8)]


def test_a_process_that_waits_comes_before_the_one_that_just_had_the_turn(turns, path, begin):
    with turns.turn():
        other = begin(take_and_note, Turns(path, LONG), path, "there")
        until(lambda: is_locked(f"{path}-next"))
        threads = [in_line(turns, path, "here") for _ in range(5)]
    for waiting in (other, *threads):
        waiting.join(LONG)

    assert notes(path) == ["there", *["here"] * 5]


def _many_turns(path, inside, most):
    turns = Turns(path, LONG)

    def take():
        for _ in range(25):
            with turns.turn():
                inside.value += 1
                most.value = max(most.value, inside.value)
                inside.value -= 1

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_of_many_threads_in_many_processes_one_at_a_time_has_the_turn_and_each_gets_all(
    path, begin
):
    inside, most = FORK.RawValue("i", 0), FORK.RawValue("i", 0)

    processes = [begin(_many_turns, path, inside, most) for _ in range(4)]
    for process in processes:
        process.join(LONG)

    assert [process.exitcode for process in processes] == [0] * 4
    assert most.value == 1


def test_writers_of_two_files_do_not_wait_for_each_other(turns, tmp_path):
    impatient = Turns(str(tmp_path / "other.db"), 0)

    with turns.turn(), impatient.turn():
        assert is_locked(tmp_path / "some.db-turn")
        assert is_locked(tmp_path / "other.db-turn")


# --- who does not come back ----------------------------------------------------------------------


def _hold(path, has_it):
    with Turns(path, LONG).turn():
        has_it.set()
        time.sleep(LONG)


def test_the_turn_of_a_killed_process_is_free_at_once(turns, path, begin):
    has_it = FORK.Event()
    holder = begin(_hold, path, has_it)
    assert has_it.wait(LONG)
    threads = [in_line(turns, path, "on") for _ in range(3)]
    assert not Path(f"{path}.notes").exists()

    holder.kill()

    for thread in threads:
        thread.join(LONG / 2)
    assert notes(path) == ["on"] * 3


def test_who_is_killed_while_next_in_line_is_passed_over(turns, path, begin):
    with turns.turn():
        waiting = begin(take_and_note, Turns(path, LONG), path, "there")
        until(lambda: is_locked(f"{path}-next"))
        waiting.kill()
        joined(waiting)
        thread = in_line(turns, path, "here")
    thread.join(LONG / 2)

    assert notes(path) == ["here"]


def test_who_waits_too_long_leaves_the_line_and_the_line_moves_on(turns, path, begin):
    has_it = FORK.Event()
    holder = begin(_hold, path, has_it)
    assert has_it.wait(LONG)
    turns.patience = 0.05

    with pytest.raises(WaitedTooLong), turns.turn():
        note(path, "never")
    turns.patience = LONG
    patient = in_line(turns, path, "patient")
    holder.kill()
    patient.join(LONG / 2)
    take_and_note(turns, path, "later")

    assert notes(path) == ["patient", "later"]


def test_when_all_who_waited_have_left_the_turn_is_given_back(turns, path, begin):
    has_it = FORK.Event()
    holder = begin(_hold, path, has_it)
    assert has_it.wait(LONG)
    turns.patience = 0.05
    with pytest.raises(WaitedTooLong), turns.turn():
        pass

    holder.kill()
    joined(holder)
    until(lambda: not is_locked(f"{path}-turn"))

    take_and_note(Turns(path, LONG), path, "another")
    assert notes(path) == ["another"]


def test_a_child_neither_has_its_parents_turn_nor_ends_it(turns, path, begin):
    def born(turns):
        turns.forget_parent()
        assert is_locked(f"{path}-turn")
        turns.patience = 0.05
        with pytest.raises(WaitedTooLong), turns.turn():
            note(path, "never")

    with turns.turn():
        child = begin(born, turns)
        child.join(LONG)
        assert child.exitcode == 0
        assert is_locked(f"{path}-turn")
    take_and_note(turns, path, "parent")

    assert notes(path) == ["parent"]


def test_where_no_turn_can_be_kept_writers_go_on_without(turns, path):
    Path(f"{path}-turn").mkdir()

    take_and_note(turns, path, "on")

    assert notes(path) == ["on"]


# --- the database behind it ----------------------------------------------------------------------


@pytest.fixture
def url(tmp_path):
    """A SQLite file with one table, ``t``."""
    url = sqlite_url(tmp_path / "some.db")
    engine = db.engine_for(url, create=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (word TEXT)"))
    engine.dispose()
    return url


def write(engine, word):
    with Session(engine) as session, db.writing(session):
        session.execute(text("INSERT INTO t VALUES (:word)"), {"word": word})


def words(url):
    engine = db.engine_for(url)
    with engine.connect() as connection:
        found = connection.scalars(text("SELECT word FROM t ORDER BY rowid")).all()
    engine.dispose()
    return found


def _write_and_stay(url, has_it):
    with Session(db.engine_for(url)) as session, db.writing(session):
        session.execute(text("INSERT INTO t VALUES ('never')"))
        has_it.set()
        time.sleep(LONG)


def test_a_writer_killed_in_its_transaction_leaves_nothing_and_holds_up_nobody(url, begin):
    has_it = FORK.Event()
    writer = begin(_write_and_stay, url, has_it)
    assert has_it.wait(LONG)
    engine = db.engine_for(url)
    next_one = threading.Thread(target=write, args=(engine, "next"))
    next_one.start()

    os.kill(writer.pid, signal.SIGKILL)
    next_one.join(LONG / 2)

    assert words(url) == ["next"]
    engine.dispose()


def test_who_waits_too_long_for_the_database_is_told_that_it_is_busy(url):
    engine, other = db.engine_for(url), db.engine_for(url)
    engine.get_execution_options()[db.TURNS].patience = 0.05

    with Session(other) as session, db.writing(session), pytest.raises(OperationalError):
        write(engine, "never")
    write(engine, "later")

    assert words(url) == ["later"]
    engine.dispose()
    other.dispose()


def test_a_forked_process_leaves_its_parents_connections_alone(url, begin):
    engine = db.engine_for(url)
    write(engine, "parent")  # leaves a connection in the pool

    child = begin(write, engine, "child")
    child.join(LONG)
    write(engine, "parent again")

    assert child.exitcode == 0
    assert words(url) == ["parent", "child", "parent again"]
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    engine.dispose()


def test_a_database_in_memory_needs_no_line():
    engine = db.engine_for("sqlite:///:memory:", create=True)

    with Session(engine) as session, db.writing(session):
        session.execute(text("CREATE TABLE t (word TEXT)"))
        session.execute(text("INSERT INTO t VALUES ('on')"))
        assert session.scalar(text("SELECT word FROM t")) == "on"

    engine.dispose()


# --- the journal ---------------------------------------------------------------------------------

WRITE_ONE = """
import sys
sys.modules.update({absent!r})
from sqlalchemy import text
from sqlalchemy.orm import Session
from survey import db
engine = db.engine_for({url!r})
with Session(engine) as session, db.writing(session):
    session.execute(text("INSERT INTO t VALUES (:word)"), {{"word": {word!r}}})
    mode = session.scalar(text("PRAGMA journal_mode"))
print(mode, db.journal_mode().lower(), db.sqlite.__name__)
"""


def in_a_fresh_python(url, word, *, absent=()):
    """Write a word in a process that ends by itself; return journal, rule and library."""
    script = WRITE_ONE.format(url=url, word=word, absent=dict.fromkeys(absent))
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "TRUNCATE"),
        ((3, 44, 6), "WAL"),
        ((3, 45, 0), "TRUNCATE"),
        ((3, 50, 7), "WAL"),
        ((3, 51, 2), "TRUNCATE"),
        ((3, 51, 3), "WAL"),
        ((3, 53, 4), "WAL"),
    ],
)
def test_a_write_ahead_log_needs_a_library_that_loses_nothing_from_it(version, mode):
    assert db.journal_mode(version) == mode


def test_a_file_goes_from_one_library_to_the_other_and_back(url):
    write_with = [(), ("pysqlite3",), ()]

    for number, absent in enumerate(write_with):
        mode, rule, library = in_a_fresh_python(url, f"word {number}", absent=absent)
        assert mode == rule
        assert library == "sqlite3" or not absent

    assert words(url) == ["word 0", "word 1", "word 2"]


def test_whoever_stops_leaves_one_whole_file(url, tmp_path):
    in_a_fresh_python(url, "kept")

    assert not list(tmp_path.glob("some.db-[wsj]*"))
    assert words(url) == ["kept"]
