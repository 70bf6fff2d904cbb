"""Queries over the bureau's own workbooks."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.tables import ListTemplate


def templates(session: Session, listed: str = "") -> list[ListTemplate]:
    """Return the templates of one list or of all, by title."""
    query = select(ListTemplate).order_by(ListTemplate.title, ListTemplate.id)
    return list(session.scalars(query.where(ListTemplate.listed == listed) if listed else query))


def template(session: Session, template_id: int, *, lock: bool = False) -> ListTemplate | None:
    return session.get(ListTemplate, template_id, with_for_update=lock, populate_existing=lock)


def titled(session: Session, title: str) -> ListTemplate | None:
    return session.scalar(select(ListTemplate).where(ListTemplate.title == title))
