"""Keep why a contradiction is none, and why a firm lacks what its trade usually has."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "explanations",
        sa.Column("assessment_id", sa.Integer(), sa.ForeignKey("assessments.id"), nullable=False),
        sa.Column("check_id", sa.String(length=60), nullable=False),
        sa.Column("spoke_of", sa.JSON(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("assessment_id", "check_id"),
    )
    for table in ("firms", "sheets"):
        op.add_column(
            table, sa.Column("lacking", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        )
