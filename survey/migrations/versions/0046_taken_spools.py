"""Remember which files of views were taken over into the log."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.create_table(
        "taken_spools",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_taken_spools_taken_at", "taken_spools", ["taken_at"])
