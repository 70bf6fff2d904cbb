"""Where other systems are told what happened (推送地址), and what was sent to each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.tables.base import Table, one_of
from survey.tables.enums import DeliveryState, WebhookState


class Webhook(Table):
    """An address that is told of steps, as an administrator set it up."""

    __tablename__ = "webhooks"
    __table_args__ = (CheckConstraint(one_of("state", WebhookState), name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(60))
    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[str]]
    """Keys of ``lifecycle.webhook_events.EVENTS``."""
    state: Mapped[WebhookState]
    sealed: Mapped[str] = mapped_column(String(200))
    """The secret that signs, under the instance's key."""
    made_at: Mapped[datetime]
    since: Mapped[datetime]
    """Steps of before this moment are not told."""
    joined: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """Kinds of event that were chosen later: {kind: moment from which it is told, as ISO 8601}."""
    version: Mapped[int] = mapped_column(default=0)


class WebhookSecret(Table):
    """An earlier secret of a webhook; it signs beside the present one for a while."""

    __tablename__ = "webhook_secrets"

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id"), index=True)
    sealed: Mapped[str] = mapped_column(String(200))
    until: Mapped[datetime]


class WebhookCourse(Table):
    """How far a webhook has come with the log, and how its receiver answers."""

    __tablename__ = "webhook_courses"

    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id"), primary_key=True)
    cursor: Mapped[int]
    """Rows of the log up to this number have all arrived, and are deliveries where they are told."""
    failures: Mapped[int] = mapped_column(default=0)
    """Requests in a row that failed."""
    failing_since: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    rest_until: Mapped[datetime | None]
    """Until when nothing is tried, after a receiver that did not answer."""


class Delivery(Table):
    """One event for one webhook, sent until it is taken or given up (推送)."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "entry_id"),
        CheckConstraint(one_of("state", DeliveryState), name="state"),
        Index("ix_webhook_deliveries_due", "webhook_id", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id"))
    entry_id: Mapped[int | None]
    """Of the row of the log; not a reference, for rows of a dropped block go. None for a test."""
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    """When the step was taken."""
    about: Mapped[dict[str, Any]]
    """Numbers of rows by what they are, as the body tells them."""
    state: Mapped[DeliveryState]
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    status: Mapped[int | None]
    """What the receiver answered last."""
    fault: Mapped[str] = mapped_column(String(20), default="")
    """Why there was no answer: a word of ``jobs.calls.SILENCE``."""
    milliseconds: Mapped[int | None]
