"""What the administrator decided about each edition of the questionnaire."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table, one_of
from survey.tables.enums import EditionState


class EditionRow(Table):
    """One edition. One of the program's own that nobody decided about has no row."""

    __tablename__ = "editions"
    __table_args__ = (CheckConstraint(one_of("state", EditionState), name="state"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[EditionState]
    seal: Mapped[str | None] = mapped_column(String(64))
    """The SHA-256 over its files when it was published."""
    content: Mapped[str | None] = mapped_column(String(64))
    """The archive of its files among the contents; none for the program's own."""
    published_at: Mapped[datetime | None]
    copied_from: Mapped[str | None] = mapped_column(String(40))
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
