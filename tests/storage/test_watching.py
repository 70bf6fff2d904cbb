"""What an operator's watching system sees: alive, ready, counts, states, lines for machines."""

import json
import logging
from io import StringIO

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import sessionmaker

from survey import clock
from survey.lifecycle import jobs as steps
from survey.lifecycle.step import Step
from survey.running.metrics import States
from survey.web.watching import JsonLines, counted_as
from tests.support.people import TESTER

PHONE = "13900000000"


def test_alive_asks_nothing_and_ready_asks_the_database_and_the_folder(client):
    assert client.get("/health/live").text == "ok\n"
    assert client.get("/health/ready").json == {"database": "ok", "contents": "ok"}


def test_without_a_database_a_process_lives_and_is_not_ready(app, monkeypatch):
    def away(_session):
        raise DBAPIError("SELECT 1", None, Exception("gone"))

    monkeypatch.setattr("survey.db.require_answer", away)
    client = app.test_client()

    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json == {"database": "away", "contents": "ok"}
    assert answer.headers["Retry-After"]


def test_states_tell_jobs_waits_and_the_disk_and_only_the_disk_without_a_database(
    settings, engine, session
):
    steps.open_slot(Step(session, TESTER, clock.utc_now()), "nightly", "虚构")
    session.rollback()
    sessions = sessionmaker(engine)

    found = {one.name: one.samples for one in States(settings, sessions).collect()}

    by_state = {one.labels["state"]: one.value for one in found["survey_jobs"]}
    assert by_state["queued"] == 1
    assert by_state["done"] == 0
    assert found["survey_database_up"][0].value == 1
    assert found["survey_queue_oldest_seconds"][0].value >= 0
    assert found["survey_disk_free_bytes"][0].value > 0

    def away():
        raise DBAPIError("SELECT 1", None, Exception("gone"))

    alone = {one.name: one.samples[0].value for one in States(settings, away).collect()}
    assert alone.keys() == {
        "survey_disk_free_bytes",
        "survey_disk_size_bytes",
        "survey_database_up",
    }
    assert alone["survey_database_up"] == 0


def test_methods_a_stranger_invents_are_counted_as_one():
    assert {counted_as(method) for method in ("PURGE", "X-1", "get", "")} == {"other"}
    assert counted_as("POST") == "POST"


def test_an_error_of_the_database_says_the_statement_and_never_what_was_sent(session):
    lines, logger = StringIO(), logging.getLogger("tests.lines")
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JsonLines())
    logger.addHandler(handler)
    logger.propagate = False
    try:
        session.execute(text("SELECT nothing FROM users WHERE phone = :phone"), {"phone": PHONE})
    except DBAPIError:
        logger.exception("database refused")
    logger.removeHandler(handler)

    line = json.loads(lines.getvalue())
    assert line["level"] == "error"
    assert "SELECT nothing" in line["exception"]
    assert PHONE not in lines.getvalue()
