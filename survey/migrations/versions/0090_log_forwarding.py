"""Keep how far the log was sent to another system."""

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0089"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "log_forwarding",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("told_at", moment, nullable=True),
        sa.Column("failing_since", moment, nullable=True),
    )
    op.create_table(
        "log_told",
        sa.Column("entry_id", sa.Integer(), primary_key=True, autoincrement=False),
    )
