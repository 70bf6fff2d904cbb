"""Keep the minutes by which the bureau decided about several firms at once."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "minutes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("document", sa.String(length=100), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("paper_id", sa.Integer(), sa.ForeignKey("papers.id"), nullable=True),
        sa.Column("recorded_by", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "minutes_entries",
        sa.Column("minutes_id", sa.Integer(), sa.ForeignKey("minutes.id"), primary_key=True),
        sa.Column("entry_id", sa.Integer(), sa.ForeignKey("pool_entries.id"), primary_key=True),
    )
    op.create_index("ix_minutes_entries_entry_id", "minutes_entries", ["entry_id"])
