"""Keep the files of firms that were packed to be taken away, until they expire."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"

OUTLOOKS = "outlook IN ('bureau', 'owner', 'firm')"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "bundles",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("firm_id", sa.Integer(), sa.ForeignKey("firms.id"), nullable=False),
        sa.Column("outlook", sa.String(length=6), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.Integer(), sa.ForeignKey("users.id"), nullable=True),
        sa.CheckConstraint(OUTLOOKS, name="ck_bundles_outlook"),
    )
    op.create_index("ix_bundles_firm_id", "bundles", ["firm_id", "outlook"])
    op.create_index("ix_bundles_expires_at", "bundles", ["expires_at"])
