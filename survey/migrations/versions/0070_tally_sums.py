"""Keep the parts of a round added up, so that its page need not read every sheet's."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"


def upgrade() -> None:
    op.create_table(
        "tally_sums",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("round_id", sa.Integer(), sa.ForeignKey("rounds.id"), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("trade", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("firms", sa.Integer(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
    )
    op.create_index(
        "ix_tally_sums_round", "tally_sums", ["round_id", "what", "trade", "kind", "key"]
    )
    op.execute(
        "INSERT INTO tally_sums (round_id, what, trade, kind, key, firms, low, high)"
        " SELECT round_id, what, trade, kind, key, count(*), sum(low), sum(high) FROM tallies"
        " WHERE counts AND what IN ('section', 'package')"
        " GROUP BY round_id, what, trade, kind, key"
    )
