"""Keep where other systems are told what happened, and what was sent to each."""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("purpose", sa.String(60), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("sealed", sa.String(200), nullable=False),
        sa.Column("sealed_before", sa.String(200), nullable=True),
        sa.Column("before_until", moment, nullable=True),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('on', 'off', 'failed')", name="state"),
    )
    op.create_table(
        "webhook_courses",
        sa.Column("webhook_id", sa.Integer(), sa.ForeignKey("webhooks.id"), primary_key=True),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", moment, nullable=True),
        sa.Column("failed_at", moment, nullable=True),
        sa.Column("rest_until", moment, nullable=True),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("webhook_id", sa.Integer(), sa.ForeignKey("webhooks.id"), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("tried_at", moment, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("fault", sa.String(20), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=True),
        sa.UniqueConstraint("webhook_id", "entry_id"),
        sa.CheckConstraint("state IN ('waiting', 'taken', 'given_up')", name="state"),
    )
    op.create_index(
        "ix_webhook_deliveries_due", "webhook_deliveries", ["webhook_id", "state", "due_at"]
    )
