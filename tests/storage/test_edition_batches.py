"""Short, Word editions and pictures of many firms' reports: each made once, of the report that stands."""

import hashlib
import io
import os
import signal

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from reports.paper import html, presses
from survey import db
from survey.files.stores import contents_of
from survey.jobs import handouts, word
from survey.jobs.worker import Worker
from survey.lifecycle import batches as steps
from survey.lifecycle import word_editions
from survey.lifecycle.documents import Content
from survey.store import batches as store
from survey.tables import (
    BatchItem,
    BatchKind,
    BatchState,
    Document,
    Fault,
    Role,
    ScoreRow,
    SheetKind,
)
from tests.storage.test_batches import archive, asked, at, fake_press, give_on, looked_at
from tests.support.bureau import logged
from tests.support.files import a_pdf
from tests.support.killing import FORK
from tests.support.patience import joined
from tests.support.people import a_firm, a_user, handed_in, moment

EDITIONS = {
    BatchKind.SHORT: ("（简版）.pdf", "诊断报告（自评版）四页简版"),
    BatchKind.PICTURE: (".png", "诊断报告（自评版）一页图片"),
    BatchKind.WORD: (".docx", "诊断报告（自评版） Word 版"),
}


def fake_editions(monkeypatch, settings, then=lambda _count: None):
    """Editions made at once; ``then`` is called with how many have been made, before each is kept."""
    made = []

    def write(_it, path):
        made.append(path.name)
        path.write_bytes(a_pdf(f"{path.name} {os.getpid()} {len(made)}"))
        then(len(made))

    def written(workshop, listed, *_more):
        made.append("word")
        template = word_editions.template_of(workshop.session, listed)
        workshop.session.rollback()
        then(len(made))
        content = f"word {os.getpid()} {len(made)}".encode()
        return Content(template, contents_of(settings).put(content), len(content))

    monkeypatch.setattr(html, "print_short", write)
    monkeypatch.setattr(html, "write_picture", lambda it, path: path.write_bytes(b"png of " + str(len(made)).encode()))  # fmt: skip
    monkeypatch.setattr(handouts, "diagnosis_of", lambda *_, **__: None)
    monkeypatch.setattr(word, "_diagnosis", lambda _workshop: None)
    monkeypatch.setattr(word, "written", written)
    return made


@pytest.fixture
def officer(session):
    return a_user(session, Role.OFFICER)


@pytest.fixture
def firms(session):
    names = ("虚构甲厂", "虚构乙厂", "虚构丙厂")
    return [handed_in(session, a_user(session, Role.FIRM, a_firm(session, name))) for name in names]


@pytest.fixture
def worker(app):
    worker = Worker(app.config["SURVEY"], app.extensions["survey_sessions"])
    yield worker
    worker.queue.close()


def do(worker, lanes):
    for job in lanes:
        worker.do(job)


@pytest.mark.parametrize("kind", EDITIONS)
def test_the_archive_holds_one_edition_a_firm_and_an_index_of_what_it_holds(
    session, engine, settings, officer, firms, worker, monkeypatch, kind
):
    printed, made = fake_press(monkeypatch), fake_editions(monkeypatch, settings)
    batch_id, lanes = asked(session, officer, firms, kind)
    do(worker, lanes)

    batch, counted, issued = looked_at(engine, batch_id)
    assert (batch.state, counted.done, counted.anew) == (BatchState.MADE, 3, 3)
    assert (issued, len(printed), len(made)) == (3, 3, 3)
    suffix, title = EDITIONS[kind]
    with archive(settings, batch) as opened:
        names = [name for name in opened.namelist() if name.endswith(suffix)]
        held = {name: hashlib.sha256(opened.read(name)).hexdigest() for name in names}
        book = CalamineWorkbook.from_filelike(io.BytesIO(opened.read("目录.xlsx")))
    rows = book.get_sheet_by_index(0).to_python()
    assert title in rows[0][0]
    assert {row[10]: row[11] for row in rows[3:]} == held
    assert len(set(held.values())) == 3


@pytest.mark.parametrize("kind", EDITIONS)
def test_an_edition_that_stands_is_taken_and_only_what_changed_is_made_again(
    session, engine, settings, officer, firms, worker, monkeypatch, kind
):
    printed, made = fake_press(monkeypatch), fake_editions(monkeypatch, settings)
    do(worker, asked(session, officer, firms)[1])  # the reports alone, of which it then is
    assert (len(printed), len(made)) == (3, 0)
    do(worker, asked(session, officer, firms, kind)[1])
    assert (len(printed), len(made)) == (3, 3)
    with db.writing(session):
        session.execute(update(ScoreRow).where(ScoreRow.sheet_id == 1).values(scored_at=moment()))

    batch_id, lanes = asked(session, officer, firms, kind)
    do(worker, lanes)

    _, counted, issued = looked_at(engine, batch_id)
    assert (counted.done, counted.anew, issued) == (3, 1, 4)
    assert (len(printed), len(made)) == (4, 4)


def test_another_template_makes_word_anew_and_no_report(
    session, engine, settings, officer, firms, worker, monkeypatch
):
    fake_press(monkeypatch)
    made = fake_editions(monkeypatch, settings)
    do(worker, asked(session, officer, firms, BatchKind.WORD)[1])
    monkeypatch.setattr(word_editions, "template_of", lambda *_: "f" * 64)
    monkeypatch.setattr("survey.jobs.editions.template_of", lambda *_: "f" * 64)

    batch_id, lanes = asked(session, officer, firms, BatchKind.WORD)
    do(worker, lanes)

    _, counted, issued = looked_at(engine, batch_id)
    assert (counted.anew, issued, len(made)) == (3, 3, 6)


def killed(settings, monkeypatch, job, after):
    """Do a job in a process that kills itself with -9 over the edition of so many reports."""

    def child():
        fake_press(monkeypatch)
        fake_editions(
            monkeypatch, settings, lambda n: n == after and os.kill(os.getpid(), signal.SIGKILL)
        )
        engine = db.engine_for(settings.database_url)
        Worker(settings, sessionmaker(engine, expire_on_commit=False)).do(job)

    process = FORK.Process(target=child)
    process.start()
    joined(process)
    return process.exitcode


@pytest.mark.parametrize("kind", [BatchKind.SHORT, BatchKind.WORD])
def test_a_worker_killed_between_report_and_edition_leaves_the_report_to_the_next(
    session, engine, settings, officer, firms, worker, monkeypatch, kind
):
    batch_id, lanes = asked(session, officer, firms, kind)
    session.rollback()
    dead = killed(settings, monkeypatch, lanes[0], after=2)
    _, counted, issued = looked_at(engine, batch_id)
    assert (dead, counted.done, counted.working, issued) == (-signal.SIGKILL, 1, 1, 2)

    printed, made = fake_press(monkeypatch), fake_editions(monkeypatch, settings)
    give_on(session)
    do(worker, lanes)
    do(worker, lanes)  # delivered twice

    batch, counted, issued = looked_at(engine, batch_id)
    assert (batch.state, counted.done, counted.failed, issued) == (BatchState.MADE, 3, 0, 3)
    assert (len(printed), len(made)) == (1, 2)
    assert len(logged(session, "report_issue")) == 3
    assert len(logged(session, "batch_made")) == 1


def test_a_report_that_changes_over_its_edition_gets_a_number_of_its_own(
    session, engine, settings, officer, firms, worker, monkeypatch
):
    def changed(count):
        if count == 1:
            with Session(engine) as other, db.writing(other):
                other.execute(update(ScoreRow).values(scored_at=moment()))

    fake_press(monkeypatch)
    fake_editions(monkeypatch, settings, changed)
    batch_id, lanes = asked(session, officer, firms[:1], BatchKind.WORD)
    do(worker, lanes)

    batch, counted, issued = looked_at(engine, batch_id)
    assert (batch.state, counted.done, issued) == (BatchState.MADE, 1, 2)
    with Session(engine) as fresh:
        assert len(set(fresh.scalars(select(Document.number)))) == 2
        taken = fresh.scalar(select(BatchItem.document_id))
        assert taken == fresh.scalar(select(func.max(Document.id)))


def test_an_edition_that_cannot_be_made_is_its_firm_s_own_fault_and_is_tried_again_alone(
    session, engine, settings, officer, firms, worker, monkeypatch
):
    def jam(count):
        if count == 2:
            raise presses.PrintingFailed("too_large")

    printed = fake_press(monkeypatch)
    made = fake_editions(monkeypatch, settings, jam)
    batch_id, lanes = asked(session, officer, firms, BatchKind.SHORT)
    do(worker, lanes)
    _, counted, issued = looked_at(engine, batch_id)
    assert (counted.done, counted.failed, issued) == (2, 1, 3)
    with Session(engine) as fresh:
        assert fresh.scalars(select(BatchItem.fault).where(BatchItem.fault.is_not(None))).all() == [
            Fault.TOO_LARGE
        ]

    do(worker, [job.id for job in steps.retry(at(session), batch_id)])

    _, counted, issued = looked_at(engine, batch_id)
    assert (counted.done, counted.failed, issued, len(printed), len(made)) == (3, 0, 3, 3, 4)


def test_a_cancelled_batch_of_editions_goes_on_where_it_stopped(
    session, engine, settings, officer, firms, worker, monkeypatch
):
    def give_up(count):
        if count == 2:
            with Session(engine, expire_on_commit=False) as own:
                steps.cancel(at(own), batch_id)

    printed = fake_press(monkeypatch)
    made = fake_editions(monkeypatch, settings, give_up)
    batch_id, lanes = asked(session, officer, firms, BatchKind.SHORT)
    do(worker, lanes)
    batch, counted, _ = looked_at(engine, batch_id)
    assert (batch.state, counted.done, counted.waiting) == (BatchState.CANCELLED, 1, 2)

    do(worker, [job.id for job in steps.resume(at(session), batch_id)])

    batch, counted, issued = looked_at(engine, batch_id)
    assert (batch.state, counted.done, issued) == (BatchState.MADE, 3, 3)
    assert (len(printed), len(made)) == (3, 4)  # what was in hand was not kept


def test_an_edition_counts_as_another_batch_than_its_report(session, officer, firms):
    first = asked(session, officer, firms)[0]
    others = {asked(session, officer, firms, kind)[0] for kind in EDITIONS}

    assert len({first, *others}) == 4
    assert store.counts(session, [first])[first].total == 3
    assert SheetKind.SELF in {batch.batch.sheet for batch in store.batches(session, None)[0]}
