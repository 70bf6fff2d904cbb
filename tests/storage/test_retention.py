"""Working papers go once they have been kept as long as the district says; what rests on them stays."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from survey import db
from survey.clock import utc_now
from survey.files.contents import form_of, place_of
from survey.files.stores import contents_of
from survey.jobs.worker import Worker
from survey.lifecycle import jobs, rosters
from survey.lifecycle.errors import Cleared
from survey.lifecycle.retention import months_before
from survey.lifecycle.step import Step
from survey.store import invitations, settings
from survey.store.rosters import PARTS
from survey.store.settings import District
from survey.tables import (
    AuditEntry,
    Evidence,
    Firm,
    FirmTitle,
    FirmYear,
    Job,
    JobState,
    Mail,
    MailState,
    Role,
    Roster,
    RosterRow,
    RosterState,
)
from tests.support.bureau import logged
from tests.support.people import TESTER, a_file, a_firm, a_round, a_user, begun
from tests.support.rosters import a_roster, brought, checked, imported, step_of
from tests.support.rounds import a_mail

DAY = timedelta(days=1)
LIST = "q1-two-row-head.xlsx"


@pytest.fixture
def officer(session):
    return a_user(session, Role.OFFICER)


@pytest.fixture
def night(app, session):
    """Have one night pass."""
    worker = Worker(app.config["SURVEY"], app.extensions["survey_sessions"])

    def passes():
        step = Step(session, TESTER, utc_now())
        with step.writing():
            job = jobs.ask(step, "nightly", {}).id
        worker.do(job)
        session.expire_all()
        done = session.get_one(Job, job)
        assert done.state == JobState.DONE
        result = {name: done.result[name] for name in ("rosters", "jobs", "mails")}
        session.rollback()
        return result

    yield passes
    worker.queue.close()


@pytest.fixture
def taken(app, session, settings, officer):
    """A list imported into an empty store; its file has lain for days."""
    roster = checked(app, session, officer, brought(session, settings, officer, LIST))
    lain(settings, roster.sha256)
    return imported(app, session, officer, roster)


def lain(config, sha256):
    contents, long_ago = contents_of(config), (utc_now() - 3 * DAY).timestamp()
    for one in list(contents.all()):
        if one.sha256 == sha256:
            os.utime(contents.root / place_of(one.name), (long_ago, long_ago))


def kept_for(session, months=36):
    with db.writing(session):
        settings.keep(session, District(name="虚构区", retention_months=months))


def ended(session, roster, moment):
    with db.writing(session):
        session.get_one(Roster, roster.id).imported_at = moment


def rows_in(session, *tables):
    return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_a_list_is_kept_to_the_last_day_and_gone_on_the_next(
    session, settings, officer, taken, night
):
    kept_for(session, 12)
    contents, digest = contents_of(settings), taken.sha256
    of_firms = rows_in(session, Firm, FirmYear, FirmTitle)
    counted, rows = dict(taken.counts), rows_in(session, RosterRow)
    ended(session, taken, months_before(utc_now(), 12) + DAY)

    assert night()["rosters"] == 0
    assert rows_in(session, RosterRow) == rows
    assert contents.has(digest)

    ended(session, taken, months_before(utc_now(), 12) - DAY)
    assert night()["rosters"] == 1
    assert rows_in(session, RosterRow, *PARTS.values()) == [0, 0, 0, 0]
    assert not contents.has(digest)
    assert not contents.has(form_of(digest, "outline"))
    assert rows_in(session, Firm, FirmYear, FirmTitle) == of_firms
    kept = session.get_one(Roster, taken.id)
    assert (kept.state, kept.counts, kept.imported_by) == (
        RosterState.IMPORTED, counted, officer.id,
    )  # fmt: skip
    assert invitations.rosters(session) == []
    (entry,) = logged(session, "retention")
    assert entry.after["rosters"] == 1

    assert night() == {"rosters": 0, "jobs": 0, "mails": 0}
    assert len(logged(session, "retention")) == 1


def test_a_cleared_import_cannot_be_undone_and_says_why(session, officer, taken, night):
    ended(session, taken, utc_now() - 1200 * DAY)
    night()
    version = session.get_one(Roster, taken.id).version

    with pytest.raises(Cleared) as refused:
        rosters.start_undo(step_of(session, officer), taken.id, base_version=version)

    assert "已按保存期限清除" in refused.value.fields["roster"]
    assert session.get_one(Roster, taken.id).state == RosterState.IMPORTED


def test_a_list_under_way_is_kept_and_a_file_others_name_or_that_was_just_brought_stays(
    session, settings, officer, night
):
    long_ago = utc_now() - 1200 * DAY
    waiting = a_roster(session, settings, officer)
    undoing = a_roster(session, settings, officer, state=RosterState.UNDOING)
    undone = a_roster(session, settings, officer, state=RosterState.UNDONE)
    for roster in (undoing, undone):
        ended(session, roster, long_ago)
    digest = undone.sha256
    lain(settings, digest)

    assert night()["rosters"] == 1

    left = {row.roster_id for row in session.scalars(select(RosterRow))}
    assert left == {waiting.id, undoing.id}
    assert contents_of(settings).has(digest)
    with db.writing(session):
        for roster in (waiting, undoing):
            kept = session.get_one(Roster, roster.id)
            kept.state, kept.imported_at = RosterState.IMPORTED, long_ago
    contents_of(settings).put(contents_of(settings).read(digest))
    assert night()["rosters"] == 2
    assert contents_of(settings).has(digest)


def test_jobs_that_ended_long_ago_go_unless_something_refers_to_them(session, night):
    firm, limit = a_firm(session), months_before(utc_now(), 36)
    step = Step(session, TESTER, utc_now())
    with step.writing():
        made = [jobs.ask(step, "report", {}) for _ in range(6)]
        for job, state, moment in zip(
            made,
            [JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.DONE, JobState.DONE],
            [limit - DAY, limit - DAY, limit - DAY, limit + DAY, limit - DAY],
            strict=False,
        ):
            job.state, job.finished_at = state, moment
        ids = [job.id for job in made]
    a_mail(session, a_round(session), firm.id, MailState.FAILED, job_id=ids[4])

    assert night()["jobs"] == 3
    assert set(session.scalars(select(Job.id).where(Job.id.in_(ids)))) == set(ids[3:])


def test_the_address_of_a_mail_sent_long_ago_is_emptied_and_its_line_stays(session, night):
    round_, limit = a_round(session), months_before(utc_now(), 36)
    sent = [limit - DAY, limit + DAY]
    mails = [
        a_mail(session, round_, a_firm(session).id, MailState.SENT, sent_at=moment).id
        for moment in sent
    ]

    assert night()["mails"] == 1
    old, young = (session.get_one(Mail, mail) for mail in mails)
    assert (old.address, old.state) == ("", MailState.SENT)
    assert young.address


def test_evidence_answers_and_log_have_no_term(session, settings, night):
    assessment = begun(session, session.get(Firm, a_user(session).firm_id))
    file = a_file(session, settings, assessment, "scheduling")
    digest = file.sha256
    lain(settings, digest)
    with db.writing(session):
        session.get_one(Evidence, file.id).uploaded_at = utc_now() - 4000 * DAY
        session.add(
            AuditEntry(
                at=utc_now() - 4000 * DAY, who="虚构", action="sign_in", subject="user",
                subject_id="1", address="", request_id="", reason="", succeeded=True,
            )
        )  # fmt: skip

    night()

    assert rows_in(session, Evidence) == [1]
    assert contents_of(settings).has(digest)
    assert logged(session, "sign_in")


def test_months_are_counted_by_the_calendar():
    now = datetime(2026, 3, 31, 3, tzinfo=UTC)
    assert months_before(now, 1).date() == date(2026, 2, 28)
    assert months_before(now, 15).date() == date(2024, 12, 31)
    assert months_before(now, 36).date() == date(2023, 3, 31)
