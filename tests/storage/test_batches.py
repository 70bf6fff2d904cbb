"""Files of many firms at once: each document made once, whoever dies over it, whoever asks besides."""

import io
import os
import signal
import zipfile
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from reports.paper import html, presses
from survey import db
from survey.clock import utc_now
from survey.files.stores import contents_of
from survey.jobs import batch_archives, reports, workbooks
from survey.jobs.worker import Worker
from survey.lifecycle import batch_work, documents, erasing, jobs
from survey.lifecycle import batches as steps
from survey.lifecycle.errors import Invalid, Stale
from survey.lifecycle.selections import Seen
from survey.lifecycle.step import Actor, Step
from survey.store import batches as store
from survey.tables import (
    Batch,
    BatchItem,
    BatchKind,
    BatchState,
    Document,
    Fault,
    ItemState,
    Job,
    JobState,
    Role,
    ScoreRow,
    SheetKind,
    User,
)
from tests.support.bureau import logged
from tests.support.files import a_pdf
from tests.support.killing import FORK
from tests.support.patience import joined
from tests.support.people import a_firm, a_user, handed_in, moment
from tests.support.reporting import a_valve_diagnosis

REPORTS, SELF = BatchKind.REPORTS, SheetKind.SELF


def fake_press(monkeypatch, then=lambda _count: None):
    """A press that prints at once; ``then`` is called with how many it has printed.

    Nothing is diagnosed: the solver's threads would not live on in a fork.
    """
    printed = []

    def print_report(_diagnosis, path, *_more, **_named):
        path.write_bytes(a_pdf(f"report {len(printed)}"))
        printed.append(path)
        then(len(printed))

    monkeypatch.setattr(presses, "begin", lambda: None)
    monkeypatch.setattr(html, "print_report", print_report)
    monkeypatch.setattr(reports, "diagnosis_of", lambda *_, **__: None)
    return printed


@pytest.fixture
def officer(session):
    return a_user(session, Role.OFFICER)


@pytest.fixture
def firms(session):
    """Three firms that handed in; two have one name."""
    names = ("虚构𠮷阀门厂", "虚构同名厂", "虚构同名厂")
    users = [a_user(session, Role.FIRM, a_firm(session, name)) for name in names]
    return [handed_in(session, user) for user in users]


@pytest.fixture
def worker(app):
    worker = Worker(app.config["SURVEY"], app.extensions["survey_sessions"])
    yield worker
    worker.queue.close()


def asked(session, officer, firms, kind=REPORTS, sheet=SELF):
    step = Step(session, Actor(officer.id, officer.name, role=officer.role), utc_now())
    chosen = [Seen(firm.id, firm.version) for firm in firms]
    batch, jobs_ = steps.ask(step, kind, sheet, chosen, "勾选")
    return batch.id, [job.id for job in jobs_]


def at(session):
    return Step(session, Actor(None, "测试"), utc_now())


def looked_at(engine, batch_id):
    """The batch, its firms by state, and how many documents were ever issued."""
    with Session(engine) as fresh:
        found = fresh.get_one(Batch, batch_id)
        counted = store.counts(fresh, [batch_id])[batch_id]
        issued = fresh.scalar(select(func.count(Document.id)))
        return found, counted, issued


def archive(settings, batch):
    return zipfile.ZipFile(io.BytesIO(contents_of(settings).read(batch.sha256)))


def test_a_batch_ends_in_one_archive_with_every_report_and_an_index(
    session, engine, settings, officer, firms, worker, monkeypatch
):
    fake_press(monkeypatch)
    batch_id, lanes = asked(session, officer, firms)

    for job in lanes:
        worker.do(job)

    batch, counted, issued = looked_at(engine, batch_id)
    assert (batch.state, counted.done, counted.anew, issued) == (BatchState.MADE, 3, 3, 3)
    with archive(settings, batch) as opened:
        assert opened.testzip() is None
        names = [name for name in opened.namelist() if name.endswith(".pdf")]
        assert [name.partition(" ")[2] for name in names] == [
            "虚构𠮷阀门厂.pdf",
            "虚构同名厂.pdf",
            "虚构同名厂.pdf",
        ]
        book = CalamineWorkbook.from_filelike(io.BytesIO(opened.read("目录.xlsx")))
    rows = book.get_sheet_by_index(0).to_python()[3:]
    assert [row[10] for row in rows] == names
    with Session(engine) as fresh:
        hashes = set(fresh.scalars(select(Document.sha256)))
        assert set(fresh.scalars(select(Job.state))) == {JobState.DONE}
    assert {row[11] for row in rows} == hashes
    assert {(row[5], row[6], row[8]) for row in rows} == {("自评版", 1.0, "有效")}


def test_what_stands_is_taken_and_only_what_changed_is_made_again(
    session, engine, settings, officer, firms, worker, monkeypatch
):
    printed = fake_press(monkeypatch)
    for job in asked(session, officer, firms)[1]:
        worker.do(job)
    with db.writing(session):
        changed = update(ScoreRow).where(ScoreRow.sheet_id == 1)
        session.execute(changed.values(scored_at=moment()))

    batch_id, lanes = asked(session, officer, firms)
    for job in lanes:
        worker.do(job)

    _, counted, issued = looked_at(engine, batch_id)
    assert (counted.done, counted.anew, issued, len(printed)) == (3, 1, 4, 4)


def killed_while_printing(settings, monkeypatch, job, after):
    """Do a job in a process that kills itself with -9 when so many reports are printed."""

    def child():
        fake_press(
            monkeypatch, lambda count: count == after and os.kill(os.getpid(), signal.SIGKILL)
        )
        engine = db.engine_for(settings.database_url)
        Worker(settings, sessionmaker(engine, expire_on_commit=False)).do(job)

    process = FORK.Process(target=child)
    process.start()
    joined(process)
    return process.exitcode


def give_on(session):
    """Let the leases of the dead run out, and give on what they held."""
    with db.writing(session):
        long_ago = utc_now() - timedelta(minutes=1)
        session.execute(
            update(Job).where(Job.state == JobState.WORKING).values(leased_until=long_ago)
        )
    jobs.sweep(at(session), frozenset())


def test_a_killed_worker_goes_on_where_it_stopped_and_makes_each_document_once(
    session, engine, settings, officer, firms, worker, monkeypatch
):
    batch_id, lanes = asked(session, officer, firms)
    session.rollback()
    dead = killed_while_printing(settings, monkeypatch, lanes[0], after=2)
    _, counted, issued = looked_at(engine, batch_id)
    assert (dead, counted.done, counted.working, issued) == (-signal.SIGKILL, 1, 1, 1)

    printed = fake_press(monkeypatch)
    give_on(session)
    for job in lanes:
        worker.do(job)

    batch, counted, issued = looked_at(engine, batch_id)
    assert (batch.state, counted.done, issued, len(printed)) == (BatchState.MADE, 3, 3, 2)
    with Session(engine) as fresh:
        numbers = sorted(fresh.scalars(select(Document.number)))
    assert [number[-6:] for number in numbers] == ["000001", "000002", "000003"]


def test_a_firm_over_which_workers_die_is_passed_over(
    session, engine, settings, officer, firms, worker, monkeypatch
):
    batch_id, lanes = asked(session, officer, firms[:1])
    session.rollback()
    with db.writing(session):
        left = {"state": ItemState.WORKING, "job_id": lanes[0], "tries": batch_work.MOST_TRIES}
        session.execute(update(BatchItem).values(left))

    fake_press(monkeypatch)
    worker.do(lanes[0])

    batch, counted, issued = looked_at(engine, batch_id)
    assert (batch.state, counted.failed, issued, batch.sha256) == (BatchState.MADE, 1, 0, "")


def test_two_officers_who_want_the_same_get_each_document_once(
    session, engine, settings, officer, firms, worker, monkeypatch
):
    """The second begins while the first is at it: the first is met in the middle of a print."""
    other = a_user(session, Role.OFFICER)
    late, (late_lane, *_) = asked(session, other, [*firms[:2]])

    def meanwhile(count):
        if count == 1:
            Worker(settings, worker._sessions).do(late_lane)

    fake_press(monkeypatch, meanwhile)
    early, lanes = asked(session, officer, firms)
    for job in lanes:
        worker.do(job)

    assert looked_at(engine, late)[0].state == looked_at(engine, early)[0].state == BatchState.MADE
    assert looked_at(engine, early)[2] == 3


def test_the_same_asked_twice_is_one_batch(session, officer, firms):
    first, lanes = asked(session, officer, firms)

    assert asked(session, a_user(session, Role.OFFICER), firms) == (first, lanes[::-1])


def test_a_failure_is_the_firms_own_and_is_tried_again_alone(
    session, engine, settings, officer, firms, worker, monkeypatch
):
    def jam(count):
        if count == 2:
            raise presses.PrintingFailed("too_large")

    printed = fake_press(monkeypatch, jam)
    batch_id, lanes = asked(session, officer, firms)
    for job in lanes:
        worker.do(job)
    batch, counted, _ = looked_at(engine, batch_id)
    assert (batch.state, counted.done, counted.failed) == (BatchState.MADE, 2, 1)
    first_file = batch.sha256

    again = [job.id for job in steps.retry(at(session), batch_id)]
    for job in again:
        worker.do(job)

    batch, counted, issued = looked_at(engine, batch_id)
    assert (counted.done, counted.failed, issued, len(printed)) == (3, 0, 3, 4)
    assert batch.sha256 != first_file


def test_a_cancelled_batch_stops_and_goes_on_later(
    session, engine, settings, officer, firms, worker, monkeypatch
):
    batch_id, lanes = asked(session, officer, firms)

    def give_up(count):
        if count == 2:
            with Session(engine, expire_on_commit=False) as own:
                steps.cancel(at(own), batch_id)

    fake_press(monkeypatch, give_up)
    for job in lanes:
        worker.do(job)
    batch, counted, issued = looked_at(engine, batch_id)
    assert (batch.state, counted.done, counted.waiting, issued) == (BatchState.CANCELLED, 1, 2, 1)
    with pytest.raises(Stale):
        steps.cancel(at(session), batch_id)

    for job in steps.resume(at(session), batch_id):
        worker.do(job.id)

    batch, counted, issued = looked_at(engine, batch_id)
    assert (batch.state, counted.done, issued) == (BatchState.MADE, 3, 3)
    with pytest.raises(Stale):
        steps.resume(at(session), batch_id)


def test_the_rights_of_whoever_asked_are_read_again(
    session, engine, officer, firms, worker, monkeypatch
):
    fake_press(monkeypatch)
    batch_id, lanes = asked(session, officer, firms)
    with db.writing(session):
        session.execute(update(User).where(User.id == officer.id).values(active=False))

    worker.do(lanes[0])

    _, counted, issued = looked_at(engine, batch_id)
    with Session(engine) as fresh:
        assert fresh.get_one(Job, lanes[0]).fault == Fault.NO_RIGHT
    assert (counted.waiting, issued) == (3, 0)


def test_a_single_report_does_not_wait_for_a_batch_to_end(
    session, engine, officer, firms, worker, monkeypatch
):
    printed = fake_press(monkeypatch)
    _, lanes = asked(session, officer, firms)
    hurried = documents.request_report(at(session), firms[2].id, SELF)

    worker.do(lanes[0])

    with Session(engine) as fresh:
        lane = fresh.get_one(Job, lanes[0])
    assert (len(printed), lane.state, lane.attempt) == (1, JobState.QUEUED, 0)
    assert lane.id in worker.queue.waiting()
    assert hurried.is_open


def test_a_report_is_printed_in_the_middle_of_a_long_workbook(
    session, engine, officer, firms, worker, monkeypatch
):
    printed = fake_press(monkeypatch)
    monkeypatch.setattr(workbooks, "diagnosis_of", lambda *_, **__: a_valve_diagnosis())
    batch_id, (lane,) = asked(session, officer, firms, BatchKind.WORKBOOK, None)
    hurried = documents.request_report(at(session), firms[0].id, SELF)
    session.rollback()

    worker.do(lane)

    assert (looked_at(engine, batch_id)[0].state, len(printed)) == (BatchState.MADE, 1)
    with Session(engine) as fresh:
        report, book = fresh.get_one(Job, hurried.id), fresh.get_one(Job, lane)
    assert (report.state, book.state) == (JobState.DONE, JobState.DONE)
    assert report.finished_at < book.finished_at


def killed_over_a_workbook(settings, monkeypatch, job, after):
    """Write a workbook in a process that kills itself with -9 at so many firms, or when all are written."""
    seen = []

    def diagnosed(*_, **__):
        seen.append(1)
        if len(seen) == after:
            os.kill(os.getpid(), signal.SIGKILL)
        return a_valve_diagnosis()

    def child():
        monkeypatch.setattr(workbooks, "diagnosis_of", diagnosed)
        if not after:
            monkeypatch.setattr(
                batch_work, "finish", lambda *_: os.kill(os.getpid(), signal.SIGKILL)
            )
        engine = db.engine_for(settings.database_url)
        Worker(settings, sessionmaker(engine, expire_on_commit=False)).do(job)

    process = FORK.Process(target=child)
    process.start()
    joined(process)
    return process.exitcode


@pytest.mark.parametrize("after", [1, 3, 0])
def test_a_workbook_whose_worker_is_killed_is_written_anew_with_one_effect(
    session, engine, settings, officer, firms, worker, monkeypatch, after
):
    a_valve_diagnosis()  # read before anything forks
    batch_id, (lane,) = asked(session, officer, firms, BatchKind.WORKBOOK, None)
    session.rollback()
    dead = killed_over_a_workbook(settings, monkeypatch, lane, after)
    batch, counted, _ = looked_at(engine, batch_id)
    assert (dead, batch.state, counted.done) == (-signal.SIGKILL, BatchState.MAKING, 0)

    monkeypatch.setattr(workbooks, "diagnosis_of", lambda *_, **__: a_valve_diagnosis())
    give_on(session)
    worker.do(lane)
    worker.do(lane)  # delivered twice

    batch, counted, _ = looked_at(engine, batch_id)
    assert (batch.state, counted.done, counted.failed) == (BatchState.MADE, 3, 0)
    assert len(logged(session, "batch_made")) == 1
    with Session(engine) as fresh:
        assert fresh.get_one(Job, lane).state == JobState.DONE
    book = CalamineWorkbook.from_filelike(io.BytesIO(contents_of(settings).read(batch.sha256)))
    firm = a_valve_diagnosis().facts.firm
    for name in ("总表", "答案（一家一行）"):
        rows = book.get_sheet_by_name(name).to_python()
        assert len([row for row in rows if firm in row]) == len(firms)


def test_only_what_may_be_reported_on_is_asked_for(session, officer, firms):
    with pytest.raises(Invalid):
        asked(session, officer, firms, sheet=SheetKind.ONSITE)
    with pytest.raises(Invalid):
        asked(session, officer, [])


def test_an_archive_is_let_go_after_its_time_and_its_reports_are_kept(
    session, engine, settings, officer, firms, worker, monkeypatch
):
    fake_press(monkeypatch)
    batch_id, lanes = asked(session, officer, firms[:1])
    for job in lanes:
        worker.do(job)
    file = looked_at(engine, batch_id)[0].sha256

    assert steps.clear(at(session)) == []
    later = Step(session, at(session).by, utc_now() + steps.KEPT + timedelta(days=1))
    assert steps.clear(later) == [file]

    batch, counted, _ = looked_at(engine, batch_id)
    assert (batch.sha256, counted.done) == ("", 1)
    assert logged(session, "retention")[0].after == {"batches": 1}


@pytest.mark.parametrize("whose", ["contact", "account"])
def test_files_that_hold_somebody_erased_end_at_once_and_no_others_do(
    session, engine, settings, officer, firms, worker, monkeypatch, whose
):
    fake_press(monkeypatch)
    made = [asked(session, officer, some) for some in (firms[:2], firms[2:])]
    for job in [job for _, lanes in made for job in lanes]:
        worker.do(job)
    held, other = (looked_at(engine, batch_id)[0] for batch_id, _ in made)
    assert held.sha256
    assert other.sha256
    number, user = (
        firms[0].firm_id,
        session.scalar(select(User.id).where(User.firm_id == firms[0].firm_id)),
    )
    session.rollback()

    if whose == "contact":
        erasing.erase_contact(at(session), number, reason="本人提出")
    else:
        erasing.erase_user(at(session), user, reason="本人提出")

    assert looked_at(engine, held.id)[0].sha256 == ""
    left = looked_at(engine, other.id)[0].sha256
    assert left == (other.sha256 if whose == "contact" else "")  # an account may be named in any
    with Session(engine) as fresh:
        assert fresh.scalar(select(func.count(Document.id))) == 3


def test_a_file_read_before_an_erasure_is_read_again(
    session, engine, settings, officer, firms, worker, monkeypatch
):
    fake_press(monkeypatch)
    batch_id, lanes = asked(session, officer, firms)
    pack, firm = batch_archives.pack, firms[0].firm_id

    def erased_meanwhile(*known):
        effect = pack(*known)
        monkeypatch.setattr(batch_archives, "pack", pack)
        with Session(engine) as fresh:
            erasing.erase_contact(at(fresh), firm, reason="本人提出")
        return effect

    monkeypatch.setattr(batch_archives, "pack", erased_meanwhile)
    for job in lanes:
        worker.do(job)

    assert looked_at(engine, batch_id)[0].state == BatchState.MAKING
    with Session(engine) as fresh:
        assert set(fresh.scalars(select(Job.fault))) == {None, Fault.CHANGED}
    for job in lanes:
        worker.do(job)
    batch, _, issued = looked_at(engine, batch_id)
    assert (batch.state, issued) == (BatchState.MADE, 3)
    assert batch.sha256
