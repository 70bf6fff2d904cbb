"""What turns bad with the installation is told once an occasion, to everybody, and ends when it is over."""

from dataclasses import replace
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import event, select
from sqlalchemy.orm import Session, sessionmaker

from survey import clock
from survey.config import Config
from survey.files import refusals
from survey.jobs import alerts as work
from survey.lifecycle import alerts as steps
from survey.lifecycle import jobs as steps_of_jobs
from survey.lifecycle.alerts import Bad
from survey.lifecycle.step import About, Step
from survey.readings.condition import ground, people
from survey.store import alerts as store
from survey.tables import Alert, AuditEntry
from tests.support.people import TESTER
from tests.support.servers import free_port

MINUTE = timedelta(minutes=1)
DISK = Bad("disk", "tight", {"percent": 2, "bytes": 1000})


class Box:
    """What a server took; it refuses everybody while ``shut``, and ``nobody`` for good."""

    def __init__(self):
        self.taken, self.shut, self.nobody = [], False, ""

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if self.shut:
            return "451 later"
        if address == self.nobody:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, _server, _session, envelope):
        self.taken.append((envelope.rcpt_tos[0], envelope.content))
        return "250 ok"


@pytest.fixture
def box():
    handler = Box()
    handler.port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def config(settings, box) -> Config:
    return replace(
        settings,
        mail_url=f"smtp://127.0.0.1:{box.port}",
        mail_from="虚构局 <bureau@example.com>",
        alert_mail=("one@example.com", "two@example.com"),
    )


@pytest.fixture
def looked(session, engine, monkeypatch):
    """Look as whoever watches does, so many minutes from now."""
    began = clock.utc_now()

    def look(config, minutes=0):
        session.rollback()
        monkeypatch.setattr(clock, "utc_now", lambda: began + minutes * MINUTE)
        work.look(config, sessionmaker(engine))
        monkeypatch.undo()

    return look


def failing_sign_ins(session, many):
    step = Step(session, TESTER, clock.utc_now())
    with step.writing():
        for _ in range(many):
            step.log("sign_in", About("user", 1), succeeded=False)


def actions(session):
    session.rollback()
    asked = select(AuditEntry.action).where(AuditEntry.subject == "alert").order_by(AuditEntry.id)
    return list(session.scalars(asked))


def kept(session, minutes, *bad):
    steps.keep(Step(session, TESTER, clock.utc_now() + minutes * MINUTE), bad)


def test_an_occasion_is_told_once_to_everybody_however_long_it_lasts(session, config, looked, box):
    failing_sign_ins(session, people.FAILED_MANY)

    looked(config)
    looked(config, minutes=1)
    looked(config, minutes=7)

    assert [whom for whom, _ in box.taken] == ["one@example.com", "two@example.com"]
    assert actions(session) == ["alert", "alert_tell"]
    assert [one.about for one in store.open_alerts(session)] == ["sign_ins"]


def test_it_ends_when_it_was_calm_for_ten_minutes_and_the_next_occasion_is_told_again(
    session, config, looked, box
):
    failing_sign_ins(session, people.FAILED_MANY)
    looked(config)
    looked(config, minutes=9)  # still within what is added up
    looked(config, minutes=15)
    assert len(store.open_alerts(session)) == 1
    looked(config, minutes=20)

    assert store.open_alerts(session) == []
    assert len(store.ended_alerts(session, clock.utc_now() - MINUTE)) == 1
    failing_sign_ins(session, people.FAILED_MANY)
    looked(config)
    assert actions(session) == ["alert", "alert_tell", "alert_end", "alert", "alert_tell"]
    assert len(box.taken) == 4


def test_a_mail_that_nobody_took_is_tried_again_in_a_while_and_then_no_more(
    session, config, looked, box
):
    failing_sign_ins(session, people.FAILED_MANY)
    box.shut = True
    looked(config)
    box.shut = False

    looked(config, minutes=1)
    assert box.taken == []
    looked(config, minutes=6)
    looked(config, minutes=8)

    assert len(box.taken) == 2


def test_an_address_that_is_nobodys_keeps_an_alert_from_no_other(session, config, looked, box):
    box.nobody = "one@example.com"
    failing_sign_ins(session, people.FAILED_MANY)

    for minutes in (0, 6):
        looked(config, minutes)

    assert [whom for whom, _ in box.taken] == ["two@example.com"]


def test_without_a_mail_server_or_anybody_to_mail_the_alert_stands_all_the_same(
    session, settings, config, looked, box
):
    failing_sign_ins(session, people.FAILED_MANY)

    looked(settings)
    looked(replace(config, alert_mail=()))

    assert box.taken == []
    assert len(store.open_alerts(session)) == 1


def test_each_thing_that_is_watched_is_told(session, config, looked, monkeypatch, tmp_path):
    folder = config.instance / refusals.FOLDER
    for _ in range(people.REFUSED_MANY):
        refusals.note(folder, clock.utc_now())
    usage = type(ground.shutil.disk_usage("/"))
    monkeypatch.setattr(ground.shutil, "disk_usage", lambda _path: usage(10**12, 0, 10**6))
    (tmp_path / "backups").mkdir()
    backed_up = replace(config, backup_folder=tmp_path / "backups")
    begun = Step(session, TESTER, clock.utc_now() - timedelta(hours=2))
    with begun.writing():
        steps_of_jobs.ask(begun, "report", {})
        failed = steps_of_jobs.ask(begun, "backup", {})
        failed.state, failed.finished_at = "failed", begun.now

    looked(backed_up)

    assert {one.about for one in store.open_alerts(session)} == {
        *("disk", "backup", "queue", "refused")
    }
    assert {one.name for one in work.watched(config)} == {
        *("disk", "queue", "webhooks", "forwarding", "sign_ins", "refused")
    }


def test_two_machines_that_find_the_same_raise_one_alert_and_neither_clears_the_other_s(session):
    kept(session, 0, DISK)
    kept(session, 1)  # a machine whose own disk is roomy
    kept(session, 2, DISK)
    kept(session, 11)

    assert actions(session) == ["alert"]
    kept(session, 13)
    assert actions(session) == ["alert", "alert_end"]


def test_what_is_found_changes_within_one_occasion(session):
    kept(session, 0, Bad("backup", "overdue", {"at": clock.utc_now()}))
    kept(session, 1, Bad("backup", "failed", {"at": clock.utc_now()}))

    session.rollback()
    assert [(one.about, one.code) for one in session.scalars(select(Alert))] == [
        ("backup", "failed")
    ]


def test_where_all_is_well_nothing_is_written(engine, session):
    said = []
    event.listen(engine, "before_cursor_execute", lambda *a: said.append(a[2]))

    with Session(engine) as fresh:
        kept(fresh, 0)

    assert [one for one in said if not one.startswith("SELECT alerts")] == []
    assert said != []
