"""Transactions that keep the same promises on SQLite and PostgreSQL.

This is the only module that knows the two dialects apart.
"""

from __future__ import annotations

import atexit
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from datetime import datetime
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool, QueuePool

from survey.turns import Turns, WaitedTooLong

try:
    import pysqlite3 as sqlite  # brings a SQLite of its own, new enough for WAL
except ImportError:  # no wheel for this machine: what Python was built with
    import sqlite3 as sqlite

WRITE, TURNS = "survey_write", "survey_turns"
WAIT_SECONDS = 15
"""How long a writer waits for its turn, and then for whoever locked the database without one."""
JOURNAL_PAGES = 4000
"""Pages of 4 kB; the writer who fills the journal brings it home, while all others wait."""
FILLING_KB = 256 * 1024
"""Memory in which pages wait while an empty database is filled, and keys are put in order."""
_ABOUT_ROWS = {"IntegrityError", "DataError", "ValueError", "OverflowError"}
LOOKED_AT = 1000
"""Rows of an index that are looked at to learn how they are spread."""


class DatabaseMissing(RuntimeError):
    """The SQLite file is gone; an empty new one must not take its place silently."""


class StrangeJournal(DatabaseMissing):
    """The SQLite file was replaced, but the ``-wal`` beside it belongs to the one before.

    SQLite would pour the one into the other. Whoever puts a file back removes ``-wal`` and
    ``-shm``.
    """


def engine_for(url: str, *, create: bool = False) -> Engine:
    """Open the database; only ``create`` may make a SQLite file that is not there."""
    engine = _sqlite(url, create=create) if url.startswith("sqlite") else _postgresql(url)
    _engines.add(engine)
    return engine


def _postgresql(url: str) -> Engine:
    return create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=10,
        pool_timeout=5,
        connect_args={
            "connect_timeout": 5,
            # A machine that lost its power closes no connection: whoever waits for it learns so soon.
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 2,
            "tcp_user_timeout": 6000,
            # A page's questions are over before PostgreSQL has compiled them (jit). What is read row
            # by row lies in memory or on a disk without heads: a portion of a list through its index
            # takes less than all of its tables.
            "options": "-c statement_timeout=30000 -c lock_timeout=15000 -c jit=off"
            " -c random_page_cost=1.1"
            " -c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
        },
    )


def _sqlite(url: str, *, create: bool) -> Engine:
    file = SqliteFile(url.removeprefix("sqlite:///"), create=create)
    engine = create_engine(
        "sqlite://",
        module=sqlite,
        creator=file.connect,
        hide_parameters=True,  # an error says which statement, never what was sent: it may be a person's
        poolclass=QueuePool,
        pool_size=20,
        max_overflow=20,
        execution_options={TURNS: file.turns},
    )
    event.listen(engine, "connect", file.settle)
    event.listen(engine, "checkout", file.require_same)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    # A read transaction that upgrades to writing fails at once instead of waiting, and the
    # driver's own default loses updates silently: whoever may write says so from the start.
    if connection.get_execution_options().get(WRITE):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # locks nothing yet, so nothing can go wrong that would want wrapping
        connection.connection.cursor().execute("BEGIN")


class SqliteFile:
    """A SQLite file as this process has met it."""

    def __init__(self, path: str, *, create: bool) -> None:
        self._path = path
        self._address = f"file:{path}?mode={'rwc' if create else 'rw'}"
        self._met: tuple[Identity, Identity] = None, None
        self.turns = None if path == ":memory:" else Turns(path, WAIT_SECONDS)

    def connect(self) -> Any:
        known, journal = self._met
        if journal and journal == _identity(f"{self._path}-wal") and known != self._now():
            raise StrangeJournal(self._path)
        try:
            return sqlite.connect(
                self._address, uri=True, timeout=WAIT_SECONDS, check_same_thread=False
            )
        except sqlite.OperationalError as error:
            if not os.path.exists(self._path):
                raise DatabaseMissing(self._path) from error
            raise

    def settle(self, raw: Any, record: Any) -> None:
        raw.isolation_level = None  # transactions are begun here, never by the driver
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute(f"PRAGMA busy_timeout={WAIT_SECONDS * 1000}")
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute(f"PRAGMA wal_autocheckpoint={JOURNAL_PAGES}")
        raw.execute(f"PRAGMA journal_mode={journal_mode()}")
        record.info["file"] = self._now()
        self._met = self._now(), _identity(f"{self._path}-wal")

    def require_same(self, _raw: Any, record: Any, _proxy: object) -> None:
        # An open connection goes on writing into a file that was removed or replaced.
        if record.info["file"] != self._now():
            raise DisconnectionError(self._path)

    def _now(self) -> Identity:
        return _identity(self._path)


Identity = tuple[int, int] | None
"""What tells one file from another under the same name; None where there is none."""


def _identity(path: str) -> Identity:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def journal_mode(version: tuple[int, ...] = sqlite.sqlite_version_info) -> str:
    """Return the journal that is safe with a release of SQLite, by default the one loaded here.

    Before its WAL-reset fix a write-ahead log may lose commits.
    """
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
    try:
        with _turn(session.get_bind()):
            session.connection(execution_options={WRITE: True})
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise
    except WaitedTooLong as error:
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error


@contextmanager
def filling(session: Session) -> Iterator[Session]:
    """`writing` for whoever fills an empty database with very many rows, in a session of its own and for
    as long as that takes.

    On SQLite rows wait in memory until they are many; nobody looks at references, which is the
    caller's to do at the end; and the journal keeps the few pages that were there, not every page that
    comes: what breaks off, or is killed, is rolled back like any other transaction. While somebody
    else has the file open its journal stays as it is, and filling takes longer.
    """
    session.rollback()
    with session.get_bind().engine.connect() as connection:
        on_sqlite = not on_postgresql(connection)
        if on_sqlite:
            _make_room(connection.connection.driver_connection)
        try:
            with Session(connection) as own, writing(own):
                take_time(connection)
                yield own
        finally:
            if on_sqlite:
                connection.invalidate()  # whoever comes next opens the file under the usual settings


def _make_room(raw: Any) -> None:
    raw.execute(f"PRAGMA cache_size=-{FILLING_KB}")
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute("PRAGMA busy_timeout=0")
    with suppress(sqlite.OperationalError):  # somebody else has the file open
        raw.execute("PRAGMA journal_mode=DELETE")
    raw.execute(f"PRAGMA busy_timeout={WAIT_SECONDS * 1000}")


def is_about_rows(error: Exception) -> bool:
    """Whether rows are at fault, and not the database's disk, its memory or the way to it.

    Drivers call their errors alike (PEP 249); that of a database nobody uses here is not loaded.
    """
    met = type(getattr(error, "orig", error)).__mro__
    return bool(_ABOUT_ROWS & {kind.__name__ for kind in met})


def is_writing(connection: Connection) -> bool:
    """Whether this transaction may write: what it reads may be its own."""
    return bool(connection.get_execution_options().get(WRITE))


def _turn(bind: Engine | Connection) -> AbstractContextManager[None]:
    """Stand in line with the other writers of a SQLite file; PostgreSQL has lines of its own."""
    turns: Turns | None = bind.get_execution_options().get(TURNS)
    return turns.turn() if turns else nullcontext()


def require_answer(session: Session) -> None:
    """Ask the database for nothing, to see that it answers."""
    session.execute(text("SELECT 1"))


def clock(session: Session) -> datetime | None:
    """Return what the database's own clock says; None where it has none but this machine's."""
    if not on_postgresql(session.get_bind()):
        return None
    return session.scalar(select(func.clock_timestamp()))


def gather_statistics(session: Session) -> None:
    """Let SQLite look at how its rows are spread, or it guesses which index helps; inside `writing` only.

    It looks at a thousand rows of an index at most, so that nobody waits for it. At every index, however
    little its table grew: one over some rows alone (the newest of each firm) may have been empty when it
    was looked at last, and would be read from end to end for each row. PostgreSQL does so by itself.
    """
    if not on_postgresql(session.get_bind()):
        session.execute(text(f"PRAGMA analysis_limit={LOOKED_AT}"))
        session.execute(text("ANALYZE"))


def hold(session: Session, table: type[Any], row_id: int) -> None:
    """Keep other writers off one row until this transaction ends; inside `writing` only.

    On SQLite nobody else writes anyway. On PostgreSQL it comes before reading: rows read while
    waiting for the lock would be those of before the wait.
    """
    if on_postgresql(session.get_bind()):
        session.execute(select(table.id).where(table.id == row_id).with_for_update())


def next_ids(session: Session, table: type[Any], count: int) -> Sequence[int]:
    """Take the ids of rows to come; inside `writing` only.

    Rows that bring their ids are sent in bulk, and those that refer to them need not wait for them.
    """
    if on_postgresql(session.get_bind()):
        taken = (
            "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
        )
        return session.scalars(text(taken), {"name": table.__tablename__, "count": count}).all()
    last = session.scalar(select(func.max(table.id))) or 0
    return range(last + 1, last + count + 1)


def look_at(session: Session, *tables: type[Any]) -> None:
    """Let PostgreSQL see how the many rows just added are spread; it plans for few until then.

    SQLite plans by its indexes, and looks every night.
    """
    if on_postgresql(session.get_bind()):
        for table in tables:
            session.execute(text(f"ANALYZE {table.__tablename__}"))
        session.commit()


@contextmanager
def one_moment(engine: Engine) -> Iterator[Connection]:
    """Read the whole database as it stood at one moment, however long that takes; nobody waits for it.

    Where SQLite has no write-ahead log, whoever reads long would stop all writers: a copy is read.
    """
    if not on_postgresql(engine) and journal_mode() != "WAL":
        with _copied(engine) as copy, copy.connect() as connection:
            yield connection
        return
    with engine.connect() as connection:
        if on_postgresql(engine):
            connection.execution_options(isolation_level="REPEATABLE READ")
        take_time(connection)
        yield connection
        connection.rollback()


@contextmanager
def _copied(engine: Engine) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder, engine.connect() as connection:
        path = f"{folder}/copy.db"
        raw: Any = connection.connection.driver_connection
        with closing(sqlite.connect(path)) as target:
            raw.backup(target)
        copy = engine_for(f"sqlite:///{path}")
        try:
            yield copy
        finally:
            copy.dispose()


def take_time(connection: Connection) -> None:
    """Let this transaction last as long as what it does: PostgreSQL would end one that reads for minutes."""
    if on_postgresql(connection):
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(text(f"SET LOCAL {limit} = 0"))


def on_postgresql(bind: Engine | Connection) -> bool:
    """Tell the two apart, for the few who must say something else to each."""
    return bind.dialect.name == "postgresql"


# --- beginning and end of a process --------------------------------------------------------------

_engines: WeakSet[Engine] = WeakSet()
_inherited: list[Pool] = []


def _leave_to_parent() -> None:
    """Use nothing of the parent's in a forked process, nor close it: its locks would go too."""
    for engine in _engines:
        _inherited.append(engine.pool)
        engine.dispose(close=False)
        if turns := engine.get_execution_options().get(TURNS):
            turns.forget_parent()


@atexit.register
def close() -> None:
    """Whoever closes a SQLite file last empties its journal into it: what stopped is one file."""
    for engine in _engines:
        engine.dispose()


os.register_at_fork(after_in_child=_leave_to_parent)
