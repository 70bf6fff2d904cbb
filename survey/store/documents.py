"""Queries over documents."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey.tables import AuditEntry, Document, DocumentKind, DocumentStanding, NumberSeries


def document(session: Session, document_id: int, *, lock: bool = False) -> Document | None:
    return session.get(Document, document_id, with_for_update=lock, populate_existing=lock)


def documents_about(
    session: Session, subject: str, subject_id: int, kind: DocumentKind | None = None
) -> list[Document]:
    """Return all documents about one subject, of one kind or all, newest first."""
    query = select(Document).where(Document.subject == subject, Document.subject_id == subject_id)
    if kind:
        query = query.where(Document.kind == kind)
    return list(session.scalars(query.order_by(Document.id.desc())))


def valid(
    session: Session, kind: DocumentKind, subject: str, subject_id: int, *, lock: bool = False
) -> Document | None:
    """Return the one document of a kind that speaks about a subject today."""
    query = select(Document).where(
        Document.kind == kind,
        Document.subject == subject,
        Document.subject_id == subject_id,
        Document.standing == DocumentStanding.VALID,
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def withdrawals(session: Session, documents: Iterable[Document]) -> dict[str, str]:
    """Return why those of the documents that were withdrawn were, by number: the log holds it."""
    withdrawn = [d.number for d in documents if d.standing == DocumentStanding.WITHDRAWN]
    if not withdrawn:
        return {}
    query = select(AuditEntry.subject_id, AuditEntry.reason).where(
        AuditEntry.action == "document_withdraw",
        AuditEntry.subject == "report",
        AuditEntry.subject_id.in_(withdrawn),
    )
    return dict(session.execute(query).all())


def next_number(session: Session, year: int) -> int:
    """Count a year's documents one further; others who count wait until this transaction ends."""
    count = (
        update(NumberSeries)
        .where(NumberSeries.year == year)
        .values(last=NumberSeries.last + 1)
        .returning(NumberSeries.last)
        .execution_options(synchronize_session=False)
    )
    if (number := session.scalar(count)) is not None:
        return number
    try:
        with session.begin_nested():
            session.execute(insert(NumberSeries).values(year=year, last=1))
        return 1
    except IntegrityError:  # somebody else began the year
        return session.scalars(count).one()
