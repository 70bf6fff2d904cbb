"""Tables laid bare while all of them are filled, and dressed again over the rows that stand there then.

Row by row, indexes and references cost more than the rows themselves: each row is looked up in every
table it refers to, and goes into every index at a place of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from survey import db
from survey.store.whole import BadRow

SORTED_IN = "256MB"
"""Memory in which PostgreSQL puts the keys of one index in order."""


class Dress(NamedTuple):
    """What a table wears beside its rows: the table's name, and the statement that puts it on."""

    table: str
    on: str


def lay_bare(connection: Connection) -> list[Dress]:
    """Take off what can be put on again in this transaction; return that, in its order.

    Keys that a table was made with stay on. SQLite looks at references when told to
    (``db.filling``), so they stay on there as well.
    """
    if not db.on_postgresql(connection):
        return [*_off(connection, _SQLITE_INDEXES, "DROP INDEX {name}")]
    references = [*_off(connection, _REFERENCES, "ALTER TABLE {table} DROP CONSTRAINT {name}")]
    # Only now does nothing rest on them any more.
    return [*_off(connection, _INDEXES, "DROP INDEX {name}"), *references]


def _off(connection: Connection, query: str, taking: str) -> Iterator[Dress]:
    quote = connection.dialect.identifier_preparer.quote
    for table, name, on in connection.execute(text(query)).all():
        connection.exec_driver_sql(taking.format(table=quote(table), name=quote(name)))
        yield Dress(table, on)


def dress(connection: Connection, taken: Iterable[Dress]) -> None:
    """Put on what was taken off.

    Raises:
        BadRow: A row appears twice, or refers to one that is not there.
    """
    if db.on_postgresql(connection):
        connection.exec_driver_sql(f"SET LOCAL maintenance_work_mem = '{SORTED_IN}'")
    for table, on in taken:
        try:
            connection.exec_driver_sql(on)
        except DBAPIError as error:
            if db.is_about_rows(error):
                raise BadRow(table) from error
            raise


_SQLITE_INDEXES = """
SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
ORDER BY tbl_name, name
"""
_INDEXES = """
SELECT about.relname, one.relname, pg_get_indexdef(one.oid)
FROM pg_index JOIN pg_class AS one ON one.oid = indexrelid JOIN pg_class AS about ON about.oid = indrelid
WHERE one.relnamespace = current_schema()::regnamespace
AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
ORDER BY about.relname, one.relname
"""
_REFERENCES = """
SELECT relname, conname,
    format('ALTER TABLE %I ADD CONSTRAINT %I %s', relname, conname, pg_get_constraintdef(pg_constraint.oid))
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
ORDER BY relname, conname
"""
