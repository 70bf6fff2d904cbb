"""The schema: made once however many start at once, whole after any crash, the same as the tables."""

import multiprocessing
import os
import signal
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from alembic import command as alembic
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, event, inspect, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from survey import db, migrations
from survey.config import Config, sqlite_url
from survey.lifecycle import jobs as steps
from survey.lifecycle.step import About, Step
from survey.running import commands, serving
from survey.store.documents import next_number
from survey.tables import AuditEntry, Document, Job, Table
from tests.support.people import TESTER, a_consultant, a_user, confirmed, moment
from tests.support.world import contents

FORK = multiprocessing.get_context("fork")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, instance):
    """A database that nobody has migrated."""
    if request.param == "sqlite":
        yield sqlite_url(instance / "empty.db")
        return
    cluster = request.getfixturevalue("postgres")
    name = f"empty_{os.getpid()}_{id(request) % 100000}"
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield cluster.url(name)
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def opened(url, *, create=False):
    engine = db.engine_for(url, create=create)
    try:
        yield engine
    finally:
        engine.dispose()


def is_current(engine):
    head = ScriptDirectory(str(migrations.SCRIPTS)).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def _migrate(url, instance, done, die_at=0):
    with opened(url, create=True) as engine:
        if die_at:
            _die_after(engine, die_at)
        migrations.migrate(engine, instance)
    done.value = 1


def _die_after(engine, statements):
    seen = [0]

    @event.listens_for(engine, "after_cursor_execute")
    def _count(_connection, _cursor, statement, *_more):
        seen[0] += statement.lstrip().upper().startswith(("CREATE", "INSERT INTO ALEMBIC"))
        if seen[0] == statements:
            os.kill(os.getpid(), signal.SIGKILL)


def test_of_several_that_start_at_once_one_migrates_and_all_go_on(empty_url, instance):
    done = [FORK.Value("i", 0) for _ in range(4)]
    starting = [FORK.Process(target=_migrate, args=(empty_url, instance, d)) for d in done]
    for process in starting:
        process.start()
    for process in starting:
        process.join(60)

    assert [process.exitcode for process in starting] == [0] * 4
    assert [d.value for d in done] == [1] * 4
    with opened(empty_url) as engine:
        assert is_current(engine)
        assert set(inspect(engine).get_table_names()) >= set(Table.metadata.tables)


@pytest.mark.parametrize("statement", [1, 4, 12])
def test_a_migration_killed_half_way_is_done_again_whole(empty_url, instance, statement):
    done = FORK.Value("i", 0)
    killed = FORK.Process(target=_migrate, args=(empty_url, instance, done, statement))
    killed.start()
    killed.join(60)
    assert killed.exitcode == -signal.SIGKILL

    with opened(empty_url) as engine:
        assert not is_current(engine)
        migrations.migrate(engine, instance)
        assert is_current(engine)


def test_migrating_again_changes_nothing(engine, session, instance):
    confirmed(session, a_user(session), a_consultant(session))
    before = contents(session)

    migrations.migrate(engine, instance)

    assert contents(session) == before


def test_the_migrations_make_the_tables_as_they_are_declared(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Table.metadata)

    assert differences == []


def test_there_is_one_line_of_migrations():
    script = ScriptDirectory(str(migrations.SCRIPTS))

    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def test_an_older_release_refuses_a_newer_database_and_says_so(engine, session, instance):
    before = contents(session)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(migrations.SchemaTooNew, match="9999"):
        migrations.migrate(engine, instance)

    assert contents(session) == before
    assert not is_current(engine)


def test_an_operator_is_told_in_words_that_the_database_is_newer(app, engine):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    commands.init_app(app)
    for command in ("migrate", "serve"):
        result = app.test_cli_runner().invoke(args=[command])
        assert result.exit_code == 1
        assert "9999" in result.output
        assert "新版程序" in result.output
        assert "Traceback" not in result.output


def test_only_preparing_an_instance_makes_a_database(instance):
    config = Config(
        instance=instance, database_url=sqlite_url(instance / "new.db"), secret_key="x" * 40
    )
    with opened(config.database_url) as engine:
        with pytest.raises(db.DatabaseMissing):
            engine.connect()
        assert not (instance / "new.db").exists()

    serving.migrate(config)

    with opened(config.database_url) as engine:
        assert is_current(engine)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET who = 'somebody else'",
        "DELETE FROM audit_log",
        "UPDATE audit_log SET succeeded = NOT succeeded WHERE id = 1",
    ],
)
def test_the_database_itself_refuses_to_change_the_log(engine, session, statement):
    with db.writing(session):
        Step(session, TESTER, moment()).log("sign_in", About("user", 1))

    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))

    with Session(engine) as fresh:
        assert fresh.scalars(select(AuditEntry.who)).all() == [TESTER.name]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET role = 'root'",
        "UPDATE users SET firm_id = NULL",
        "UPDATE assessments SET state = 'anything'",
        "UPDATE assessments SET firm_id = 999999",
        "UPDATE sheets SET kind = 'third'",
        "UPDATE firms SET employees = -1",
        "DELETE FROM firms",
        "INSERT INTO assessments SELECT 900, firm_id, round_id, edition, trade, state,"
        " NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, created_at FROM assessments",
    ],
)
def test_the_database_keeps_rows_in_shape_whatever_the_program_does(engine, session, statement):
    confirmed(session, a_user(session), a_consultant(session))
    before = contents(session)

    with pytest.raises(DatabaseError), engine.begin() as connection:
        connection.execute(text(statement))

    assert contents(session) == before


ROWS_BEFORE = [
    (
        "submit",
        "assessment",
        "draft",
        "submitted 41/80",
        {"state": "draft"},
        {"state": "submitted", "share": "41/80"},
    ),
    (
        "assign",
        "assessment",
        "submitted",
        "on_site guwen",
        {"state": "submitted"},
        {"state": "visiting", "consultant": "guwen"},
    ),
    ("admit", "pool", "", "in_pool workshop", None, {"state": "in_pool", "target": "workshop"}),
    (
        "recognise",
        "pool",
        "in_pool line",
        "recognised line",
        {"state": "in_pool", "target": "line"},
        {"state": "recognised", "rung": "line"},
    ),
    ("role", "user", "officer", "administrator", {"role": "officer"}, {"role": "administrator"}),
    (
        "profile",
        "firm",
        "products=阀",
        "products=球阀",
        {"said": "products=阀"},
        {"said": "products=球阀"},
    ),
]


@pytest.mark.parametrize(("action", "subject", "was", "became", "before", "after"), ROWS_BEFORE)
def test_older_rows_of_the_log_are_told_as_values_and_lose_no_word(
    action, subject, was, became, before, after
):
    script = ScriptDirectory(str(migrations.SCRIPTS)).get_revision("0004").module

    assert script.values(action, subject, was) == before
    assert script.values(action, subject, became) == after


REPORTS = [
    # number, sheet, state, file, fault
    ("2026-000001", "self", "done", "a" * 64, None),
    ("2026-000002", "self", "done", "b" * 64, None),
    ("2026-000003", "onsite", "done", "c" * 64, None),
    ("2026-000004", "self", "working", None, None),
    ("2026-000005", "self", "queued", None, None),
    ("2026-000006", "onsite", "failed", None, "报告内容太多，生成超时"),
]


@pytest.fixture
def before_documents(empty_url):
    """A database of the release whose reports were their own jobs, with one in each state."""
    with opened(empty_url, create=True) as engine:
        with engine.connect().execution_options(**{db.WRITE: True}) as connection:
            alembic.upgrade(migrations._alembic(connection), "0005")
            connection.commit()
            tables = MetaData()
            tables.reflect(connection)
            _fill(connection, tables.tables)
            connection.commit()
        yield engine


def _fill(connection, tables):
    now = moment()

    def add(name, /, **values):
        columns = tables[name].columns
        given = {"created_at": now, "version": 1, "id": 1} | values
        row = {column: value for column, value in given.items() if column in columns}
        connection.execute(tables[name].insert(), row)

    add("users", username="user", name="虚构人", role="officer", active=True)
    add("firms", code="1" * 18, name="虚构厂", trade="valve", processes=[], fictional=True)
    add("rounds", title="轮次", edition="2026", opens_on=now.date())
    add("assessments", firm_id=1, round_id=1, edition="2026", trade="valve", state="confirmed")
    for number, (name, kind, state, sha256, fault) in enumerate(REPORTS, 1):
        add(
            "reports",
            id=number,
            assessment_id=1,
            kind=kind,
            basis=str(number) * 64,
            number=name,
            state=state,
            attempt=1,
            requested_by=1,
            requested_at=now,
            finished_at=now if state in ("done", "failed") else None,
            sha256=sha256,
            size=9 if sha256 else None,
            fault=fault,
        )


def test_reports_become_documents_under_the_same_number_and_address(before_documents, instance):
    migrations.migrate(before_documents, instance)

    with Session(before_documents) as session:
        kept = session.scalars(select(Document).order_by(Document.id)).all()
        assert [(d.id, d.number, d.kind, d.sha256, d.standing) for d in kept] == [
            (1, "2026-000001", "self_report", "a" * 64, "superseded"),
            (2, "2026-000002", "self_report", "b" * 64, "valid"),
            (3, "2026-000003", "onsite_report", "c" * 64, "valid"),
        ]
        assert {(d.subject, d.subject_id, d.issued_by) for d in kept} == {("assessment", 1, 1)}


def test_reports_in_the_making_become_jobs_that_are_still_to_be_done(before_documents, instance):
    migrations.migrate(before_documents, instance)

    with Session(before_documents) as session:
        jobs = session.scalars(select(Job).order_by(Job.id)).all()
        assert [job.state for job in jobs] == ["done"] * 3 + ["queued", "queued", "failed"]
        assert [job.arguments["number"] for job in jobs] == [row[0] for row in REPORTS]
        assert [job.result for job in jobs[:3]] == [{"document": n} for n in (1, 2, 3)]
        assert jobs[5].fault == "too_slow"
        waiting = steps.sweep(Step(session, TESTER, moment() + timedelta(minutes=1)), [])
        assert set(waiting) == {4, 5}


def test_numbers_and_ids_go_on_after_those_of_the_release_before(before_documents, instance):
    migrations.migrate(before_documents, instance)

    with Session(before_documents) as session, db.writing(session):
        assert next_number(session, 2026) == 7
        job = steps.ask(Step(session, TESTER, moment()), "report", {})
        assert job.id == 7
        first = session.get_one(Document, 1)
        columns = {c.name: getattr(first, c.name) for c in Document.__table__.columns}
        session.add(
            again := Document(**columns | {"id": None, "number": "2026-000007", "token": "another"})
        )
        session.flush()
        assert again.id == 4
