"""Work to be done once, whoever does it and however often it is tried."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table, one_of
from survey.tables.enums import Fault, JobState

OPEN = (JobState.QUEUED, JobState.WORKING)
UNDONE = (JobState.FAILED, JobState.CANCELLED)


class Job(Table):
    """One piece of work. This row is the truth; a message in the queue only says: look at it.

    ``kind`` is a key of ``survey.jobs.kinds``; the column allows any, so that a release knows the
    rows of the next one. Periodic work carries a ``slot`` (such as its date), and no two jobs of
    a kind share one.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("kind", "slot"),
        CheckConstraint(one_of("state", JobState), name="state"),
        Index("ix_jobs_subject_subject_id", "subject", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str | None] = mapped_column(String(20))
    subject_id: Mapped[int | None]
    arguments: Mapped[dict[str, Any]]
    slot: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[JobState] = mapped_column(index=True)
    progress: Mapped[int] = mapped_column(default=0)
    """Parts done of ``total``, in whatever the work counts; 0 of 0 where it does not count."""
    total: Mapped[int] = mapped_column(default=0)
    attempt: Mapped[int] = mapped_column(default=0)
    """How often it was tried since it was asked for (again)."""
    fence: Mapped[int] = mapped_column(default=0)
    """How often it was ever taken: only who holds the latest number may finish."""
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    """When a message last left for the queue; a sweep sends another where that one was lost."""
    leased_until: Mapped[datetime | None]
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    fault: Mapped[Fault | None]
    """Why the last try failed: a code, with what it names in ``fault_values``."""
    fault_values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def may_be_retried(self) -> bool:
        return self.state in UNDONE
