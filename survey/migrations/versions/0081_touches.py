"""Count how often rows of a table are touched; ``migrations.watching`` makes the triggers."""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"


def upgrade() -> None:
    op.create_table(
        "touches",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("ward", sa.Integer(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("CURRENT_TIMESTAMP"),
        ),
    )
    op.create_index("uq_touches_ward", "touches", ["what", "ward", "by"], unique=True)
