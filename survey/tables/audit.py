"""The audit log: who did what to what, from where, and why; and the blocks it is sealed in.

Rows are only ever added. Triggers make the database itself refuse to change one, but for personal
details that were erased, or to delete one, but for those of a dropped block.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table


class AuditEntry(Table):
    """One step. ``before`` and ``after`` hold what changed, by name: codes and plain values."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_subject", "subject", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str | None] = mapped_column(String(20))
    """What the user was then; None for work of the system's own, and in rows of before."""
    who: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(60))
    request_id: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(40), index=True)
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(60))
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firms.id"), index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    reason: Mapped[str] = mapped_column(Text, default="")
    succeeded: Mapped[bool] = mapped_column(default=True)


class LogBlock(Table):
    """Some rows of the log, sealed together (封存); each block holds the digest of the one before.

    Block 0 stands before the first row. A dropped block keeps this row alone: the chain goes on.
    """

    __tablename__ = "log_blocks"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rows: Mapped[int]
    newest: Mapped[datetime | None]
    """The latest moment of its rows."""
    until: Mapped[datetime]
    """All rows of before this moment stand in this block or an earlier one."""
    sealed_at: Mapped[datetime]
    root: Mapped[str] = mapped_column(String(64))
    """The hash over the seals of its rows, in their order."""
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    dropped_at: Mapped[datetime | None]
    """When its rows had been kept long enough and went."""


class LogSeal(Table):
    """The seal of one row of the log, see ``lifecycle.sealing``.

    Who acted, and the personal values that changed, enter it as salted hashes. The salt stands here
    until they are erased; then its hash does.
    """

    __tablename__ = "log_seals"

    entry_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Of the row; not a reference, for rows of a dropped block go."""
    block_id: Mapped[int] = mapped_column(ForeignKey("log_blocks.id"), index=True)
    seal: Mapped[bytes] = mapped_column(LargeBinary)
    who_salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    who_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    values_salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    values_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    erased_by: Mapped[int | None]
    """The row of the log that says who had the details erased, and why."""


class LogErasure(Table):
    """Personal details in a row of the log that are to go as soon as the row is sealed."""

    __tablename__ = "log_erasures"

    entry_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(String(10), primary_key=True)
    """``who``: who acted, and from where; ``values``: personal values that changed."""
    erased_by: Mapped[int]
    """The row of the log that says who asked for it."""


class LogForwarding(Table):
    """How far the log was sent to another system (日志外送); one row, once it began."""

    __tablename__ = "log_forwarding"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cursor: Mapped[int]
    """Rows up to this number have all arrived here, and were taken there."""
    told_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]


class LogTold(Table):
    """A row of the log behind the cursor that was taken there."""

    __tablename__ = "log_told"

    entry_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Of the row; not a reference, for rows of a dropped block go."""
