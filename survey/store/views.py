"""Queries over what officers keep of their lists: views under a name, columns."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from survey.tables import SavedView, ShownColumns, User


class Known(NamedTuple):
    """A view that somebody may open, and whose it is."""

    view: SavedView
    owner: str
    mine: bool


def views_of(session: Session, user_id: int, listed: str) -> list[Known]:
    """Return the views of a list that a user may open: their own, then those of others, by title."""
    query = (
        select(SavedView, User.name)
        .join(User, User.id == SavedView.owner_id)
        .where(SavedView.listed == listed, _open_to(user_id))
        .order_by(SavedView.owner_id != user_id, SavedView.title, SavedView.id)
    )
    return [Known(row[0], row[1], row[0].owner_id == user_id) for row in session.execute(query)]


def view(session: Session, view_id: int, user_id: int) -> SavedView | None:
    """Return a view that this user may open."""
    query = select(SavedView).where(SavedView.id == view_id, _open_to(user_id))
    return session.scalar(query)


def _open_to(user_id: int) -> ColumnElement[bool]:
    return or_(SavedView.owner_id == user_id, SavedView.shared)


def own_view(session: Session, user_id: int, listed: str, title: str) -> SavedView | None:
    query = select(SavedView).where(
        SavedView.owner_id == user_id, SavedView.listed == listed, SavedView.title == title
    )
    return session.scalar(query)


def how_many(session: Session, user_id: int) -> int:
    query = select(func.count()).where(SavedView.owner_id == user_id)
    return session.scalar(query) or 0


def columns_of(session: Session, user_id: int, listed: str) -> list[str] | None:
    """Return the columns a user wants to see of a list; None where they never said."""
    query = select(ShownColumns.columns).where(
        ShownColumns.user_id == user_id, ShownColumns.listed == listed
    )
    return session.scalar(query)
