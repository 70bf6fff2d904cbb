"""Who looked at personal data or evidence comes into the log: once, whatever breaks in between."""

from __future__ import annotations

import multiprocessing
import os
import signal
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import sessionmaker

from survey import db
from survey.clock import utc_now
from survey.files import spool
from survey.files.spool import FOLDER, Spool
from survey.jobs.seen import take_over
from survey.lifecycle import sealing
from survey.lifecycle.step import Step
from survey.readings.sealing import check
from survey.tables import AuditEntry, Role
from survey.web import routes
from survey.words.log_actions import ACTIONS
from survey.words.seen import PAGES
from tests.support.people import TESTER, a_firm, a_user, signed_in

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def folder(settings):
    return settings.instance / FOLDER


@pytest.fixture
def taken(app, folder):
    """Have the worker's half minute come."""
    return lambda: take_over(folder, app.extensions["survey_sessions"])


def views(session):
    query = select(AuditEntry).where(AuditEntry.action.in_(("view_person", "view_evidence")))
    found = list(session.scalars(query.order_by(AuditEntry.id)))
    session.rollback()
    return found


def a_line(user_id, page="bureau.firm", **args):
    return {
        "at": utc_now().isoformat(), "user_id": user_id, "role": "officer", "address": "::1",
        "request_id": "r", "action": "view_person", "page": page, "args": args,
    }  # fmt: skip


def test_whoever_opens_a_firms_page_stands_in_the_log_with_the_firm(app, session, taken):
    officer, firm = a_user(session, Role.OFFICER, name="虚构员"), a_firm(session)
    client = signed_in(app, session, officer)
    for _ in range(3):
        client.get(f"/bureau/firms/{firm.id}")
    client.get("/bureau/firms")
    client.get("/bureau/firms?columns=trade.phone")
    client.get("/bureau/firms/999999")  # nothing was shown

    assert views(session) == []
    assert taken() == 2
    entry, listed = views(session)
    assert (listed.subject, listed.subject_id) == ("page", "bureau.firms")
    assert (entry.user_id, entry.role, entry.firm_id) == (officer.id, "officer", firm.id)
    assert entry.who == f"虚构员（{officer.username}）"
    assert (entry.subject, entry.subject_id) == ("firm", str(firm.id))
    assert (entry.after["page"], entry.after["times"]) == ("bureau.firm", 3)
    assert taken() == 0
    text = client.get("/bureau/audit").text
    assert "查看了企业虚构阀门厂里的个人信息" in text
    assert "3 次" in text


def test_a_page_that_was_opened_for_no_assessment_is_told_by_its_own_name(app, session, taken):
    client = signed_in(app, session, a_user(session, Role.FIRM))
    client.get("/firm/profile")

    assert taken() == 1
    [entry] = views(session)
    assert (entry.subject, entry.subject_id) == ("page", "firm.profile")


def test_what_cannot_be_noted_is_not_shown(app, session, folder):
    firm = a_firm(session, contact_name="虚构联系人")
    client = signed_in(app, session, a_user(session, Role.OFFICER))
    folder.write_text("no folder")

    answer = client.get(f"/bureau/firms/{firm.id}")

    assert answer.status_code == 503
    assert "虚构联系人" not in answer.text


def _note_and_die(folder, user_id):
    lines = Spool(folder)
    for _ in range(3):
        lines.append(a_line(user_id, firm_id=1))
    os.kill(os.getpid(), signal.SIGKILL)


def _take_and_die(folder, url):
    engine = db.engine_for(url)

    @event.listens_for(engine, "commit")
    def _after(_connection):
        spool.Path.unlink = lambda *_a, **_k: os.kill(os.getpid(), signal.SIGKILL)

    take_over(folder, sessionmaker(engine))


def test_what_was_noted_outlives_web_and_worker_and_is_taken_over_once(
    session, settings, folder, taken
):
    officer = a_user(session, Role.OFFICER)
    for end, args in (
        (_note_and_die, (folder, officer.id)),
        (_take_and_die, (folder, settings.database_url)),
    ):
        process = FORK.Process(target=end, args=args)
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
    assert len(spool.names(folder)) == 1
    assert [entry.after["times"] for entry in views(session)] == [3]

    assert taken() == 0

    assert [entry.after["times"] for entry in views(session)] == [3]
    assert spool.names(folder) == []


def test_processes_do_not_wait_for_each_other_nor_for_who_takes_over(session, folder, taken):
    officer, ids = a_user(session, Role.OFFICER), [a_firm(session).id for _ in range(4)]
    one, other = Spool(folder), Spool(folder)
    one.append(a_line(officer.id, firm_id=ids[0]))
    other.append(a_line(officer.id, firm_id=ids[0]))
    (first, second) = spool.names(folder)
    with spool.held(folder, first) as lines, spool.held(folder, second) as more:
        assert (len(lines), len(more)) == (1, 1)
        with spool.held(folder, first) as nothing:
            assert nothing is None
        one.append(a_line(officer.id, firm_id=ids[1]))
        other.append(a_line(officer.id, firm_id=ids[2]))
    assert len(spool.names(folder)) == 2
    taken()
    one.append(a_line(officer.id, firm_id=ids[3]))
    with (folder / spool.names(folder)[0]).open("a") as file:
        file.write('{"at": "202')  # the power went
    assert taken() == 1
    assert sorted(entry.firm_id for entry in views(session)) == ids[1:]


def test_a_view_that_comes_after_its_hour_was_sealed_is_added_and_the_chain_holds(
    session, folder, taken
):
    officer = a_user(session, Role.OFFICER)
    Spool(folder).append(a_line(officer.id, firm_id=999_999))  # gone since
    with db.writing(session):
        step = Step(session, TESTER, utc_now() - timedelta(minutes=2))
        step.log("submit", officer)
    assert sealing.seal(Step(session, TESTER, utc_now()), utc_now() + timedelta(seconds=1)) == 1

    taken()

    assert "came_late" in views(session)[0].after
    sealing.seal(Step(session, TESTER, utc_now()), utc_now() + timedelta(hours=1))
    result = check(session)
    assert (result.rows, result.faults) == (2, [])


def test_every_page_that_shows_persons_has_a_name_and_its_action_words():
    assert PAGES.keys() - routes.SHOWS.keys() == {
        "bureau.assessments",
        "bureau.firms",
        "bureau.pool",
        "bureau.providers",
    }
    assert routes.SHOWS.keys() <= PAGES.keys()
    assert set(routes.SHOWS.values()) <= ACTIONS.keys()
    assert routes.SHOWS.keys() | routes.TAKES <= routes.ROUTES.keys()
    assert not routes.SHOWS.keys() & routes.TAKES
