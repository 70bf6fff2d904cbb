"""Queries over documents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from reports.published import MOST
from survey.tables import (
    Assessment,
    AuditEntry,
    Document,
    DocumentKind,
    DocumentStanding,
    Firm,
    NumberSeries,
    PublicCounts,
)


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


class Verified(NamedTuple):
    """A document with what its public page says of it.

    ``newer`` is the valid one about the same subject, where that is another; the assessment and the
    firm's name are None for a document about no firm.
    """

    document: Document
    assessment: Assessment | None
    firm: str | None
    newer: Document | None


def verified(session: Session, token: str) -> Verified | None:
    """Return the document of a secret word, by one statement whether there is one or not."""
    newer = aliased(Document)
    query = (
        select(Document, Assessment, Firm.name, newer)
        .outerjoin(
            Assessment,
            and_(Document.subject == "assessment", Assessment.id == Document.subject_id),
        )
        .outerjoin(Firm, Firm.id == Assessment.firm_id)
        .outerjoin(newer, and_(_stands_instead(newer), newer.id != Document.id))
        .where(Document.token == token)
    )
    row = session.execute(query).first()
    return Verified(*row) if row else None


def _stands_instead(newer: type[Document]) -> ColumnElement[bool]:
    return and_(
        newer.kind == Document.kind,
        newer.subject == Document.subject,
        newer.subject_id == Document.subject_id,
        newer.standing == DocumentStanding.VALID,
    )


def with_content(session: Session, sha256: str) -> Document | None:
    """Return the document whose file, or whose stamped copy, has this hash; one that stands first."""
    stands = Document.standing == DocumentStanding.VALID
    query = select(Document).where(or_(Document.sha256 == sha256, Document.stamped == sha256))
    return session.scalar(query.order_by(stands.desc(), Document.id.desc()).limit(1))


def numbered(session: Session, number: str) -> Document | None:
    return session.scalar(select(Document).where(Document.number == number))


def has_signed(session: Session, signer: str) -> bool:
    """Whether anything here was issued with a certificate."""
    query = select(Document.id).where(Document.signer == signer).limit(1)
    return session.scalar(query) is not None


def public_counts(session: Session, most: int = MOST) -> list[PublicCounts]:
    """Return what papers for the public told, whatever became of them: the newest first."""
    query = select(PublicCounts).order_by(PublicCounts.document_id.desc()).limit(most)
    return list(session.scalars(query))


def standing_counts(
    session: Session, round_id: int, basis: str, since: datetime
) -> PublicCounts | None:
    """Return what papers for the public tell of a round since some moment; None where none did."""
    query = (
        select(PublicCounts)
        .join(Document, Document.id == PublicCounts.document_id)
        .where(Document.subject == "round", Document.subject_id == round_id)
        .where(PublicCounts.basis == basis, PublicCounts.made_at > since)
        .order_by(PublicCounts.document_id.desc())
    )
    return session.scalars(query.limit(1)).first()


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
