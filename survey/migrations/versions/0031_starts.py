"""Keep what a firm's sheet begins with from its last round, and when a file was first handed in."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "starts",
        sa.Column("sheet_id", sa.Integer(), sa.ForeignKey("sheets.id"), primary_key=True),
        sa.Column("last_id", sa.Integer(), sa.ForeignKey("assessments.id"), nullable=False),
        sa.Column("own_id", sa.Integer(), sa.ForeignKey("sheets.id"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("same", sa.JSON(), nullable=False),
        sa.Column("again", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('self', 'onsite')", name="ck_starts_kind"),
    )
    op.create_index("ix_starts_last_id", "starts", ["last_id"])
    op.add_column("evidence", sa.Column("first_at", sa.DateTime(timezone=True), nullable=True))
