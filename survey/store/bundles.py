"""Queries over bundles: which may be taken away, which are over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from survey.tables import AuditEntry, Bundle, Outlook

ERASURES = ("erase_contact", "erase_user")


def valid(session: Session, firm_id: int, outlook: Outlook, now: datetime) -> Bundle | None:
    """Return the newest bundle of a firm's file that may still be taken away."""
    query = select(Bundle).where(Bundle.firm_id == firm_id, Bundle.outlook == outlook)
    fresh = query.where(Bundle.expires_at > now).order_by(Bundle.id.desc()).limit(1)
    return session.scalars(fresh).one_or_none()


def end(
    session: Session,
    now: datetime,
    firm_id: int | None = None,
    outlook: Outlook | None = None,
) -> None:
    """Let bundles expire at this moment: a firm's, or everybody's."""
    over = update(Bundle).where(Bundle.expires_at > now).values(expires_at=now)
    if firm_id is not None:
        over = over.where(Bundle.firm_id == firm_id)
    if outlook is not None:
        over = over.where(Bundle.outlook == outlook)
    session.execute(over)


def forget(session: Session, now: datetime, made_before: datetime, most: int) -> list[str]:
    """Drop some bundles that expired and were made before a moment; return their hashes."""
    over = select(Bundle.id, Bundle.sha256).where(Bundle.expires_at <= now)
    over = over.where(Bundle.made_at < made_before).order_by(Bundle.id).limit(most)
    found = dict(session.execute(over).all())
    if found:
        session.execute(delete(Bundle).where(Bundle.id.in_(found)))
    return list(found.values())


def erased_since(session: Session, moment: datetime) -> bool:
    """Whether anybody was erased since a moment, so that what was read before may name them."""
    query = select(AuditEntry.id).where(AuditEntry.action.in_(ERASURES), AuditEntry.at >= moment)
    return session.scalar(query.limit(1)) is not None
