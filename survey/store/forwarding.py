"""Queries over how far the log was sent to another system."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session

from survey.tables import AuditEntry, LogForwarding, LogTold

ONE = 1


def course(session: Session, *, lock: bool = False) -> LogForwarding | None:
    return session.get(LogForwarding, ONE, with_for_update=lock, populate_existing=True)


def begin(session: Session, cursor: int) -> LogForwarding:
    session.add(row := LogForwarding(id=ONE, cursor=cursor))
    session.flush()
    return row


def newest(session: Session) -> int:
    return session.scalar(select(func.max(AuditEntry.id))) or 0


def untold(session: Session, after: int, most: int) -> list[AuditEntry]:
    """Return rows of the log behind a number that were not sent, in their order."""
    query = select(AuditEntry).where(*_untold(after)).order_by(AuditEntry.id)
    return list(session.scalars(query.limit(most)))


def _untold(after: int) -> tuple[ColumnElement[bool], ...]:
    return AuditEntry.id > after, ~exists().where(LogTold.entry_id == AuditEntry.id)


def oldest_untold(session: Session, after: int) -> datetime | None:
    """Return the moment of the first row that waits."""
    query = select(AuditEntry.at).where(*_untold(after)).order_by(AuditEntry.id)
    return session.scalar(query.limit(1))


def note(session: Session, entry_ids: Sequence[int]) -> None:
    """Keep which rows were sent; another may have sent some as well."""
    known = set(session.scalars(select(LogTold.entry_id).where(LogTold.entry_id.in_(entry_ids))))
    session.add_all(LogTold(entry_id=one) for one in entry_ids if one not in known)
    session.flush()


def forget(session: Session, up_to: int) -> None:
    """Drop what stands before the cursor: it is never looked at again."""
    session.execute(delete(LogTold).where(LogTold.entry_id <= up_to))
