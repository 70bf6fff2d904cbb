"""Let a firm ask for its sheet back, and name the questions a returned sheet is about."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

STATES = "state IN ('open', 'granted', 'declined', 'taken_back')"
OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.add_column("assessments", sa.Column("return_questions", sa.JSON(), nullable=True))
    op.create_table(
        "return_requests",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("assessment_id", sa.Integer(), sa.ForeignKey("assessments.id"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(STATES, name="ck_return_requests_state"),
    )
    op.create_index("ix_return_requests_assessment_id", "return_requests", ["assessment_id"])
    op.create_index(
        "uq_return_requests_open",
        "return_requests",
        ["assessment_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
