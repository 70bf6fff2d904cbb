"""Who signed a visit, and what exactly."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table, one_of
from survey.tables.enums import SignerRole


class Signature(Table):
    """One signature under the on-site sheet as it stood then; never changed, never taken back."""

    __tablename__ = "signatures"
    __table_args__ = (CheckConstraint(one_of("role", SignerRole), name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), index=True)
    role: Mapped[SignerRole]
    name: Mapped[str] = mapped_column(String(60))
    post: Mapped[str] = mapped_column(String(60), default="")
    sha256: Mapped[str | None] = mapped_column(String(64))
    """The picture of a signature drawn by hand; None where the name was typed alone."""
    media_type: Mapped[str] = mapped_column(String(120), default="")
    signed: Mapped[str] = mapped_column(String(64))
    """The ``lifecycle.signing.content_hash`` of what was signed."""
    version: Mapped[int]
    """That of the on-site sheet."""
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    """On whose device."""
    signed_at: Mapped[datetime]
