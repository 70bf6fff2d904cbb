"""Everything known of several firms in one archive: packed once, whoever dies over it, gone in time."""

import io
import os
import signal
import zipfile
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from survey import db
from survey.clock import utc_now
from survey.files.stores import contents_of
from survey.jobs import bundles as packing
from survey.jobs import file_archives
from survey.jobs.worker import Worker
from survey.lifecycle import batch_work, batches, erasing, jobs
from survey.lifecycle.errors import Invalid
from survey.lifecycle.selections import Seen
from survey.lifecycle.step import Actor, Step
from survey.store import batches as store
from survey.tables import (
    Batch,
    BatchKind,
    BatchState,
    Bundle,
    Fault,
    Firm,
    Job,
    JobState,
    Outlook,
    Role,
)
from tests.support.bureau import logged
from tests.support.killing import FORK
from tests.support.patience import joined
from tests.support.people import a_firm, a_user, begun
from tests.support.projects import a_project

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What both databases do alike is asked of one."""
NAMES = ("虚构同名厂", "虚构同名厂", "虚构有项目的厂")


@pytest.fixture
def officer(session):
    return a_user(session, Role.OFFICER)


@pytest.fixture
def firms(session):
    """Three firms, two of one name; each reached by somebody."""
    found = [
        a_firm(session, name, contact_name=f"虚构联系人{number}")
        for number, name in enumerate(NAMES)
    ]
    a_project(session, found[2])
    return [firm.id for firm in found]


@pytest.fixture
def worker(app):
    worker = Worker(app.config["SURVEY"], app.extensions["survey_sessions"])
    yield worker
    worker.queue.close()


def asked(session, officer, firms):
    step = Step(session, Actor(officer.id, officer.name, role=officer.role), utc_now())
    chosen = [Seen(firm, 0) for firm in firms]
    batch, lanes = batches.ask(step, BatchKind.FILES, None, chosen, "勾选")
    session.rollback()
    (lane,) = lanes
    return batch.id, lane.id


def at(session, later=timedelta(0)):
    return Step(session, Actor(None, "测试"), utc_now() + later)


def looked_at(engine, batch_id):
    """The batch, its firms by state, and how many bundles there are."""
    with Session(engine) as fresh:
        counted = store.counts(fresh, [batch_id])[batch_id]
        return fresh.get_one(Batch, batch_id), counted, fresh.scalar(select(func.count(Bundle.id)))


def archive(settings, batch):
    return zipfile.ZipFile(io.BytesIO(contents_of(settings).read(batch.sha256)))


def index(opened):
    book = CalamineWorkbook.from_filelike(io.BytesIO(opened.read("目录.xlsx")))
    firms = book.get_sheet_by_name("企业").to_python()[3:]
    files = book.get_sheet_by_name("全部文件").to_python()[3:]
    return [row[1:] for row in firms], [row[1:] for row in files]


def bundles_in(opened):
    """The index of each firm's folder."""
    names = [name for name in opened.namelist() if name.endswith("/目录.xlsx")]
    return [CalamineWorkbook.from_filelike(io.BytesIO(opened.read(name))) for name in names]


def everything_said(book):
    return str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])


def give_on(session):
    """Let the leases of the dead run out, and give on what they held."""
    with db.writing(session):
        ended = update(Job).where(Job.state == JobState.WORKING)
        session.execute(ended.values(leased_until=utc_now() - timedelta(minutes=1)))
    jobs.sweep(at(session), frozenset())
    session.rollback()


def test_an_archive_has_a_folder_a_firm_with_its_own_bundle_and_one_index(
    session, engine, settings, officer, firms, worker
):
    batch_id, lane = asked(session, officer, firms)

    worker.do(lane)

    batch, counted, made = looked_at(engine, batch_id)
    assert (batch.state, counted.done, counted.anew, made) == (BatchState.MADE, 3, 3, 3)
    with archive(settings, batch) as opened, Session(engine) as fresh:
        assert opened.testzip() is None
        rows, files = index(opened)
        in_folders = [name for name in opened.namelist() if "/" in name]
        for (name, code, folder, *_), firm_id in zip(rows, firms, strict=True):
            firm = fresh.get_one(Firm, firm_id)
            bundle = fresh.scalars(select(Bundle).where(Bundle.firm_id == firm_id)).one()
            alone = zipfile.ZipFile(io.BytesIO(contents_of(settings).read(bundle.sha256)))
            assert (name, code) == (firm.name, firm.code)
            for file in alone.namelist():
                assert opened.read(f"{folder}/{file}") == alone.read(file)
    assert len({row[2] for row in rows}) == 3
    assert [f"{folder}/{file}" for _, folder, file, _ in files] == in_folders
    assert [row.after["kind"] for row in logged(session, "batch_ask")] == ["files"]
    assert {row.firm_id for row in logged(session, "bundle_keep")} == set(firms)


def test_what_stands_is_taken_and_packing_it_again_gives_the_same_bytes(
    session, engine, settings, officer, firms, worker
):
    batch_id, lane = asked(session, officer, firms)
    worker.do(lane)
    first = looked_at(engine, batch_id)[0]
    again = file_archives.pack(_at_the_bench(session, settings, lane), first)
    session.rollback()
    with db.writing(session):
        session.execute(update(Batch).values(state=BatchState.MAKING))
    again(at(session))
    session.commit()
    assert looked_at(engine, batch_id)[0].sha256 == first.sha256

    a_project(session, session.get(Firm, firms[0]))
    session.commit()
    other, lane = asked(session, officer, firms)
    worker.do(lane)

    _, counted, made = looked_at(engine, other)
    assert (counted.done, counted.anew, made) == (3, 1, 4)


def _at_the_bench(session, settings, lane):
    """A workshop with the job in hand once more."""
    with db.writing(session):
        session.execute(update(Job).where(Job.id == lane).values(state=JobState.QUEUED))
    taken = jobs.take(
        Step(session, jobs.WORKER, utc_now()), lane, lambda _kind: timedelta(minutes=3)
    )
    return packing.Workshop(settings, session, taken, timedelta(minutes=3))


@pytest.mark.parametrize("after", [1, 2, 0])
def test_a_killed_worker_goes_on_where_it_stopped_and_packs_each_firm_once(
    session, engine, settings, officer, firms, worker, monkeypatch, after
):
    """Killed with -9 over a firm, or when the whole archive is written and not yet put down."""
    batch_id, lane = asked(session, officer, firms)

    def child():
        kept, packed = packing.pack, []

        def pack(workshop):
            effect = kept(workshop)
            packed.append(effect)
            if len(packed) == after:
                os.kill(os.getpid(), signal.SIGKILL)
            return effect

        monkeypatch.setattr(packing, "pack", pack)
        if not after:
            monkeypatch.setattr(
                batch_work, "finish", lambda *_: os.kill(os.getpid(), signal.SIGKILL)
            )
        engine = db.engine_for(settings.database_url)
        Worker(settings, sessionmaker(engine, expire_on_commit=False)).do(lane)

    process = FORK.Process(target=child)
    process.start()
    joined(process)
    batch, counted, made = looked_at(engine, batch_id)
    before = after - 1 if after else 3
    assert (process.exitcode, batch.state) == (-signal.SIGKILL, BatchState.MAKING)
    assert (counted.done, made) == (before, before)

    give_on(session)
    worker.do(lane)
    worker.do(lane)  # delivered twice

    batch, counted, made = looked_at(engine, batch_id)
    assert (batch.state, counted.done, made) == (BatchState.MADE, 3, 3)
    assert len(logged(session, "batch_made")) == 1
    with archive(settings, batch) as opened:
        assert [row[0] for row in index(opened)[0]] == list(NAMES)


@ON_SQLITE
def test_a_failure_is_the_firms_own_is_named_in_the_index_and_tried_again_alone(
    session, engine, settings, officer, firms, worker, monkeypatch
):
    kept = packing.file_of

    def jam(session_, firm, *more, **named):
        if firm.id == firms[1]:
            raise ValueError
        return kept(session_, firm, *more, **named)

    monkeypatch.setattr(packing, "file_of", jam)
    batch_id, lane = asked(session, officer, firms)
    worker.do(lane)
    batch, counted, _ = looked_at(engine, batch_id)
    assert (batch.state, counted.done, counted.failed) == (BatchState.MADE, 2, 1)
    with archive(settings, batch) as opened:
        assert [row[-1] for row in index(opened)[0]] == ["", "处理时出错", ""]

    monkeypatch.setattr(packing, "file_of", kept)
    (again,) = [job.id for job in batches.retry(at(session), batch_id)]
    worker.do(again)

    _, counted, made = looked_at(engine, batch_id)
    assert (counted.done, counted.failed, made) == (3, 0, 3)


@ON_SQLITE
def test_a_cancelled_one_stops_and_goes_on_later(
    session, engine, officer, firms, worker, monkeypatch
):
    kept = packing.pack

    def give_up(workshop):
        monkeypatch.setattr(packing, "pack", kept)
        with Session(engine, expire_on_commit=False) as own:
            batches.cancel(at(own), batch_id)
        return kept(workshop)

    batch_id, lane = asked(session, officer, firms)
    monkeypatch.setattr(packing, "pack", give_up)
    worker.do(lane)
    batch, _, made = looked_at(engine, batch_id)
    assert (batch.state, batch.sha256, made) == (BatchState.CANCELLED, "", 0)

    for job in batches.resume(at(session), batch_id):
        worker.do(job.id)

    assert looked_at(engine, batch_id)[0].state == BatchState.MADE


@ON_SQLITE
def test_whoever_is_erased_ends_the_archive_and_is_in_none_however_it_was_timed(
    session, engine, settings, officer, firms, worker, monkeypatch
):
    done, lane = asked(session, officer, firms)
    worker.do(lane)
    erasing.erase_contact(at(session), firms[0], reason="本人提出")
    session.rollback()
    assert looked_at(engine, done)[0].sha256 == ""

    late, lane = asked(session, officer, firms)
    kept = file_archives.pack

    def erased_before(workshop, batch):
        monkeypatch.setattr(file_archives, "pack", kept)
        with Session(engine, expire_on_commit=False) as own:
            erasing.erase_contact(at(own), firms[1], reason="本人提出")
        return kept(workshop, batch)

    monkeypatch.setattr(file_archives, "pack", erased_before)
    worker.do(lane)
    assert looked_at(engine, late)[0].state == BatchState.MAKING
    with db.writing(session):
        session.execute(update(Job).values(due_at=utc_now()))
    worker.do(lane)

    batch, counted, _ = looked_at(engine, late)
    assert (batch.state, counted.done) == (BatchState.MADE, 3)
    with archive(settings, batch) as opened:
        said = "".join(map(everything_said, bundles_in(opened)))
    assert "虚构联系人2" in said
    assert not {word for word in ("虚构联系人0", "虚构联系人1") if word in said}


@ON_SQLITE
def test_a_bundle_that_ended_while_others_were_packed_is_packed_anew(
    session, engine, officer, firms, worker, monkeypatch
):
    kept, seen = packing.pack, []

    def pack(workshop):
        seen.append(workshop.taken.subject_id)
        if len(seen) == 3:
            with Session(engine) as own, own.begin():
                first = update(Bundle).where(Bundle.firm_id == firms[0])
                own.execute(first.values(expires_at=utc_now()))
        return kept(workshop)

    monkeypatch.setattr(packing, "pack", pack)
    batch_id, lane = asked(session, officer, firms)
    worker.do(lane)

    assert sorted(seen) == sorted([*firms, firms[0]])
    assert looked_at(engine, batch_id)[0].state == BatchState.MADE


@ON_SQLITE
def test_an_archive_is_kept_as_long_as_the_bundles_in_it(session, engine, officer, firms, worker):
    batch_id, lane = asked(session, officer, firms[:1])
    worker.do(lane)
    file, days = looked_at(engine, batch_id)[0].sha256, batches.kept(session, BatchKind.FILES).days
    session.rollback()

    assert days == 7
    assert batches.clear(at(session)) == []
    assert batches.clear(at(session, timedelta(days=days + 1))) == [file]


@ON_SQLITE
def test_no_more_is_packed_than_one_archive_may_hold(
    session, engine, officer, firms, worker, monkeypatch
):
    begun(session, session.get(Firm, firms[0]))
    with pytest.raises(Invalid):
        asked(session, officer, [])
    session.rollback()
    monkeypatch.setitem(batches.MOST, BatchKind.FILES, 2)
    with pytest.raises(Invalid, match="最多 2 家"):
        asked(session, officer, firms)
    session.rollback()
    monkeypatch.setattr(store, "weight", lambda *_: batches.MOST_BYTES + 1)
    with pytest.raises(Invalid, match="太大"):
        asked(session, officer, firms[:1])
    session.rollback()
    monkeypatch.undo()

    batch_id, lane = asked(session, officer, firms)
    monkeypatch.setattr(file_archives, "MOST_BYTES", 10)
    worker.do(lane)

    assert looked_at(engine, batch_id)[0].sha256 == ""
    with Session(engine) as fresh:
        assert fresh.get_one(Job, lane).fault == Fault.TOO_LARGE
        held = fresh.scalars(select(Bundle.outlook)).all()
    assert held == [Outlook.BUREAU] * 3
