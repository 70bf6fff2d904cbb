"""Transactions that keep the same promises on SQLite and PostgreSQL.

This is the only module that knows the two dialects apart.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

# Alembic is loaded where it is used: only the process that starts first ever migrates.
if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

MIGRATIONS = Path(__file__).parent / "migrations"
# Any constant of our own: it only has to differ from other users of the same server.
MIGRATION_LOCK = 0x5A4A_5354
WRITE = "survey_write"


class DatabaseMissing(RuntimeError):
    """The SQLite file is gone; an empty new one must not take its place silently."""


class SchemaTooNew(RuntimeError):
    """The database was migrated by a newer release than this one."""


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
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(table.id).where(table.id == row_id).with_for_update())


def migrate(engine: Engine, instance: Path) -> None:
    """Bring the schema to this release; one process migrates, others wait for it.

    Raises:
        SchemaTooNew: The database knows a revision this release does not.
    """
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with _one_migrator(engine, instance), engine.connect() as connection:
        script = ScriptDirectory.from_config(_alembic(connection))
        current = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
        if current is not None and current not in {r.revision for r in script.walk_revisions()}:
            raise SchemaTooNew(current)
        if current != script.get_current_head():
            with connection.execution_options(**{WRITE: True}).begin():
                command.upgrade(_alembic(connection), "head")


def is_current(engine: Engine) -> bool:
    """Whether the schema is this release's."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with engine.connect() as connection:
        script = ScriptDirectory.from_config(_alembic(connection))
        current = MigrationContext.configure(connection).get_current_revision()
        return current == script.get_current_head()


def _alembic(connection: Connection) -> AlembicConfig:
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _one_migrator(engine: Engine, instance: Path) -> Iterator[None]:
    # Alembic takes no lock of its own: two starting processes would both create the tables.
    if engine.dialect.name == "postgresql":
        with engine.connect() as holder:
            holder.execute(text("SET lock_timeout = 0"))
            holder.execute(text("SET statement_timeout = 0"))
            holder.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
            holder.commit()
            try:
                yield
            finally:
                holder.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
                holder.execute(text("RESET lock_timeout"))
                holder.execute(text("RESET statement_timeout"))
                holder.commit()
    else:
        with (instance / "migrate.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
