"""Triggers that count touches: what changes a row adds to its ward's sum in the same transaction.

A save of an answer touches nothing but its sheet, once a day: that is all figures ask of answers.
They follow the tables as this release knows them, so they are made anew after migrations: SQLite drops
a table's triggers with it when a migration copies it, and minds those that speak of a table that is
gone for a moment.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from sqlalchemy import Connection, text

from survey import db
from survey.clock import LOCAL
from survey.tables.touches import EVERYWHERE, WARD, WATCHED

PREFIX = "touch_"
EVENTS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
"""What may be done to a row, and as what it is seen then."""
SAVES = ("INSERT", "UPDATE")
"""What an answer's save does to ``answers``."""


def missing(connection: Connection) -> list[str]:
    """Name the triggers that should be there and are not."""
    wanted = {_named(table, event) for table in WATCHED for event in EVENTS}
    wanted |= {_named("answers", event) for event in SAVES}
    return sorted(wanted - set(_there(connection)))


def _named(table: str, event: str) -> str:
    return f"{PREFIX}{table}_{event.lower()}"


def install(connection: Connection) -> None:
    """Make every trigger anew, and tell what is kept anywhere that it is of the past."""
    remove(connection)
    for statement in _triggers(db.on_postgresql(connection)):
        connection.execute(text(statement))
    base = secrets.randbits(48)
    counted = f"SELECT 'firms', id / {WARD}, {base} + count(*), 0 FROM firms GROUP BY id / {WARD}"  # noqa: S608  # our own words
    connection.exec_driver_sql("DELETE FROM touches")
    connection.exec_driver_sql(f'INSERT INTO touches (what, ward, times, "by") {counted}')
    connection.execute(
        text('INSERT INTO touches (what, ward, times, "by") VALUES (:what, :ward, :times, 0)'),
        {"what": "", "ward": EVERYWHERE, "times": base},
    )


def remove(connection: Connection) -> None:
    """Take every trigger away, where there are any."""
    for name in _there(connection):
        table = name.removeprefix(PREFIX).rpartition("_")[0]
        at = f" ON {table}" if db.on_postgresql(connection) else ""
        connection.exec_driver_sql(f"DROP TRIGGER {name}{at}")


def _there(connection: Connection) -> list[str]:
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if db.on_postgresql(connection):
        names = (
            "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"
        )
    return [name for (name,) in connection.exec_driver_sql(names) if name.startswith(PREFIX)]


def _triggers(on_postgresql: bool) -> Iterator[str]:
    if on_postgresql:
        yield _FUNCTION.format(ward=WARD, everywhere=EVERYWHERE)
    for table, firm in WATCHED.items():
        for event, rows in EVENTS.items():
            name = _named(table, event)
            if on_postgresql:
                seen = " ".join(f"{row} TABLE AS {row.lower()}_rows" for row in rows)
                yield (
                    f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {seen}"
                    f" FOR EACH STATEMENT EXECUTE FUNCTION touch('{firm.format(row='one')}')"
                )
            else:
                counting = "; ".join(_counting(table, firm.format(row=row)) for row in rows)
                yield f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {counting}; END"
    yield from _telling(on_postgresql)


def _telling(on_postgresql: bool) -> Iterator[str]:
    """Tell a sheet the local day on which an answer of it was saved last, where it is a later one."""
    if on_postgresql:
        yield _TELL.format(zone=LOCAL.key)
    for event in SAVES:
        head = f"CREATE TRIGGER {_named('answers', event)} AFTER {event}"
        if on_postgresql:
            seen = "REFERENCING NEW TABLE AS new_rows"
            yield f"{head} ON answers {seen} FOR EACH STATEMENT EXECUTE FUNCTION tell_sheets()"
        else:
            # China has had one time, without summer time, since 1991.
            day = "date(NEW.saved_at, '+8 hours')"
            yield (
                f"{head} ON answers BEGIN UPDATE sheets SET saved_on = {day} WHERE id = NEW.sheet_id"  # noqa: S608
                f" AND (saved_on IS NULL OR saved_on < {day}); END"
            )


def _counting(table: str, firm: str) -> str:
    """One row's touch, on SQLite: one after another writes, so there is one row to add to."""
    ward = f"COALESCE({firm} / {WARD}, {EVERYWHERE})"
    return (
        f"INSERT INTO touches (what, ward, times, \"by\") VALUES ('{table}', {ward}, 1, 0)"  # noqa: S608
        ' ON CONFLICT (what, ward, "by") DO UPDATE SET times = times + 1'
    )


_FUNCTION = """
CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rows text := CASE TG_OP WHEN 'INSERT' THEN 'new_rows' WHEN 'DELETE' THEN 'old_rows'
        ELSE '(SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows)' END;
BEGIN
    EXECUTE format(
        'INSERT INTO touches AS known (what, ward, times, "by", at)
         SELECT DISTINCT %L, coalesce(%s / {ward}, {everywhere}), 1,
             pg_current_xact_id()::text::bigint, transaction_timestamp() FROM %s AS one
         ON CONFLICT (what, ward, "by") DO UPDATE SET times = known.times + 1, at = excluded.at
         WHERE known.at <> excluded.at',
        TG_TABLE_NAME, TG_ARGV[0], rows);
    RETURN NULL;
END $$
"""
_TELL = """
CREATE OR REPLACE FUNCTION tell_sheets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Looked at first: most saves are not the first of their sheet's day.
    IF EXISTS (
        SELECT FROM new_rows JOIN sheets ON sheets.id = sheet_id
        WHERE saved_on IS NULL OR saved_on < timezone('{zone}', saved_at)::date
    ) THEN
        UPDATE sheets SET saved_on = last.day
        FROM (
            SELECT sheet_id, max(timezone('{zone}', saved_at)::date) AS day
            FROM new_rows GROUP BY sheet_id
        ) AS last
        WHERE id = last.sheet_id AND (saved_on IS NULL OR saved_on < last.day);
    END IF;
    RETURN NULL;
END $$
"""
