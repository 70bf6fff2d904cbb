"""What officers keep of their lists: views under a name, and the columns each of them looks at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table


class SavedView(Table):
    """A list as it was narrowed, ordered and laid out, under a name (视图)."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("owner_id", "listed", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    listed: Mapped[str] = mapped_column(String(20), index=True)
    title: Mapped[str] = mapped_column(String(40))
    asked: Mapped[dict[str, Any]]
    """Filters, order and columns, as the list's address says them."""
    shared: Mapped[bool]
    """Every officer of the bureau sees it; only its owner changes it."""
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kept_at: Mapped[datetime]


class ShownColumns(Table):
    """The columns one officer wants to see of one list."""

    __tablename__ = "shown_columns"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    listed: Mapped[str] = mapped_column(String(20), primary_key=True)
    columns: Mapped[list[str]]


class ListTemplate(Table):
    """A workbook of the bureau's own that is filled with a list (模板); its bytes lie under its hash."""

    __tablename__ = "list_templates"

    id: Mapped[int] = mapped_column(primary_key=True)
    listed: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    """Of the file as it was brought."""
    sha256: Mapped[str] = mapped_column(String(64))
    named: Mapped[list[str]]
    """The names it holds."""
    lost: Mapped[list[str]]
    """What of it is not written again, see ``files.inside.filling.LOST``."""
    kept_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kept_at: Mapped[datetime]
