"""Files of firms that were packed into a ZIP to be taken away (档案包)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table, one_of
from survey.tables.enums import Outlook


class Bundle(Table):
    """One firm's file as it stood, for one outlook; a working paper that is cleared once it expired.

    ``basis`` names all that it was made from: the same file makes the same bytes.
    """

    __tablename__ = "bundles"
    __table_args__ = (
        CheckConstraint(one_of("outlook", Outlook), name="outlook"),
        Index("ix_bundles_firm_id", "firm_id", "outlook"),
        Index("ix_bundles_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    outlook: Mapped[Outlook]
    basis: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    files: Mapped[int]
    missing: Mapped[int]
    """How many files it could not hold, because they are lost or damaged."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
