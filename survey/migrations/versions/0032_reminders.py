"""Keep whom a round reminded and why, the mails to firms, and where a firm gets mail."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.add_column("firms", sa.Column("contact_mail", sa.String(254), nullable=True))
    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("round_id", sa.Integer(), sa.ForeignKey("rounds.id"), nullable=False),
        sa.Column("firm_id", sa.Integer(), sa.ForeignKey("firms.id"), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_by", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("passed_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint(
            "round_id", "firm_id", "kind", "day", name="uq_reminders_round_id_firm_id_kind_day"
        ),
        sa.CheckConstraint(
            "kind IN ('before_30', 'before_7', 'before_1', 'pressed')", name="ck_reminders_kind"
        ),
    )
    op.create_index("ix_reminders_firm_id", "reminders", ["firm_id"])
    op.create_table(
        "mails",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("round_id", sa.Integer(), sa.ForeignKey("rounds.id"), nullable=False),
        sa.Column("firm_id", sa.Integer(), sa.ForeignKey("firms.id"), nullable=False),
        sa.Column("reminder_id", sa.Integer(), sa.ForeignKey("reminders.id"), nullable=True),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("job_id", sa.Integer(), sa.ForeignKey("jobs.id"), nullable=True),
        sa.Column("fault", sa.String(300), nullable=False, server_default=""),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("reminder_id", name="uq_mails_reminder_id"),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'unsure')", name="ck_mails_state"
        ),
    )
    for column in ("round_id", "firm_id"):
        op.create_index(f"ix_mails_{column}", "mails", [column])
    op.create_index(
        "uq_mails_invitation",
        "mails",
        ["round_id", "firm_id"],
        unique=True,
        sqlite_where=sa.text("reminder_id IS NULL"),
        postgresql_where=sa.text("reminder_id IS NULL"),
    )
