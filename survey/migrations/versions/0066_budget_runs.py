"""Keep what was asked of the district's subsidy budget, and the answers."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"


def upgrade() -> None:
    op.create_table(
        "budget_runs",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(60), nullable=False),
        sa.Column("edition", sa.String(60), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("withdrawing", sa.Integer(), nullable=False),
        sa.Column("goals", sa.String(64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("asked_by", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=True),
    )
