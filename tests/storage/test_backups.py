"""A backup of a running instance holds one moment of it, and restores all of that or nothing."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey import db, priority
from survey.files.backups import keys
from survey.files.backups.members import BadBackup
from survey.files.contents import place_of
from survey.files.folder import Folder
from survey.files.stores import contents_of
from survey.joining import create_app
from survey.lifecycle import backups as steps
from survey.lifecycle import sealing
from survey.lifecycle.step import Step
from survey.migrations import watching
from survey.readings import backups
from survey.readings.sealing import check
from survey.readings.stray import stray
from survey.running import commands
from survey.store import whole
from survey.store.contents import spoken_of
from survey.tables import AuditEntry, Evidence, Firm, SheetRow, User
from tests.support.patience import joined, until
from tests.support.people import TESTER, a_firm, a_user, begun, moment

QUESTION = "scheduling"
FORK = multiprocessing.get_context("fork")


def rows(engine, but=()):
    """Everything the tables hold, as the application reads it."""
    with Session(engine) as session:
        return {
            table.name: [
                tuple(row)
                for row in session.execute(select(table).order_by(*table.primary_key.columns))
                if (table.name, row[0]) not in but
            ]
            for table in whole.TABLES.values()
        }


def files(config):
    contents = contents_of(config)
    return {one.name: contents.read(one.name) for one in contents.all()}


def taken(config, engine, path, at=None, **given):
    return backups.write(path, engine, config, contents_of(config), at or moment(), **given)


def restored(config, path):
    engine = db.engine_for(config.database_url)
    try:
        with Session(engine) as session, path.open("rb") as source:
            step = Step(session, TESTER, moment())
            return steps.restore(step, config, contents_of(config), source)
    finally:
        engine.dispose()


@pytest.fixture
def other(other_settings):
    engine = db.engine_for(other_settings.database_url)
    yield engine
    engine.dispose()


def a_content(session, settings, content=b"%PDF-1.4 invented"):
    """A firm's file among the contents, with the row that names it; its hash."""
    person = a_user(session)
    assessment = begun(session, session.get(Firm, person.firm_id))
    sheet = session.scalar(select(SheetRow.id).where(SheetRow.assessment_id == assessment.id))
    sha256 = contents_of(settings).put(content)
    with db.writing(session):
        session.add(
            Evidence(
                sheet_id=sheet,
                question_id=QUESTION,
                sha256=sha256,
                name="质保书.pdf",
                size=len(content),
                media_type="application/pdf",
                has_thumbnail=False,
                uploaded_by=person.id,
                uploaded_at=moment(),
            )
        )
    return sha256


def test_a_world_comes_back_row_by_row_and_file_by_file_whichever_database_it_goes_to(
    engine, session, world, settings, other_settings, other, tmp_path
):
    (settings.instance / "signing.p12").write_bytes(b"a key of this instance")
    while sealing.seal(Step(session, TESTER, moment()), moment() + timedelta(days=9)):
        pass
    session.rollback()

    done = taken(settings, engine, tmp_path / "backup")
    assert backups.look_at(tmp_path / "backup") == done
    came = restored(other_settings, tmp_path / "backup")

    assert came.backup == done
    with Session(other) as there:
        entry = there.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.action, entry.after["digest"]) == ("restore", done.digest)
        head = check(session).head
        assert check(there, head).faults == []
        assert check(there).head == head
        assert stray(there, contents_of(other_settings), moment()).missing == ()
        noted = ("audit_log", entry.id)
    before, after = rows(engine), rows(other, but={noted})
    assert sum(map(len, before.values())) == sum(done.rows.values()) > 500
    assert [name for name in before if before[name] != after[name]] == []
    assert files(other_settings) == files(settings)
    assert len(files(settings)) == done.contents > 10
    assert {name: (other_settings.instance / name).read_bytes() for name in ("secret_key", "signing.p12")} \
        == {"secret_key": settings.secret_key.encode(), "signing.p12": b"a key of this instance"}  # fmt: skip


def test_new_rows_come_after_the_restored_ones_and_the_log_is_still_only_added_to(
    engine, session, settings, other_settings, other, tmp_path
):
    a_content(session, settings)
    session.rollback()
    taken(settings, engine, tmp_path / "backup")
    restored(other_settings, tmp_path / "backup")

    with Session(other) as there:
        last = there.scalar(select(func.max(User.id)))
        assert a_user(there).id == last + 1
        there.rollback()
        with pytest.raises(DBAPIError, match="append-only"), db.writing(there):
            there.execute(text("DELETE FROM audit_log"))


def test_a_backup_taken_while_others_write_is_one_moment(
    engine, session, settings, other_settings, other, tmp_path
):
    a_content(session, settings)
    session.rollback()
    stop = threading.Event()

    def write(word):
        number = 0
        with Session(engine) as writer:
            while not stop.is_set():
                a_content(writer, settings, b"%PDF-1.4 " + word + str(number).encode())
                number += 1

    def count():
        with Session(engine) as reader:
            return reader.scalar(select(func.count(Evidence.id)))

    writers = [threading.Thread(target=write, args=[word]) for word in (b"a", b"b")]
    for writer in writers:
        writer.start()
    try:
        first = taken(settings, engine, tmp_path / "first")
        until(lambda: count() > first.rows["evidence"])
        second = taken(settings, engine, tmp_path / "second")
        until(lambda: count() > second.rows["evidence"])
    finally:
        stop.set()
        joined(*writers)

    assert first.rows["evidence"] < second.rows["evidence"]
    assert first.missing == second.missing == []
    # The database holds every row of it to its references, and refuses what leads nowhere.
    restored(other_settings, tmp_path / "second")
    with Session(other) as there:
        assert there.scalar(select(func.count(Evidence.id))) == second.rows["evidence"]
        assert spoken_of(there) == {one.name for one in contents_of(other_settings).all()}


def test_a_content_cleared_meanwhile_makes_the_backup_begin_again_with_a_newer_moment(
    engine, session, settings, tmp_path, monkeypatch
):
    sha256 = a_content(session, settings)
    session.rollback()
    seen = []

    def cleared(self, named):
        seen.append(sha256 in named)
        if seen == [True]:
            with db.writing(session):
                session.execute(text("DELETE FROM evidence"))
            contents_of(settings).remove(sha256)
        add_all(self, named)

    add_all = backups._Kept.add_all
    monkeypatch.setattr(backups._Kept, "add_all", cleared)

    done = taken(settings, engine, tmp_path / "backup")

    assert seen == [True, False]
    assert (done.rows["evidence"], done.missing) == (0, [])
    assert [path.name for path in tmp_path.glob("backup*")] == ["backup"]


def test_what_was_lost_or_damaged_before_is_said_and_comes_back_as_it_was(
    engine, session, settings, other_settings, tmp_path
):
    lost, damaged = (a_content(session, settings, b"%PDF-1.4 " + word) for word in (b"a", b"b"))
    folder = Folder(settings.contents)
    folder.remove(lost)
    (folder.root / place_of(damaged)).write_bytes(b"else")
    session.rollback()

    done = taken(settings, engine, tmp_path / "backup")
    came = restored(other_settings, tmp_path / "backup")

    assert (done.missing, done.damaged) == ([lost], [damaged])
    assert came.backup == done
    opened = contents_of(other_settings).open_as_it_lies(damaged)
    assert b"".join(opened.pieces) == b"else"


def empty(config, engine):
    left = {name: found for name, found in rows(engine).items() if found}
    return set(left) == {"log_blocks"} and len(left["log_blocks"]) == 1 and not files(config)


def test_nothing_is_restored_over_anything(
    session, engine, settings, other_settings, other, tmp_path
):
    a_content(session, settings)
    session.rollback()
    taken(settings, engine, tmp_path / "backup")
    with Session(other) as there:
        a_firm(there)
    before = rows(other)

    with pytest.raises(steps.NotEmpty):
        restored(other_settings, tmp_path / "backup")

    assert rows(other) == before
    assert not files(other_settings)
    assert not (other_settings.instance / "secret_key").exists()


def test_a_restoration_that_breaks_leaves_the_instance_empty_and_the_next_one_succeeds(
    session, engine, settings, other_settings, other, tmp_path, monkeypatch
):
    a_content(session, settings)
    session.rollback()
    taken(settings, engine, tmp_path / "backup")
    whole = (tmp_path / "backup").read_bytes()
    (tmp_path / "cut").write_bytes(whole[:-2000])
    (tmp_path / "changed").write_bytes(whole.replace(b"%PDF", b"%pdf", 1))

    for broken in ("cut", "changed"):
        with pytest.raises(BadBackup):
            restored(other_settings, tmp_path / broken)
        assert empty(other_settings, other), broken
    with monkeypatch.context() as patched:
        patched.setattr(keys, "put", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            restored(other_settings, tmp_path / "backup")
    assert empty(other_settings, other)

    restored(other_settings, tmp_path / "backup")
    assert files(other_settings) == files(settings)


def _interrupted(*_):
    raise KeyboardInterrupt


def test_a_restoration_that_is_killed_leaves_the_instance_empty_and_the_next_one_succeeds(
    session, engine, settings, other_settings, other, tmp_path, monkeypatch
):
    a_content(session, settings)
    session.rollback()
    taken(settings, engine, tmp_path / "backup")
    dressed = worn(other)
    engine.dispose()
    other.dispose()
    with monkeypatch.context() as patched:
        patched.setattr(keys, "put", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        patched.setattr(db, "FILLING_KB", 16)  # rows go to the file long before its end
        (
            killed := FORK.Process(target=restored, args=(other_settings, tmp_path / "backup"))
        ).start()
        joined(killed)

    assert killed.exitcode == -signal.SIGKILL
    assert {name for name, found in rows(other).items() if found} == {"log_blocks"}
    assert worn(other) == dressed
    other.dispose()

    restored(other_settings, tmp_path / "backup")
    assert files(other_settings) == files(settings)


def worn(engine):
    """What tables have beside their rows: indexes, references, triggers; on SQLite all that makes them."""
    with engine.connect() as connection:
        if not db.on_postgresql(connection):
            query = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
            return sorted(map(tuple, connection.exec_driver_sql(query)), key=str)
        queries = (
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint",
            "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        )
        return [
            sorted(tuple(row) for row in connection.exec_driver_sql(query)) for query in queries
        ]


def test_a_restored_database_has_every_index_reference_and_trigger_of_a_new_one(
    session, engine, settings, other_settings, other, tmp_path
):
    a_content(session, settings)
    session.rollback()
    taken(settings, engine, tmp_path / "backup")
    dressed = worn(other)

    restored(other_settings, tmp_path / "backup")

    assert worn(other) == dressed
    with other.connect() as connection:
        assert watching.missing(connection) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("users", "firm_id", 4711),  # refers to nobody
        ("firms", "id", 2**70),
        ("firms", "code", None),
        ("users", "username", "guwen"),  # twice
    ],
)
def test_rows_that_no_database_could_hold_are_refused_and_leave_it_empty(
    session, engine, settings, other_settings, other, tmp_path, monkeypatch, table, column, value
):
    """Whoever makes a backup by hand can make its manifest as well."""
    a_user(session, username="guwen")
    a_user(session)
    session.rollback()
    place = whole.columns()[table].index(column)
    portions = whole.portions

    def forged(connection, name):
        for count, lines in portions(connection, name):
            if name == table:
                *others, last = [json.loads(line) for line in lines.splitlines()]
                last[place] = value
                lines = b"\n".join(json.dumps(row).encode() for row in [*others, last])
            yield count, lines

    monkeypatch.setattr(whole, "portions", forged)
    taken(settings, engine, tmp_path / "backup")

    with pytest.raises(BadBackup) as refused:
        restored(other_settings, tmp_path / "backup")

    assert refused.value.what == "rows"
    assert empty(other_settings, other)


def test_a_backup_that_breaks_leaves_no_file(engine, session, settings, tmp_path):
    a_content(session, settings)
    session.rollback()

    def interrupted(*_):
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        taken(settings, engine, tmp_path / "backup", told=interrupted)

    assert not [*tmp_path.glob("backup*")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_sqlite_has_no_journal_for_readers_a_copy_is_read(
    engine, session, settings, tmp_path, monkeypatch
):
    a_content(session, settings)
    session.rollback()
    at = moment()
    plain = taken(settings, engine, tmp_path / "plain", at)

    monkeypatch.setattr(db, "journal_mode", lambda: "TRUNCATE")

    assert taken(settings, engine, tmp_path / "copied", at) == plain


# --- what an operator types -----------------------------------------------------------------------


def type_in(app, *words):
    """What a command does; the tests that follow keep their place among others."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(priority, "step_back", lambda: None)
        return _typed_in(app, *words)


def _typed_in(app, *words):
    result = app.test_cli_runner().invoke(args=[str(word) for word in words])
    return result.exit_code, result.output


def test_an_operator_locks_a_backup_and_restores_all_of_it_elsewhere_with_its_key_alone(
    app, engine, session, settings, other_settings, other, tmp_path
):
    sha256 = a_content(session, settings)
    session.rollback()
    code, said = type_in(app, "backup-key", tmp_path / "key")
    public = said.split("公钥：")[1].split()[0]
    assert code == 0
    assert type_in(app, "backup-key", tmp_path / "stranger")[0] == 0
    before = rows(engine)

    code, said = type_in(app, "backup", tmp_path / "b", "--to", public)
    assert (code, "摘要" in said) == (0, True), said
    session.rollback()
    last = select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(1)
    assert session.scalar(last) == "backup"
    assert type_in(app, "backup", tmp_path / "b")[0] == 1
    assert "加了密" in type_in(app, "verify-backup", tmp_path / "b")[1]
    code, said = type_in(app, "verify-backup", tmp_path / "b", "--key", tmp_path / "key")
    assert (code, "可以恢复" in said) == (0, True), said

    assert sha256.encode() not in (tmp_path / "b").read_bytes()

    new = create_app(other_settings)
    commands.init_app(new)
    for key, refusal in ([], "请用 --key 指明"), (["--key", tmp_path / "stranger"], "私钥不对"):
        code, said = type_in(new, "restore", tmp_path / "b", *key)
        assert (code, refusal in said) == (1, True), said
        assert empty(other_settings, other)
    code, said = type_in(new, "restore", tmp_path / "b", "--key", tmp_path / "key")
    assert (code, "已恢复" in said) == (0, True), said
    assert "SECRET_KEY" in said
    assert files(other_settings) == files(settings)
    with Session(other) as there:
        noted = there.scalar(select(AuditEntry.id).where(AuditEntry.action == "restore"))
    assert rows(other, but={("audit_log", noted)}) == before
    code, said = type_in(new, "restore", tmp_path / "b", "--key", tmp_path / "key")
    assert (code, "只能恢复到空实例" in said) == (1, True)
    new.extensions["survey_engine"].dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_wrong_is_said_in_words(app, settings, tmp_path, monkeypatch):
    (tmp_path / "other").write_bytes(b"something else")
    assert "不是本系统的备份" in type_in(app, "verify-backup", tmp_path / "other")[1]
    assert "公钥写得不对" in type_in(app, "backup", tmp_path / "b", "--to", "age1x")[1]
    code, said = type_in(app, "backup-key", tmp_path / "nowhere" / "key")
    assert (code, "没有写成" in said) == (1, True), said

    monkeypatch.setattr(backups.migrations, "current", lambda _connection: "9999")
    assert type_in(app, "backup", tmp_path / "newer")[0] == 0
    monkeypatch.setattr(backups.migrations, "current", lambda _connection: "0001")
    assert type_in(app, "backup", tmp_path / "older")[0] == 0

    assert "请先升级程序" in type_in(app, "verify-backup", tmp_path / "newer")[1]
    assert "用那一版程序恢复" in type_in(app, "verify-backup", tmp_path / "older")[1]
