"""Keep how firms of a trade answer, counted, for the order of a short first look."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"


def upgrade() -> None:
    op.create_table(
        "habits",
        sa.Column("edition", sa.String(40), primary_key=True),
        sa.Column("trade", sa.String(60), primary_key=True),
        sa.Column("firms", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
    )
