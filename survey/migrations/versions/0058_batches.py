"""Keep what officers ask for of many firms at once, firm by firm."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"

MOMENT = sa.DateTime(timezone=True)
KINDS = "kind IN ('reports', 'workbook')"
STATES = "state IN ('making', 'made', 'cancelled')"
ITEM_STATES = "state IN ('waiting', 'working', 'done', 'failed')"


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("sheet", sa.String(length=10), nullable=True),
        sa.Column("scope", sa.String(length=500), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(KINDS, name="ck_batches_kind"),
        sa.CheckConstraint(STATES, name="ck_batches_state"),
    )
    op.create_index("ix_batches_mark", "batches", ["mark"])
    op.create_table(
        "batch_items",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("batch_id", sa.Integer(), sa.ForeignKey("batches.id"), nullable=False),
        sa.Column("assessment_id", sa.Integer(), sa.ForeignKey("assessments.id"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=True),
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("documents.id"), nullable=True),
        sa.Column("anew", sa.Boolean(), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(ITEM_STATES, name="ck_batch_items_state"),
    )
    op.create_index("ix_batch_items_batch_id_state", "batch_items", ["batch_id", "state", "id"])
