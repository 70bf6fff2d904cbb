"""Which firms a consultant has an interest in (利益关系), and which visits they ask off (回避申请)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table


class Interest(Table):
    """What ties a consultant to a firm, declared by themselves or by an officer.

    The firm is known by its code, so that it need not be on the roster yet.
    """

    __tablename__ = "interests"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    code: Mapped[str] = mapped_column(String(18), index=True)
    name: Mapped[str] = mapped_column(String(100))
    employs: Mapped[bool]
    """Whether it is where the consultant works."""
    says: Mapped[str] = mapped_column(Text)
    declared_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    author: Mapped[str] = mapped_column(String(120))
    declared_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessments.id"), index=True)
    """The visit that the consultant asks to be taken off; None where no visit was the reason."""
    settled_at: Mapped[datetime | None]
    """When an officer decided on that."""

    @property
    def is_asking(self) -> bool:
        """Whether an officer is to decide on a visit."""
        return self.assessment_id is not None and self.settled_at is None
