"""A database that goes away, fills up, may only be read or comes back: nothing acknowledged is lost."""

import shutil

import psycopg
import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey import db, migrations
from survey.config import Config
from survey.joining import create_app
from survey.tables import Firm
from tests.support.client import CheckingClient
from tests.support.cluster import Cluster
from tests.support.desk import QUESTION, Desk, revisions
from tests.support.patience import until
from tests.support.people import moment


@pytest.fixture
def desk(app, session):
    return Desk(app, session)


@pytest.fixture
def on_sqlite(instance, migrated_file):
    """The same everything on SQLite alone: engine, application, desk."""
    shutil.copyfile(migrated_file, instance / "survey.db")
    config = Config(
        instance=instance,
        database_url=f"sqlite:///{instance / 'survey.db'}",
        secret_key="tests-only-" + "0" * 32,
        testing=True,
    )
    yield from _installation(config)


def _installation(config):
    engine = db.engine_for(config.database_url)
    app = create_app(config, engine)
    app.test_client_class = CheckingClient
    with Session(engine, expire_on_commit=False) as session:
        yield Desk(app, session), engine, app
    engine.dispose()


def test_a_database_file_that_is_gone_is_not_replaced_by_an_empty_one(on_sqlite, instance):
    desk, engine, app = on_sqlite
    assert desk.save(1).status_code == 200
    path = instance / "survey.db"
    path.rename(instance / "moved.db")

    page, script = desk.client.get("/account"), desk.save(2, 3, base=1)
    health = app.test_client().get("/health/ready")

    assert {page.status_code, script.status_code, health.status_code} == {503}
    assert "Retry-After" in page.headers
    assert "请" in page.text
    assert not path.exists()
    (instance / "moved.db").rename(path)
    assert desk.save(2, 3, base=1).status_code == 200
    assert revisions(engine) == 2


def test_a_database_file_put_back_from_a_backup_is_the_one_that_is_used(on_sqlite, instance):
    desk, engine, _ = on_sqlite
    desk.save(1)
    _back_up(instance)
    desk.save(2, 3, base=1)

    _remove_journal(instance)
    (instance / "backup.db").replace(instance / "survey.db")

    assert revisions(engine) == 1
    assert desk.save(3, 4, base=1).status_code == 200
    assert revisions(engine) == 2


def test_a_file_put_back_is_not_mixed_with_the_journal_of_the_one_before(on_sqlite, instance):
    desk, engine, _ = on_sqlite
    desk.save(1)
    _back_up(instance)
    desk.save(2, 3, base=1)

    (instance / "backup.db").replace(instance / "survey.db")
    if db.journal_mode() == "WAL":
        refused = desk.save(3, 4, base=1)
        assert refused.status_code == 503
        assert "Retry-After" in refused.headers
        _remove_journal(instance)

    assert desk.save(3, 4, base=1).status_code == 200
    assert revisions(engine) == 2
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"


def _back_up(instance):
    source, copy = (db.sqlite.connect(instance / name) for name in ("survey.db", "backup.db"))
    source.backup(copy)
    source.close()
    copy.execute("PRAGMA journal_mode=DELETE")  # one file
    copy.close()


def _remove_journal(instance):
    for journal in instance.glob("survey.db-[ws]*"):
        journal.unlink()


def test_a_database_that_may_only_be_read_says_so_and_recovers(on_sqlite):
    desk, engine, _ = on_sqlite

    @event.listens_for(engine, "checkout")
    def _read_only(raw, _record, _proxy):
        raw.execute(f"PRAGMA query_only={'ON' if closed else 'OFF'}")

    closed = True
    refused = desk.save(1)
    page = desk.client.get(f"/firm/assessments/{desk.assessment}/sections/production")
    closed = False

    assert refused.status_code == 503
    assert page.status_code == 200
    assert desk.save(1).status_code == 200


def test_a_full_disk_loses_nothing_and_is_over_when_there_is_room(on_sqlite):
    desk, engine, _ = on_sqlite
    assert desk.save(1).status_code == 200

    with engine.connect() as connection:
        pages, full = connection.scalar(text("PRAGMA page_count")), True

    @event.listens_for(engine, "checkout")
    def _full(raw, _record, _proxy):
        raw.execute(f"PRAGMA max_page_count={pages + 8 if full else 2**30}")

    statuses = {}
    for number in range(2, 40):
        body = {"question": QUESTION, "request_id": f"long.{number}", "base_revision": number - 1}
        answer = desk.client.send(desk.address, body | {"remark": f"{number} " + "长" * 1900})
        statuses[number] = answer.status_code
        if answer.status_code != 200:
            break
    full = False

    assert set(statuses.values()) == {200, 507}
    assert "空间不足" in answer.json["message"]
    assert revisions(engine) == 1 + list(statuses.values()).count(200)
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
    again = desk.client.send(desk.address, body | {"remark": "有空间了"})
    assert again.status_code == 200


@pytest.fixture(scope="module")
def own_cluster(run_folder, worker_id):
    """A cluster of these tests alone: they stop it."""
    cluster = Cluster(run_folder / f"pg-{worker_id}")
    cluster.create()
    yield cluster
    cluster.destroy()


@pytest.fixture(scope="session")
def worker_id(request):
    given = getattr(request.config, "workerinput", {})
    return given.get("workerid", "alone")


def test_postgresql_may_stop_and_come_back(own_cluster, instance):
    with psycopg.connect(own_cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE survey")
    config = Config(
        instance=instance,
        database_url=own_cluster.url("survey"),
        secret_key="tests-only-" + "0" * 32,
        testing=True,
    )
    maker = db.engine_for(config.database_url)
    migrations.migrate(maker, instance)
    maker.dispose()
    installation = _installation(config)
    desk, engine, app = next(installation)
    assert desk.save(1).status_code == 200

    with psycopg.connect(own_cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("CHECKPOINT")  # the tests' clusters keep their promises only so far
    own_cluster.stop()
    page, script, health = (
        desk.client.get("/account"),
        desk.save(2, 3, base=1),
        app.test_client().get("/health/ready"),
    )
    own_cluster.start()
    later = []
    until(lambda: later.append(desk.save(2, 3, base=1).status_code) or later[-1] == 200)

    assert {page.status_code, script.status_code, health.status_code} == {503}
    assert set(later) <= {200, 503}
    assert "Retry-After" in page.headers
    assert "请求编号" in page.text
    assert revisions(engine) == 2
    installation.close()
    engine.dispose()


def test_a_connection_cut_in_the_middle_of_a_save_leaves_nothing_of_it(postgres, app, session):
    engine = session.get_bind()
    if engine.dialect.name != "postgresql":
        with pytest.raises(RuntimeError, match="cut"):
            _cut_short(session, lambda: _fail("cut"))
    else:
        number = session.scalar(text("SELECT pg_backend_pid()"))

        def terminate():
            with psycopg.connect(postgres.url("postgres"), autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", (number,))

        with pytest.raises(OperationalError):
            _cut_short(session, terminate)

    assert session.scalar(select(func.count(Firm.id))) == 0
    session.rollback()
    desk = Desk(app, session)
    assert desk.save(1).status_code == 200


def _cut_short(session, cut):
    with db.writing(session):
        session.add(_a_firm_row())
        session.flush()
        cut()


def _fail(words):
    raise RuntimeError(words)


def _a_firm_row():
    return Firm(code="X" * 18, name="虚构", trade="valve", processes=[], created_at=moment())


def test_backends_ended_between_requests_are_not_noticed(postgres, desk, engine):
    assert desk.save(1).status_code == 200
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            name = connection.scalar(text("SELECT current_database()"))
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (name,),
            )

    assert desk.save(2, 3, base=1).status_code == 200
    assert desk.client.get("/account").status_code == 200
