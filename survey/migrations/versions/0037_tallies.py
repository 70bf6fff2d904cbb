"""Keep what scored sheets come to in parts, so that the district's figures are sums."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("assessment_id", sa.Integer(), sa.ForeignKey("assessments.id"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("round_id", sa.Integer(), sa.ForeignKey("rounds.id"), nullable=False),
        sa.Column("trade", sa.String(length=60), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("assessment_id", "kind", "what", "key", name="pk_tallies"),
    )
    op.create_index(
        "ix_tallies_sums",
        "tallies",
        ["round_id", "counts", "what", "trade", "kind", "key", "low", "high"],
    )
