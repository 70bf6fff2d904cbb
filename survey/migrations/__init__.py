"""Bring the schema to this release, once, however many processes start together."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, text

from survey import db
from survey.migrations import watching

# Alembic is loaded where it is used: only the process that starts first ever migrates.
if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

SCRIPTS = Path(__file__).parent
# Any constant of our own: it only has to differ from other users of the same server.
LOCK = 0x5A4A_5354


class ReferencesBroken(RuntimeError):
    """After a migration rows refer to rows that are not there."""


class SchemaTooNew(RuntimeError):
    """The database was migrated by a newer release than this one."""


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
        lost = watching.missing(connection)
        connection.rollback()
        if lost or current != script.get_current_head():
            writing = connection.execution_options(**{db.WRITE: True})
            with _references_off(connection), writing.begin():
                watching.remove(connection)
                command.upgrade(_alembic(connection), "head")
                watching.install(connection)
                _require_references(connection)


def current(connection: Connection) -> str:
    """Return the revision of a migrated database's schema."""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()


def head() -> str:
    """Return the revision this release works with."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(SCRIPTS)).get_current_head() or ""


@contextmanager
def _references_off(connection: Connection) -> Iterator[None]:
    """Let SQLite make tables anew: dropping the old one must not take along what refers to it."""
    if db.on_postgresql(connection):
        yield
        return
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")  # heard outside a transaction only
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def _require_references(connection: Connection) -> None:
    if not db.on_postgresql(connection):
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise ReferencesBroken([tuple(row) for row in broken[:5]])


def _alembic(connection: Connection) -> AlembicConfig:
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _one_migrator(engine: Engine, instance: Path) -> Iterator[None]:
    # Alembic takes no lock of its own: two starting processes would both create the tables.
    if db.on_postgresql(engine):
        with engine.connect() as holder:
            holder.execute(text("SET lock_timeout = 0"))
            holder.execute(text("SET statement_timeout = 0"))
            holder.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
            holder.commit()
            try:
                yield
            finally:
                holder.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})
                holder.execute(text("RESET lock_timeout"))
                holder.execute(text("RESET statement_timeout"))
                holder.commit()
    else:
        with (instance / "migrate.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
