"""What a visit notes beside its verdicts: when, whom, what was seen, found and timed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table, one_of
from survey.tables.enums import NoteKind

NOTE = "note."
"""Before a note's id it makes a place for files, where otherwise a question's id stands."""


class NoteFields:
    """What a note holds now, and what each of its revisions held."""

    content: Mapped[dict[str, Any]]
    """As ``lifecycle.note_kinds`` reads it, for the note's kind."""
    removed: Mapped[bool]
    saved_at: Mapped[datetime]


class NoteRow(NoteFields, Table):
    """The present state of one note; its device gave it its id."""

    __tablename__ = "notes"
    __table_args__ = (CheckConstraint(one_of("kind", NoteKind), name="kind"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[NoteKind]
    position: Mapped[int]
    """In the order notes of the visit were first kept, from 1."""
    revision: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class NoteRevision(NoteFields, Table):
    """Every revision a note ever had. ``request_id`` is made by the client: a replay is known."""

    __tablename__ = "note_revisions"
    __table_args__ = (UniqueConstraint("assessment_id", "request_id"),)

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    request_id: Mapped[str] = mapped_column(String(64))
