"""Keep the figures of papers for the public, which stand for a period."""

import sqlalchemy as sa
from alembic import op

revision = "0094"
down_revision = "0093"


def upgrade() -> None:
    op.add_column(
        "public_counts",
        sa.Column("basis", sa.String(length=16), nullable=False, server_default=""),
    )
    op.add_column("public_counts", sa.Column("made_at", sa.DateTime(timezone=True)))
    op.add_column("public_counts", sa.Column("tables", sa.JSON()))
