"""Queries over consultants' interests in firms."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.tables import Interest, User

STANDS = Interest.ended_at.is_(None)
ASKING = Interest.assessment_id.is_not(None) & Interest.settled_at.is_(None) & STANDS


class Held(NamedTuple):
    """An interest, and whose."""

    interest: Interest
    who: str


def held_in(session: Session, codes: Collection[str]) -> list[Held]:
    """Return every interest that stands in one of these firms, by code, oldest first."""
    query = (
        select(Interest, User.name)
        .join(User, User.id == Interest.user_id)
        .where(Interest.code.in_(codes), STANDS)
        .order_by(Interest.id)
    )
    return [Held(*row) for row in session.execute(query)]


def of_user(session: Session, user_id: int) -> list[Interest]:
    """Return what a consultant declared, or was declared of them, newest first."""
    query = select(Interest).where(Interest.user_id == user_id).order_by(Interest.id.desc())
    return list(session.scalars(query))


def standing_of(session: Session, user_id: int, code: str) -> Interest | None:
    """Return the interest of a consultant in a firm that was declared last and still stands."""
    query = select(Interest).where(Interest.user_id == user_id, Interest.code == code, STANDS)
    return session.scalars(query.order_by(Interest.id.desc()).limit(1)).one_or_none()


def interest(session: Session, interest_id: int) -> Interest | None:
    return session.get(Interest, interest_id, populate_existing=True)


def asking(session: Session, assessment_id: int) -> list[Interest]:
    """Return who asks to be taken off a visit, and has no answer yet."""
    query = select(Interest).where(Interest.assessment_id == assessment_id, ASKING)
    return list(session.scalars(query.order_by(Interest.id)))
