"""What officers ask for of many firms at once, and how far each firm is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table, one_of
from survey.tables.enums import BatchKind, BatchState, Fault, ItemState, SheetKind


class Batch(Table):
    """Files of many firms (批量文件): reports, or an edition of each, in one archive, one workbook of
    their results, or all that is known of each.

    ``mark`` names what is made and for whom: asked for twice while one is being made, it is this one.
    """

    __tablename__ = "batches"
    __table_args__ = (
        CheckConstraint(one_of("kind", BatchKind), name="kind"),
        CheckConstraint(one_of("state", BatchState), name="state"),
        Index("ix_batches_mark", "mark"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[BatchKind]
    sheet: Mapped[SheetKind | None]
    """Whose reports, or editions of them; None for what holds both sheets."""
    scope: Mapped[str] = mapped_column(String(500))
    """Which firms, in the words of the list's filters."""
    mark: Mapped[str] = mapped_column(String(64))
    state: Mapped[BatchState]
    sha256: Mapped[str] = mapped_column(String(64), default="")
    """Of the finished file; empty while there is none, and once it was cleared."""
    size: Mapped[int] = mapped_column(default=0)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    began_at: Mapped[datetime]
    """When it was last begun, or begun again."""
    ended_at: Mapped[datetime | None]


class BatchItem(Table):
    """One firm of a batch. ``job_id`` has it in hand while it is worked on, ``tries`` counts how often."""

    __tablename__ = "batch_items"
    __table_args__ = (
        CheckConstraint(one_of("state", ItemState), name="state"),
        Index("ix_batch_items_batch_id_state", "batch_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), index=True)
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessments.id"))
    """What it is reported on; None where all that is known of the firm is packed."""
    state: Mapped[ItemState]
    job_id: Mapped[int | None]
    tries: Mapped[int] = mapped_column(default=0)
    arguments: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What its document is called, once that is settled: a later try uses the same number."""
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    anew: Mapped[bool] = mapped_column(default=False)
    """Whether the document was made for this batch; else it stood already."""
    fault: Mapped[Fault | None]
    ended_at: Mapped[datetime | None]
