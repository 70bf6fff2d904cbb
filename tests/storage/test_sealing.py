"""The log is sealed in a chain: whatever is done to it afterwards is found, and named."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey import db
from survey.lifecycle import sealing
from survey.lifecycle.step import About, Step
from survey.readings.sealing import Broken, Found, check
from survey.store import seals as store
from survey.tables import AuditEntry, LogBlock, LogSeal
from tests.support.people import TESTER

ROOT = Path(__file__).parents[2]
CHANGES = re.compile(r"(?:update|delete)\((?:AuditEntry|LogBlock|LogSeal)\b")
FORK = multiprocessing.get_context("fork")
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LIFT = {
    "sqlite": "DROP TRIGGER {table}_no_{doing}",
    "postgresql": "ALTER TABLE {table} DISABLE TRIGGER {table}_no_{doing}",
}


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(sealing, "ROWS", 4)
    monkeypatch.setattr(store, "LATE", 2)


def written(session, count, began=BEGAN):
    """Rows of the log, a minute apart; every second one names a phone number."""
    with db.writing(session):
        for number in range(count):
            about = About("firm", number + 1)
            after = {"contact_phone": "000-1234", "trade": "valve"} if number % 2 else None
            Step(session, TESTER, began + number * MINUTE).log("profile", about, after=after)


def sealed(session, before=BEGAN + timedelta(days=1)):
    """Seal whatever is older; return how many rows of each block."""
    step, taken = Step(session, TESTER, before + timedelta(hours=1)), []
    while rows := sealing.seal(step, before):
        taken.append(rows)
    return taken


@pytest.fixture
def chain(session):
    """Ten rows in three blocks."""
    written(session, 10)
    assert sealed(session) == [4, 4, 2]
    return session


def tampered(session, *statements, lift=()):
    """Do what only somebody with the database in their hands can."""
    with db.writing(session):
        for table, doing in lift:
            name = session.get_bind().dialect.name
            session.execute(text(LIFT[name].format(table=table, doing=doing)))
        for statement in statements:
            session.execute(text(statement))


def faults(session, kept=""):
    return check(session, kept).faults


def test_a_log_that_nobody_touched_is_whole_and_its_last_digest_can_be_kept_elsewhere(chain):
    done = check(chain)

    assert (done.blocks, done.rows, done.faults) == (3, 10, [])
    assert faults(chain, done.head) == []
    written(chain, 3, BEGAN + timedelta(days=2))
    sealed(chain, BEGAN + timedelta(days=3))
    assert faults(chain, done.head) == []
    assert faults(chain, "0" * 64) == [Found(Broken.CUT)]


def test_changed_rows_are_named_whatever_was_changed(chain):
    changes = {
        1: "reason = 'x'",
        3: "who = 'x'",
        4: "address = 'x'",
        5: "firm_id = NULL, subject_id = '9'",
        6: """after = '{"contact_phone": "1", "trade": "valve"}'""",
        8: """after = '{"contact_phone": "000-1234", "trade": "bearing"}'""",
        9: "at = (SELECT at FROM audit_log WHERE id = 10)",
    }
    statements = [f"UPDATE audit_log SET {done} WHERE id = {row}" for row, done in changes.items()]
    tampered(chain, *statements, lift=[("audit_log", "update")])

    assert [(fault.what, fault.row) for fault in faults(chain)] == [
        (Broken.CHANGED, row) for row in changes
    ]


def test_a_removed_row_is_named(chain):
    tampered(chain, "DELETE FROM audit_log WHERE id = 6", lift=[("audit_log", "delete")])

    assert faults(chain) == [Found(Broken.REMOVED, 2, 6)]


def test_a_row_removed_with_its_seal_breaks_its_block(chain):
    tampered(
        chain,
        "DELETE FROM audit_log WHERE id = 6",
        "DELETE FROM log_seals WHERE entry_id = 6",
        lift=[("audit_log", "delete"), ("log_seals", "delete")],
    )

    assert faults(chain) == [Found(Broken.RESEALED, 2)]


def test_a_row_put_between_sealed_ones_is_named(chain):
    tampered(chain, "UPDATE audit_log SET id = 100 WHERE id = 6", lift=[("audit_log", "update")])
    again = (
        "INSERT INTO audit_log (id, at, who, address, request_id, action, subject, subject_id,"
        " reason, succeeded) SELECT 6, at, who, address, request_id, action, subject, subject_id,"
        " reason, succeeded FROM audit_log WHERE id = 100"
    )
    tampered(chain, again)

    assert Found(Broken.CHANGED, 2, 6) in faults(chain)
    sealed(chain)  # the moved one comes too late to be believed
    assert Found(Broken.INSERTED, 4, 100) in faults(chain)


def test_a_row_that_slips_in_far_below_the_sealed_ones_is_named(session):
    written(session, 6)
    tampered(
        session, "UPDATE audit_log SET id = id + 50 WHERE id > 2", lift=[("audit_log", "update")]
    )
    sealed(session)
    with db.writing(session):
        session.add(
            AuditEntry(
                id=20, at=BEGAN, who="x", address="", request_id="", action="submit",
                subject="assessment", subject_id="1", reason="", succeeded=True,
            )
        )  # fmt: skip

    assert faults(session) == [Found(Broken.INSERTED, row=20)]


def test_rows_that_changed_places_are_named(chain):
    tampered(
        chain,
        "UPDATE audit_log SET id = 100 WHERE id = 5",
        "UPDATE audit_log SET id = 5 WHERE id = 6",
        "UPDATE audit_log SET id = 6 WHERE id = 100",
        lift=[("audit_log", "update")],
    )

    assert faults(chain) == [Found(Broken.CHANGED, 2, 5), Found(Broken.CHANGED, 2, 6)]


def test_seals_that_changed_places_break_their_blocks(chain):
    tampered(
        chain,
        "UPDATE log_seals SET block_id = 1 WHERE entry_id = 5",
        lift=[("log_seals", "update")],
    )

    assert faults(chain) == [Found(Broken.RESEALED, 1), Found(Broken.RESEALED, 2)]


def test_a_block_sealed_anew_over_changed_rows_no_longer_joins_the_next(chain):
    """Even by whoever knows how a seal is made."""
    tampered(
        chain, "UPDATE audit_log SET reason = 'x' WHERE id = 6", lift=[("audit_log", "update")]
    )
    tampered(chain, lift=[("log_seals", "update"), ("log_blocks", "update")])
    with db.writing(chain):
        block = chain.get_one(LogBlock, 2)
        held = list(store.sealed(chain, 2))
        for one in held:
            parts = sealing.parts_of(one.row)
            values = one.seal.values_salt and sealing.salted(one.seal.values_salt, parts.values)
            who = sealing.salted(one.seal.who_salt, parts.who)
            one.seal.seal = sealing.seal_of(parts.plain, who, values)
        block.root = sealing.root_of([one.seal.seal for one in held])
        block.digest = sealing.digest_of(block)

    assert faults(chain) == [Found(Broken.BLOCK, 3)]


def test_a_missing_block_and_a_cut_tail_are_named(chain):
    head = check(chain).head
    lift = [(table, "delete") for table in ("audit_log", "log_blocks", "log_seals")]
    gone = [
        "DELETE FROM audit_log WHERE id > 8",
        "DELETE FROM log_seals WHERE block_id = 3",
        "DELETE FROM log_blocks WHERE id = 3",
    ]
    tampered(chain, *gone, lift=lift)
    assert faults(chain) == []  # nothing inside tells; whoever kept the digest knows
    assert faults(chain, head) == [Found(Broken.CUT)]

    tampered(
        chain,
        "DELETE FROM audit_log WHERE id <= 4",
        "DELETE FROM log_seals WHERE block_id = 1",
        "DELETE FROM log_blocks WHERE id = 1",
    )
    assert faults(chain) == [Found(Broken.LOST, 1), Found(Broken.BLOCK, 2)]


def test_the_database_itself_refuses_to_change_what_was_written(chain):
    for statement in (
        "UPDATE audit_log SET reason = 'x' WHERE id = 6",
        "UPDATE audit_log SET who = 'x' WHERE id = 6",
        "DELETE FROM audit_log WHERE id = 6",
        "UPDATE log_seals SET block_id = 1 WHERE entry_id = 6",
        "DELETE FROM log_seals WHERE entry_id = 6",
        "UPDATE log_blocks SET digest = 'x' WHERE id = 2",
        "DELETE FROM log_blocks WHERE id = 2",
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            tampered(chain, statement)

    assert faults(chain) == []


def test_old_blocks_go_whole_and_the_chain_still_holds(chain):
    written(chain, 3, BEGAN + timedelta(days=300))
    sealed(chain, BEGAN + timedelta(days=301))
    head, long_after = check(chain).head, BEGAN + timedelta(days=290)
    step = Step(chain, TESTER, long_after)
    dropped = []
    while rows := sealing.drop(step, long_after - timedelta(days=200)):
        dropped.append(rows)

    assert dropped == [4, 4, 2]
    done = check(chain, head)
    assert (done.faults, done.dropped, done.rows) == ([], 3, 3)
    left = chain.scalars(select(AuditEntry.action).where(AuditEntry.id <= 10)).all()
    assert left == []
    assert chain.scalars(select(AuditEntry.action)).all().count("log_drop") == 3
    chain.rollback()


def test_a_block_dropped_before_its_time_is_named(chain):
    sealing.drop(Step(chain, TESTER, BEGAN + timedelta(days=60)), BEGAN + timedelta(days=60))

    assert faults(chain) == [Found(Broken.EARLY, 1)]


def test_only_what_is_safely_over_is_sealed_and_a_row_that_comes_late_is_taken_next(session):
    written(session, 4)
    tampered(session, "UPDATE audit_log SET id = 9 WHERE id = 3", lift=[("audit_log", "update")])
    assert sealed(session, BEGAN + 2 * MINUTE) == [2]
    assert sealed(session, BEGAN + 2 * MINUTE) == []
    assert sealed(session) == [2]  # number 9 was begun before number 4 came in

    assert faults(session) == []


def _seal_until_killed(url, die_at, done):
    engine = db.engine_for(url)
    seen = [0]

    @event.listens_for(engine, "after_cursor_execute")
    def _count(_connection, _cursor, statement, *_more):
        seen[0] += statement.startswith("INSERT")
        if seen[0] == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    with Session(engine) as session:
        sealed(session)
    done.value = 1


def test_killed_at_any_moment_or_two_at_once_each_row_is_sealed_once(session, settings):
    written(session, 14)
    for die_at in (1, 2, 4):
        killed = FORK.Process(target=_seal_until_killed, args=(settings.database_url, die_at, FORK.Value("i", 0)))  # fmt: skip
        killed.start()
        killed.join(60)
        assert killed.exitcode == -signal.SIGKILL
    done = [FORK.Value("i", 0) for _ in range(2)]
    two = [
        FORK.Process(target=_seal_until_killed, args=(settings.database_url, -1, d)) for d in done
    ]
    for process in two:
        process.start()
    for process in two:
        process.join(60)

    assert [d.value for d in done] == [1, 1]
    result = check(session)
    assert (result.rows, result.faults) == (14, [])
    assert len(session.scalars(select(LogSeal.entry_id)).all()) == 14
    session.rollback()


def test_an_operator_reads_what_was_found_and_scripts_the_exit_code(app, chain):
    run = app.test_cli_runner().invoke

    whole = run(args=["verify-log"])
    assert whole.exit_code == 0
    assert "核对了 3 块、10 条日志" in whole.output
    assert "每秒" in whole.output
    head = check(chain).head
    assert head in whole.output
    assert "您给的摘要在链上" in run(args=["verify-log", "--head", head]).output
    assert run(args=["verify-log", "--head", "gone"]).exit_code == 2

    tampered(chain, "UPDATE audit_log SET who = 'x' WHERE id = 6", lift=[("audit_log", "update")])
    broken = run(args=["verify-log", "--head", "f" * 64])
    assert broken.exit_code == 1
    assert "第 6 条（第 2 块）被改动过。" in broken.output
    assert "末尾被截掉过" in broken.output


def test_nothing_of_the_application_changes_the_log_but_erasure_and_retention():
    changes = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "survey").rglob("*.py")
        if CHANGES.search(path.read_text("utf-8")) and path.parent.name != "versions"
    }

    assert changes == {"survey/store/seals.py"}
