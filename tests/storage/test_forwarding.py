"""The log goes to another system: each row once it stands, none lost when that is away, no step waits."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from survey import clock
from survey.jobs import forwarding as work_of
from survey.jobs.worker import Worker
from survey.lifecycle import forwarding, jobs
from survey.lifecycle.step import About, Actor, Step
from survey.readings.condition import CHECKS, Around, Grade, examine
from survey.store import forwarding as store
from survey.tables import AuditEntry, LogTold, Role
from tests.support.certificates import a_certificate
from tests.support.people import TESTER, a_firm, a_user
from tests.support.syslog import listening


@pytest.fixture
def listener():
    with listening() as one:
        yield one


@pytest.fixture
def config(settings, listener):
    return replace(settings, syslog=f"tcp://127.0.0.1:{listener.port}")


@pytest.fixture
def forward(session, engine, config):
    """Do what happens every minute; return how many rows were taken."""

    def forward(config=config):
        session.rollback()
        worker = Worker(config, sessionmaker(engine, expire_on_commit=False))
        step = Step(session, TESTER, clock.utc_now())
        with step.writing():
            job = jobs.ask(step, "forward", {}).id
        worker.do(job)
        worker.queue.close()
        session.rollback()
        return session.get_one(jobs.Job, job, populate_existing=True).result["sent"]

    return forward


@pytest.fixture
def step(session):
    return lambda by=TESTER: Step(session, by, clock.utc_now())


def happens(step, subject=None, *, succeeded=True, **after):
    with step.writing():
        step.log("edit", subject or About("district", "x"), after=after, succeeded=succeeded)
        step.session.flush()
        return step.session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc())).first()


def test_a_row_goes_out_as_numbers_and_codes_and_no_name_or_text_of_anybody(
    session, step, forward, listener
):
    forward()
    firm, user = a_firm(session, "虚构阀门厂"), a_user(session, Role.OFFICER)
    by = Actor(user.id, "王某某", "10.0.0.7", "request-1", role=Role.OFFICER)
    good = happens(step(by), firm, contact_name="李某某", remark="密", count=3)
    happens(step(by), firm, succeeded=False, refused="state")

    assert forward() == 2
    done, refused = listener.lines
    assert (done.priority, done.name, done.host) == (13 * 8 + 6, "edit", "localhost")
    assert done.said == {
        "id": good,
        "action": "edit",
        "succeeded": True,
        "user": user.id,
        "role": "officer",
        "address": "10.0.0.7",
        "request": "request-1",
        "subject": "firm",
        "subject_id": str(firm.id),
        "firm": firm.id,
        "values": {"count": 3},
    }
    assert (refused.priority, refused.said["values"]) == (13 * 8 + 4, {"refused": "state"})


def test_it_begins_with_what_happens_from_then_on_and_sends_nothing_twice(step, forward, listener):
    happens(step())
    assert forward() == 0

    new = [happens(step()), happens(step())]

    assert (forward(), forward()) == (2, 0)
    assert listener.numbers == new


def test_a_row_that_arrives_late_under_a_lower_number_is_sent_too(
    engine, session, step, forward, listener
):
    forward()
    with Session(engine) as slow:
        late = Step(slow, TESTER, clock.utc_now())
        late.log("edit", About("district", "late"))
        if engine.dialect.name == "postgresql":
            slow.flush()  # numbered, and not there yet
            happens(step())
            forward()
        slow.commit()

    forward()

    assert sorted(line.said["subject_id"] for line in listener.lines)[:1] == ["late"]
    assert len(set(listener.numbers)) == len(listener.numbers)


def test_what_nobody_took_waits_and_goes_out_when_somebody_does(step, forward, listener, config):
    forward()
    first = happens(step())
    listener.breaks_off = True
    assert forward() == 0
    second = happens(step())
    assert forward(replace(config, syslog="tcp://127.0.0.1:1")) == 0

    listener.breaks_off = False
    assert forward() == 2

    assert listener.numbers == [first, second]


def test_more_than_one_connection_takes_goes_out_in_order(
    monkeypatch, session, step, forward, listener
):
    monkeypatch.setattr(forwarding, "AT_ONCE", 3)
    forward()
    new = [happens(step()) for _ in range(7)]

    assert forward() == 7
    assert (listener.numbers, listener.connections) == (new, 3)


def test_once_rows_have_settled_the_cursor_stands_behind_them_and_no_more_is_kept(
    monkeypatch, session, step, forward
):
    forward()
    last = [happens(step()) for _ in range(3)][-1]
    forward()
    assert len(session.scalars(select(LogTold)).all()) == 3

    began = clock.utc_now()
    monkeypatch.setattr(clock, "utc_now", lambda: began + timedelta(hours=3))
    assert forward() == 0

    assert session.scalars(select(LogTold)).all() == []
    assert store.course(session).cursor == last


@pytest.mark.parametrize("farewell", [True, False])
def test_over_tls_it_goes_to_whom_the_named_authority_vouches_for_alone(
    session, step, forward, config, tmp_path, farewell
):
    key, certificate = a_certificate("localhost")
    (both := tmp_path / "both.pem").write_bytes(key + certificate)
    (authority := tmp_path / "ca.pem").write_bytes(certificate)
    with listening(both) as listener:
        listener.answers_with_a_farewell = farewell
        away = replace(config, syslog=f"tls://localhost:{listener.port}")
        known = replace(away, syslog_authority=authority)
        forward(known)
        row = happens(step())

        assert forward(away) == 0
        assert listener.lines == []
        assert forward(known) == 1
        assert listener.numbers == [row]
        other = replace(known, syslog=f"tls://127.0.0.1:{listener.port}")
        happens(step())
        assert forward(other) == 0, "the certificate is of another name"


def test_no_step_waits_for_a_receiver_and_only_who_names_one_has_the_work(settings, config):
    assert work_of.is_wished(config)
    assert not work_of.is_wished(settings)


def test_how_it_stands_is_told(session, step, forward, config, settings, listener):
    def found(config=config, later=timedelta()):
        session.rollback()
        (one,) = [check for check in CHECKS if check.name == "forwarding"]
        said = examine(Around(session, config, None, clock.utc_now() + later), [one])[0]
        return said.grade, said.code

    assert found(settings) == (Grade.GOOD, "here")
    assert found() == (Grade.WATCH, "never")
    forward()
    assert found() == (Grade.GOOD, "taken")
    listener.breaks_off = True
    happens(step())
    forward()
    assert found() == (Grade.GOOD, "taken")
    assert found(later=timedelta(minutes=20)) == (Grade.WATCH, "late")
    assert found(later=timedelta(minutes=70)) == (Grade.BAD, "away")
