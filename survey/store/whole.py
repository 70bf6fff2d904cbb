"""A whole database, out and in: the rows of every table, written the same from SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import NoneType
from typing import Any

from pydantic_core import to_json
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Integer,
    LargeBinary,
    Select,
    String,
    Text,
    cast,
    exists,
    func,
    literal_column,
    select,
    text,
    type_coerce,
)
from sqlalchemy import Table as PlainTable
from sqlalchemy.orm import Session

from survey import db
from survey.store.contents import COLUMNS
from survey.tables import LogBlock, Moment, Table, Touch

TABLES: Mapping[str, PlainTable] = {
    table.name: table for table in Table.metadata.sorted_tables if table is not Touch.__table__
}
"""Every table, none before those it refers to; touches are counted anew by whoever fills the others."""
AT_ONCE = 2000
PORTION = 4 * 1024 * 1024
"""Bytes of lines that are handed out together."""
Row = Sequence[Any]


class BadRow(ValueError):
    """A row is none of its table's, or the database refuses it.

    Args:
        table: Its name.
    """

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


def columns() -> dict[str, list[str]]:
    """Name the columns of every table, in the order in which values are written."""
    return {name: [column.name for column in table.columns] for name, table in TABLES.items()}


# --- out ------------------------------------------------------------------------------------------


def portions(connection: Connection, name: str) -> Iterator[tuple[int, bytes]]:
    """Yield all rows of a table by its key, some megabytes of lines with their number at a time.

    A line is a JSON list of numbers, texts and nulls: moments as UTC with six digits, yes as 1,
    JSON as it was written, bytes in hexadecimal digits.
    """
    table = TABLES[name]
    query = select(*(_plain(column, connection) for column in table.columns))
    query = query.order_by(*table.primary_key.columns)
    written, size = [], 0
    for row in connection.execution_options(yield_per=AT_ONCE).execute(query):
        written.append(to_json(tuple(row), bytes_mode="hex"))
        size += len(written[-1]) + 1
        if size >= PORTION:
            yield len(written), b"\n".join(written)
            written, size = [], 0
    if written:
        yield len(written), b"\n".join(written)


def _plain(column: Column[Any], connection: Connection) -> ColumnElement[Any]:
    kind = column.type
    if isinstance(kind, Moment) and db.on_postgresql(connection):
        return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US")
    if isinstance(kind, Date) and db.on_postgresql(connection):
        return func.to_char(column, "YYYY-MM-DD")
    if isinstance(kind, JSON | Moment | Date):
        return cast(column, Text)
    if isinstance(kind, Boolean):
        return cast(column, Integer)
    return column if isinstance(kind, Integer | LargeBinary) else type_coerce(column, String)


def named_in(name: str, rows: Sequence[Row]) -> set[str]:
    """Return the hashes of contents that rows of a table name."""
    places = [
        list(TABLES[name].columns).index(column.property.columns[0])
        for column in COLUMNS
        if column.class_.__tablename__ == name
    ]
    return {row[place] for row in rows for place in places if row[place]}


# --- in -------------------------------------------------------------------------------------------


def begin_filling(session: Session) -> list[str]:
    """Keep every other writer off the tables until the transaction ends; return which hold rows."""
    if db.on_postgresql(session.connection()):
        session.execute(text(f"LOCK TABLE {', '.join(TABLES)} IN SHARE ROW EXCLUSIVE MODE"))
    return [name for name, table in TABLES.items() if session.scalar(select(_holds(table)))]


def _holds(table: PlainTable) -> ColumnElement[bool]:
    query: Select[Any] = select(literal_column("1")).select_from(table)
    # The first block of the log is there from the beginning, and cannot go.
    return exists(query.where(table.c.id > 0) if table is LogBlock.__table__ else query)


def fill(session: Session, name: str, rows: Sequence[Row]) -> None:
    """Add rows of a table as ``portions`` wrote them and ``require_fitting`` let them pass.

    Raises:
        BadRow: One of them cannot stand there.
    """
    table = TABLES[name]
    if table is LogBlock.__table__:
        rows = [row for row in rows if row[0] != 0]
    try:
        _add(session.connection(), table, _opened(table, rows))
    except Exception as error:
        if db.is_about_rows(error):
            raise BadRow(name) from error
        raise


def require_fitting(name: str, rows: Sequence[Row]) -> None:
    """See that rows are numbers, texts and nulls where their table has them.

    Raises:
        BadRow: One is not.
    """
    numbers = Integer | Boolean
    kinds = [int if isinstance(column.type, numbers) else str for column in TABLES[name].columns]
    if not set(map(len, rows)) <= {len(kinds)}:
        raise BadRow(name)
    # Column by column: millions of rows are looked at, value by value that takes most of a restoration.
    for kind, values in zip(kinds, zip(*rows, strict=True), strict=False):
        if not set(map(type, values)) <= {kind, NoneType}:
            raise BadRow(name)


def _opened(table: PlainTable, rows: Sequence[Row]) -> list[Row]:
    """Turn hexadecimal digits into bytes again."""
    columns = enumerate(table.columns)
    held = {place for place, column in columns if isinstance(column.type, LargeBinary)}
    if not held:
        return [*map(tuple, rows)]
    return [
        tuple(
            bytes.fromhex(value) if place in held and value is not None else value
            for place, value in enumerate(row)
        )
        for row in rows
    ]


def _add(connection: Connection, table: PlainTable, rows: Sequence[Row]) -> None:
    """Add rows past all types: they were written as the database takes them."""
    if not rows:
        return
    quoted = connection.dialect.identifier_preparer.quote
    names = ", ".join(quoted(column.name) for column in table.columns)
    if not db.on_postgresql(connection):
        marks = ", ".join("?" * len(table.columns))
        insertion = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608  # our own names
        connection.exec_driver_sql(insertion, rows)
        return
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def end_filling(session: Session) -> None:
    """See that every reference leads somewhere, and let new rows come after the last.

    Raises:
        BadRow: A row refers to one that is not there.
    """
    if not db.on_postgresql(session.get_bind()):
        if broken := session.execute(text("PRAGMA foreign_key_check")).first():
            raise BadRow(broken[0])
        return
    for name, table in TABLES.items():
        if "id" in table.columns and isinstance(table.c.id.type, Integer):
            sequence = session.scalar(select(func.pg_get_serial_sequence(name, "id")))
            last = session.scalar(select(func.max(table.c.id)))
            if sequence and last:
                session.execute(select(func.setval(sequence, last)))
