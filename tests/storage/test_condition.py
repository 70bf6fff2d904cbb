"""Every check of an installation tells what is broken, and says good where nothing is."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from survey import VERSION, clock, db, migrations
from survey.config import CERTIFICATE
from survey.files.backups import shelf
from survey.files.stores import contents_of
from survey.jobs.worker import Worker
from survey.joining import create_app
from survey.lifecycle import backups as steps
from survey.lifecycle import jobs
from survey.lifecycle.step import Step
from survey.migrations import watching
from survey.readings.condition import CHECKS, Around, Grade, examine, ground, work
from survey.readings.stray import GRACE
from survey.running.doctor import doctor
from survey.tables import Firm, Job, JobState, Mail, MailState, Role
from survey.words import condition as words
from tests.support.certificates import P256, RSA_2048, a_certificate, a_certificate_file
from tests.support.people import TESTER, a_file, a_firm, a_round, a_user, begun
from tests.support.rounds import a_mail

QUESTION = "scheduling"


@pytest.fixture
def folder(tmp_path):
    (folder := tmp_path / "backups").mkdir()
    return folder


@pytest.fixture
def config(settings, folder):
    return replace(
        settings, backup_folder=folder, second_factor=frozenset({"officer", "administrator"})
    )


@pytest.fixture
def check(session, config):
    """Ask one check, of this installation or another, now or later."""

    def check(name, config=config, later=timedelta(0)):
        session.rollback()
        one = next(one for one in CHECKS if one.name == name)
        around = Around(session, config, contents_of(config), clock.utc_now() + later)
        return examine(around, [one])[0]

    return check


def graded(found):
    return found.grade, found.code


def a_job(session, kind, **columns):
    """A job of a kind as it stands after its work."""
    step = Step(session, TESTER, clock.utc_now())
    with step.writing():
        job = jobs.ask(step, kind, {})
        for name, value in columns.items():
            setattr(job, name, value)
        return job.id


def a_backup(session, config, engine):
    job_id = steps.ask(Step(session, TESTER, clock.utc_now()), config)
    Worker(config, sessionmaker(engine)).do(job_id)
    session.rollback()
    return session.get_one(Job, job_id, populate_existing=True)


def test_a_release_that_has_lain_here_for_longer_than_holes_may_is_told(check):
    ago = clock.utc_now() - ground.installed_at()

    assert graded(check("release", later=timedelta(days=59) - ago)) == (Grade.GOOD, "new")
    found = check("release", later=timedelta(days=61) - ago)

    assert (graded(found), found.values["days"]) == ((Grade.WATCH, "old"), 61)
    said, remedy = words.of("release", found.code, found.values)
    assert VERSION in said
    assert "不停机升级" in remedy


def test_the_schema_is_this_release_s(check, session):
    assert graded(check("schema")) == (Grade.GOOD, "head")
    for version, code in (("0001", "older"), ("9999", "newer")):
        with db.writing(session):
            session.execute(text(f"UPDATE alembic_version SET version_num = '{version}'"))
        assert graded(check("schema")) == (Grade.BAD, code)


def test_a_trigger_that_is_lost_is_told_and_put_back_by_migrating(check, session, engine, settings):
    with db.writing(session):
        watching.remove(session.connection())
    lost = check("schema")
    assert graded(lost) == (Grade.BAD, "unwatched")
    assert "flask migrate" in words.of("schema", lost.code, lost.values).remedy
    session.rollback()

    migrations.migrate(engine, settings.instance)

    assert graded(check("schema")) == (Grade.GOOD, "head")


def test_a_row_without_its_file_and_a_file_without_a_row(check, session, config):
    assert graded(check("contents")) == (Grade.GOOD, "whole")
    person = a_user(session)
    assessment = begun(session, session.get(Firm, person.firm_id))
    sha256 = a_file(session, config, assessment, QUESTION).sha256
    session.rollback()
    contents_of(config).remove(sha256)

    found = check("contents")
    assert graded(found) == (Grade.BAD, "missing")
    assert found.values == {"count": 1, "first": sha256}

    contents_of(config).put_as(sha256, b"as if it were back")
    contents_of(config).put(b"nobody's")
    assert graded(check("contents")) == (Grade.GOOD, "whole")
    assert graded(check("contents", later=2 * GRACE)) == (Grade.WATCH, "unclaimed")


def test_the_fuller_of_the_two_disks_counts(check, monkeypatch, config):
    usage = type(shutil.disk_usage("/"))
    free = {config.instance: 0.5, config.backup_folder: 0.04}
    monkeypatch.setattr(
        ground.shutil, "disk_usage", lambda path: usage(10**13, 0, int(10**13 * free[path]))
    )

    assert graded(check("disk")) == (Grade.BAD, "tight")
    free[config.backup_folder] = 0.1
    assert graded(check("disk")) == (Grade.WATCH, "less")
    assert graded(check("disk", replace(config, backup_folder=None))) == (Grade.GOOD, "roomy")


def test_a_backup_is_told_as_unset_never_made_there_failed_gone_away_or_overdue(
    check, session, config, engine, folder, settings
):
    assert graded(check("backup", settings)) == (Grade.WATCH, "unset")
    assert graded(check("backup")) == (Grade.WATCH, "never")

    a_backup(session, config, engine)
    assert graded(check("backup")) == (Grade.GOOD, "there")
    late = work.BACKUP_AGE + timedelta(minutes=1)
    assert graded(check("backup", later=late)) == (Grade.BAD, "overdue")

    failed = a_backup(session, replace(config, backup_key="age1x"), engine)
    assert failed.state == JobState.FAILED
    assert graded(check("backup")) == (Grade.BAD, "failed")

    a_backup(session, config, engine)
    assert graded(check("backup")) == (Grade.GOOD, "there")
    newest = folder / shelf.standing(folder)[0].name
    newest.rename(newest.with_name("elsewhere"))
    assert graded(check("backup")) == (Grade.BAD, "gone")
    (folder / shelf.name_at(clock.utc_now() + timedelta(hours=1), locked=False)).write_bytes(
        b"newer"
    )
    assert graded(check("backup")) == (Grade.GOOD, "there")
    folder.rename(folder.with_name("unmounted"))
    assert graded(check("backup")) == (Grade.BAD, "away")


def test_jobs_that_nobody_takes_and_jobs_whose_worker_is_gone(check, session):
    assert graded(check("queue")) == (Grade.GOOD, "moves")
    job_id = a_job(session, "report")
    assert graded(check("queue", later=work.WAITS)) == (Grade.WATCH, "slow")
    assert graded(check("queue", later=work.STUCK)) == (Grade.BAD, "stuck")

    with db.writing(session):
        job = session.get_one(Job, job_id)
        job.state, job.leased_until = JobState.WORKING, clock.utc_now()
    assert graded(check("queue")) == (Grade.GOOD, "moves")
    found = check("queue", later=2 * work.WAITS)
    assert (graded(found), found.values["left"]) == ((Grade.BAD, "stuck"), 1)


def test_mails_that_wait_with_a_server_or_without_and_mails_that_failed(check, session, config):
    assert graded(check("unsent")) == (Grade.GOOD, "sent")
    mail_id = a_mail(
        session, a_round(session), a_firm(session).id, MailState.WAITING, queued_at=clock.utc_now()
    ).id
    served = replace(config, mail_url="smtp://mail.example")

    assert graded(check("unsent")) == (Grade.GOOD, "sent")
    hours = 2 * work.MAIL_WAITS
    assert graded(check("unsent", later=hours)) == (Grade.WATCH, "nowhere")
    assert graded(check("unsent", served, later=hours)) == (Grade.WATCH, "waiting")
    with db.writing(session):
        session.get_one(Mail, mail_id).state = MailState.UNSURE
    assert graded(check("unsent", served)) == (Grade.WATCH, "failed")


def test_the_log_s_chain_by_what_the_night_found(check, session):
    assert graded(check("log")) == (Grade.WATCH, "never")
    done = {"state": JobState.DONE, "finished_at": clock.utc_now()}
    fault = {"what": "changed", "block": 1, "row": 2}

    a_job(session, "check_log", **done, result={"faults": []})
    assert graded(check("log")) == (Grade.GOOD, "whole")
    assert graded(check("log", later=2 * work.NIGHTS)) == (Grade.WATCH, "long_ago")
    a_job(session, "check_log", **done, result={"faults": [fault]})
    assert graded(check("log")) == (Grade.BAD, "touched")


def test_a_clock_that_went_back_is_told_by_the_log_and_one_that_is_out_by_the_disk(
    check, session, config
):
    assert graded(check("clock")) == (Grade.GOOD, "right")
    assert graded(check("clock", later=timedelta(minutes=1))) == (Grade.WATCH, "astray")
    assert graded(check("clock", later=timedelta(hours=1))) == (Grade.BAD, "far")
    step = Step(session, TESTER, clock.utc_now() + timedelta(days=400))
    steps.ask(step, config)
    assert graded(check("clock")) == (Grade.BAD, "far")


def test_a_font_that_is_lost_or_broken(check, monkeypatch, tmp_path):
    assert graded(check("fonts")) == (Grade.GOOD, "there")
    (tmp_path / ground.WANTED[0]).write_bytes(b"no font")
    monkeypatch.setattr(ground, "FONTS", tmp_path)

    found = check("fonts")

    assert graded(found) == (Grade.BAD, "lost")
    assert all(name in found.values["names"] for name in ground.WANTED)


def test_an_address_in_the_open(check, config):
    for url, found in (
        ("https://szjt.example.cn", (Grade.GOOD, "https")),
        ("http://localhost:8000", (Grade.GOOD, "here")),
        ("http://127.0.0.1", (Grade.GOOD, "here")),
        ("http://10.0.0.7:8000", (Grade.BAD, "open")),
        ("http://szjt.example.cn", (Grade.BAD, "open")),
    ):
        assert graded(check("address", replace(config, base_url=url))) == found


def test_a_certificate_that_cannot_sign_or_soon_will_not(check, config, tmp_path):
    assert graded(check("signing")) == (Grade.GOOD, "own")
    own = replace(config, signing_file=tmp_path / "bureau.p12")
    assert graded(check("signing", own)) == (Grade.BAD, "unusable")
    a_certificate_file(own.signing_file, P256())
    assert graded(check("signing", own)) == (Grade.GOOD, "good")
    assert graded(check("signing", own, later=timedelta(days=90))) == (Grade.WATCH, "ends")
    a_certificate_file(own.signing_file, RSA_2048())

    found = check("signing", own)

    assert graded(found) == (Grade.BAD, "weak")
    assert "3072" in words.of("signing", "weak", found.values).remedy
    assert not (config.instance / "signing.p12").exists(), "looking makes nothing"


def test_a_certificate_that_nginx_will_soon_not_believe(check, config, tmp_path):
    assert graded(check("tls")) == (Grade.GOOD, "none")
    own = replace(config, tls_folder=tmp_path)
    at = tmp_path / CERTIFICATE
    at.write_bytes(a_certificate("survey")[1])  # holds for a day
    assert graded(check("tls", own)) == (Grade.WATCH, "ends")
    assert graded(check("tls", own, later=timedelta(days=2))) == (Grade.BAD, "ended")
    assert graded(check("tls", own, later=timedelta(days=-40))) == (Grade.GOOD, "good")
    at.write_bytes(b"nothing")
    assert graded(check("tls", own)) == (Grade.BAD, "unusable")


def test_a_list_of_leaked_passwords_that_is_away_or_in_another_order(check, config, tmp_path):
    assert graded(check("passwords")) == (Grade.GOOD, "idle")
    listed = replace(config, breached_passwords=(file := tmp_path / "list"))
    assert graded(check("passwords", listed)) == (Grade.BAD, "away")
    lines = [f"{n:040X}:3\n" for n in range(1, 2000)]
    file.write_text("".join(lines))
    assert graded(check("passwords", listed)) == (Grade.GOOD, "there")
    file.write_text("".join(lines[::-1]))
    assert graded(check("passwords", listed)) == (Grade.BAD, "unsorted")


def test_a_line_to_another_machine_that_anybody_on_the_way_can_read(check, config):
    assert graded(check("outgoing")) == (Grade.GOOD, "none")
    guarded = replace(config, mail_url="smtps://mail.example.gov.cn")
    assert graded(check("outgoing", guarded)) == (Grade.GOOD, "guarded")

    found = check("outgoing", replace(guarded, clamd="tcp://10.0.0.9:3310"))

    assert graded(found) == (Grade.WATCH, "open")
    assert found.values["names"] == "CLAMD → 10.0.0.9:3310"


def test_settings_that_would_be_broken_at_once_keep_it_from_starting(settings):
    with pytest.raises(ValueError, match="ENCRYPTED_ONLY"):
        create_app(replace(settings, encrypted_only=True, clamd="tcp://10.0.0.9"))
    with pytest.raises(ValueError, match="SYSLOG"):
        create_app(replace(settings, syslog="udp://10.0.0.8:514"))
    with pytest.raises(ValueError, match=r"TLS_FOLDER=.*certificate\.pem"):
        create_app(replace(settings, tls_folder=settings.instance))


def test_accounts_that_lack_a_factor_and_an_administrator_who_is_alone(check, session, config):
    assert graded(check("factors")) == (Grade.WATCH, "alone")
    person = a_user(session, Role.OFFICER)
    with db.writing(session):
        session.get_one(type(person), person.id).password_hash = "set"  # no password

    found = check("factors")
    assert (graded(found), found.values["count"]) == ((Grade.WATCH, "lacking"), 1)
    nobody = replace(config, second_factor=frozenset({"none"}))
    assert graded(check("factors", nobody)) == (Grade.WATCH, "nobody")


def test_a_check_that_cannot_be_asked_is_bad_and_the_others_are_asked(session, config, monkeypatch):
    def away(_config):
        raise OSError("the disk is gone")

    monkeypatch.setattr(ground.shutil, "disk_usage", away)

    found = examine(Around(session, config, contents_of(config), clock.utc_now()))

    unasked = [(one.check, one.grade) for one in found if one.code == "unasked"]
    assert unasked == [("disk", Grade.BAD)]
    assert len(found) == len(CHECKS)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_database_that_is_said_and_the_rest_is_looked_at(config):
    engine = db.engine_for(f"sqlite:///{config.instance}/none.db")
    with Session(engine) as session:
        found = examine(Around(session, config, contents_of(config), clock.utc_now()))
    engine.dispose()

    assert {one.check for one in found if one.code == "absent"} >= {"schema", "queue", "factors"}
    assert {one.check for one in found if one.grade == Grade.GOOD} >= {"disk", "fonts", "address"}
    assert "从备份恢复" in words.of("schema", "absent", {}).remedy
    assert not (config.instance / "none.db").exists()


def test_the_command_says_each_and_ends_with_the_worst(app, session):
    def typed():
        session.rollback()
        result = app.test_cli_runner().invoke(doctor)
        return result.exit_code, result.output

    code, said = typed()
    assert code == 3
    assert said.count("\n") > len(CHECKS)
    assert "留意\t备份：没有设置定时备份。" in said

    with db.writing(session):
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    code, said = typed()
    assert code == 1
    assert "坏\t数据库结构：数据库是 0001" in said
    assert "flask migrate" in said
