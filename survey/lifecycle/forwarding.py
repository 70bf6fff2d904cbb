"""How far the log has been sent to another system (日志外送), row by row.

Rows of the log arrive out of order where two steps end side by side, so the rows of two hours are looked
at again; which of them were sent stands in a table. Whoever dies between sending and noting it sends them
again: each row carries its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from survey.lifecycle.deliveries import settled
from survey.lifecycle.step import Step
from survey.store import forwarding as store
from survey.tables import AuditEntry

AT_ONCE = 500
"""Rows of one connection."""
TOLD = frozenset(
    {
        *("role", "scopes", "signed_by", "shown_by", "refused", "again", "active"),
        *("virus", "state", "count", "rows", "codes_left"),
    }
)
"""What of a row's values goes out: codes and counts. Names, texts and amounts stay here."""


@dataclass(frozen=True)
class Waiting:
    """Rows that wait, by number, and up to where all of them have arrived."""

    rows: list[AuditEntry]
    settled: int

    @property
    def are_all(self) -> bool:
        return len(self.rows) < AT_ONCE


def waiting(step: Step) -> Waiting:
    """Return the next rows to be sent; the first time, those from now on."""
    with step.writing() as session:
        course = store.course(session)
        if course is None:
            course = store.begin(session, store.newest(session))
        return Waiting(store.untold(session, course.cursor, AT_ONCE), settled(step))


def took(step: Step, sent: Waiting) -> None:
    """Note that rows were taken."""
    with step.writing() as session:
        course = store.course(session, lock=True)
        if course is None:
            return
        store.note(session, [row.id for row in sent.rows])
        if sent.are_all:
            course.cursor = max(course.cursor, sent.settled)
            store.forget(session, course.cursor)
        course.told_at, course.failing_since = step.now, None


def failed(step: Step) -> None:
    """Note that nobody took them; they wait."""
    with step.writing() as session:
        course = store.course(session, lock=True)
        if course is not None and course.failing_since is None:
            course.failing_since = step.now


def said_of(row: AuditEntry) -> dict[str, Any]:
    """Return what is told of a row: who by number, from where, what of which row; no names and no words."""
    after = row.after or {}
    return {
        "id": row.id,
        "action": row.action,
        "succeeded": row.succeeded,
        "user": row.user_id,
        "role": row.role,
        "address": row.address,
        "request": row.request_id,
        "subject": row.subject,
        "subject_id": row.subject_id,
        "firm": row.firm_id,
        "values": {name: after[name] for name in sorted(TOLD & after.keys())},
    }
