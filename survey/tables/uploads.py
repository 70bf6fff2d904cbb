"""Photos on their way from a device: in parts, until they are evidence; contents on their way past
the virus scanner."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table, one_of
from survey.tables.enums import ScanState


class Upload(Table):
    """A photo a device sends in parts, by the number the device gave it.

    The row stays when the photo has become evidence: whoever sends it again is told so.
    """

    __tablename__ = "uploads"
    __table_args__ = (UniqueConstraint("assessment_id", "user_id", "request_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    request_id: Mapped[str] = mapped_column(String(64))
    question_id: Mapped[str] = mapped_column(String(60))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(255))
    caption: Mapped[str] = mapped_column(String(200), default="")
    taken_at: Mapped[datetime | None]
    evidence_id: Mapped[int | None] = mapped_column(
        ForeignKey("evidence.id", ondelete="SET NULL"), index=True
    )
    touched_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class UploadPart(Table):
    """Bytes of a photo from an offset on; the parts of a photo lie end to end."""

    __tablename__ = "upload_parts"

    upload_id: Mapped[int] = mapped_column(
        ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True
    )
    offset: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Scan(Table):
    """What the virus scanner has said of a content, or that it is still to say something."""

    __tablename__ = "scans"
    __table_args__ = (
        CheckConstraint(one_of("state", ScanState), name="state"),
        Index(None, "state", "asked_at"),
    )

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[ScanState]
    found: Mapped[str] = mapped_column(String(100))
    """The name of what was found; empty for nothing."""
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Who brought it first: they may look at their own while it waits."""
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
