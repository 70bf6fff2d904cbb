"""Queries over the identities that issuers speak of."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey.tables import Identity, User


def identity(session: Session, issuer: str, subject: str) -> Identity | None:
    query = select(Identity).where(Identity.issuer == issuer, Identity.subject == subject)
    return session.scalar(query)


def of_user(session: Session, user_id: int) -> Identity | None:
    return session.scalar(select(Identity).where(Identity.user_id == user_id))


def all_of(session: Session) -> list[tuple[Identity, User]]:
    """Return every identity with its user, by user name."""
    query = select(Identity, User).join(User, User.id == Identity.user_id)
    return [(row[0], row[1]) for row in session.execute(query.order_by(User.username))]


def untie(session: Session, user_id: int) -> None:
    session.execute(delete(Identity).where(Identity.user_id == user_id))
