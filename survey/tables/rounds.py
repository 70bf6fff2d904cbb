"""Which firms a round asks and reminds, the link each one's owner is handed, and the mails of both."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table, one_of
from survey.tables.enums import MailState, News, ReminderKind


class Invitation(Table):
    """A firm that is asked to take part in a round (邀请).

    The word in its link is made of ``nonce`` and the installation's key whenever it is shown, so
    that paper, workbook and mail name one link, and the rows alone open nothing.
    """

    __tablename__ = "invitations"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), primary_key=True, index=True)
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    invited_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Whose link it is: the firm's owner. None until it is prepared, and where there is no owner."""
    nonce: Mapped[str] = mapped_column(String(40), default="", server_default="")
    token_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    """The link (``OneTimeLink``); None for an owner who has a password."""


class Reminder(Table):
    """A firm was reminded of a round (提醒): once of a kind and day, however often it is tried."""

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("round_id", "firm_id", "kind", "day"),
        CheckConstraint(one_of("kind", ReminderKind), name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), index=True)
    kind: Mapped[ReminderKind]
    day: Mapped[date]
    """The last day it speaks of: one that was put off is spoken of anew. The day an officer pressed."""
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    by_mail: Mapped[bool]
    """Whether a mail was made of it; else an officer passes it on."""
    passed_on_at: Mapped[datetime | None]
    """When an officer said that it was passed on."""


class Mail(Table):
    """A mail to a firm: its invitation to a round, a reminder of a round or a notice, or news of its sheet.
    What it says is written when it is sent."""

    __tablename__ = "mails"
    __table_args__ = (
        CheckConstraint(one_of("state", MailState), name="state"),
        Index(
            "uq_mails_invitation",
            "round_id",
            "firm_id",
            unique=True,
            sqlite_where=text("reminder_id IS NULL AND news IS NULL"),
            postgresql_where=text("reminder_id IS NULL AND news IS NULL"),
        ),
        CheckConstraint(one_of("news", News), name="news"),
        CheckConstraint("(round_id IS NULL) = (notice_id IS NOT NULL)", name="about"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("rounds.id"), index=True)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"), index=True)
    notice_reminder_id: Mapped[int | None] = mapped_column(
        ForeignKey("notice_reminders.id"), unique=True
    )
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), index=True)
    reminder_id: Mapped[int | None] = mapped_column(ForeignKey("reminders.id"), unique=True)
    """None for the invitation, and for what is about a notice or a sheet."""
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessments.id"), index=True)
    """Whose sheet news are of."""
    news: Mapped[News | None]
    address: Mapped[str] = mapped_column(String(254))
    state: Mapped[MailState]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    """In whose hands it is, or was last."""
    fault: Mapped[str] = mapped_column(String(300), default="", server_default="")
    """What the server said against it."""
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
