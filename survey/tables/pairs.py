"""The sheet that the second of a pair keeps apart, and what both said of each answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table, one_of
from survey.tables.enums import Decision, SecondState, Verdict


class SecondSheet(Table):
    """How far the second's own sheet (另填的核查表) is; it stands apart from the one of the lead.

    It is in force while its author is the second of the visit and ``shared_id`` is the on-site sheet
    that speaks; else it is kept to be read.
    """

    __tablename__ = "second_sheets"
    __table_args__ = (UniqueConstraint("shared_id", "author_id"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"), primary_key=True)
    shared_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"))
    """The on-site sheet it stands apart from, or the version that was kept of that."""
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Who led the visit when both were compared."""
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    compared_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    """When the lead went on without it; ``closed_why`` says why."""
    closed_why: Mapped[str] = mapped_column(Text, default="")

    @property
    def state(self) -> SecondState:
        if self.closed_at:
            return SecondState.CLOSED
        if self.compared_at:
            return SecondState.COMPARED
        return SecondState.FINISHED if self.finished_at else SecondState.OPEN


class Opinion(Table):
    """What lead and second said of one answer when both were compared, and what the lead decided.

    A ``level`` is None where that one did not see, or the answer has none.
    """

    __tablename__ = "opinions"
    __table_args__ = (CheckConstraint(one_of("decision", Decision), name="decision"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheets.id"), primary_key=True)
    """The second's."""
    question_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    lead_value: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    lead_verdict: Mapped[Verdict]
    lead_reason: Mapped[str] = mapped_column(Text, default="")
    lead_level: Mapped[int | None]
    second_value: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    second_verdict: Mapped[Verdict]
    second_reason: Mapped[str] = mapped_column(Text, default="")
    second_level: Mapped[int | None]
    independent: Mapped[bool]
    """Neither had seen what the other said of it."""
    differs: Mapped[bool]
    decision: Mapped[Decision | None]
    why: Mapped[str] = mapped_column(Text, default="")
    decided_value: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    decided_verdict: Mapped[Verdict | None]
    """What the lead's sheet said by the decision."""
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None]
