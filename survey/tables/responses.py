"""What a firm says of a confirmed visit: it acknowledges, or objects until the bureau has settled it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table, one_of
from survey.tables.enums import ResponseKind, Settlement


class Response(Table):
    """One word of a firm on one confirmed version of the on-site sheet.

    An acknowledgement is the last word on its version; of objections at most one is open.
    """

    __tablename__ = "responses"
    __table_args__ = (
        CheckConstraint(one_of("kind", ResponseKind), name="kind"),
        CheckConstraint(one_of("settlement", Settlement), name="settlement"),
        CheckConstraint("kind = 'objected' OR settlement IS NULL", name="settled"),
        Index(
            "ix_responses_acknowledged",
            "assessment_id",
            "version",
            unique=True,
            sqlite_where=text("kind = 'acknowledged'"),
            postgresql_where=text("kind = 'acknowledged'"),
        ),
        Index(
            "ix_responses_open",
            "assessment_id",
            unique=True,
            sqlite_where=text("kind = 'objected' AND settlement IS NULL"),
            postgresql_where=text("kind = 'objected' AND settlement IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), index=True)
    version: Mapped[int]
    """That of the on-site sheet it speaks of."""
    kind: Mapped[ResponseKind]
    name: Mapped[str] = mapped_column(String(60))
    """Who speaks for the firm, as typed."""
    post: Mapped[str] = mapped_column(String(60), default="")
    says: Mapped[str] = mapped_column(Text, default="")
    """What is objected to."""
    on_site: Mapped[bool]
    """Typed on the consultant's device; else by the firm's owner under their own sign-in."""
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    said_at: Mapped[datetime]
    settlement: Mapped[Settlement | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    """What the bureau says to an objection."""
    settled_by: Mapped[str] = mapped_column(String(120), default="")
    settled_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        """Whether the bureau has still to settle it."""
        return self.kind == ResponseKind.OBJECTED and self.settlement is None
