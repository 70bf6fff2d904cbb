"""Watch every step a test takes: one that writes and leaves no row in the log fails it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session

from survey.lifecycle.step import Step

WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
KEPT_ELSEWHERE = frozenset(
    {
        *("answers", "answer_revisions"),  # every revision is its own row for ever
        *("throttles", "known_devices"),  # counters of the door
        *("uploads", "upload_parts"),  # a photo on its way; what it becomes is logged
        # rows of a list that is being checked; that it was is logged, and its import
        *("roster_rows", "roster_faults", "roster_figures", "roster_titles"),
        "scans",  # what the virus scanner says of a content; that it found something is logged
        "batch_items",  # how far each firm is; what was asked for, issued and packed is logged
        "mails",  # a mail's row is its own record; that it was asked for and what became of it is logged
        # a delivery's row is its own record; what was given up, and when a receiver was, is logged
        *("webhook_deliveries", "webhook_courses"),
        "alerts",  # an alert's row is its own record; that it was raised, told and ended is logged
        "taken_spools",  # what a file of views holds becomes rows of the log
        # they speak of the log itself
        *("log_blocks", "log_seals", "log_erasures", "log_forwarding", "log_told"),
        *("jobs", "reports"),  # a job's row is its own record; what it issues is logged
    }
)
_writing = Step.writing


class Unlogged(AssertionError):
    """A step changed tables and left no row in the log."""


@contextmanager
def watched(step: Step) -> Iterator[Session]:
    """``Step.writing``, seeing which tables its transaction changes."""
    tables: set[str] = set()

    def see(_connection, _cursor, statement, *_about) -> None:
        if found := WRITES.match(statement):
            tables.add(found[1].lower())

    with _writing(step) as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", see)
        yield session
        session.flush()
        if tables - KEPT_ELSEWHERE and "audit_log" not in tables:
            raise Unlogged(f"no row in the log, but changes in {', '.join(sorted(tables))}")
