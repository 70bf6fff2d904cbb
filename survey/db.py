"""Transactions that keep the same promises on SQLite and PostgreSQL.

This is the only module that knows the two dialects apart.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

WRITE = "survey_write"


class DatabaseMissing(RuntimeError):
    """The SQLite file is gone; an empty new one must not take its place silently."""


def engine_for(url: str, *, create: bool = False) -> Engine:
    """Open the database; only ``create`` may make a SQLite file that is not there."""
    if url.startswith("sqlite"):
        return _sqlite(url, create=create)
    return create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=10,
        pool_timeout=5,
        connect_args={
            "connect_timeout": 5,
            "options": "-c statement_timeout=30000 -c lock_timeout=15000"
            " -c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
        },
    )


def _sqlite(url: str, *, create: bool) -> Engine:
    path = url.removeprefix("sqlite:///")
    mode = "rwc" if create else "rw"

    def connect() -> sqlite3.Connection:
        try:
            return sqlite3.connect(
                f"file:{path}?mode={mode}",
                uri=True,
                timeout=15,
                check_same_thread=False,
            )
        except sqlite3.OperationalError as error:
            if not Path(path).exists():
                raise DatabaseMissing(path) from error
            raise

    engine = create_engine(
        "sqlite://", creator=connect, poolclass=QueuePool, pool_size=20, max_overflow=20
    )

    @event.listens_for(engine, "connect")
    def _settings(raw: Any, record: Any) -> None:
        record.info["file"] = _file(path)
        raw.isolation_level = None  # transactions are begun below, never by the driver
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute("PRAGMA busy_timeout=15000")
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute(f"PRAGMA journal_mode={journal_mode()}")

    @event.listens_for(engine, "checkout")
    def _same_file(_raw: Any, record: Any, _proxy: object) -> None:
        # An open connection goes on writing into a file that was removed or replaced.
        if record.info["file"] != _file(path):
            raise DisconnectionError(path)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A read transaction that upgrades to writing fails at once instead of waiting, and the
        # driver's own default loses updates silently: whoever may write says so from the start.
        writes = connection.get_execution_options().get(WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _file(path: str) -> tuple[int, int] | None:
    """Return what tells one file from another under the same name; None where there is none."""
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def journal_mode(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """WAL only where the loaded library has the WAL-reset fix (security notes, 1.7)."""
    fixed = (
        version >= (3, 51, 3)
        or (3, 50, 7) <= version < (3, 51, 0)
        or (3, 44, 6) <= version < (3, 45, 0)
    )
    return "WAL" if fixed else "TRUNCATE"


@contextmanager
def writing(session: Session) -> Iterator[Session]:
    """One transaction that may write: everything or nothing.

    What was read before is forgotten first, so decisions inside rest on rows read under the lock.
    """
    session.rollback()
    session.connection(execution_options={WRITE: True})
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def hold(session: Session, table: type[Any], row_id: int) -> None:
    """Keep other writers off one row until this transaction ends; inside `writing` only.

    On SQLite nobody else writes anyway. On PostgreSQL it comes before reading: rows read while
    waiting for the lock would be those of before the wait.
    """
    if on_postgresql(session.get_bind()):
        session.execute(select(table.id).where(table.id == row_id).with_for_update())


def on_postgresql(bind: Engine | Connection) -> bool:
    """Tell the two apart, for the few who must say something else to each."""
    return bind.dialect.name == "postgresql"
