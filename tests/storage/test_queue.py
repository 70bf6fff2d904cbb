"""The queue: what travels through it on each storage, and that losing it loses nothing."""

import json
import logging
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from huey.registry import Message

from survey import db
from survey.clock import utc_now
from survey.jobs.messages import Letters
from survey.jobs.queue import LOOK_SECONDS, Queue
from tests.support.guardian import mark_of_the_run
from tests.support.servers import PROJECT

STORAGES = [("sqlite", "file"), ("postgresql", "database"), ("postgresql", "redis")]
each_storage = pytest.mark.parametrize(
    ("database_url", "storage"), STORAGES, indirect=["database_url"]
)
on_a_file = pytest.mark.parametrize(
    ("database_url", "storage"), STORAGES[:1], indirect=["database_url"]
)


@pytest.fixture
def queue(installation):
    queue = Queue(installation)
    yield queue
    queue.close()


def stored(queue):
    """The bytes as they lie in the storage."""
    return [bytes(data) for data in queue._opened.huey.storage.enqueued_items()]


@each_storage
def test_a_message_is_json_and_holds_the_number_of_a_job(queue):
    queue.send(7)

    (message,) = stored(queue)
    said = json.loads(message)
    assert (said["name"], said["args"]) == ("survey.jobs.queue.do", [7])
    assert queue.waiting() == {7}


@each_storage
def test_a_worker_is_handed_jobs_in_the_order_they_were_sent_but_first_the_sweep(installation):
    seen = []
    queue = Queue(installation, do=seen.append, sweep=lambda: seen.append("sweep"))
    for job_id in (3, 1, 2):
        queue.send(job_id)
    huey = queue._opened.huey
    for periodic in huey.read_periodic(None):
        huey.enqueue(periodic)

    while message := huey.dequeue():
        huey.execute(message)
    queue.close()

    assert seen == ["sweep", 3, 1, 2]


@each_storage
def test_a_job_that_is_not_due_waits_in_the_storage_until_it_is(installation):
    seen = []
    queue = Queue(installation, do=seen.append)
    due = utc_now() + timedelta(minutes=1)
    queue.send(7, due)
    huey = queue._opened.huey

    huey.execute(huey.dequeue())
    assert (seen, huey.scheduled_count()) == ([], 1)
    (ready,) = huey.read_schedule((due + timedelta(seconds=1)).replace(tzinfo=None))
    huey.execute(ready, (due + timedelta(seconds=1)).replace(tzinfo=None))
    queue.close()

    assert seen == [7]


@each_storage
def test_nothing_is_kept_of_what_was_done(installation):
    queue = Queue(installation, do=lambda _job_id: None)
    queue.send(7)
    huey = queue._opened.huey
    huey.execute(huey.dequeue())

    assert (huey.pending_count(), huey.scheduled_count(), huey.result_count()) == (0, 0, 0)
    queue.close()


def test_moments_of_a_message_come_back_as_they_were():
    moment = utc_now().replace(tzinfo=None)
    message = Message("a", "do", eta=moment, args=(7,), kwargs={}, expires=60)

    again = Letters().deserialize(Letters().serialize(message))

    assert (again.eta, again.args, again.expires) == (moment, [7], 60)


@pytest.mark.parametrize("forged", [b"\x80\x04N.", b"[]", b'{"name": "os.system"}', b"", b"\xff"])
@on_a_file
def test_what_is_no_message_of_ours_is_neither_run_nor_in_the_way(queue, forged, caplog):
    queue.send(7)
    huey = queue._opened.huey
    huey.storage.enqueue(forged)

    with caplog.at_level(logging.CRITICAL, "huey"):
        assert queue.waiting() == {7}


@pytest.mark.parametrize(
    "address",
    ["postgresql://nobody@127.0.0.1:1/none", "redis://127.0.0.1:1/0", "sqlite:////proc/q"],
)
@on_a_file
def test_a_queue_out_of_reach_refuses_nobody(installation, address, caplog):
    queue = Queue(replace(installation, queue_url=address))

    queue.send(7)

    assert "the sweep will" in caplog.text


@on_a_file
def test_the_file_keeps_the_same_promises_as_the_database(queue, installation):
    queue.send(7)
    connection = queue._opened.huey.storage.conn

    asked = connection.execute("PRAGMA journal_mode").fetchone()[0]
    assert asked.upper() == db.journal_mode(sqlite3.sqlite_version_info)
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    assert Path(installation.queue.removeprefix("sqlite:///")).parent == installation.instance


@on_a_file
def test_a_free_worker_looks_twice_a_second_at_least(queue):
    assert LOOK_SECONDS <= 0.5
    assert queue.consumer().max_delay == LOOK_SECONDS


@on_a_file
def test_who_uses_a_file_carries_no_driver_of_another_storage(installation):
    sends = (
        "import sys; from survey.config import from_environment; from survey.jobs.queue import Queue;"
        "queue = Queue(from_environment()); queue.send(7); print(*queue.waiting(),"
        "*(name for name in ('redis', 'psycopg') if name in sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", sends],
        cwd=PROJECT,
        env={"INSTANCE": str(installation.instance)} | mark_of_the_run(),
        capture_output=True,
        text=True,
    )

    assert (answer.stdout.strip(), answer.stderr) == ("7", "")
